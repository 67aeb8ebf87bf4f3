/**
 * Data keys that serve several messages, within limits, as the Encryption SDK's caching has them: fewer calls, and more
 * that one key opens. Off unless asked for.
 */

import { type Bytes, concat, u16, utf8 } from "./bytes.ts";
import { type EncryptionContext, encodeContext } from "./context.ts";
import type { SigningKey } from "./engine.ts";
import type { EncryptedDataKey } from "./header.ts";
import type { Suite } from "./suites.ts";

export interface CacheOptions {
  /** Milliseconds that a data key is used, from when it came. */
  readonly maxAge: number;
  /** Messages that are encrypted under one data key; 2^32 by default, which is the most. */
  readonly maxMessages?: number;
  /** Bytes of plaintext that are encrypted under one data key; 2^53 - 1 by default. */
  readonly maxBytes?: number;
  /** Data keys that are kept; 100 by default. The one that was not used for longest goes. */
  readonly capacity?: number;
}

const MOST_MESSAGES = 2 ** 32;

export interface Materials {
  /** What the header and the KMS are told, with the public key of a suite that signs. */
  readonly context: EncryptionContext;
  readonly dataKey: Bytes;
  readonly encrypted: readonly EncryptedDataKey[];
  readonly signingKey?: SigningKey | undefined;
}

interface Entry extends Materials {
  readonly dies: number;
  messages: number;
  bytes: number;
}

export class DataKeyCache {
  readonly #options: Required<CacheOptions>;
  readonly #entries = new Map<string, Entry>();

  constructor({
    maxAge,
    maxMessages = MOST_MESSAGES,
    maxBytes = Number.MAX_SAFE_INTEGER,
    capacity = 100,
  }: CacheOptions) {
    if (!(maxAge > 0)) throw new TypeError("maxAge is a number of milliseconds, above 0");
    if (!(maxMessages >= 1 && maxMessages <= MOST_MESSAGES))
      throw new TypeError("maxMessages is from 1 to 2^32");
    if (!(maxBytes >= 0)) throw new TypeError("maxBytes is a number of bytes");
    if (!(capacity >= 1)) throw new TypeError("capacity is at least 1");
    this.#options = { maxAge, maxMessages, maxBytes, capacity };
  }

  /** Whether messages of that suite may share a data key: never where the data key itself encrypts, under equal IVs. */
  static takes(suite: Suite): boolean {
    return suite.kdf !== undefined;
  }

  /** Materials with room for a message of `length` bytes. The data key is a copy. */
  take(name: string, length: number): Materials | undefined {
    const entry = this.#find(name);
    if (!entry) return undefined;
    const { maxMessages, maxBytes } = this.#options;
    if (entry.messages + 1 > maxMessages || entry.bytes + length > maxBytes) {
      this.#drop(name);
      return undefined;
    }
    entry.messages += 1;
    entry.bytes += length;
    return { ...entry, dataKey: entry.dataKey.slice() };
  }

  /** A data key that was opened before, as a copy; how often it is used is not limited. */
  opened(name: string): Bytes | undefined {
    return this.#find(name)?.dataKey.slice();
  }

  /** Keeps a copy, unless the message of `length` bytes that it is for is too long already. */
  put(name: string, materials: Materials, length: number): void {
    const { maxAge, maxBytes, capacity } = this.#options;
    if (length > maxBytes) return;
    this.#drop(name);
    this.#entries.set(name, {
      ...materials,
      dataKey: materials.dataKey.slice(),
      dies: performance.now() + maxAge,
      messages: 1,
      bytes: length,
    });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > capacity && oldest !== undefined) this.#drop(oldest);
  }

  /** Wipes all. */
  clear(): void {
    for (const name of [...this.#entries.keys()]) this.#drop(name);
  }

  #find(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    if (performance.now() >= entry.dies) {
      this.#drop(name);
      return undefined;
    }
    // Last used stands last.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry;
  }

  #drop(name: string): void {
    this.#entries.get(name)?.dataKey.fill(0);
    this.#entries.delete(name);
  }
}

/** What two messages have in common that may share a data key. */
export function encryptionName(scope: string, suite: Suite, context: EncryptionContext): string {
  return `encrypt ${scope} ${suite.id} ${latin(encodeContext(context))}`;
}

export function decryptionName(
  scope: string,
  suite: Suite,
  context: EncryptionContext,
  keys: readonly EncryptedDataKey[],
): string {
  const parts = keys.flatMap(({ providerId, providerInfo, ciphertext }) =>
    [utf8(providerId), providerInfo, ciphertext].flatMap((part) => [u16(part.length), part]),
  );
  return `decrypt ${scope} ${suite.id} ${latin(encodeContext(context))} ${latin(concat(parts))}`;
}

/** A character a byte. */
function latin(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
