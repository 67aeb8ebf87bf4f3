/** What a file system and LevelDB can say, as the store's errors. */

import { StoreError } from "../../errors.ts";

interface Thrown {
  readonly code?: string;
  readonly message?: string;
  readonly cause?: Thrown;
}

/** The `code` of an error of Node's. */
export function codeOf(thrown: unknown): string | undefined {
  return (thrown as Thrown | undefined)?.code;
}

/** The error for what went wrong in `directory`. */
export function storeError(directory: string, thrown: unknown): Error {
  if (thrown instanceof StoreError) return thrown;
  // LevelDB's own error is the cause of "Database failed to open"; it has the system's in its message alone.
  const { code, message = "" } = (thrown as Thrown).cause ?? (thrown as Thrown);
  if (code === "LEVEL_LOCKED") return inUse(directory);
  if (code === "LEVEL_CORRUPTION") return corrupt(directory, message);
  if (code === "LEVEL_DATABASE_NOT_OPEN" || code === "LEVEL_ITERATOR_NOT_OPEN") return closed();
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left|quota exceeded/i.test(message)) {
    return new StoreError("QuotaExceededError", `The disk of ${directory} is full.`);
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ELOOP)$/.test(code ?? "") || /denied/.test(message)) {
    return new StoreError("StorageRefusedError", `The directory ${directory}: ${message}`);
  }
  return new StoreError("StorageError", `The directory ${directory}: ${message}`);
}

/** For what stands in the directory and is not what was written. */
export function corrupt(directory: string, what: string): StoreError {
  return new StoreError(
    "CorruptStoreError",
    `The store in ${directory} is damaged: ${what}. Put a backup of the whole directory in its place, or import an ` +
      "export into a new one.",
  );
}

export function inUse(directory: string): StoreError {
  const where = "in another process, or elsewhere in this one";
  return new StoreError("StoreInUseError", `The directory ${directory} is open ${where}.`);
}

export function closed(): StoreError {
  return new StoreError("ClosedError", "The store was closed.");
}
