/**
 * As `tabkms`, for those who bring the wasm file themselves (`tabkms/tabkms.wasm`): nothing here names it, so that a
 * bundler neither looks for it nor copies it. `open` has to be told: `Kms.open({ wasm })`.
 */

import { Kms } from "./kms.ts";
import type { WasmSource } from "./load.ts";
import { serveWith } from "./serve.ts";

export type * from "./api.ts";
export { EnvelopeError, type EnvelopeReason } from "./envelope/errors.ts";
export { KmsError, StoreError } from "./errors.ts";
export type { HandleOptions, RequestHandler, RequestHandlerOptions } from "./handler.ts";
export { Kms, type LocalOptions } from "./kms.ts";
export type { WasmSource } from "./load.ts";
export type * from "./operations.ts";
export type { WireAnswer, WireRequest } from "./wire.ts";

/** Makes a worker of your own the one that `connect` of `tabkms/client` speaks with: `createWorker` starts it. */
export function serve({ wasm }: { readonly wasm: WasmSource }): void {
  serveWith((options) => Kms.open({ ...options, wasm }));
}
