/** The page's side: starts the worker and speaks with it. */

import type {
  AnyOperation,
  AuditApi,
  AuditPage,
  AuditVerdict,
  CallerOptions,
  ClockApi,
  Decision,
  Description,
  DueEvent,
  EnvelopeApi,
  GetObjectOutput,
  IamApi,
  Inspection,
  KmsApi,
  LongOptions,
  Members,
  ObjectDescription,
  OpenOptions,
  OutputOf,
  Progress,
  S3Api,
  SendArguments,
  SendOptions,
  Traced,
} from "./api.ts";
import { rebuild, StoreError } from "./errors.ts";
import { RequestHandler, type RequestHandlerOptions } from "./handler.ts";
import { askForPersistence } from "./persistence.ts";
import { type Call, type FromWorker, type KmsId, type ToWorker, unreachable } from "./protocol.ts";

export type * from "./api.ts";
export { EnvelopeError, type EnvelopeReason } from "./envelope/errors.ts";
export { KmsError, StoreError } from "./errors.ts";
export type { HandleOptions, RequestHandler, RequestHandlerOptions } from "./handler.ts";
export type * from "./operations.ts";
export type { WireAnswer, WireRequest } from "./wire.ts";

export interface ConnectOptions extends Omit<OpenOptions, "clock"> {
  /** Makes the worker, where bundling or a Trusted Types policy asks for another way. */
  readonly createWorker?: () => Worker;
  /** `wasm` keeps bulk encryption and RSA from WebCrypto; it does the same, slower. For tests. */
  readonly engine?: "auto" | "wasm";
}

/** Opens a store in a worker of its own, so that this page never holds a key of the hierarchy. */
export async function connect({
  createWorker = startWorker,
  ...options
}: ConnectOptions = {}): Promise<KmsApi> {
  // Workers may not ask, so the page does; the answer shows in describe().
  if (options.store !== "memory") await askForPersistence();
  const link = new Link(createWorker());
  try {
    const id = await link.call<KmsId>(0, { type: "open", options });
    return new RemoteKms(link, id, () => link.end());
  } catch (thrown) {
    link.end();
    throw thrown;
  }
}

/** Deletes the database `name` unopened: for a store whose passphrase is lost. */
export function eraseStore(name = "tabkms"): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () =>
      reject(new StoreError("StorageRefusedError", request.error?.message ?? ""));
  });
}

