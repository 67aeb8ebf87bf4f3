/**
 * What page and worker say to each other. Closed unions: a case that one side does not handle does not compile.
 * What goes to the page is what the KMS API answers and nothing else: no key material, no store key, no root key.
 */

import type {
  AuditQuery,
  CallerOptions,
  DecryptFileInput,
  EncryptFileInput,
  Members,
  OpenOptions,
  Progress,
  PutObjectInput,
  SendOptions,
} from "./api.ts";
import type { ErrorLike } from "./errors.ts";

/** Names one KMS in the worker: the one that was opened, or a fork of it. */
export type KmsId = number;

interface Named {
  readonly Bucket: string;
  readonly Key: string;
}

/** A function cannot go to a worker, so a fixed clock cannot. */
export type WireOptions = Omit<OpenOptions, "clock"> & { readonly engine?: "auto" | "wasm" };

export type Call =
  | { readonly type: "open"; readonly options: WireOptions }
  | {
      readonly type: "send" | "trace" | "simulate";
      readonly operation: string;
      readonly input: Members | undefined;
      readonly options: SendOptions | undefined;
    }
  | {
      readonly type: "iam";
      readonly operation: string;
      readonly input: Members | undefined;
    }
  | { readonly type: "inspect"; readonly bytes: Uint8Array }
  | { readonly type: "fork" | "describe" | "erase" | "close" | "now" }
  | { readonly type: "setPassphrase"; readonly passphrase: string | null }
  | { readonly type: "exportStore"; readonly passphrase: string }
  | { readonly type: "importStore"; readonly file: Blob; readonly passphrase: string }
  | { readonly type: "auditEvents"; readonly query: AuditQuery | undefined }
  | { readonly type: "verifyAudit" }
  | { readonly type: "exportAudit"; readonly query: AuditQuery | undefined }
  | { readonly type: "advance"; readonly milliseconds: number }
  | { readonly type: "createBucket" | "listObjects"; readonly input: { readonly Bucket: string } }
  | {
      readonly type: "putObject";
      readonly input: PutObjectInput;
      readonly options: CallerOptions | undefined;
    }
  | {
      readonly type: "getObject";
      readonly input: Named;
      readonly options: CallerOptions | undefined;
    }
  | {
      readonly type: "encryptFile";
      readonly file: Blob;
      readonly input: EncryptFileInput;
      readonly options: CallerOptions | undefined;
    }
  | {
      readonly type: "decryptFile";
      readonly file: Blob;
      readonly input: DecryptFileInput | undefined;
      readonly options: CallerOptions | undefined;
    }
  | { readonly type: "headObject" | "deleteObject" | "readStored"; readonly input: Named }
  | {
      readonly type: "writeStored";
      readonly input: Named & { readonly Body: Blob | Uint8Array };
    };

export type ToWorker =
  | { readonly type: "call"; readonly id: number; readonly kms: KmsId; readonly call: Call }
  | { readonly type: "cancel"; readonly id: number };

export type FromWorker =
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly error: ErrorLike }
  | { readonly type: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly type: "changed"; readonly kms: KmsId };

/** Makes the compiler prove that a union is exhausted. */
export function unreachable(value: never): never {
  throw new TypeError(`Not a message of this protocol: ${JSON.stringify(value)}`);
}
