/** AES-GCM of WebCrypto, in browsers and in Node. */

import type { Bytes } from "./bytes.ts";
import type { FrameCipher } from "./engine.ts";
import { Forged } from "./errors.ts";

const NAME = "AES-GCM";

export class SubtleCipher implements FrameCipher {
  readonly #subtle: SubtleCrypto;
  readonly #key: CryptoKey;

  constructor(subtle: SubtleCrypto, key: CryptoKey) {
    this.#subtle = subtle;
    this.#key = key;
  }

  /** The key becomes one that cannot be exported. */
  static async make(subtle: SubtleCrypto, key: Bytes): Promise<SubtleCipher> {
    const usages: KeyUsage[] = ["encrypt", "decrypt"];
    return new SubtleCipher(subtle, await subtle.importKey("raw", key, NAME, false, usages));
  }

  async seal(iv: Bytes, additionalData: Bytes, plaintext: Bytes): Promise<readonly Bytes[]> {
    const algorithm = { name: NAME, iv, additionalData };
    return [new Uint8Array(await this.#subtle.encrypt(algorithm, this.#key, plaintext))];
  }

  async sealInto(iv: Bytes, aad: Bytes, plaintext: Bytes, out: Bytes, at: number): Promise<void> {
    const [sealed = new Uint8Array()] = await this.seal(iv, aad, plaintext);
    out.set(sealed, at);
  }

  async open(iv: Bytes, additionalData: Bytes, sealed: Bytes): Promise<Bytes> {
    const algorithm = { name: NAME, iv, additionalData };
    let opened: ArrayBuffer;
    try {
      opened = await this.#subtle.decrypt(algorithm, this.#key, sealed);
    } catch {
      throw new Forged();
    }
    return new Uint8Array(opened);
  }

  forget(): void {}
}
