/** Writes one message: the header, then frame by frame what comes in. */

import { FRAME_PREFIX, FrameAad, LAST, LAST_PREFIX, writePrefix } from "./body.ts";
import { ByteQueue, type Bytes, concat, u16 } from "./bytes.ts";
import { type EncryptionContext, encodeContext } from "./context.ts";
import type { Engine, FrameCipher, Maybe, Signer } from "./engine.ts";
import { EnvelopeError } from "./errors.ts";
import { type EncryptedDataKey, encodeHeader, type Header, TAG_LENGTH } from "./header.ts";
import { messageKey, tagHeader } from "./keys.ts";
import { batchOf, type Emit, IN_FLIGHT, JOINED, Pipeline } from "./pipeline.ts";
import type { Suite } from "./suites.ts";

export interface SealInput {
  readonly engine: Engine;
  readonly suite: Suite;
  /** Wiped once the message's key is derived. */
  readonly dataKey: Bytes;
  readonly context: EncryptionContext;
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  readonly frameLength: number;
  readonly maxFrames: number;
  /** Bytes of plaintext, where they are known. */
  readonly size?: number | undefined;
  /** For the suites that sign. */
  readonly signer?: Signer | undefined;
  readonly emit: Emit;
  /** Where it is to be written that is emitted next, if not into memory of its own: zeros. */
  readonly room?: ((length: number) => Bytes) | undefined;
}

export class Sealer {
  /** Bytes of plaintext that have been taken. */
  taken = 0;
  readonly #cipher: FrameCipher;
  readonly #aad: FrameAad;
  readonly #frameLength: number;
  readonly #maxFrames: number;
  readonly #batch: number;
  readonly #queue = new ByteQueue();
  readonly #pipeline: Pipeline;
  readonly #signer: Signer | undefined;
  readonly #emit: Emit;
  readonly #size: number | undefined;
  readonly #room: (length: number) => Bytes;
  #sequence = 1;

  private constructor(cipher: FrameCipher, header: Header, input: SealInput, emit: Emit) {
    this.#cipher = cipher;
    this.#aad = new FrameAad(header.messageId);
    this.#frameLength = input.frameLength;
    this.#maxFrames = input.maxFrames;
    this.#batch = batchOf(input.frameLength);
    this.#signer = input.signer;
    this.#size = input.size;
    this.#emit = input.emit;
    this.#room = input.room ?? ((length) => new Uint8Array(length));
    this.#pipeline = new Pipeline(emit, IN_FLIGHT);
  }

  /** Emits the header. */
  static async begin(input: SealInput): Promise<Sealer> {
    const { engine, suite, dataKey, context, encryptedDataKeys, frameLength, signer } = input;
    const messageId = engine.random(suite.version === 2 ? 32 : 16);
    const { cipher, commitment } = await messageKey(engine, suite, dataKey, messageId, frameLength);
    dataKey.fill(0);
    const header: Header = {
      suite,
      messageId,
      context,
      encryptedDataKeys,
      content: "framed",
      frameLength,
      ...(commitment && { commitment }),
    };
    const { encoded, whole } = encodeHeader(header, encodeContext(context));
    const wait = tagHeader(cipher, encoded, whole);
    if (wait) await wait;
    const emit: Emit = signer
      ? (bytes) => {
          signer.update(bytes);
          input.emit(bytes);
        }
      : input.emit;
    emit(whole);
    return new Sealer(cipher, header, input, emit);
  }

  /** Emits every frame that is whole, but for the last: which that is, only the end tells. */
  async write(chunk: Bytes): Promise<void> {
    this.#queue.push(chunk);
    this.taken += chunk.length;
    // A cache has counted with it.
    if (this.#size !== undefined && this.taken > this.#size)
      throw new EnvelopeError("LengthMismatch");
    for (;;) {
      const whole = Math.floor((this.#queue.length - 1) / this.#frameLength);
      if (whole < 1) return;
      const wait = this.#pipeline.add(this.#seal(Math.min(whole, this.#batch), false));
      if (wait) await wait;
      const hashed = this.#signer?.ready?.();
      if (hashed) await hashed;
    }
  }

  /** Emits the last frame, and the signature. */
  async end(): Promise<void> {
    if (this.#size !== undefined && this.taken !== this.#size)
      throw new EnvelopeError("LengthMismatch");
    const wait = this.#pipeline.add(this.#seal(1, true));
    if (wait) await wait;
    await this.#pipeline.drain();
    this.#wipe();
    if (!this.#signer) return;
    const signature = await this.#signer.sign();
    this.#emit(concat([u16(signature.length), signature]));
  }

  forget(): void {
    this.#wipe();
    this.#signer?.forget?.();
  }

  #wipe(): void {
    this.#cipher.forget();
    this.#queue.forget();
  }

  #seal(count: number, last: boolean): Maybe<readonly Bytes[]> {
    if (this.#frameLength > JOINED) return this.#sealOne(last);
    const length = last ? this.#queue.length : this.#frameLength;
    const prefix = last ? LAST_PREFIX : FRAME_PREFIX;
    const out = this.#room(count * (prefix + length + TAG_LENGTH));
    const waiting: Promise<void>[] = [];
    let at = 0;
    for (let index = 0; index < count; index++) {
      const sequence = this.#next(last);
      at += writePrefix(out, at, sequence, last, length);
      const aad = this.#aad.frame(sequence, last, length);
      const plaintext = this.#queue.take(length);
      const written = this.#cipher.sealInto(this.#aad.iv, aad, plaintext, out, at);
      if (written) waiting.push(written);
      at += length + TAG_LENGTH;
    }
    return waiting.length > 0 ? Promise.all(waiting).then(() => [out]) : [out];
  }

  /** A large frame is not copied once more to stand behind its prefix. */
  #sealOne(last: boolean): Maybe<readonly Bytes[]> {
    const length = last ? this.#queue.length : this.#frameLength;
    const sequence = this.#next(last);
    const prefix: Bytes = new Uint8Array(last ? LAST_PREFIX : FRAME_PREFIX);
    writePrefix(prefix, 0, sequence, last, length);
    const aad = this.#aad.frame(sequence, last, length);
    const sealed = this.#cipher.seal(this.#aad.iv, aad, this.#queue.take(length));
    return sealed instanceof Promise
      ? sealed.then((parts) => [prefix, ...parts])
      : [prefix, ...sealed];
  }

  #next(last: boolean): number {
    const sequence = this.#sequence;
    // A frame of this number is the last or would be taken for it.
    if (sequence > this.#maxFrames || sequence > LAST || (sequence === LAST && !last)) {
      throw new EnvelopeError("TooManyFrames");
    }
    this.#sequence += 1;
    return sequence;
  }
}
