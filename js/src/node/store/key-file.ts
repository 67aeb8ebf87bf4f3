/**
 * The root key in a file: 32 bytes, mode 0600. They become a CryptoKey that no script can read out, and wasm never sees
 * them.
 *
 * The root key's record names its file's key by a part of the key's hash, so that a change of keys is whole whenever it
 * is broken off: the new key waits in `root.key.new` until the record that names it is committed, and takes its
 * place then. Opening ends what was begun.
 */

import { createHash, randomBytes } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "../../errors.ts";
import { codeOf } from "./faults.ts";
import { syncFolder, writeFile } from "./files.ts";

const LENGTH = 32;
const CURRENT = "root.key";
const NEXT = "root.key.new";
/** So many hexadecimal digits of the hash tell two keys apart, and tell nothing of either. */
const ID_DIGITS = 16;
const PURPOSE = "tabkms root key, file 1";

/** A key and its name in the record. */
export interface NamedKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/** Where the key stands. */
export function keyFile(directory: string): string {
  return join(directory, CURRENT);
}

export async function hasKeyFile(directory: string): Promise<boolean> {
  return stat(keyFile(directory)).then(
    () => true,
    () => false,
  );
}

/** Makes a key that waits for its record. */
export async function makeKey(directory: string): Promise<NamedKey> {
  const bytes = randomBytes(LENGTH);
  try {
    const file = join(directory, NEXT);
    // One that is left over may have another mode.
    await rm(file, { force: true });
    await writeFile(file, bytes);
    await syncFolder(directory);
    return await named(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The key that a record names `id`; it stands in `root.key` afterwards, alone. */
export async function readKey(directory: string, id: string): Promise<NamedKey> {
  const current = await readFile(keyFile(directory));
  if (current?.id === id) return current;
  const next = await readFile(join(directory, NEXT));
  if (next?.id === id) {
    await settleKey(directory);
    return next;
  }
  const what = current
    ? "is not the key of this store: put back the one that is"
    : "is missing: put it back";
  throw keyError(keyFile(directory), `${what}. Nothing opens the store without it.`);
}

/** After the commit of its record the new key takes the old one's place. */
export async function settleKey(directory: string): Promise<void> {
  await rename(join(directory, NEXT), keyFile(directory));
  await syncFolder(directory);
}

/** Removes the key that waits for a record; with `all`, where a passphrase is in its place, the key as well. */
export async function dropKeys(directory: string, all: boolean): Promise<void> {
  await rm(join(directory, NEXT), { force: true });
  if (all) await rm(keyFile(directory), { force: true });
  await syncFolder(directory);
}

async function readFile(path: string): Promise<NamedKey | undefined> {
  const file = await open(path, "r").catch((thrown) => {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw keyError(path, `cannot be read: ${codeOf(thrown)}.`);
  });
  if (!file) return undefined;
  const bytes = Buffer.alloc(LENGTH + 1);
  try {
    // As ssh does: a key that others could read is no secret, and somebody should know.
    const { mode } = await file.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      const said = (mode & 0o777).toString(8).padStart(4, "0");
      throw keyError(path, `is open to others (mode ${said}): chmod 600 it.`);
    }
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead !== LENGTH) throw keyError(path, `is no key: it has to be ${LENGTH} bytes long.`);
    return await named(bytes.subarray(0, LENGTH));
  } finally {
    bytes.fill(0);
    await file.close();
  }
}

/** Takes the bytes in; whoever made them wipes them. */
async function named(bytes: Uint8Array<ArrayBuffer>): Promise<NamedKey> {
  const id = createHash("sha256").update(PURPOSE).update(bytes).digest("hex").slice(0, ID_DIGITS);
  const uses: KeyUsage[] = ["encrypt", "decrypt"];
  return { id, key: await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, uses) };
}

function keyError(path: string, what: string): StoreError {
  return new StoreError("KeyFileError", `The key file ${path} ${what}`);
}
