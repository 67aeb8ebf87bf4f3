/** A header field by field, with the place of each: for people. */

import { encodeContext } from "./context.ts";
import { EnvelopeError } from "./errors.ts";
import { NeedsMore, type ReadHeader, readHeader, TAG_LENGTH } from "./header.ts";
import { suiteName } from "./suites.ts";

export interface HeaderField {
  readonly name: string;
  /** In bytes, from the message's beginning. */
  readonly at: number;
  readonly length: number;
  /** What it says. */
  readonly value: string;
}

export interface DescribedHeader {
  readonly fields: readonly HeaderField[];
  readonly header: ReadHeader;
}

/** What a header may be as long as: this is for people, who look at any. */
const LIMITS = { maxEncryptedDataKeys: 0xffff, maxHeaderLength: 64 * 1024 * 1024 };

/** Describes the header that `bytes` begin with; unverified. Throws an EnvelopeError, Truncated where it is not whole. */
export function describeHeader(bytes: Uint8Array): DescribedHeader {
  const header = readHeader(new Uint8Array(bytes), LIMITS);
  if (header instanceof NeedsMore) throw new EnvelopeError("Truncated");
  return { fields: fieldsOf(header), header };
}

function fieldsOf(header: ReadHeader): HeaderField[] {
  const { suite, messageId, context, encryptedDataKeys, frameLength, commitment } = header;
  const fields: HeaderField[] = [];
  let at = 0;
  const field = (name: string, length: number, value: string) => {
    fields.push({ name, at, length, value });
    at += length;
  };
  field("version", 1, suite.version === 2 ? "2, with key commitment" : "1");
  if (suite.version === 1) field("type", 1, "0x80, customer authenticated encrypted data");
  field("algorithm suite", 2, `${suiteName(suite.id)}, ${suite.name}`);
  field("message id", messageId.length, hex(messageId));
  const contextLength = encodeContext(context).length;
  field("context length", 2, `${contextLength} bytes`);
  const pairs = Object.entries(context).map(([key, value]) => `${key}=${value}`);
  if (contextLength > 0) field("encryption context", contextLength, pairs.join(", "));
  field("key count", 2, String(encryptedDataKeys.length));
  encryptedDataKeys.forEach(({ providerId, providerInfo, ciphertext }, index) => {
    const ordinal = `key ${index + 1}`;
    const idLength = new TextEncoder().encode(providerId).length;
    field(`${ordinal}, provider id`, 2 + idLength, providerId);
    field(`${ordinal}, provider info`, 2 + providerInfo.length, readable(providerInfo));
    const { length } = ciphertext;
    field(
      `${ordinal}, encrypted data key`,
      2 + length,
      `${length} bytes, ${hex(ciphertext.subarray(0, 16))}…`,
    );
  });
  field("content type", 1, header.content === "framed" ? "2, framed" : "1, not framed");
  if (suite.version === 1) {
    field("reserved", 4, "0");
    field("IV length", 1, `${header.iv.length} bytes`);
  }
  field("frame length", 4, frameLength === 0 ? "0" : `${frameLength} bytes`);
  if (commitment) field("key commitment", commitment.length, hex(commitment));
  if (suite.version === 1) field("header IV", header.iv.length, hex(header.iv));
  field("header tag", TAG_LENGTH, hex(header.tag));
  return fields;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Text where it is text, else hexadecimal. */
function readable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  return /^[\x20-\x7e]*$/.test(text) ? text : hex(bytes);
}
