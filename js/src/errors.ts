import { EnvelopeError, type EnvelopeReason } from "./envelope/errors.ts";

/** The names of the errors that are the store's and not AWS's. */
export const STORAGE_ERRORS = [
  "StorageRefusedError",
  "QuotaExceededError",
  "SchemaTooNewError",
  "CorruptStoreError",
  "StoreInUseError",
  "KeyFileError",
  "PassphraseRequiredError",
  "WrongPassphraseError",
  "ClosedError",
  "StorageError",
] as const;

export type StorageErrorName = (typeof STORAGE_ERRORS)[number];

/** An exception of KMS or S3: `name` is AWS's, as in AWS SDK v3. */
export class KmsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The store cannot be opened, read or written. `name` says why. */
export class StoreError extends Error {
  constructor(name: StorageErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/** What crosses a boundary in an error's place. */
export interface ErrorLike {
  readonly name: string;
  readonly message: string;
  /** Of an EnvelopeError. */
  readonly envelope?: { readonly reason: EnvelopeReason; readonly detail: string | undefined };
}

/** The platform's own about a file, which keep their class. */
const PLATFORM_ERRORS = ["AbortError", "NotReadableError", "NotFoundError", "NotAllowedError"];

function isStorageError(name: string): name is StorageErrorName {
  return (STORAGE_ERRORS as readonly string[]).includes(name);
}

/** The error of the right class for a name and a message. */
export function rebuild({ name, message, envelope }: ErrorLike): Error {
  if (envelope) {
    const { reason, detail } = envelope;
    return new EnvelopeError(reason, detail === undefined ? {} : { detail });
  }
  if (PLATFORM_ERRORS.includes(name)) return new DOMException(message, name);
  if (isStorageError(name)) return new StoreError(name, message);
  if (name === "TypeError") return new TypeError(message);
  return new KmsError(name, message);
}

/** Name and message of whatever was thrown. */
export function likeness(thrown: unknown): ErrorLike {
  if (thrown instanceof EnvelopeError) {
    const { name, message, reason, detail } = thrown;
    return { name, message, envelope: { reason, detail } };
  }
  if (thrown instanceof Error || thrown instanceof DOMException) {
    return { name: thrown.name, message: thrown.message };
  }
  return { name: "Error", message: String(thrown) };
}

/** Runs a call into wasm and gives its errors their classes. */
export async function rethrowing<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    throw rebuild(likeness(thrown));
  }
}
