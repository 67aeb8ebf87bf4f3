/** What stands before a body's parts, and what their tags cover (specification: `data-format/message-body-aad.md`). */

import { type Bytes, readU32, utf8 } from "./bytes.ts";
import { EnvelopeError } from "./errors.ts";
import { IV_LENGTH, TAG_LENGTH } from "./header.ts";

/** Stands before the last frame, in a sequence number's place. */
export const LAST = 0xffffffff;
/** Sequence number and IV. */
export const FRAME_PREFIX = 4 + IV_LENGTH;
/** LAST, sequence number, IV, length. */
export const LAST_PREFIX = 4 + 4 + IV_LENGTH + 4;
/** IV and length (u64). */
export const SINGLE_PREFIX = IV_LENGTH + 8;
/** AES-GCM's own: 2^39 - 256 bits (NIST SP 800-38D, 5.2.1.1). */
export const LONGEST_SINGLE = 2 ** 36 - 32;

const FRAME = utf8("AWSKMSEncryptionClient Frame");
const FINAL = utf8("AWSKMSEncryptionClient Final Frame");
const SINGLE = utf8("AWSKMSEncryptionClient Single Block");

/**
 * The IVs and associated data of one message's frames. Both are written over for the next frame: whoever encrypts copies
 * them when called, as WebCrypto and node:crypto do.
 */
export class FrameAad {
  readonly iv: Bytes = new Uint8Array(IV_LENGTH);
  readonly #messageId: Bytes;
  #frame: Bytes | undefined;
  #final: Bytes | undefined;

  constructor(messageId: Bytes) {
    this.#messageId = messageId;
  }

  /** For the frame of that number, of `length` bytes of plaintext; sets the IV too. */
  frame(sequence: number, last: boolean, length: number): Bytes {
    let aad = last ? this.#final : this.#frame;
    if (!aad) {
      aad = this.#template(last ? FINAL : FRAME);
      if (last) this.#final = aad;
      else this.#frame = aad;
    }
    writeU32(aad, aad.length - 12, sequence);
    writeU32(aad, aad.length - 4, length);
    writeU32(this.iv, IV_LENGTH - 4, sequence);
    return aad;
  }

  /** For content that is not framed, of `length` bytes. */
  single(length: number): Bytes {
    const aad = this.#template(SINGLE);
    writeU32(aad, aad.length - 12, 1);
    writeU32(aad, aad.length - 8, Math.floor(length / 2 ** 32));
    writeU32(aad, aad.length - 4, length >>> 0);
    return aad;
  }

  #template(text: Bytes): Bytes {
    const id = this.#messageId;
    const out = new Uint8Array(id.length + text.length + 12);
    out.set(id);
    out.set(text, id.length);
    return out;
  }
}

/** How long a body of so many bytes of plaintext is, in frames. */
export function bodyLength(length: number, frameLength: number): number {
  const whole = Math.max(0, Math.ceil(length / frameLength) - 1);
  return length + whole * (FRAME_PREFIX + TAG_LENGTH) + LAST_PREFIX + TAG_LENGTH;
}

export function writeU32(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 255;
  bytes[at + 2] = (value >>> 8) & 255;
  bytes[at + 3] = value & 255;
}

/** Writes what stands before a frame at `at`; its length in bytes. */
export function writePrefix(
  out: Bytes,
  at: number,
  sequence: number,
  last: boolean,
  length: number,
): number {
  // Eight bytes of an IV are 0, which `out` is already.
  if (!last) {
    writeU32(out, at, sequence);
    writeU32(out, at + FRAME_PREFIX - 4, sequence);
    return FRAME_PREFIX;
  }
  writeU32(out, at, LAST);
  writeU32(out, at + 4, sequence);
  writeU32(out, at + 4 + FRAME_PREFIX - 4, sequence);
  writeU32(out, at + LAST_PREFIX - 4, length);
  return LAST_PREFIX;
}

/** Throws OutOfSequence unless the number at `at` is the expected one. */
export function checkSequence(bytes: Bytes, at: number, expected: number): void {
  const found = readU32(bytes, at);
  if (found !== expected) {
    throw new EnvelopeError("OutOfSequence", { detail: `Expected ${expected}, found ${found}.` });
  }
}

/** Throws FrameIv unless the IV at `at` is the sequence number. */
export function checkIv(bytes: Bytes, at: number, sequence: number): void {
  const isPadded = readU32(bytes, at) === 0 && readU32(bytes, at + 4) === 0;
  if (!isPadded || readU32(bytes, at + 8) !== sequence) throw new EnvelopeError("FrameIv");
}
