/**
 * Bodies of objects as files, one a piece: `bodies/<store>/<body>/<index>`. A database would write each of their
 * megabytes several times over, and keep what is deleted for a while.
 */

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, corrupt } from "./faults.ts";
import { makeFolder, syncFolder, writeFile } from "./files.ts";

/** What names a store or a body: hexadecimal digits. An imported file must not name a place outside. */
const NAME = /^[0-9a-z]{1,64}$/;

export class Bodies {
  readonly #directory: string;
  readonly #folder: string;
  // Whose names are on the disk.
  readonly #made = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
    this.#folder = join(directory, "bodies");
  }

  async put(store: string, body: string, index: number, bytes: Uint8Array): Promise<void> {
    const folder = this.#folderOf(store, body);
    await makeFolder(folder);
    await writeFile(join(folder, String(index)), bytes);
    await syncFolder(folder);
    if (this.#made.has(folder)) return;
    for (const above of [join(this.#folder, store), this.#folder, this.#directory]) {
      await syncFolder(above);
    }
    this.#made.add(folder);
  }

  async read(store: string, body: string, index: number): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folderOf(store, body), String(index)));
    } catch (thrown) {
      if (codeOf(thrown) === "ENOENT") return undefined;
      throw thrown;
    }
  }

  async delete(store: string, body: string): Promise<void> {
    const folder = this.#folderOf(store, body);
    this.#made.delete(folder);
    await rm(folder, { recursive: true, force: true });
  }

  /** Deletes all bodies of stores other than `store`. */
  async keepStore(store: string): Promise<void> {
    for (const other of await names(this.#folder)) {
      if (other !== store) await rm(join(this.#folder, other), { recursive: true, force: true });
    }
  }

  /** Deletes every body but these of `store`; how many there were. */
  async keep(store: string, bodies: readonly string[]): Promise<number> {
    const kept = new Set(bodies);
    let count = 0;
    for (const owner of await names(this.#folder)) {
      for (const body of await names(join(this.#folder, owner))) {
        if (owner === store && kept.has(body)) continue;
        await rm(join(this.#folder, owner, body), { recursive: true, force: true });
        count += 1;
      }
    }
    await this.keepStore(store);
    return count;
  }

  #folderOf(store: string, body: string): string {
    const name = [store, body].find((name) => !NAME.test(name));
    if (name !== undefined) throw corrupt(this.#directory, `${JSON.stringify(name)} names no body`);
    return join(this.#folder, store, body);
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return [];
    throw thrown;
  }
}
