/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The shape of a tabkms, the same in the page (through the worker), in a worker and in Node.
 *
 * Blobs are `Uint8Array`, times are `Date`, names are AWS's own: what works here works with
 * `@aws-sdk/client-kms` after one line.
 */

import type { AuditApi } from "./api/audit.ts";
import type { Decision } from "./api/decision.ts";
import type { EnvelopeApi } from "./api/files.ts";
import type { RequestHandler, RequestHandlerOptions } from "./handler.ts";
import type { Operations } from "./operations.ts";

export type * from "./api/audit.ts";
export type * from "./api/decision.ts";
export type * from "./api/files.ts";

/** The members of a request or an answer, by AWS's names. */
export type Members = Record<string, unknown>;

/** An operation of AWS's service model. */
export type OperationName = keyof Operations;

/** What an operation takes; of one that the model does not have, whatever is given. */
export type InputOf<Name extends string> = Name extends OperationName
  ? Operations[Name]["input"]
  : Members;

/** What an operation answers; of one that the model does not have, whatever comes. */
export type OutputOf<Name extends string> = Name extends OperationName
  ? Operations[Name]["output"]
  : Members;

/** The input may be left out where none of its members is required. */
export type SendArguments<Name extends string> =
  Record<never, never> extends InputOf<Name>
    ? [input?: InputOf<Name>, options?: SendOptions]
    : [input: InputOf<Name>, options?: SendOptions];

/** A known operation's name, so that editors offer it, or any other text. */
export type AnyOperation = OperationName | (string & Record<never, never>);

/** Who calls. Without a principal it is the account's root, who meets no wall but those that a key policy builds. */
export interface CallerOptions {
  /** The Region that the call goes to. Default: the one given to `open`, else `us-east-1`. */
  readonly region?: string;
  /**
   * The ARN of an account's root, an IAM user, a role or a session in one, of whatever account; or an AWS service's
   * name. Users and roles have the policies that `iam` gave them; those that it does not know have none.
   */
  readonly principal?: string;
  /** Policies of the session, as JSON: it may do only what each of them allows too. */
  readonly sessionPolicies?: readonly string[];
  /** The service that calls on the principal's behalf, without Region or domain: `s3`. */
  readonly viaService?: string;
  /** `aws:SourceIp`. */
  readonly sourceIp?: string;
  /** `aws:UserAgent`. */
  readonly userAgent?: string;
  /** `aws:MultiFactorAuthPresent`. */
  readonly mfa?: boolean;
  /** `aws:SourceArn`: the resource that a service calls for. */
  readonly sourceArn?: string;
  /** `aws:SourceAccount`. */
  readonly sourceAccount?: string;
  /** `aws:PrincipalOrgID`. */
  readonly organization?: string;
}

export interface SendOptions extends CallerOptions {
  /**
   * Of CreateKey: the key's id, a UUID or `mrk-` and 32 hexadecimal digits, in place of a fresh one. For tests that can be
   * repeated; AWS has no such thing.
   */
  readonly keyId?: string;
  /**
   * With `keyId`: the key's material. 32 bytes for a symmetric key, a MAC's as long as its digest, PKCS #8 for a key pair.
   * It is as secret as you have kept it.
   */
  readonly keyMaterial?: Uint8Array;
}

/** Who does a step, or has it done to them. */
export type Actor = "you" | "s3" | "kms" | "hsm" | "storage";

export type Action =
  | "send"
  | "check"
  | "generate"
  | "unseal"
  | "derive"
  | "encrypt"
  | "decrypt"
  | "discard"
  | "store"
  | "load"
  | "refuse";

export type ArtefactKind =
  | "root-key"
  | "store-key"
  | "key-material"
  | "per-call-key"
  | "data-key"
  | "encrypted-data-key"
  | "plaintext"
  | "ciphertext"
  | "encryption-context"
  | "nonce"
  | "message-key"
  | "object";

/** One thing that a step used or made: bytes that may be seen, or the reason why there are none. */
export interface Artefact {
  readonly kind: ArtefactKind;
  /** Which one: an ARN, a key material id, a name; may be empty. */
  readonly label: string;
  /** The bytes, or their first 64 KiB; `length` is the whole length. */
  readonly shown?: Uint8Array;
  readonly length?: number;
  /** A secret that never leaves the HSM boundary. */
  readonly kept?: { readonly what: string; readonly bits: number };
}