/** The one place where a worker comes from. */
function startWorker(): Worker {
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "tabkms" });
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** The channel to one worker. */
class Link {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<KmsId, Set<() => void>>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    worker.onmessageerror = () => this.#fail("a message of the KMS's worker could not be read");
    worker.onerror = (event) =>
      this.#fail(event.message || "the KMS's worker could not be started");
  }

  call<T>(kms: KmsId, call: Call, { signal, onProgress }: LongOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      signal?.throwIfAborted();
      this.#lastId += 1;
      const id = this.#lastId;
      const cancel = () => this.#post({ type: "cancel", id });
      signal?.addEventListener("abort", cancel, { once: true });
      const settled = () => signal?.removeEventListener("abort", cancel);
      this.#waiting.set(id, {
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
        onProgress,
      });
      try {
        this.#post({ type: "call", id, kms, call });
      } catch (thrown) {
        // What cannot be cloned has no form on the wire either.
        this.#waiting.delete(id);
        settled();
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        throw rebuild({ name: "SerializationException", message });
      }
    });
  }

  listen(kms: KmsId, listener: () => void): () => void {
    const listeners = this.#listeners.get(kms) ?? new Set();
    this.#listeners.set(kms, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  forget(kms: KmsId): void {
    this.#listeners.delete(kms);
  }

  end(): void {
    this.#worker.terminate();
    this.#reject(new StoreError("ClosedError", "The store was closed."));
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #fail(why: string): void {
    this.#worker.terminate();
    this.#reject(new Error(why));
  }

  #reject(reason: Error): void {
    this.#ended = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "answer":
        this.#take(message.id)?.resolve(message.value as never);
        return;
      case "failure":
        this.#take(message.id)?.reject(rebuild(message.error));
        return;
      case "progress":
        this.#waiting.get(message.id)?.onProgress?.(message.progress);
        return;
      case "changed":
        for (const listener of this.#listeners.get(message.kms) ?? []) listener();
        return;
      default:
        unreachable(message);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** A KMS that lives in the worker. */
class RemoteKms implements KmsApi {
  readonly s3: S3Api;
  readonly envelope: EnvelopeApi;
  readonly iam: IamApi;
  readonly clock: ClockApi;
  readonly audit: AuditApi;
  readonly #link: Link;
  readonly #id: KmsId;
  readonly #onClosed: () => void;
  #closing: Promise<void> | undefined;

  constructor(link: Link, id: KmsId, onClosed: () => void) {
    this.#link = link;
    this.#id = id;
    this.#onClosed = onClosed;
    this.s3 = remoteS3(link, id);
    this.envelope = remoteEnvelope(link, id);
    this.iam = { send: (operation, input) => this.#call({ type: "iam", operation, input }) };
    this.clock = remoteClock(link, id);
    this.audit = remoteAudit(link, id);
  }

  #call<T>(call: Call): Promise<T> {
    return this.#link.call<T>(this.#id, call);
  }

  send<Name extends AnyOperation>(
    operation: Name,
    ...input: SendArguments<Name>
  ): Promise<OutputOf<Name>>;
  send(operation: string, input?: Members, options?: SendOptions): Promise<Members> {
    return this.#call({ type: "send", operation, input, options });
  }

  trace<Name extends AnyOperation>(
    operation: Name,
    ...input: SendArguments<Name>
  ): Promise<Traced<OutputOf<Name>>>;
  trace(operation: string, input?: Members, options?: SendOptions): Promise<Traced<Members>> {
    return this.#call({ type: "trace", operation, input, options });
  }

  simulate(operation: string, input?: Members, options?: CallerOptions): Promise<Decision[]> {
    return this.#call({ type: "simulate", operation, input, options });
  }

  requestHandler(options?: RequestHandlerOptions): RequestHandler {
    return new RequestHandler(this, options);
  }

  inspect(bytes: Uint8Array): Promise<Inspection> {
    return this.#call({ type: "inspect", bytes });
  }

  async fork(): Promise<KmsApi> {
    const id = await this.#call<KmsId>({ type: "fork" });
    return new RemoteKms(this.#link, id, () => this.#link.forget(id));
  }

  describe(): Promise<Description> {
    return this.#call({ type: "describe" });
  }

  setPassphrase(passphrase: string | null): Promise<void> {
    return this.#call({ type: "setPassphrase", passphrase });
  }

  exportStore(passphrase: string): Promise<Blob> {
    return this.#call({ type: "exportStore", passphrase });
  }

  importStore(file: Blob, passphrase: string): Promise<void> {
    return this.#call({ type: "importStore", file, passphrase });
  }

  erase(): Promise<void> {
    return this.#call({ type: "erase" });
  }

  onChange(listener: () => void): () => void {
    return this.#link.listen(this.#id, listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#call({ type: "close" }).then(this.#onClosed);
    return this.#closing;
  }

  /** For `await using`, where the host has it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function remoteClock(link: Link, id: KmsId): ClockApi {
  return {
    now: () => link.call<Date>(id, { type: "now" }),
    advance: (milliseconds, options) =>
      link.call<readonly DueEvent[]>(id, { type: "advance", milliseconds }, options),
  };
}

function remoteAudit(link: Link, id: KmsId): AuditApi {
  return {
    events: (query) => link.call<AuditPage>(id, { type: "auditEvents", query }),
    verify: () => link.call<AuditVerdict>(id, { type: "verifyAudit" }),
    export: (query) => link.call<Blob>(id, { type: "exportAudit", query }),
  };
}

function remoteS3(link: Link, id: KmsId): S3Api {
  return {
    createBucket: (input) => link.call<void>(id, { type: "createBucket", input }),
    putObject: (input, long) => {
      const call: Call = { type: "putObject", input, options: callerOnly(long) };
      return link.call<Traced<ObjectDescription>>(id, call, long);
    },
    getObject: (input, long) => {
      const call: Call = { type: "getObject", input, options: callerOnly(long) };
      return link.call<Traced<GetObjectOutput>>(id, call, long);
    },
    headObject: (input) => link.call<ObjectDescription>(id, { type: "headObject", input }),
    listObjects: (input) =>
      link.call<readonly ObjectDescription[]>(id, { type: "listObjects", input }),
    deleteObject: (input) => link.call<void>(id, { type: "deleteObject", input }),
    readStored: (input) => link.call<Blob>(id, { type: "readStored", input }),
    writeStored: (input) => link.call<void>(id, { type: "writeStored", input }),
  };
}

function remoteEnvelope(link: Link, id: KmsId): EnvelopeApi {
  return {
    encryptFile: (file, input, long) => {
      const call: Call = { type: "encryptFile", file, input, options: callerOnly(long) };
      return link.call<Blob>(id, call, long);
    },
    decryptFile: (file, input, long) => {
      const call: Call = { type: "decryptFile", file, input, options: callerOnly(long) };
      return link.call<Blob>(id, call, long);
    },
  };
}

/** What of the options can be sent to a worker. */
function callerOnly(options: LongOptions = {}): CallerOptions {
  const { onProgress: _, signal: __, ...caller } = options;
  return caller;
}
