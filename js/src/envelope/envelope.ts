/** Envelope encryption for applications: bytes, streams and Blobs. */

import { bodyLength } from "./body.ts";
import { type Bytes, Gathered, ownBytes, toBase64 } from "./bytes.ts";
import {
  type CacheOptions,
  DataKeyCache,
  decryptionName,
  encryptionName,
  type Materials,
} from "./cache.ts";
import { checkReserved, type EncryptionContext, PUBLIC_KEY } from "./context.ts";
import type { DataKeys } from "./data-keys.ts";
import { type Engine, type Maybe, platformEngine } from "./engine.ts";
import { EnvelopeError } from "./errors.ts";
import type { Header, ReadHeader } from "./header.ts";
import { type AnyKms, type Discovery, KmsDataKeys } from "./kms.ts";
import { Opener, type OpenLimits } from "./open.ts";
import type { Emit } from "./pipeline.ts";
import { Sealer } from "./seal.ts";
import { type Decrypting, decryptingStream, fromBlob, transforming } from "./streams.ts";
import { type CommitmentPolicy, checkPolicy, DEFAULT_SUITE, suiteOf } from "./suites.ts";

export interface Limits {
  /** Encrypted data keys of a message: 64. */
  readonly maxEncryptedDataKeys?: number;
  /** Bytes of a header that is read: 1 MiB. */
  readonly maxHeaderLength?: number;
  /** Bytes of plaintext of a frame: 16 MiB. */
  readonly maxFrameLength?: number;
  /** Frames of a message: 2^32 - 1, the most that the format counts. */
  readonly maxFrames?: number;
  /** Bytes of plaintext that are held back until all of it is verified: 64 MiB. */
  readonly maxBodySize?: number;
}

/** Where the data keys come from: a KMS, or what you have written or made with `rawAes`. */
export type EnvelopeSource = { readonly kms: AnyKms } | { readonly dataKeys: DataKeys };

export type EnvelopeOptions = EnvelopeSource & {
  /** Default: `REQUIRE_ENCRYPT_REQUIRE_DECRYPT`. */
  readonly commitment?: CommitmentPolicy;
  readonly limits?: Limits;
  /** Data keys that serve several messages; off without it. */
  readonly cache?: CacheOptions;
  /** What computes, for tests. */
  readonly engine?: Engine;
};

interface Long {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of plaintext that have gone through. */
  readonly onProgress?: ((progress: EnvelopeProgress) => void) | undefined;
}

export interface EnvelopeProgress {
  readonly done: number;
  /** Where it was said, or is known. */
  readonly total?: number;
}

export interface EncryptOptions extends Long {
  /** ARNs, ids or aliases: the first makes the data key, the others may open it too. */
  readonly keyIds?: readonly string[];
  readonly context?: EncryptionContext;
  readonly grantTokens?: readonly string[];
  /** The algorithm suite's number: 0x0478, or 0x0178 where commitment is forbidden. */
  readonly suite?: number;
  /** Bytes of plaintext of a frame: 4096, and 512 KiB for streams and Blobs. */
  readonly frameLength?: number;
  /** Bytes of plaintext of a stream, where they are known: others are refused then. */
  readonly size?: number;
}

export interface DecryptOptions extends Long {
  /** ARNs: no other key is asked. Without them, whichever key the message names. */
  readonly keyIds?: readonly string[];
  /** Limits the keys that a message names. */
  readonly discovery?: Discovery;
  readonly grantTokens?: readonly string[];
  /** Pairs that the message's context has to have. */
  readonly context?: EncryptionContext;
  /**
   * The plaintext of a suite that signs: `hold` keeps it, as far as `maxBodySize`, until the signature is verified;
   * `release` gives out each frame once its tag is, unverified as a whole until the stream's end.
   */
  readonly signed?: "hold" | "release";
}

export interface Decrypted {
  readonly plaintext: Uint8Array<ArrayBuffer>;
  readonly context: EncryptionContext;
  readonly header: Header;
}

const SMALL_FRAME = 4096;
const LARGE_FRAME = 512 * 1024;
const MOST_FRAMES = 2 ** 32 - 1;
/** Of P-384's in DER, with its length in front. */
const LONGEST_SIGNATURE = 2 + 104;
/** Bytes in memory that are worked on before the signal is looked at. */
const PIECE = 4 * 1024 * 1024;

