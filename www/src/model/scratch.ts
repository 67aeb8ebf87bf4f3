/**
 * Room for large results: files in the browser's private file system. Chromium loses Blobs of hundreds of megabytes
 * (NotReadableError), and elsewhere they are memory. A tab has a folder of its own, which whoever comes after it removes.
 */

const FOLDER = "files";
/** Bytes from which on a result goes to a file. */
const LARGE = 64_000_000;

type Folder = FileSystemDirectoryHandle;

export class Scratch {
  #folder: Promise<Folder | undefined> | undefined;
  #clearing: Promise<void> = Promise.resolve();

  /** An empty file; nothing for what is small, or where the browser has no such file system. */
  async file(name: string, size: number): Promise<FileSystemFileHandle | undefined> {
    if (size < LARGE) return undefined;
    this.#folder ??= openFolder().catch(() => undefined);
    await this.#clearing;
    return (await this.#folder)?.getFileHandle(name, { create: true });
  }

  clear(): void {
    this.#clearing = this.#clear();
  }

  async #clear(): Promise<void> {
    const folder = await this.#folder;
    if (folder !== undefined) await removeAll(folder, await namesIn(folder));
  }
}

async function openFolder(): Promise<Folder> {
  const all = await folderOfAll();
  const id = crypto.randomUUID();
  await holdUntilTheEnd(id);
  return all.getDirectoryHandle(id, { create: true });
}

/** Removes what tabs have left that are gone. */
export async function sweepScratch(): Promise<void> {
  try {
    const all = await folderOfAll();
    const { held = [] } = await navigator.locks.query();
    const alive = new Set(held.map(({ name }) => name));
    const left = (await namesIn(all)).filter((id) => !alive.has(lockOf(id)));
    await removeAll(all, left);
  } catch {
    // Where there is no such file system nothing is left in it.
  }
}

async function folderOfAll(): Promise<Folder> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

function lockOf(id: string): string {
  return `tabkms-files-${id}`;
}

/** The lock tells other tabs that this one lives. */
function holdUntilTheEnd(id: string): Promise<void> {
  return new Promise((resolve) => {
    void navigator.locks.request(lockOf(id), () => {
      resolve();
      return new Promise(() => {});
    });
  });
}

async function namesIn(folder: Folder): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

async function removeAll(folder: Folder, names: readonly string[]): Promise<void> {
  await Promise.allSettled(names.map((name) => folder.removeEntry(name, { recursive: true })));
}
