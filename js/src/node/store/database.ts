/**
 * LevelDB as `classic-level` has it: keys in order, batches that go in together or not at all, one opener at a time.
 *
 * | key | value |
 * |---|---|
 * | `00` `schema` | the layout's number, in text |
 * | `00` `head` | which store it is and how far it has come, opaque |
 * | `00` `root` | the root key's record, JSON |
 * | `00` `commit/` number | nothing: the last commit's number, and there is one of these |
 * | `01` kind id | a row, opaque |
 *
 * LevelDB skips a commit in its log that does not read, and says nothing. Each commit puts a key of its own number in and
 * deletes the one before: where one is missing in between, two numbers stand there. How many there are, a file beside the
 * database says as well: where some are missing at the end, it says more.
 */

import { readdir } from "node:fs/promises";
import type { ClassicLevel } from "classic-level";
import { StoreError } from "../../errors.ts";
import { CommitCount } from "./commit-count.ts";
import { codeOf, corrupt, storeError } from "./faults.ts";

/** The layout that this version reads and writes. */
export const SCHEMA = 1;

type Database = ClassicLevel<Uint8Array, Uint8Array>;

/** A value, or `undefined` to delete what is there. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array | undefined];

const text = new TextEncoder();
const NOTHING = new Uint8Array();
const COMMIT = "commit/";
/** Digits of a commit's number: in their order, for 285 years of a million a second. */
const DIGITS = 16;
const OPTIONS = {
  keyEncoding: "view",
  valueEncoding: "view",
  // What is sealed does not get smaller.
  compression: false,
} as const;
/** How many rows come at once. */
const PART = 4096;

/** The key of something about the store as a whole. */
export function metaKey(name: string): Uint8Array {
  return text.encode(`\0${name}`);
}

/** The key of a row. */
export function rowKey(kindAndId: Uint8Array): Uint8Array {
  const key = new Uint8Array(kindAndId.length + 1);
  key[0] = 1;
  key.set(kindAndId, 1);
  return key;
}

/** All rows; what LevelDB has read ahead may be large. */
const READING = { gte: Uint8Array.of(1), lt: Uint8Array.of(2), highWaterMarkBytes: 1 << 22 };
const COMMITS = { gte: metaKey(COMMIT), lt: metaKey("commit0") };

export class LevelStore {
  readonly #directory: string;
  readonly #database: Database;
  readonly #count: CommitCount;
  #commits = 0;
  #isBroken = false;

  private constructor(directory: string, database: Database, count: CommitCount) {
    this.#directory = directory;
    this.#database = database;
    this.#count = count;
  }

  /** Opens the database in `folder`; makes it, where there is none. */
  static async open(directory: string, folder: string): Promise<LevelStore> {
    const Level = await classicLevel();
    const createIfMissing = await isFree(directory, folder);
    const database: Database = new Level(folder, { ...OPTIONS, createIfMissing });
    try {
      await database.open();
      // Nobody else has it open now.
      const store = new LevelStore(directory, database, new CommitCount(directory));
      await store.#check();
      return store;
    } catch (thrown) {
      await database.close();
      throw storeError(directory, thrown);
    }
  }