/** One step of what happened, as the core reports it. */
export interface Step {
  readonly actor: Actor;
  readonly action: Action;
  readonly to?: Actor;
  /** The algorithm by its standard's name, or what was checked. */
  readonly detail: string;
  readonly uses: readonly Artefact[];
  readonly makes: readonly Artefact[];
}

/** What a traced call returns: its answer or its error, and how it came to it. */
export interface Traced<T> {
  readonly answer?: T;
  readonly error?: { readonly name: string; readonly message: string };
  readonly steps: readonly Step[];
  /** What the policies and grants were asked, and what they said. */
  readonly decisions?: readonly Decision[];
}

/** A named stretch of bytes: what the inspector draws. Stretches may nest (`fields`). */
export interface Field {
  /** Short name, e.g. `iv`. Stable: the page links to it. */
  readonly name: string;
  /** What it is called in words, e.g. `Initialisation vector`. */
  readonly title: string;
  readonly offset: number;
  readonly length: number;
  /** What it means, in one sentence. */
  readonly meaning: string;
  /** Where that is written: a specification, an AWS page, or `observed`. */
  readonly source: string;
  /** The value in words where it has one, e.g. `AES-256-GCM`. */
  readonly value?: string;
  readonly fields?: readonly Field[];
}

/** What bytes are, as far as they say. */
export interface Inspection {
  readonly format: "kms-ciphertext" | "encryption-sdk-message" | "unknown";
  readonly fields: readonly Field[];
}

export interface Progress {
  /** Bytes done. */
  readonly done: number;
  /** Bytes in all. */
  readonly total: number;
}

export interface LongOptions extends SendOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface PutObjectInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: Uint8Array | Blob;
  readonly ContentType?: string;
  /** The CMK: id, ARN, alias or alias ARN. Default: `alias/aws/s3`, made on first use. */
  readonly SSEKMSKeyId?: string;
}

export interface ObjectDescription {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
  /** Bytes of plaintext. */
  readonly ContentLength: number;
  /** Bytes at rest: header, encrypted data key, frames. */
  readonly StoredLength: number;
  readonly LastModified: Date;
  readonly ETag: string;
  readonly ServerSideEncryption: "aws:kms";
  /** The ARN of the CMK. */
  readonly SSEKMSKeyId: string;
}

export interface GetObjectOutput extends ObjectDescription {
  readonly Body: Blob;
}

/**
 * S3 as far as envelope encryption needs it. Each call carries its trace, since the picture is the point.
 * The stored object is an AWS Encryption SDK message; real S3's storage format is its own.
 */
export interface S3Api {
  createBucket(input: { Bucket: string }): Promise<void>;
  putObject(input: PutObjectInput, options?: LongOptions): Promise<Traced<ObjectDescription>>;
  getObject(
    input: { Bucket: string; Key: string },
    options?: LongOptions,
  ): Promise<Traced<GetObjectOutput>>;
  headObject(input: { Bucket: string; Key: string }): Promise<ObjectDescription>;
  listObjects(input: { Bucket: string }): Promise<readonly ObjectDescription[]>;
  deleteObject(input: { Bucket: string; Key: string }): Promise<void>;
  /** The bytes at rest, exactly as stored. */
  readStored(input: { Bucket: string; Key: string }): Promise<Blob>;
  /** Replaces the bytes at rest, as somebody with the disk could: for what-ifs on a fork. */
  writeStored(input: { Bucket: string; Key: string; Body: Blob | Uint8Array }): Promise<void>;
}

/**
 * IAM as far as a separation of roles needs it: users, roles, managed policies, and what is attached to what. Names,
 * members and error codes are IAM's (`NoSuchEntity`, `EntityAlreadyExists`, `DeleteConflict`, ...).
 *
 * These calls are not authorised themselves: whoever holds the store may administer its identities. What is enforced
 * is what the policies say of calls to KMS.
 */
export interface IamApi {
  /** An operation of the IAM API, with AWS SDK v3 shapes. Policy documents are plain JSON text both ways. */
  send(operation: string, input?: Members): Promise<Members>;
}

/** Something that fell due when the clock moved. */
export interface DueEvent {
  readonly time: Date;
  /** AWS's name of the service event: `RotateKey`, `DeleteKey`. */
  readonly event: string;
  readonly keyArn: string;
}

export interface ClockApi {
  now(): Promise<Date>;
  /** Moves the clock forward by `milliseconds`; what falls due happens at its date, in order. */
  advance(milliseconds: number, options?: LongOptions): Promise<readonly DueEvent[]>;
}

