/** Where data keys come from. */

import type { Bytes } from "./bytes.ts";
import type { EncryptionContext } from "./context.ts";
import type { Maybe } from "./engine.ts";
import type { EncryptedDataKey } from "./header.ts";

export interface DataKey {
  /** Secret; whoever asked wipes it. */
  readonly bytes: Bytes;
  readonly encrypted: readonly EncryptedDataKey[];
}

export interface GenerateRequest {
  /** Of the data key, in bytes. */
  readonly length: number;
  readonly context: EncryptionContext;
  readonly signal?: AbortSignal | undefined;
}

export interface OpenRequest {
  readonly keys: readonly EncryptedDataKey[];
  readonly length: number;
  readonly context: EncryptionContext;
  readonly signal?: AbortSignal | undefined;
}

export interface DataKeys {
  /** What of this source makes its data keys other than another's: a cache keeps them apart by it. */
  readonly scope: string;
  generate(request: GenerateRequest): Maybe<DataKey>;
  /** Throws NoMatchingKey, NoKeyOpens. */
  open(request: OpenRequest): Maybe<Bytes>;
}
