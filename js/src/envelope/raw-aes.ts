/**
 * Data keys under an AES key of one's own (specification: `framework/raw-aes-keyring.md`), for messages that no KMS has a
 * part in.
 */

import { type Bytes, concat, readU32, u32, utf8 } from "./bytes.ts";
import { encodeContext } from "./context.ts";
import type { DataKey, DataKeys, GenerateRequest, OpenRequest } from "./data-keys.ts";
import { type FrameCipher, type Maybe, platformEngine } from "./engine.ts";
import { EnvelopeError, Forged } from "./errors.ts";
import { type EncryptedDataKey, IV_LENGTH, TAG_LENGTH } from "./header.ts";

export interface RawAesOptions {
  /** Who keeps the key; not `aws-kms`. */
  readonly namespace: string;
  readonly name: string;
  /** 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
}

/** An AES key as a source of data keys: `new Envelope({ dataKeys: rawAes({ … }) })`. */
export function rawAes({ namespace, name, key }: RawAesOptions): DataKeys {
  if (namespace.startsWith("aws-kms")) throw new TypeError("aws-kms is no namespace of a raw key");
  if (![16, 24, 32].includes(key.length))
    throw new TypeError("a raw AES key has 16, 24 or 32 bytes");
  return new RawAesKeys(namespace, name, new Uint8Array(key));
}

class RawAesKeys implements DataKeys {
  readonly scope: string;
  readonly #namespace: string;
  /** The name, the tag's length in bits, the IV's in bytes; the IV follows. */
  readonly #info: Bytes;
  readonly #key: Bytes;
  #cipher: Maybe<FrameCipher> | undefined;

  constructor(namespace: string, name: string, key: Bytes) {
    this.scope = JSON.stringify([namespace, name]);
    this.#namespace = namespace;
    this.#info = concat([utf8(name), u32(TAG_LENGTH * 8), u32(IV_LENGTH)]);
    this.#key = key;
  }

  async generate({ length, context }: GenerateRequest): Promise<DataKey> {
    const engine = platformEngine();
    const iv = engine.random(IV_LENGTH);
    const bytes = engine.random(length);
    const sealed = await (await this.#aes()).seal(iv, encodeContext(context), bytes);
    const ciphertext = concat(sealed);
    const providerInfo = concat([this.#info, iv]);
    return { bytes, encrypted: [{ providerId: this.#namespace, providerInfo, ciphertext }] };
  }

  async open({ keys, length, context }: OpenRequest): Promise<Bytes> {
    const aad = encodeContext(context);
    const cipher = await this.#aes();
    let isTried = false;
    for (const key of keys) {
      const iv = this.#ivOf(key);
      if (!iv) continue;
      isTried = true;
      try {
        const bytes = await cipher.open(iv, aad, new Uint8Array(key.ciphertext));
        if (bytes.length === length) return bytes;
      } catch (thrown) {
        if (!(thrown instanceof Forged)) throw thrown;
      }
    }
    throw new EnvelopeError(isTried ? "NoKeyOpens" : "NoMatchingKey");
  }

  #aes(): Maybe<FrameCipher> {
    this.#cipher ??= platformEngine().cipher(this.#key, { longest: 0, hashes: false });
    return this.#cipher;
  }

  /** Where the data key is under this key. */
  #ivOf({ providerId, providerInfo, ciphertext }: EncryptedDataKey): Bytes | undefined {
    const info = this.#info;
    if (providerId !== this.#namespace || providerInfo.length !== info.length + IV_LENGTH)
      return undefined;
    if (ciphertext.length < TAG_LENGTH || readU32(info, info.length - 4) !== IV_LENGTH)
      return undefined;
    for (let at = 0; at < info.length; at++) if (providerInfo[at] !== info[at]) return undefined;
    return new Uint8Array(providerInfo.subarray(info.length));
  }
}
