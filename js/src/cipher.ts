/** AES-256-GCM and SHA-256 of node:crypto, which answer at once: from some hundred bytes on they are faster than wasm. */

const ALGORITHM = "aes-256-gcm";

/** What wasm calls: crate/wasm/src/platform.rs. All are views of its memory. */
export interface PlatformCipher {
  /** Encrypts `buffer` in place and fills `tag`. */
  encrypt(
    key: Uint8Array,
    iv: Uint8Array,
    aad: Uint8Array,
    buffer: Uint8Array,
    tag: Uint8Array,
  ): void;
  /** Decrypts `buffer` in place, or says `false` and leaves it alone where the tag does not fit. */
  decrypt(
    key: Uint8Array,
    iv: Uint8Array,
    aad: Uint8Array,
    buffer: Uint8Array,
    tag: Uint8Array,
  ): boolean;
  /** Fills `digest` with the SHA-256 of `head` and `rest`, one behind the other. */
  hash(head: Uint8Array, rest: Uint8Array, digest: Uint8Array): void;
}

type NodeCrypto = typeof import("node:crypto");

/** Node's; `undefined` elsewhere. */
export function platformCipher(): PlatformCipher | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  // No import: a bundler for the browser would follow it.
  const crypto = process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
  if (typeof crypto?.createCipheriv !== "function") return undefined;
  const { createCipheriv, createDecipheriv, createHash } = crypto;
  return {
    encrypt(key, iv, aad, buffer, tag) {
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(aad);
      const sealed = cipher.update(buffer);
      cipher.final();
      buffer.set(sealed);
      tag.set(cipher.getAuthTag());
    },
    decrypt(key, iv, aad, buffer, tag) {
      const decipher = createDecipheriv(ALGORITHM, key, iv).setAAD(aad).setAuthTag(tag);
      const opened = decipher.update(buffer);
      try {
        decipher.final();
        buffer.set(opened);
        return true;
      } catch {
        return false;
      } finally {
        // It may be a secret, and whoever asked has a copy.
        opened.fill(0);
      }
    },
    hash(head, rest, digest) {
      digest.set(createHash("sha256").update(head).update(rest).digest());
    },
  };
}
