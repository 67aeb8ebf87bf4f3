/** Reads one message in order, in chunks of any length. Nothing is given out before its tag is verified. */

import {
  checkIv,
  checkSequence,
  FRAME_PREFIX,
  FrameAad,
  LAST,
  LAST_PREFIX,
  LONGEST_SINGLE,
  SINGLE_PREFIX,
} from "./body.ts";
import { ByteQueue, type Bytes, concat, fromBase64, readU16, readU32 } from "./bytes.ts";
import { PUBLIC_KEY } from "./context.ts";
import type { Engine, FrameCipher, Maybe, Verifier } from "./engine.ts";
import { EnvelopeError, Forged } from "./errors.ts";
import {
  type HeaderLimits,
  IV_LENGTH,
  NeedsMore,
  type ReadHeader,
  readHeader,
  TAG_LENGTH,
} from "./header.ts";
import { messageKey, verifyHeader } from "./keys.ts";
import { batchOf, type Emit, IN_FLIGHT, JOINED, Pipeline } from "./pipeline.ts";

export interface OpenLimits extends HeaderLimits {
  /** Bytes of plaintext. */
  readonly maxFrameLength: number;
  readonly maxFrames: number;
  /** Bytes of plaintext that are held back until all of it is verified. */
  readonly maxBodySize: number;
}

export interface OpenInput {
  readonly engine: Engine;
  readonly limits: OpenLimits;
  /** Whether small frames are emitted several in one piece. */
  readonly joins: boolean;
  /** What a signed message's plaintext waits for. */
  readonly signed: "hold" | "release";
  /** The data key of a header that is not verified yet; wiped once the message's key is derived. */
  unlock(header: ReadHeader): Maybe<Bytes>;
  readonly emit: Emit;
}

type State =
  | { readonly type: "header"; readonly need: number }
  | { readonly type: "frames" }
  | { readonly type: "single" }
  | { readonly type: "signature" }
  | { readonly type: "done" };

interface Opened {
  readonly header: ReadHeader;
  readonly cipher: FrameCipher;
  readonly aad: FrameAad;
  readonly verifier: Verifier | undefined;
}

export class Opener {
  /** Once its tag is verified. */
  header: ReadHeader | undefined;
  /** Whether all that there is was verified, the signature included. */
  isVerified = false;
  readonly #input: OpenInput;
  readonly #queue = new ByteQueue();
  readonly #pipeline: Pipeline;
  #state: State = { type: "header", need: 1 };
  #opened: Opened | undefined;
  #sequence = 1;
  #held: Bytes[] = [];
  #heldLength = 0;

  constructor(input: OpenInput) {
    this.#input = input;
    this.#pipeline = new Pipeline((bytes) => this.#give(bytes), IN_FLIGHT);
  }

  async write(chunk: Bytes): Promise<void> {
    this.#queue.push(chunk);
    await this.#read();
  }

