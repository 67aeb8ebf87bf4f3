/** Files that are there after a power failure, for their owner's eyes alone. */

import { mkdir, open } from "node:fs/promises";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Makes the folder and those above it, where they are missing. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
}

/** Writes a file whole, down to the disk. Its name is there to stay after {@link syncFolder}. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w", FILE_MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Brings the names in a folder down to the disk. Windows opens no folder, and needs none of it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const file = await open(folder, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
