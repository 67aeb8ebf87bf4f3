/**
 * A store in a directory: `db` is LevelDB's, `bodies` holds the objects, `root.key` the root key where no passphrase
 * takes its place. For their owner alone: folders have mode 0700, the key has 0600.
 */

import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Head, HostStorage, RootRecord } from "../../storage.ts";
import { Bodies } from "./bodies.ts";
import { type Entry, LevelStore, metaKey, rowKey } from "./database.ts";
import { closed, corrupt, inUse, storeError } from "./faults.ts";
import { makeFolder } from "./files.ts";
import {
  dropKeys,
  hasKeyFile,
  keyFile,
  makeKey,
  type NamedKey,
  readKey,
  settleKey,
} from "./key-file.ts";
import { decodeHead, decodeRoot, encodeHead, encodeRoot, type StoredRoot } from "./records.ts";

/** Opens the directory, or makes it. */
export async function openDirectory(directory: string): Promise<HostStorage> {
  if (typeof directory !== "string" || directory === "") {
    throw new TypeError("store.directory is a path");
  }
  try {
    const database = join(directory, "db");
    await makeFolder(database);
    const release = await claim(directory, database);
    try {
      // Wherever the process goes, it stays where it is.
      return await Directory.open(await realpath(directory), release);
    } catch (thrown) {
      release();
      throw thrown;
    }
  } catch (thrown) {
    throw storeError(directory, thrown);
  }
}

/** What this thread has open, by device and file number: a directory may have several names. */
const claimed = new Set<string>();

/**
 * Lets nobody else in this thread have it before what is returned is called. LevelDB's lock is the process's: an attempt
 * to take it again, from here, is refused, and leaves the file unlocked for other processes.
 */
async function claim(directory: string, folder: string): Promise<() => void> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `${dev} ${ino}`;
  if (claimed.has(name)) throw inUse(directory);
  claimed.add(name);
  return () => claimed.delete(name);
}

class Directory implements HostStorage {
  readonly #directory: string;
  readonly #database: LevelStore;
  readonly #bodies: Bodies;
  readonly #release: () => void;
  /** The names of the root keys that were handed out. */
  readonly #names = new WeakMap<CryptoKey, string>();
  #root: RootRecord | undefined;
  /** The key that waits for its record. */
  #fresh: NamedKey | undefined;
  #parts: AsyncGenerator<Uint8Array[], void> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(directory: string, database: LevelStore, release: () => void) {
    this.#directory = directory;
    this.#database = database;
    this.#release = release;
    this.#bodies = new Bodies(directory);
  }

  static async open(directory: string, release: () => void): Promise<Directory> {
    const database = await LevelStore.open(directory, join(directory, "db"));
    const store = new Directory(directory, database, release);
    try {
      await store.#openRoot();
      return store;
    } catch (thrown) {
      await database.close();
      throw thrown;
    }
  }

  async #openRoot(): Promise<void> {
    const bytes = await this.#database.get("root");
    if (!bytes) {
      if (!(await hasKeyFile(this.#directory))) return;
      const file = keyFile(this.#directory);
      throw corrupt(this.#directory, `its database is gone, for there is its key, ${file}`);
    }
    const { keyId, ...record } = this.#whole(decodeRoot(bytes), "the root key's record");
    if (keyId === undefined) {
      this.#root = record;
    } else {
      const { key } = await readKey(this.#directory, keyId);
      this.#names.set(key, keyId);
      this.#root = { ...record, key };
    }
    // What a crash has left behind of a change of keys.
    await dropKeys(this.#directory, keyId === undefined);
  }

  #whole<T>(read: T | undefined, what: string): T {
    if (read === undefined) throw corrupt(this.#directory, `${what} does not read`);
    return read;
  }

  /** What every method does its work in. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw closed();
    try {
      return await work();
    } catch (thrown) {
      throw this.#closing ? closed() : storeError(this.#directory, thrown);
    }
  }

  head(): Promise<Head | undefined> {
    return this.#run(async () => {
      const head = await this.#database.get("head");
      return head && this.#whole(decodeHead(head), "the head");
    });
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#run(async () => {
      const parts = this.#parts ?? this.#database.rows();
      // Where it fails, the next one begins anew, as it does behind the last part.
      this.#parts = undefined;
      const { value } = await parts.next();
      if (!value) return undefined;
      this.#parts = parts;
      return arrayOf(value);
    });
  }

  root(): Promise<RootRecord | undefined> {
    return this.#run(async () => this.#root);
  }

  freshKey(): Promise<CryptoKey> {
    return this.#run(async () => {
      this.#fresh = await makeKey(this.#directory);
      this.#names.set(this.#fresh.key, this.#fresh.id);
      return this.#fresh.key;
    });
  }

  commit(
    head: Head,
    rows: readonly (Uint8Array | undefined)[],
    bodies: readonly string[],
    replace: boolean,
    root: RootRecord | undefined,
  ): Promise<void> {
    return this.#run(async () => {
      const entries: Entry[] = [];
      if (replace) for (const key of await this.#database.rowKeys()) entries.push([key, undefined]);
      for (let index = 0; index < rows.length; index += 2) {
        entries.push([rowKey(rows[index] ?? NOTHING), rows[index + 1]]);
      }
      entries.push([metaKey("head"), encodeHead(head)]);
      if (root) entries.push([metaKey("root"), encodeRoot(this.#stored(root))]);
      await this.#database.commit(entries);
      if (root) await this.#settle(root);
      await this.#tidy(async () => {
        if (replace) await this.#bodies.keepStore(head.store);
        for (const body of bodies) await this.#bodies.delete(head.store, body);
      });
    });
  }

  #stored({ key, ...record }: RootRecord): StoredRoot {
    const keyId = key && this.#names.get(key);
    return keyId === undefined ? record : { ...record, keyId };
  }

  /** After the commit of `root`: the files say what the record says. */
  async #settle(root: RootRecord): Promise<void> {
    this.#root = root;
    const fresh = this.#fresh;
    this.#fresh = undefined;
    await this.#tidy(async () => {
      if (root.key === undefined) await dropKeys(this.#directory, true);
      else if (root.key === fresh?.key) await settleKey(this.#directory);
    });
  }

  /** What follows upon a commit cannot undo it. The next opening does what could not be done. */
  async #tidy(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const { message } = storeError(this.#directory, thrown);
      process.emitWarning(
        `${message} What was to be removed from there is removed at the next opening.`,
      );
    }
  }

  putPiece(store: string, body: string, index: number, bytes: Uint8Array): Promise<void> {
    return this.#run(() => this.#bodies.put(store, body, index, bytes));
  }

  readPiece(store: string, body: string, index: number): Promise<Uint8Array | undefined> {
    return this.#run(() => this.#bodies.read(store, body, index));
  }

  deleteBody(store: string, body: string): Promise<void> {
    return this.#run(() => this.#bodies.delete(store, body));
  }

  keepBodies(store: string, bodies: readonly string[]): Promise<number> {
    return this.#run(() => this.#bodies.keep(store, bodies));
  }

  close(): Promise<void> {
    this.#closing ??= this.#database.close().finally(this.#release);
    return this.#closing;
  }
}

const NOTHING = new Uint8Array();
/** In CBOR (RFC 8949), the head of an array whose length is the four bytes behind it. */
const LONG_ARRAY = 0x9a;

/** The array of `items`, which are CBOR already. */
function arrayOf(items: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt8(LONG_ARRAY);
  head.writeUInt32BE(items.length, 1);
  return Buffer.concat([head as Uint8Array].concat(items));
}
