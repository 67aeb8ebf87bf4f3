/** The header (specification: `data-format/message-header.md`), written and read. */

import { type Bytes, readU16, readU32, utf8 } from "./bytes.ts";
import { decodeContext, type EncryptionContext, PUBLIC_KEY } from "./context.ts";
import { EnvelopeError } from "./errors.ts";
import { type Suite, suiteName, suiteOf } from "./suites.ts";

export const IV_LENGTH = 12;
export const TAG_LENGTH = 16;
const COMMITMENT_LENGTH = 32;
const FRAMED = 2;
const SINGLE = 1;
/** The first byte after the version in version 1: customer authenticated encrypted data. */
const TYPE_V1 = 0x80;

/** A data key as whoever holds `providerInfo` can open it. */
export interface EncryptedDataKey {
  /** `aws-kms`, or a raw key's namespace. */
  readonly providerId: string;
  /** The key's ARN for `aws-kms`. */
  readonly providerInfo: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export interface Header {
  readonly suite: Suite;
  /** 32 bytes in version 2, 16 in version 1. */
  readonly messageId: Bytes;
  readonly context: EncryptionContext;
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  readonly content: "framed" | "single";
  /** Bytes of plaintext of each frame but the last; 0 where the content is not framed. */
  readonly frameLength: number;
  /** What version 2 commits to, 32 bytes. */
  readonly commitment?: Bytes;
}

/** A header as it was read: unverified until its tag is. */
export interface ReadHeader extends Header {
  /** What the tag covers. */
  readonly encoded: Bytes;
  readonly iv: Bytes;
  readonly tag: Bytes;
  /** With its tag, in bytes. */
  readonly length: number;
}

/** The format counts no further. */
const MOST_KEYS = 0xffff;

/**
 * What the tag covers, with room behind it for the tag, and in version 1 for an IV of zeros before that. Throws NoKeys,
 * TooManyKeys, KeyTooLong, ContextTooLong.
 */
export function encodeHeader(header: Header, context: Bytes): { encoded: Bytes; whole: Bytes } {
  const { suite, messageId, encryptedDataKeys: keys, content, frameLength, commitment } = header;
  if (keys.length === 0) throw new EnvelopeError("NoKeys");
  if (keys.length > MOST_KEYS) throw new EnvelopeError("TooManyKeys");
  const isOld = suite.version === 1;
  const ids = keys.map(({ providerId }) => utf8(providerId));
  let length =
    (isOld ? 4 : 3) + messageId.length + 2 + context.length + 2 + 1 + (isOld ? 5 : 0) + 4;
  length += commitment?.length ?? 0;
  keys.forEach(({ providerInfo, ciphertext }, index) => {
    const lengths = [ids[index]?.length ?? 0, providerInfo.length, ciphertext.length];
    if (lengths.some((part) => part > 0xffff)) throw new EnvelopeError("KeyTooLong");
    for (const part of lengths) length += 2 + part;
  });
  const whole = new Uint8Array(length + (isOld ? IV_LENGTH : 0) + TAG_LENGTH);
  let at = 0;
  const u8 = (value: number) => {
    whole[at++] = value;
  };
  const u16 = (value: number) => {
    u8(value >>> 8);
    u8(value & 255);
  };
  const put = (bytes: Uint8Array) => {
    whole.set(bytes, at);
    at += bytes.length;
  };
  const counted = (bytes: Uint8Array) => {
    u16(bytes.length);
    put(bytes);
  };
  u8(suite.version);
  if (isOld) u8(TYPE_V1);
  u16(suite.id);
  put(messageId);
  counted(context);
  u16(keys.length);
  keys.forEach(({ providerInfo, ciphertext }, index) => {
    counted(ids[index] ?? new Uint8Array());
    counted(providerInfo);
    counted(ciphertext);
  });
  u8(content === "framed" ? FRAMED : SINGLE);
  if (isOld) {
    at += 4;
    u8(IV_LENGTH);
  }
  u16(Math.floor(frameLength / 0x10000));
  u16(frameLength & 0xffff);
  if (commitment) put(commitment);
  return { encoded: whole.subarray(0, length), whole };
}

export interface HeaderLimits {
  /** The most encrypted data keys. */
  readonly maxEncryptedDataKeys: number;
  /** In bytes, with the tag. */
  readonly maxHeaderLength: number;
}

/** More bytes are needed than there are: so many in all. */
export class NeedsMore {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }
}