/** What protects the store, in facts. */
export interface Description {
  readonly version: string;
  readonly store: "indexeddb" | "memory" | "directory";
  readonly rootKey: {
    /**
     * `browser`: a non-extractable CryptoKey kept by the browser: binds scripts, not the disk.
     * `file`: a key file of mode 0600 in the store's directory: whoever reads the directory opens the store.
     * `passphrase`: derived from a passphrase at every opening: protects at rest.
     * `memory`: gone with the tab.
     */
    readonly mode: "browser" | "file" | "passphrase" | "memory";
    readonly meaning: string;
  };
  readonly persistence: {
    /** Whether the browser has promised not to evict the store; in a directory it is `true`. */
    readonly persisted: boolean;
    readonly meaning: string;
  };
  readonly account: string;
  readonly region: string;
  readonly now: Date;
  readonly keys: number;
  /** IAM's access keys. */
  readonly accessKeys: number;
  readonly objects: number;
  readonly generation: number;
  /** Set where `seed` or `clock` made this store reproducible: never use it for a secret. */
  readonly insecure: boolean;
}

export interface OpenOptions {
  /** Default: `indexeddb` where there is one, else `memory`. A directory, in Node, has one opener at a time. */
  readonly store?: "indexeddb" | "memory" | { readonly directory: string };
  /** The database's name. Default: `tabkms`. */
  readonly name?: string;
  /** Opens a store in passphrase mode, or makes a new one in it. */
  readonly passphrase?: string;
  /** Default: `us-east-1`. */
  readonly region?: string;
  /** Default: `000000000000`. */
  readonly account?: string;
  /** 32 bytes that make every id and key reproducible. Insecure, for tests. */
  readonly seed?: Uint8Array;
  /** The host's time in milliseconds since 1970. Default: `Date.now`. Insecure with a fixed one, for tests. */
  readonly clock?: () => number;
}

/** A key management service. `await using` closes it where its scope ends. */
export interface KmsApi extends AsyncDisposable {
  /** Any operation of the KMS API, with AWS SDK v3 shapes. Rejects with a {@link KmsError}. */
  send<Name extends AnyOperation>(
    operation: Name,
    ...input: SendArguments<Name>
  ): Promise<OutputOf<Name>>;
  /** As `send`, and says how: never rejects for an AWS exception, but returns it with its steps. */
  trace<Name extends AnyOperation>(
    operation: Name,
    ...input: SendArguments<Name>
  ): Promise<Traced<OutputOf<Name>>>;
  /**
   * Whether a call would be allowed, and why, without doing it: one decision for each thing that it would ask. `input`
   * need not be whole: `{ KeyId, EncryptionContext }` is enough for Decrypt.
   */
  simulate(operation: string, input?: Members, options?: CallerOptions): Promise<Decision[]>;
  /**
   * What `new KMSClient({ requestHandler })` of `@aws-sdk/client-kms` takes: the SDK then speaks to this KMS. The call
   * goes to the Region that the client signs for.
   */
  requestHandler(options?: RequestHandlerOptions): RequestHandler;
  readonly s3: S3Api;
  /** Files of yours, encrypted and decrypted here. */
  readonly envelope: EnvelopeApi;
  readonly iam: IamApi;
  readonly clock: ClockApi;
  readonly audit: AuditApi;
  /** Names every byte of a KMS ciphertext or an Encryption SDK message (its header, if it is long). */
  inspect(bytes: Uint8Array): Promise<Inspection>;
  /** A copy in memory, for a what-if: what happens there stays there. Close it when done. */
  fork(): Promise<KmsApi>;
  describe(): Promise<Description>;
  /** Puts the store under a passphrase, or (`null`) back under the browser's key or the key file. */
  setPassphrase(passphrase: string | null): Promise<void>;
  /** The whole store, encrypted under `passphrase`. */
  exportStore(passphrase: string): Promise<Blob>;
  /** Replaces this store by an exported one. A wrong passphrase or a damaged file changes nothing. */
  importStore(file: Blob, passphrase: string): Promise<void>;
  /** Destroys the root key and everything under it, and starts anew. */
  erase(): Promise<void>;
  /** Called after every change, from this tab or another; returns what takes it back. */
  onChange(listener: () => void): () => void;
  /** Once is enough; again does nothing. */
  close(): Promise<void>;
}
