/**
 * A KMS in this very thread: Node, a worker of your own, tests. In a page use `connect` from `tabkms/client`, which
 * keeps the keys in a worker.
 */

import { type LocalOptions, openStore, Kms as SlimKms } from "./kms.ts";
import { packagedWasm } from "./packaged.ts";
import { serveWith } from "./serve.ts";

export type * from "./api.ts";
export { EnvelopeError, type EnvelopeReason } from "./envelope/errors.ts";
export { KmsError, StoreError } from "./errors.ts";
export type { HandleOptions, RequestHandler, RequestHandlerOptions } from "./handler.ts";
export type { LocalOptions } from "./kms.ts";
export type { WasmSource } from "./load.ts";
export type * from "./operations.ts";
export type { WireAnswer, WireRequest } from "./wire.ts";

/** A key management service. */
export class Kms extends SlimKms {
  /** Opens a store, or makes one. */
  static override async open(options: LocalOptions = {}): Promise<Kms> {
    return new Kms(await openStore(options, packagedWasm));
  }
}

/** Makes a worker of your own the one that `connect` of `tabkms/client` speaks with: `createWorker` starts it. */
export function serve(): void {
  serveWith((options) => Kms.open(options));
}
