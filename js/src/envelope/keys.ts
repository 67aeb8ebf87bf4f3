/** From a data key to what encrypts one message (specification: `client-apis/key-derivation.md`). */

import { type Bytes, concat, equal, u16, utf8 } from "./bytes.ts";
import type { Engine, FrameCipher, Maybe } from "./engine.ts";
import { EnvelopeError, Forged } from "./errors.ts";
import { IV_LENGTH, type ReadHeader, TAG_LENGTH } from "./header.ts";
import type { Suite } from "./suites.ts";

const DERIVE_KEY = utf8("DERIVEKEY");
const COMMIT_KEY = utf8("COMMITKEY");
const COMMITMENT_LENGTH = 32;
/** The header's tag stands under an IV of zeros. */
const ZERO_IV: Bytes = new Uint8Array(IV_LENGTH);
const NOTHING: Bytes = new Uint8Array();

export interface MessageKey {
  readonly cipher: FrameCipher;
  readonly commitment?: Bytes;
}

/** The cipher of one message, and what its header commits to. The data key is the caller's to wipe. */
export async function messageKey(
  engine: Engine,
  suite: Suite,
  dataKey: Bytes,
  messageId: Bytes,
  longest: number,
): Promise<MessageKey> {
  const use = { longest, hashes: suite.signature !== undefined };
  if (!suite.kdf) return { cipher: await engine.cipher(dataKey, use) };
  const id = u16(suite.id);
  const given =
    suite.version === 2
      ? engine.derive(
          suite.kdf,
          dataKey,
          messageId,
          [concat([id, DERIVE_KEY]), COMMIT_KEY],
          COMMITMENT_LENGTH,
        )
      : engine.derive(suite.kdf, dataKey, undefined, [concat([id, messageId])], suite.keyLength);
  const [key = new Uint8Array(), commitment] = given instanceof Promise ? await given : given;
  const made = engine.cipher(key, use);
  const cipher = made instanceof Promise ? await made : made;
  key.fill(0);
  return { cipher, ...(commitment && { commitment }) };
}

/** Writes the tag over a header behind it, at the end of `whole`. */
export function tagHeader(cipher: FrameCipher, encoded: Bytes, whole: Bytes): Maybe<void> {
  return cipher.sealInto(ZERO_IV, encoded, NOTHING, whole, whole.length - TAG_LENGTH);
}

/** Throws Commitment or HeaderTag unless the data key is the message's. */
export async function verifyHeader(key: MessageKey, header: ReadHeader): Promise<void> {
  if (header.commitment && !equal(key.commitment ?? new Uint8Array(), header.commitment)) {
    throw new EnvelopeError("Commitment");
  }
  try {
    await key.cipher.open(header.iv, header.encoded, header.tag);
  } catch (cause) {
    throw cause instanceof Forged ? new EnvelopeError("HeaderTag") : cause;
  }
}
