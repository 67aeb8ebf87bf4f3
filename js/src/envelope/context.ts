/** The encryption context as the header carries it (specification: `data-format/message-header.md`, "AAD"). */

import { type Bytes, concat, readU16, u16, utf8 } from "./bytes.ts";
import { EnvelopeError } from "./errors.ts";

export type EncryptionContext = Readonly<Record<string, string>>;

/** The prefix that the specification keeps for itself. */
const RESERVED_PREFIX = "aws-crypto-";
/** Under this key a signed message carries its public key. */
export const PUBLIC_KEY = "aws-crypto-public-key";

const LONGEST = 0xffff;

/** Throws ReservedContextKey for what a caller may not give. */
export function checkReserved(context: EncryptionContext): void {
  for (const key in context) {
    if (key.startsWith(RESERVED_PREFIX))
      throw new EnvelopeError("ReservedContextKey", { detail: key });
  }
}

function field(text: string): Bytes[] {
  const bytes = utf8(text);
  if (bytes.length > LONGEST) throw new EnvelopeError("ContextTooLong");
  return [u16(bytes.length), bytes];
}

/**
 * `count u16 | (key length u16 | key | value length u16 | value)…`, sorted by the keys' UTF-8 bytes; nothing for an empty
 * context. Throws ContextTooLong.
 */
export function encodeContext(context: EncryptionContext): Bytes {
  const pairs = Object.entries(context).map(([key, value]) => ({
    key: utf8(key),
    value,
    text: key,
  }));
  if (pairs.length === 0) return new Uint8Array();
  if (pairs.length > 1) pairs.sort((one, other) => compare(one.key, other.key));
  const out = concat([
    u16(pairs.length),
    ...pairs.flatMap(({ text, value }) => [...field(text), ...field(value)]),
  ]);
  if (out.length > LONGEST) throw new EnvelopeError("ContextTooLong");
  return out;
}

function compare(one: Bytes, other: Bytes): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What {@link encodeContext} wrote, or another: the order is not checked, since others are known to sort differently and
 * the tag covers the bytes as they stand. Throws MalformedContext, DuplicateContextKey.
 */
export function decodeContext(bytes: Bytes): EncryptionContext {
  if (bytes.length === 0) return {};
  let at = 2;
  const text = () => {
    const length = readU16(bytes, at);
    const end = at + 2 + length;
    if (at + 2 > bytes.length || end > bytes.length) throw new EnvelopeError("MalformedContext");
    const part = bytes.subarray(at + 2, end);
    at = end;
    try {
      return DECODER.decode(part);
    } catch (cause) {
      throw new EnvelopeError("MalformedContext", { cause });
    }
  };
  const count = bytes.length < 2 ? 0 : readU16(bytes, 0);
  if (count === 0) throw new EnvelopeError("MalformedContext");
  const pairs = new Map<string, string>();
  for (let pair = 0; pair < count; pair++) {
    const key = text();
    const value = text();
    if (pairs.has(key)) throw new EnvelopeError("DuplicateContextKey");
    pairs.set(key, value);
  }
  if (at !== bytes.length) throw new EnvelopeError("MalformedContext");
  return Object.fromEntries(pairs);
}
