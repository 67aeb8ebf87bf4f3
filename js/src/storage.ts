/**
 * What keeps a store that is neither in memory nor in the browser's database. It understands none of it: rows are bytes
 * under keys that are bytes, in order; bodies of objects are pieces under names.
 */

/** Wasm calls it: crate/wasm/src/store/host.rs. No method throws: what goes wrong is in the promise. */
export interface HostStorage {
  /** The head that was committed last; `undefined` where none was. */
  head(): Promise<Head | undefined>;
  /**
   * The rows in order, a part at a time, each an array in CBOR of what was committed; `undefined` behind the last one.
   * Then it begins anew.
   */
  read(): Promise<Uint8Array | undefined>;
  /** The root key's record; with the `key` itself where a file keeps it. */
  root(): Promise<RootRecord | undefined>;
  /** A fresh root key in a file of its own. It takes the old one's place with the commit of its record. */
  freshKey(): Promise<CryptoKey>;
  /**
   * Puts everything in, durably, or nothing: the head, the root key's record where there is a new one, and the rows:
   * keys and values by turns, no value for what is deleted. With `replace` all rows go first, and the bodies of other
   * stores than this one; with `bodies` go those of this one.
   */
  commit(
    head: Head,
    rows: readonly (Uint8Array | undefined)[],
    bodies: readonly string[],
    replace: boolean,
    root: RootRecord | undefined,
  ): Promise<void>;
  /** Durable once it is resolved. */
  putPiece(store: string, body: string, index: number, bytes: Uint8Array): Promise<void>;
  readPiece(store: string, body: string, index: number): Promise<Uint8Array | undefined>;
  deleteBody(store: string, body: string): Promise<void>;
  /** Deletes every body but these of `store`; how many there were. */
  keepBodies(store: string, bodies: readonly string[]): Promise<number>;
  /** Again does nothing. What is called after it is refused with a `ClosedError`. */
  close(): Promise<void>;
}

/** Which store it is, and its last commit. */
export interface Head {
  readonly store: string;
  readonly generation: number;
}

/** The root key's record: crate/wasm/src/root_key.rs. */
export interface RootRecord {
  readonly version: number;
  readonly mode: string;
  readonly iv: Uint8Array;
  readonly wrapped: Uint8Array;
  readonly salt?: Uint8Array;
  readonly rounds?: number;
  readonly key?: CryptoKey;
}

/** Opens the directory, or makes it. */
export type DirectoryOpener = (directory: string) => Promise<HostStorage>;
