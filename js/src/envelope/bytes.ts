/** Bytes: joined, queued, read in order. */

/** What WebCrypto takes: it refuses shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();

export function utf8(text: string): Bytes {
  return ENCODER.encode(text);
}

/** These very bytes; a copy only of shared memory. */
export function ownBytes(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);
}

export function concat(parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function u16(value: number): Bytes {
  return new Uint8Array([value >>> 8, value & 255]);
}

export function u32(value: number): Bytes {
  return new Uint8Array([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
}

export function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function readU32(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * 0x10000 + readU16(bytes, at + 2);
}

/** Equal, in a time that depends on the lengths alone. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= (one[at] ?? 0) ^ (other[at] ?? 0);
  return difference === 0;
}

/** Base64 of few bytes, as `btoa` writes it. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** `undefined` where it is no base64. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Gathers what comes in one place that was made once. */
export class Gathered {
  readonly #bytes: Bytes;
  #taken = 0;
  #filled = 0;

  /** No more than `most` bytes come. */
  constructor(most: number) {
    this.#bytes = new Uint8Array(most);
  }

  /** The place of a part that is to be added once it is written there: zeros so far. */
  room(length: number): Bytes {
    const at = this.#taken;
    this.#taken += length;
    return this.#bytes.subarray(at, this.#taken);
  }

  add(part: Bytes): void {
    if (part.buffer !== this.#bytes.buffer) this.room(part.length).set(part);
    this.#filled += part.length;
  }

  get all(): Bytes {
    return this.#bytes.subarray(0, this.#filled);
  }
}

/**
 * Chunks behind one another, from which bytes are taken in any lengths. Copies only what spans two chunks, into one place
 * that is written over the next time: in fresh memory a copy takes several times as long.
 */
export class ByteQueue {
  length = 0;
  #chunks: Bytes[] = [];
  #copy: Bytes = new Uint8Array();
  /** The first chunk that is not used up, and the place in it. */
  #first = 0;
  #at = 0;

  push(chunk: Bytes): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** The next `length` bytes, which have to be there; they stay. To be used before the next call. */
  peek(length: number): Bytes {
    const chunk = this.#chunks[this.#first];
    if (!chunk || length === 0) return new Uint8Array();
    if (chunk.length - this.#at >= length) return chunk.subarray(this.#at, this.#at + length);
    if (this.#copy.length < length) this.#copy = new Uint8Array(length);
    const out = this.#copy.subarray(0, length);
    let filled = 0;
    let from = this.#at;
    for (let index = this.#first; filled < length; index++) {
      const part = this.#chunks[index]?.subarray(from, from + length - filled);
      if (!part) break;
      out.set(part, filled);
      filled += part.length;
      from = 0;
    }
    return out;
  }

  /** As {@link peek}; they are gone. */
  take(length: number): Bytes {
    const out = this.peek(length);
    this.skip(length);
    return out;
  }

  /** Wipes what was copied. */
  forget(): void {
    this.#copy.fill(0);
  }

  skip(length: number): void {
    this.length -= length;
    let rest = length;
    while (rest > 0) {
      const chunk = this.#chunks[this.#first];
      if (!chunk) return;
      const left = chunk.length - this.#at;
      if (rest < left) {
        this.#at += rest;
        return;
      }
      rest -= left;
      this.#at = 0;
      this.#chunks[this.#first] = new Uint8Array();
      this.#first += 1;
    }
    // Now and then, so that a long queue of short chunks costs no square.
    if (this.#first > 64 && this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    } else if (this.length === 0) {
      this.#chunks = [];
      this.#first = 0;
    }
  }
}