export class Envelope {
  readonly #options: EnvelopeOptions;
  readonly #policy: CommitmentPolicy;
  readonly #limits: OpenLimits;
  readonly #cache: DataKeyCache | undefined;
  readonly #engine: Engine;

  constructor(options: EnvelopeOptions) {
    this.#options = options;
    this.#policy = options.commitment ?? "REQUIRE_ENCRYPT_REQUIRE_DECRYPT";
    this.#limits = {
      maxEncryptedDataKeys: 64,
      maxHeaderLength: 1024 * 1024,
      maxFrameLength: 16 * 1024 * 1024,
      maxFrames: MOST_FRAMES,
      maxBodySize: 64 * 1024 * 1024,
      ...options.limits,
    };
    this.#cache = options.cache && new DataKeyCache(options.cache);
    this.#engine = options.engine ?? platformEngine();
  }

  /** Encrypts what is in memory. */
  async encrypt(
    plaintext: Uint8Array,
    options: EncryptOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { signal, onProgress, frameLength = SMALL_FRAME } = options;
    const size = plaintext.length;
    let out: Gathered | undefined;
    const emit = (bytes: Bytes) => {
      // The header comes first, and tells how long the whole is.
      out ??= new Gathered(bytes.length + bodyLength(size, frameLength) + LONGEST_SIGNATURE);
      out.add(bytes);
    };
    const room = (length: number) => out?.room(length) ?? new Uint8Array(length);
    const sealer = await this.#seal({ ...options, size }, frameLength, emit, room);
    try {
      for (let at = 0; at < size; at += PIECE) {
        signal?.throwIfAborted();
        await sealer.write(ownBytes(plaintext.subarray(at, at + PIECE)));
        onProgress?.({ done: sealer.taken, total: size });
      }
      await sealer.end();
    } finally {
      sealer.forget();
    }
    signal?.throwIfAborted();
    return out?.all ?? new Uint8Array();
  }

  /** Decrypts what is in memory. Nothing comes of a message that is not verified to its end. */
  async decrypt(message: Uint8Array, options: DecryptOptions = {}): Promise<Decrypted> {
    const { signal, onProgress } = options;
    let first: Bytes | undefined;
    let out: Gathered | undefined;
    let done = 0;
    // Held back here in any case.
    const emit = (bytes: Bytes) => {
      done += bytes.length;
      if (!first && !out) {
        first = bytes;
        return;
      }
      out ??= new Gathered(message.length);
      if (first) out.add(first);
      first = undefined;
      out.add(bytes);
    };
    const opener = this.#open({ ...options, signed: "release" }, emit, false);
    try {
      for (let at = 0; at < message.length; at += PIECE) {
        signal?.throwIfAborted();
        await opener.write(ownBytes(message.subarray(at, at + PIECE)));
        onProgress?.({ done });
      }
      await opener.end();
    } finally {
      opener.forget();
    }
    signal?.throwIfAborted();
    const header = publicHeader(opener);
    return { plaintext: first ?? out?.all ?? new Uint8Array(), context: header.context, header };
  }

  /**
   * Encrypts what is written to it. A chunk is the stream's until the next one is taken: write no chunk's memory over. In
   * Node: `Readable.toWeb(file).pipeThrough(…)`, or `Duplex.fromWeb(…)`.
   */
  encryptStream(
    options: EncryptOptions = {},
  ): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
    return transforming(
      (emit) => this.#seal(options, LARGE_FRAME, emit),
      options,
      (sealer) => sealer.taken,
    );
  }

  /**
   * Decrypts the message that is written to it. A stream that ends without an error was verified to its end; one that
   * breaks off gave out frames that are true, but not the whole.
   */
  decryptStream(options: DecryptOptions = {}): Decrypting {
    return decryptingStream((emit) => this.#open(options, emit), options, publicHeader);
  }

  /** Encrypts a Blob or a File, read piece by piece as the stream is. */
  encryptBlob(blob: Blob, options: EncryptOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
    const sized = { ...options, size: blob.size };
    return fromBlob(blob, (emit) => this.#seal(sized, LARGE_FRAME, emit), options);
  }

  /** Decrypts a Blob or a File, read piece by piece as the stream is. As {@link Envelope.decryptStream}. */
  decryptBlob(blob: Blob, options: DecryptOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
    return fromBlob(blob, async (emit) => this.#open(options, emit), options);
  }

  /** Wipes the cached data keys. */
  clearCache(): void {
    this.#cache?.clear();
  }

  async #seal(
    options: EncryptOptions,
    frame: number,
    emit: Emit,
    room?: (length: number) => Bytes,
  ): Promise<Sealer> {
    const { frameLength = frame, context = {}, size, signal } = options;
    signal?.throwIfAborted();
    const { maxFrameLength, maxFrames, maxEncryptedDataKeys } = this.#limits;
    if (!Number.isInteger(frameLength) || frameLength < 1)
      throw new EnvelopeError("ZeroFrameLength");
    if (frameLength > maxFrameLength) throw new EnvelopeError("FrameTooLong");
    const preferred = this.#policy === "FORBID_ENCRYPT_ALLOW_DECRYPT" ? 0x0178 : DEFAULT_SUITE;
    const suite = suiteOf(options.suite ?? preferred);
    checkPolicy(this.#policy, suite, "encrypt");
    checkReserved(context);
    const source = this.#source(options);
    const isCached = this.#cache && size !== undefined && DataKeyCache.takes(suite);
    const name = isCached ? encryptionName(source.scope, suite, context) : "";
    let materials = isCached ? this.#cache?.take(name, size) : undefined;
    if (!materials) {
      materials = await this.#materials(source, suite, context, signal);
      if (isCached) this.#cache?.put(name, materials, size);
    }
    try {
      signal?.throwIfAborted();
      if (materials.encrypted.length > maxEncryptedDataKeys) throw new EnvelopeError("TooManyKeys");
      return await Sealer.begin({
        engine: this.#engine,
        suite,
        dataKey: materials.dataKey,
        context: materials.context,
        encryptedDataKeys: materials.encrypted,
        frameLength,
        maxFrames,
        size,
        signer: materials.signingKey && (await materials.signingKey.signer(frameLength)),
        emit,
        room,
      });
    } finally {
      materials.dataKey.fill(0);
    }
  }

  async #materials(
    source: DataKeys,
    suite: ReturnType<typeof suiteOf>,
    given: EncryptionContext,
    signal: AbortSignal | undefined,
  ): Promise<Materials> {
    const signingKey = suite.signature && (await this.#engine.signingKey(suite.signature));
    const context = signingKey ? { ...given, [PUBLIC_KEY]: toBase64(signingKey.publicKey) } : given;
    const { bytes, encrypted } = await source.generate({
      length: suite.keyLength,
      context,
      signal,
    });
    return { context, dataKey: bytes, encrypted, signingKey };
  }

  #open(options: DecryptOptions, emit: Emit, joins = true): Opener {
    const { signed = "hold", signal } = options;
    signal?.throwIfAborted();
    return new Opener({
      engine: this.#engine,
      limits: this.#limits,
      joins,
      signed,
      unlock: (header) => this.#unlock(header, options),
      emit,
    });
  }

  #unlock(
    { suite, context, encryptedDataKeys }: ReadHeader,
    options: DecryptOptions,
  ): Maybe<Bytes> {
    checkPolicy(this.#policy, suite, "decrypt");
    for (const [key, value] of Object.entries(options.context ?? {})) {
      if (!Object.hasOwn(context, key) || context[key] !== value) {
        throw new EnvelopeError("ContextMismatch", { detail: key });
      }
    }
    const source = this.#source(options);
    const request = {
      keys: encryptedDataKeys,
      length: suite.keyLength,
      context,
      signal: options.signal,
    };
    const cache = DataKeyCache.takes(suite) ? this.#cache : undefined;
    if (!cache) return source.open(request);
    const name = decryptionName(source.scope, suite, context, encryptedDataKeys);
    const cached = cache.opened(name);
    if (cached) return cached;
    return Promise.resolve(source.open(request)).then((dataKey) => {
      cache.put(name, { context, dataKey, encrypted: [] }, 0);
      return dataKey;
    });
  }

  #source({ keyIds, grantTokens, ...rest }: EncryptOptions & DecryptOptions): DataKeys {
    if ("dataKeys" in this.#options) return this.#options.dataKeys;
    const { kms } = this.#options;
    return new KmsDataKeys({ kms, keyIds, grantTokens, discovery: rest.discovery });
  }
}

function publicHeader(opener: Opener): Header {
  if (!opener.header) throw new EnvelopeError("Truncated");
  const { encoded: _, iv: __, tag: ___, length: ____, ...header } = opener.header;
  return header;
}