  async #check(): Promise<void> {
    const found = await this.#database.get(metaKey("schema"));
    if (!found) {
      if ((await this.#database.keys({ limit: 1 }).all()).length > 0) {
        const isOurs = this.#count.read() > 0;
        const what = isOurs ? "the beginning of its log does not read" : "it is another program's";
        throw corrupt(this.#directory, what);
      }
      this.#refuseLoss();
      return this.#write([[metaKey("schema"), text.encode(String(SCHEMA))]]);
    }
    const schema = Number(new TextDecoder().decode(found));
    if (schema > SCHEMA) {
      throw new StoreError(
        "SchemaTooNewError",
        `A newer tabkms wrote the directory ${this.#directory}; this version reads schema ${SCHEMA} at most.`,
      );
    }
    if (schema !== SCHEMA) throw corrupt(this.#directory, "its schema is unknown");
    this.#commits = await this.#lastCommit();
    this.#refuseLoss();
  }

  #refuseLoss(): void {
    const lost = this.#count.read() - this.#commits;
    if (lost <= 0) return;
    const what = `the last ${lost} of its commits are gone; without the file ${this.#count.file} it opens all the same`;
    throw corrupt(this.#directory, what);
  }

  async #lastCommit(): Promise<number> {
    const keys = await this.#database.keys(COMMITS).all();
    const [key] = keys;
    if (!key || keys.length > 1) throw corrupt(this.#directory, "a part of its log does not read");
    return Number(new TextDecoder().decode(key.subarray(1 + COMMIT.length)));
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    await this.#ready();
    return this.#database.get(metaKey(name));
  }

  /** All rows, in order, in parts. LevelDB reads the next part while somebody is busy with this one. */
  async *rows(): AsyncGenerator<Uint8Array[], void> {
    await this.#ready();
    const iterator = this.#database.values(READING);
    try {
      let rows = await iterator.nextv(PART);
      while (rows.length > 0) {
        const next = iterator.nextv(PART);
        // It is asked for when its turn has come; until then a failure is nobody's.
        next.catch(() => {});
        yield rows;
        rows = await next;
      }
    } finally {
      await iterator.close();
    }
  }

  /** The keys of all rows, each as {@link rowKey} makes it. */
  async rowKeys(): Promise<Uint8Array[]> {
    await this.#ready();
    return this.#database.keys(READING).all();
  }

  /** Writes all entries, later ones over earlier ones, down to the disk, or none. */
  async commit(entries: readonly Entry[]): Promise<void> {
    await this.#ready();
    try {
      await this.#write(entries);
    } catch (thrown) {
      this.#isBroken = true;
      // A failure as it may be, the commit may stand in the log whole.
      const last = await this.#reopen().catch(() => undefined);
      if (last !== this.#commits + 1) throw thrown;
      this.#committed(last);
      this.#isBroken = false;
    }
  }

  #committed(number: number): void {
    this.#commits = number;
    this.#count.write(number);
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const batch = this.#database.batch();
    for (const [key, value] of entries) {
      if (value) batch.put(key, value);
      else batch.del(key);
    }
    const next = this.#commits + 1;
    batch.put(commitKey(next), NOTHING).del(commitKey(this.#commits));
    await batch.write({ sync: true });
    this.#committed(next);
  }

  /** Lets LevelDB read its log again where a write has failed: it would write on behind what does not read. */
  async #ready(): Promise<void> {
    if (!this.#isBroken) return;
    if ((await this.#reopen()) !== this.#commits) {
      // It failed, and stands there all the same: who was told otherwise has to read everything anew.
      throw new Error("a commit that had failed is there; close the store and open it again");
    }
    this.#isBroken = false;
  }

  /** The last commit's number afterwards. */
  async #reopen(): Promise<number> {
    await this.#database.close();
    // What cannot be written to cannot be opened either: a full disk, say.
    await this.#database.open({ createIfMissing: false });
    return this.#lastCommit();
  }

  async close(): Promise<void> {
    this.#count.close();
    await this.#database.close();
  }
}

function commitKey(number: number): Uint8Array {
  return metaKey(COMMIT + String(number).padStart(DIGITS, "0"));
}

async function classicLevel(): Promise<typeof ClassicLevel> {
  try {
    return (await import("classic-level")).ClassicLevel;
  } catch (thrown) {
    const why =
      codeOf(thrown) === "ERR_MODULE_NOT_FOUND"
        ? "which is not installed: npm install classic-level"
        : `which cannot be loaded: ${(thrown as Error).message}`;
    const what = "A store in a directory is kept by the package classic-level";
    throw new StoreError("StorageRefusedError", `${what}, ${why}`);
  }
}

/** Whether a new database may be made: over the remains of one LevelDB would make a new one as well. */
async function isFree(directory: string, folder: string): Promise<boolean> {
  const names = await readdir(folder);
  if (names.includes("CURRENT")) return false;
  if (names.some((name) => /\.(log|ldb|sst)$/.test(name))) {
    throw corrupt(directory, "its database has lost the file CURRENT");
  }
  return true;
}
