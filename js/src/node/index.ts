/** As `tabkms`, for Node: a store may stand in a directory. No bundle for a browser comes here (`exports`). */

import { type LocalOptions, openStore, Kms as SlimKms } from "../kms.ts";
import { packagedWasm } from "../packaged.ts";
import { openDirectory } from "./store/directory.ts";

export * from "../index.ts";

/** A key management service. */
export class Kms extends SlimKms {
  /** Opens a store, or makes one. */
  static override async open(options: LocalOptions = {}): Promise<Kms> {
    return new Kms(await openStore(options, packagedWasm, openDirectory));
  }
}
