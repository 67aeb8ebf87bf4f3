/** Files of any size, encrypted on the client's side: what `tabkms/envelope` does, where the KMS is. */

import type { LongOptions } from "../api.ts";
import type { EncryptionContext } from "../envelope/context.ts";
import type { CommitmentPolicy } from "../envelope/suites.ts";

/** What `showSaveFilePicker` gives, or OPFS: a `FileSystemFileHandle`. */
export interface FileTarget {
  /** What is written stands in the file once it is closed, and nowhere where it is aborted. */
  createWritable(): Promise<WritableStream<Uint8Array<ArrayBuffer>>>;
  getFile(): Promise<Blob>;
  remove?(): Promise<void>;
}

interface FileOptions {
  /**
   * Where the result goes, in place of a Blob that the host keeps: Chromium may lose one of hundreds of megabytes. Broken
   * off, it is as it was; an empty one is removed.
   */
  readonly into?: FileTarget;
  readonly grantTokens?: readonly string[];
  /** Default: `REQUIRE_ENCRYPT_REQUIRE_DECRYPT`. */
  readonly commitment?: CommitmentPolicy;
}

export interface EncryptFileInput extends FileOptions {
  /** ARNs, ids or aliases: the first makes the data key, the others may open it too. */
  readonly keyIds: readonly string[];
  readonly context?: EncryptionContext;
  /** The algorithm suite's number: 0x0478, or 0x0178 where commitment is forbidden. */
  readonly suite?: number;
  /** Bytes of plaintext of a frame: 512 KiB. */
  readonly frameLength?: number;
}

export interface DecryptFileInput extends FileOptions {
  /** ARNs: no other key is asked. Without them, whichever key the file names. */
  readonly keyIds?: readonly string[];
  /** Pairs that the file's context has to have. */
  readonly context?: EncryptionContext;
}

/**
 * Client-side envelope encryption in the AWS Encryption SDK's message format. A file is read, computed and written piece
 * by piece, and nothing of it is given out before all of it was verified. Rejects with a {@link KmsError} of the call for
 * the data key, an {@link EnvelopeError}, or what reading the file rejects with; broken off, it leaves nothing behind.
 */
export interface EnvelopeApi {
  encryptFile(file: Blob, input: EncryptFileInput, options?: LongOptions): Promise<Blob>;
  /** Progress counts bytes of the message. */
  decryptFile(file: Blob, input?: DecryptFileInput, options?: LongOptions): Promise<Blob>;
}