  /** Throws Truncated where the message is not whole. */
  async end(): Promise<void> {
    await this.#read();
    if (this.#state.type !== "done") throw new EnvelopeError("Truncated");
  }

  forget(): void {
    this.#opened?.cipher.forget();
    this.#opened?.verifier?.forget?.();
    this.#queue.forget();
    for (const bytes of this.#held) bytes.fill(0);
    this.#held = [];
  }

  async #read(): Promise<void> {
    // Each reads what it can, and says whether the state is another one.
    for (;;) {
      switch (this.#state.type) {
        case "header":
          if (!(await this.#readHeader(this.#state.need))) return;
          break;
        case "frames":
          if (!(await this.#readFrames())) return;
          break;
        case "single":
          if (!(await this.#readSingle())) return;
          break;
        case "signature":
          if (!(await this.#readSignature())) return;
          break;
        case "done":
          if (this.#queue.length > 0) throw new EnvelopeError("TrailingBytes");
          return;
      }
    }
  }

  async #readHeader(need: number): Promise<boolean> {
    if (this.#queue.length < need) return false;
    const { engine, limits, unlock } = this.#input;
    const header = readHeader(this.#queue.peek(this.#queue.length), limits);
    if (header instanceof NeedsMore) {
      this.#state = { type: "header", need: header.length };
      return false;
    }
    const { suite, frameLength, messageId, context } = header;
    if (frameLength > limits.maxFrameLength) throw new EnvelopeError("FrameTooLong");
    const dataKey = await unlock(header);
    const longest = header.content === "framed" ? frameLength : limits.maxBodySize;
    const key = await messageKey(engine, suite, dataKey, messageId, longest);
    dataKey.fill(0);
    await verifyHeader(key, header);
    let verifier: Verifier | undefined;
    if (suite.signature) {
      const publicKey = fromBase64(context[PUBLIC_KEY] ?? "");
      if (!publicKey?.length) throw new EnvelopeError("PublicKey");
      verifier = await engine.verifier(suite.signature, publicKey, longest);
    }
    this.#opened = { header, cipher: key.cipher, aad: new FrameAad(messageId), verifier };
    verifier?.update(this.#queue.peek(header.length));
    this.#queue.skip(header.length);
    this.header = header;
    this.#state = { type: header.content === "framed" ? "frames" : "single" };
    return true;
  }

  async #readFrames(): Promise<boolean> {
    const opened = this.#need();
    const most = batchOf(opened.header.frameLength);
    for (;;) {
      const batch: Maybe<Bytes>[] = [];
      let isLast = false;
      let isAsync = false;
      while (batch.length < most && !isLast) {
        const frame = this.#frame(opened);
        if (!frame) break;
        isLast = frame.last;
        isAsync ||= frame.plaintext instanceof Promise;
        batch.push(frame.plaintext);
      }
      if (batch.length === 0) return false;
      const together = this.#input.joins ? joined : (parts: Bytes[]) => parts;
      const work = isAsync ? Promise.all(batch).then(together) : together(batch as Bytes[]);
      const wait = this.#pipeline.add(forgeries(work));
      if (wait) await wait;
      const hashed = opened.verifier?.ready?.();
      if (hashed) await hashed;
      if (isLast) {
        await this.#bodyEnds();
        return true;
      }
    }
  }

  /** The next frame where it is whole. */
  #frame({
    header,
    cipher,
    aad,
    verifier,
  }: Opened): { last: boolean; plaintext: Maybe<Bytes> } | undefined {
    const { limits } = this.#input;
    const queue = this.#queue;
    if (queue.length < 4) return undefined;
    const last = readU32(queue.peek(4), 0) === LAST;
    const prefix = last ? LAST_PREFIX : FRAME_PREFIX;
    const sequence = this.#sequence;
    if (!last) checkSequence(queue.peek(4), 0, sequence);
    if (sequence > limits.maxFrames || sequence > LAST) throw new EnvelopeError("TooManyFrames");
    if (queue.length < prefix) return undefined;
    const head = queue.peek(prefix);
    if (last) checkSequence(head, 4, sequence);
    checkIv(head, last ? 8 : 4, sequence);
    const length = last ? readU32(head, prefix - 4) : header.frameLength;
    if (length > header.frameLength) throw new EnvelopeError("FrameTooLong");
    const whole = prefix + length + TAG_LENGTH;
    if (queue.length < whole) return undefined;
    // Apart: where they came in chunks of their own, as they are written here, nothing is copied.
    verifier?.update(head);
    queue.skip(prefix);
    const sealed = queue.take(length + TAG_LENGTH);
    verifier?.update(sealed);
    this.#sequence += 1;
    const data = aad.frame(sequence, last, length);
    const plaintext = opens(() => cipher.open(aad.iv, data, sealed));
    // Awaited with its batch; until then a refusal is nobody's unhandled rejection.
    if (plaintext instanceof Promise) plaintext.catch(() => {});
    return { last, plaintext };
  }

  async #readSingle(): Promise<boolean> {
    const { cipher, aad, verifier } = this.#need();
    if (this.#queue.length < SINGLE_PREFIX) return false;
    const head = this.#queue.peek(SINGLE_PREFIX);
    const length = readU32(head, IV_LENGTH) * 2 ** 32 + readU32(head, IV_LENGTH + 4);
    const { maxBodySize } = this.#input.limits;
    if (length > LONGEST_SINGLE || length > maxBodySize) {
      throw new EnvelopeError("BodyTooLong", {
        detail: `${length} bytes of at most ${maxBodySize}.`,
      });
    }
    const whole = SINGLE_PREFIX + length + TAG_LENGTH;
    if (this.#queue.length < whole) return false;
    const bytes = this.#queue.take(whole);
    verifier?.update(bytes);
    const iv = bytes.subarray(0, IV_LENGTH);
    const plaintext = opens(() =>
      cipher.open(iv, aad.single(length), bytes.subarray(SINGLE_PREFIX)),
    );
    this.#give(await forgeries(plaintext));
    await this.#bodyEnds();
    return true;
  }

  async #bodyEnds(): Promise<void> {
    await this.#pipeline.drain();
    const { verifier, cipher } = this.#need();
    cipher.forget();
    this.#state = { type: verifier ? "signature" : "done" };
    if (!verifier) this.isVerified = true;
  }

  async #readSignature(): Promise<boolean> {
    const { verifier } = this.#need();
    if (this.#queue.length < 2) return false;
    const length = readU16(this.#queue.peek(2), 0);
    if (length === 0) throw new EnvelopeError("MalformedSignature");
    if (this.#queue.length < 2 + length) return false;
    const signature = this.#queue.take(2 + length).slice(2);
    if (!(await verifier?.verify(signature))) throw new EnvelopeError("Signature");
    this.isVerified = true;
    this.#state = { type: "done" };
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) this.#input.emit(bytes);
    return true;
  }

  #give(bytes: Bytes): void {
    if (bytes.length === 0) return;
    if (!this.#opened?.verifier || this.#input.signed === "release") {
      this.#input.emit(bytes);
      return;
    }
    this.#heldLength += bytes.length;
    const { maxBodySize } = this.#input.limits;
    if (this.#heldLength > maxBodySize) {
      throw new EnvelopeError("BodyTooLong", {
        detail: `More than ${maxBodySize} bytes are signed.`,
      });
    }
    this.#held.push(bytes);
  }

  #need(): Opened {
    if (!this.#opened) throw new EnvelopeError("Truncated");
    return this.#opened;
  }
}

/** Small frames in one piece. */
function joined(parts: readonly Bytes[]): readonly Bytes[] {
  const [first] = parts;
  if (!first) return [];
  return parts.length === 1 || first.length > JOINED ? parts : [concat(parts)];
}

/** A cipher that answers at once throws at once: its refusal waits for its turn like the others. */
function opens(call: () => Maybe<Bytes>): Maybe<Bytes> {
  try {
    return call();
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

function forgeries<T>(work: Maybe<T>): Maybe<T> {
  if (!(work instanceof Promise)) return work;
  return work.catch((thrown) => {
    throw thrown instanceof Forged ? new EnvelopeError("FrameTag") : thrown;
  });
}
