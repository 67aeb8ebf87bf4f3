/**
 * Client-side envelope encryption in the AWS Encryption SDK's message format, for any KMS: Node and browsers. The header
 * is written and read here, the platform's cryptography does the bulk; what it lacks is loaded as wasm when it is needed.
 */

import { type EnvelopeOptions, Envelope as SlimEnvelope } from "./envelope/envelope.ts";
import { wasmStands } from "./load.ts";
import { packagedWasm } from "./packaged.ts";

export type { CacheOptions } from "./envelope/cache.ts";
export type { EncryptionContext } from "./envelope/context.ts";
export type { DataKey, DataKeys } from "./envelope/data-keys.ts";
export { type DescribedHeader, describeHeader, type HeaderField } from "./envelope/describe.ts";
export * from "./envelope/envelope.ts";
export { EnvelopeError, type EnvelopeReason } from "./envelope/errors.ts";
export type { EncryptedDataKey, Header } from "./envelope/header.ts";
export { type AnyKms, type Discovery, type KeyService, withCommands } from "./envelope/kms.ts";
export { type RawAesOptions, rawAes } from "./envelope/raw-aes.ts";
export type { Decrypting } from "./envelope/streams.ts";
export type { CommitmentPolicy, Suite } from "./envelope/suites.ts";

/** Envelope encryption for applications: bytes, streams and Blobs. */
export class Envelope extends SlimEnvelope {
  constructor(options: EnvelopeOptions) {
    super(options);
    wasmStands(packagedWasm);
  }
}
