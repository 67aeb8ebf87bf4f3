/** Files through the envelope: read and written piece by piece, never whole in memory. */

import type {
  CallerOptions,
  DecryptFileInput,
  EncryptFileInput,
  EnvelopeApi,
  FileTarget,
  KmsApi,
  LongOptions,
} from "./api.ts";
import { Envelope, type EnvelopeProgress } from "./envelope/envelope.ts";

type Output = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Bytes that are gathered before they are handed to the host, which keeps Blobs outside of this heap. */
const PIECE = 8 * 1024 * 1024;

/** Files under the keys of `kms`. */
export function envelopeOf(kms: Pick<KmsApi, "send">): EnvelopeApi {
  return {
    async encryptFile(file, { into, commitment, ...input }: EncryptFileInput, long = {}) {
      const { envelope, options } = prepare(kms, file, commitment, long);
      return gathered(envelope.encryptBlob(file, { ...input, ...options }), into);
    },
    async decryptFile(file, { into, commitment, ...input }: DecryptFileInput = {}, long = {}) {
      const { envelope, options } = prepare(kms, file, commitment, long);
      // Nobody sees the plaintext before the message's end is verified.
      const stream = envelope.decryptBlob(file, { ...input, ...options, signed: "release" });
      return gathered(stream, into);
    },
  };
}

/** Calls go out in the caller's name. */
function prepare(
  kms: Pick<KmsApi, "send">,
  file: Blob,
  commitment: EncryptFileInput["commitment"],
  { onProgress, signal, ...caller }: LongOptions,
) {
  signal?.throwIfAborted();
  const asked = {
    send: (operation: string, input: object, { region }: CallerOptions) =>
      kms.send(operation, { ...input }, { ...caller, ...(region !== undefined && { region }) }),
  };
  const progress = ({ done, total = file.size }: EnvelopeProgress) => onProgress?.({ done, total });
  return {
    envelope: new Envelope({ kms: asked, ...(commitment && { commitment }) }),
    options: { onProgress: progress, signal },
  };
}

function gathered(stream: Output, into: FileTarget | undefined): Promise<Blob> {
  return into ? written(stream, into) : blobOf(stream);
}

async function written(stream: Output, into: FileTarget): Promise<Blob> {
  try {
    // A failure on either side aborts the other.
    await stream.pipeTo(await into.createWritable());
  } catch (thrown) {
    // A picker makes the file that it names.
    const left = await into.getFile().catch(() => undefined);
    if (left?.size === 0) await into.remove?.();
    throw thrown;
  }
  return into.getFile();
}

async function blobOf(stream: Output): Promise<Blob> {
  const reader = stream.getReader();
  const parts: Blob[] = [];
  let piece: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (value) {
      piece.push(value);
      length += value.length;
    }
    if (done || length >= PIECE) {
      // A Blob of its own: the browser may move it out of memory at once.
      parts.push(new Blob(piece));
      piece = [];
      length = 0;
    }
    if (done) return new Blob(parts);
  }
}