/** Reads along `bytes`; throws {@link NeedsMore} where they end. */
class Cursor {
  at = 0;
  readonly bytes: Bytes;
  readonly #limit: number;

  constructor(bytes: Bytes, limit: number) {
    this.bytes = bytes;
    this.#limit = limit;
  }

  take(length: number): Bytes {
    const end = this.at + length;
    if (end > this.#limit) throw new EnvelopeError("HeaderTooLong");
    if (end > this.bytes.length) throw new NeedsMore(end);
    const out = this.bytes.subarray(this.at, end);
    this.at = end;
    return out;
  }

  u8(): number {
    return this.take(1)[0] ?? 0;
  }

  u16(): number {
    return readU16(this.take(2), 0);
  }

  u32(): number {
    return readU32(this.take(4), 0);
  }
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the header that `bytes` begin with, or says how many bytes it takes to get further. */
export function readHeader(bytes: Bytes, limits: HeaderLimits): ReadHeader | NeedsMore {
  try {
    return parse(new Cursor(bytes, limits.maxHeaderLength), limits);
  } catch (thrown) {
    if (thrown instanceof NeedsMore) return thrown;
    throw thrown;
  }
}

function parse(cursor: Cursor, limits: HeaderLimits): ReadHeader {
  const version = cursor.u8();
  if (version !== 1 && version !== 2) {
    throw new EnvelopeError("UnknownVersion", {
      detail: `0x${version.toString(16).padStart(2, "0").toUpperCase()}`,
    });
  }
  if (version === 1 && cursor.u8() !== TYPE_V1) {
    throw new EnvelopeError("MalformedHeader", { detail: "The type is not 0x80." });
  }
  const suite = suiteOf(cursor.u16());
  if (suite.version !== version) {
    throw new EnvelopeError("SuiteOfOtherVersion", { detail: suiteName(suite.id) });
  }
  const messageId = cursor.take(version === 2 ? 32 : 16).slice();
  const context = decodeContext(cursor.take(cursor.u16()));
  if (!suite.signature && Object.hasOwn(context, PUBLIC_KEY)) {
    throw new EnvelopeError("ReservedContextKey", { detail: PUBLIC_KEY });
  }
  const encryptedDataKeys = readKeys(cursor, limits.maxEncryptedDataKeys);
  const contentType = cursor.u8();
  if (contentType !== FRAMED && contentType !== SINGLE)
    throw new EnvelopeError("UnknownContentType");
  const content = contentType === FRAMED ? "framed" : "single";
  if (version === 1) {
    if (cursor.u32() !== 0) {
      throw new EnvelopeError("MalformedHeader", { detail: "The reserved bytes are not 0." });
    }
    if (cursor.u8() !== IV_LENGTH) {
      throw new EnvelopeError("MalformedHeader", { detail: "The IV's length is not the suite's." });
    }
  }
  const frameLength = cursor.u32();
  if ((frameLength === 0) !== (content === "single")) throw new EnvelopeError("ZeroFrameLength");
  const commitment = version === 2 ? cursor.take(COMMITMENT_LENGTH).slice() : undefined;
  const encoded = cursor.bytes.slice(0, cursor.at);
  const iv = version === 1 ? cursor.take(IV_LENGTH).slice() : new Uint8Array(IV_LENGTH);
  const tag = cursor.take(TAG_LENGTH).slice();
  return {
    suite,
    messageId,
    context,
    encryptedDataKeys,
    content,
    frameLength,
    ...(commitment && { commitment }),
    encoded,
    iv,
    tag,
    length: cursor.at,
  };
}

function readKeys(cursor: Cursor, most: number): EncryptedDataKey[] {
  const count = cursor.u16();
  if (count === 0) throw new EnvelopeError("NoKeys");
  if (count > most)
    throw new EnvelopeError("TooManyKeys", { detail: `${count} of at most ${most}.` });
  const keys: EncryptedDataKey[] = [];
  while (keys.length < count) {
    const id = cursor.take(cursor.u16());
    const providerInfo = cursor.take(cursor.u16()).slice();
    const ciphertext = cursor.take(cursor.u16()).slice();
    try {
      keys.push({ providerId: DECODER.decode(id), providerInfo, ciphertext });
    } catch (cause) {
      throw new EnvelopeError("MalformedKey", { cause });
    }
  }
  return keys;
}
