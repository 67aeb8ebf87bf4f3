/** A browser: WebCrypto; what it lacks (AES-192 in Chromium, ECDSA over a stream) is the core's, in wasm. */

import type { Bytes } from "./bytes.ts";
import type { CipherUse, Engine, FrameCipher } from "./engine.ts";
import { wasmEngine } from "./engine-wasm.ts";
import { SubtleCipher } from "./subtle.ts";

/** `undefined` where there is no randomness. Without `subtle`, as on a page over plain HTTP, all is wasm's. */
export function webEngine(): Engine | undefined {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (!crypto) return undefined;
  const wasm = wasmEngine();
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle) return wasm;
  return {
    ...wasm,
    name: "web",
    cipher: (key, use) => cipher(subtle, wasm, key, use),
    async derive(hash, secret, salt = new Uint8Array(), infos, length) {
      const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
      const derive = (info: Bytes) =>
        subtle.deriveBits({ name: "HKDF", hash, salt, info }, key, length * 8);
      return (await Promise.all(infos.map(derive))).map((bits) => new Uint8Array(bits));
    },
  };
}

async function cipher(
  subtle: SubtleCrypto,
  wasm: Engine,
  key: Bytes,
  use: CipherUse,
): Promise<FrameCipher> {
  if (key.length !== 24) return SubtleCipher.make(subtle, key);
  try {
    return await SubtleCipher.make(subtle, key);
  } catch {
    return wasm.cipher(key, use);
  }
}
