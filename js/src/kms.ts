/** A KMS in the thread that holds it. Where its wasm file is found, the entry points say. */

import type {
  AnyOperation,
  AuditApi,
  AuditPage,
  AuditQuery,
  AuditVerdict,
  CallerOptions,
  ClockApi,
  CloudTrailRecord,
  Decision,
  Description,
  EnvelopeApi,
  IamApi,
  KmsApi,
  LongOptions,
  Members,
  ObjectDescription,
  OpenOptions,
  OutputOf,
  PutObjectInput,
  S3Api,
  SendArguments,
  SendOptions,
  Step,
  Traced,
} from "./api.ts";
import { type ErrorLike, rebuild, rethrowing, StoreError } from "./errors.ts";
import { envelopeOf } from "./files.ts";
import { RequestHandler, type RequestHandlerOptions } from "./handler.ts";
import { load, type WasmSource } from "./load.ts";
import { persistenceMeaning, ROOT_KEY_MEANINGS } from "./meanings.ts";
import { askForPersistence, holdStore, isPersisted } from "./persistence.ts";
import type { DirectoryOpener, HostStorage } from "./storage.ts";
import * as streams from "./streams.ts";
import {
  auditVerdict,
  dateOf,
  dueEvent,
  IAM_TIMES,
  objectDescription,
  type RawDescription,
  type RawEvent,
  type RawVerdict,
  withDates,
} from "./times.ts";
import type { Kms as Core } from "./wasm/tabkms.js";

/** What only a host in this thread can give. */
export interface LocalOptions extends OpenOptions {
  /** Where it does not stand where the package has it. It counts at the first opening alone. */
  readonly wasm?: WasmSource;
  /** `wasm` keeps bulk encryption and RSA from WebCrypto; it does the same, slower. For tests. */
  readonly engine?: "auto" | "wasm";
}

/** An access key with its secret, in ASCII. */
export interface AccessKey {
  /** The ARN of whoever signs with it. */
  readonly principal: string;
  readonly account: string;
  /** `AIDA…`; of an account's root the account. */
  readonly userId: string;
  readonly isActive: boolean;
  readonly secret: Uint8Array;
}

interface Reply {
  readonly answer?: Members;
  readonly error?: ErrorLike;
  readonly steps?: readonly Step[];
  readonly decisions?: readonly Decision[];
}

interface Begun<Session> {
  readonly session?: Session;
  readonly error?: ErrorLike;
  readonly steps?: readonly Step[];
}

type RawFacts = Omit<Description, "persistence" | "now" | "rootKey"> & {
  readonly rootKey: Pick<Description["rootKey"], "mode">;
  readonly now: number;
};

interface Opened {
  readonly kms: Core;
  /** Lets the store's lock go, or its directory. */
  readonly release: () => void | Promise<void>;
}

/** Opens a store, or makes one; `find` is asked for the wasm file where the options have none. */
export async function openStore(
  { wasm, ...options }: LocalOptions,
  find?: () => WasmSource,
  openDirectory: DirectoryOpener = noDirectory,
): Promise<Opened> {
  const WasmKms = await load(wasm ?? find);
  if (typeof options.store === "object" && options.store !== null) {
    const storage = await openDirectory(options.store.directory);
    const release = () => storage.close();
    try {
      const kms = await openCore(WasmKms, { ...options, storage });
      // Nobody else is here whose upload it could be.
      await rethrowing(kms.dropOrphans());
      return { kms, release };
    } catch (thrown) {
      await release();
      throw thrown;
    }
  }
  const kms = await openCore(WasmKms, options);
  const facts = (await rethrowing(kms.describe())) as RawFacts;
  if (facts.store !== "indexeddb") return { kms, release: () => {} };
  await askForPersistence();
  const release = await holdStore(options.name ?? "tabkms", () => rethrowing(kms.dropOrphans()));
  return { kms, release };
}

async function openCore(
  WasmKms: typeof Core,
  { passphrase, ...options }: LocalOptions & { readonly storage?: HostStorage },
): Promise<Core> {
  const secret = passphrase === undefined ? undefined : encode(passphrase);
  const opening = WasmKms.open({ ...options, passphrase: secret });
  return (await rethrowing(opening).finally(() => secret?.fill(0))) as Core;
}

async function noDirectory(): Promise<never> {
  const message = "A store in a directory is for Node, and for the package's entry `tabkms` there.";
  throw new StoreError("StorageRefusedError", message);
}

/** A key management service. */
export class Kms implements KmsApi {
  readonly s3: S3Api;
  readonly envelope: EnvelopeApi;
  readonly iam: IamApi;
  readonly clock: ClockApi;
  readonly audit: AuditApi;
  readonly #kms: Core;
  readonly #release: Opened["release"];
  readonly #listeners = new Set<() => void>();
  #closing: Promise<void> | undefined;

  protected constructor({ kms, release }: Opened) {
    this.#kms = kms;
    this.#release = release;
    this.s3 = new S3(kms);
    this.envelope = envelopeOf(this);
    this.iam = new Iam(kms);
    this.clock = new Clock(kms);
    this.audit = new Audit(kms);
    kms.setListener(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  /** Opens a store, or makes one. */
  static async open(options: LocalOptions & { readonly wasm: WasmSource }): Promise<Kms> {
    return new Kms(await openStore(options));
  }

  send<Name extends AnyOperation>(
    operation: Name,
    ...input: SendArguments<Name>
  ): Promise<OutputOf<Name>>;
  async send(operation: string, input: Members = {}, options: SendOptions = {}): Promise<Members> {
    const given = this.#kms.send(operation, plain(input), options.region, callerOf(options), false);
    // What could be done at once comes without a promise.
    const reply: Members & { error?: ErrorLike } =
      given instanceof Promise ? await rethrowing(given) : given;
    if (reply.error) throw rebuild(reply.error);
    return withDates(reply);
  }

  /**
   * As {@link Kms.send}, with AWS JSON 1.1 both ways: for whoever speaks HTTP, who would only make text of the answer.
   * `undefined` where the request is not of the usual form, and then nothing was done: `send` says what is wrong.
   */
  async sendJson(
    operation: string,
    json: string,
    options: SendOptions = {},
  ): Promise<Uint8Array | undefined> {
    const given = this.#kms.sendJson(operation, json, options.region, callerOf(options));
    const reply: Uint8Array | { error: ErrorLike } | undefined =
      given instanceof Promise ? await rethrowing(given) : given;
    if (reply && "error" in reply) throw rebuild(reply.error);
    return reply;
  }

  trace<Name extends AnyOperation>(
    operation: Name,
    ...input: SendArguments<Name>
  ): Promise<Traced<OutputOf<Name>>>;
  async trace(
    operation: string,
    input: Members = {},
    options: SendOptions = {},
  ): Promise<Traced<Members>> {
    const given = this.#kms.send(operation, plain(input), options.region, callerOf(options), true);
    const { steps = [], ...reply }: Reply = await rethrowing(given);
    if (reply.answer) withDates(reply.answer);
    return { ...reply, steps };
  }

  async simulate(
    operation: string,
    input: Members = {},
    options: CallerOptions = {},
  ): Promise<Decision[]> {
    return rethrowing(this.#kms.simulate(operation, plain(input), callerOf(options)));
  }

  /** Whose an access key is, and its secret: for whoever checks signatures. */
  async accessKey(id: string): Promise<AccessKey | undefined> {
    return rethrowing(this.#kms.accessKey(id));
  }

  requestHandler(options?: RequestHandlerOptions): RequestHandler {
    return new RequestHandler(this, options);
  }

  async inspect(bytes: Uint8Array) {
    return this.#kms.inspect(bytes);
  }

  async fork(): Promise<Kms> {
    const Same = this.constructor as typeof Kms;
    return new Same({ kms: await rethrowing(this.#kms.fork()), release: () => {} });
  }

  async describe(): Promise<Description> {
    const facts = (await rethrowing(this.#kms.describe())) as RawFacts;
    const persisted =
      facts.store === "directory" || (facts.store === "indexeddb" && (await isPersisted()));
    const { mode } = facts.rootKey;
    return {
      ...facts,
      rootKey: { mode, meaning: ROOT_KEY_MEANINGS[mode] },
      now: dateOf(facts.now),
      persistence: { persisted, meaning: persistenceMeaning(facts.store, persisted) },
    };
  }

  async setPassphrase(passphrase: string | null): Promise<void> {
    const secret = passphrase === null ? undefined : encode(passphrase);
    await rethrowing(this.#kms.setPassphrase(secret)).finally(() => secret?.fill(0));
  }

  async exportStore(passphrase: string): Promise<Blob> {
    const secret = encode(passphrase);
    return rethrowing<Blob>(this.#kms.exportStore(secret)).finally(() => secret.fill(0));
  }

  async importStore(file: Blob, passphrase: string): Promise<void> {
    const secret = encode(passphrase);
    await rethrowing(this.#kms.importStore(file, secret)).finally(() => secret.fill(0));
  }

  async erase(): Promise<void> {
    await rethrowing(this.#kms.erase());
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listeners.clear();
    await rethrowing(this.#kms.close());
    await this.#release();
  }

  /** For `await using`, where the host has it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class Clock implements ClockApi {
  readonly #kms: Core;

  constructor(kms: Core) {
    this.#kms = kms;
  }

  async now(): Promise<Date> {
    return new Date(await rethrowing<number>(this.#kms.now()));
  }

  async advance(milliseconds: number, { onProgress, signal }: LongOptions = {}) {
    signal?.throwIfAborted();
    const progress = (done: number, total: number): boolean => {
      onProgress?.({ done, total });
      return signal?.aborted ?? false;
    };
    const events = await rethrowing<RawEvent[]>(this.#kms.advance(milliseconds, progress));
    return events.map(dueEvent);
  }
}

class Audit implements AuditApi {
  readonly #kms: Core;

  constructor(kms: Core) {
    this.#kms = kms;
  }

  async events(query: AuditQuery & { limit?: number; before?: string } = {}): Promise<AuditPage> {
    const page = await rethrowing<AuditPage>(this.#kms.audit(plain({ ...query })));
    page.events.forEach(withNulls);
    return page;
  }

  async verify(): Promise<AuditVerdict> {
    return auditVerdict(await rethrowing<RawVerdict>(this.#kms.audit()));
  }

  async export(query: AuditQuery = {}): Promise<Blob> {
    const parts: BlobPart[] = [];
    const take = (records: CloudTrailRecord[]) => {
      if (records.length === 0) return;
      const text = records.map((record) => JSON.stringify(withNulls(record))).join(",\n");
      parts.push(parts.length === 0 ? text : `,\n${text}`);
    };
    await rethrowing(this.#kms.audit(plain({ ...query }), take));
    return new Blob(['{"Records":[', ...parts, "]}\n"], { type: "application/json" });
  }
}

/** CloudTrail has both members in each record; wasm leaves them undefined where there is nothing. */
function withNulls(record: CloudTrailRecord): CloudTrailRecord {
  const { requestParameters, responseElements } = record;
  return Object.assign(record, {
    requestParameters: requestParameters ?? null,
    responseElements: responseElements ?? null,
  });
}

class Iam implements IamApi {
  readonly #kms: Core;

  constructor(kms: Core) {
    this.#kms = kms;
  }

  async send(operation: string, input: Members = {}): Promise<Members> {
    const answer = this.#kms.iam(operation, plain(input));
    return withDates(await rethrowing<Members>(answer), IAM_TIMES);
  }
}

class S3 implements S3Api {
  readonly #kms: Core;

  constructor(kms: Core) {
    this.#kms = kms;
  }

  async createBucket({ Bucket }: { Bucket: string }): Promise<void> {
    await rethrowing(this.#kms.createBucket(Bucket));
  }

  async putObject(
    input: PutObjectInput,
    options: LongOptions = {},
  ): Promise<Traced<ObjectDescription>> {
    options.signal?.throwIfAborted();
    const body = asBlob(input.Body);
    const { Bucket, Key, SSEKMSKeyId } = input;
    const ContentType = input.ContentType || body.type || undefined;
    const sample = await streams.readBytes(body, 0, streams.SAMPLE_LENGTH);
    const beginning = this.#kms.beginPut(
      { Bucket, Key, ContentType, SSEKMSKeyId },
      body.size,
      sample,
      callerOf(options),
    );
    const begun: Begun<streams.PutSession> = await rethrowing(beginning);
    if (!begun.session) return refused(begun);
    return described(await rethrowing(streams.put(begun.session, body, options)));
  }

  async getObject({ Bucket, Key }: { Bucket: string; Key: string }, options: LongOptions = {}) {
    options.signal?.throwIfAborted();
    const begun: Begun<streams.GetSession> = await rethrowing(
      this.#kms.beginGet(Bucket, Key, callerOf(options)),
    );
    if (!begun.session) return refused(begun);
    const { body, ...outcome } = await rethrowing(streams.get(begun.session, options));
    const { answer, ...traced } = described(outcome);
    return answer && body ? { ...traced, answer: { ...answer, Body: body } } : traced;
  }

  async headObject({ Bucket, Key }: { Bucket: string; Key: string }): Promise<ObjectDescription> {
    return objectDescription(await rethrowing(this.#kms.headObject(Bucket, Key)));
  }

  async listObjects({ Bucket }: { Bucket: string }): Promise<readonly ObjectDescription[]> {
    const list = await rethrowing<RawDescription[]>(this.#kms.listObjects(Bucket));
    return list.map(objectDescription);
  }

  async deleteObject({ Bucket, Key }: { Bucket: string; Key: string }): Promise<void> {
    await rethrowing(this.#kms.deleteObject(Bucket, Key));
  }

  async readStored({ Bucket, Key }: { Bucket: string; Key: string }): Promise<Blob> {
    return rethrowing(this.#kms.readStored(Bucket, Key));
  }

  async writeStored(input: { Bucket: string; Key: string; Body: Blob | Uint8Array }) {
    await rethrowing(this.#kms.writeStored(input.Bucket, input.Key, asBlob(input.Body)));
  }
}

/** The caller as wasm reads it; nothing where the Region is all that there is to say. */
function callerOf(options: CallerOptions & LongOptions): CallerOptions | undefined {
  for (const name in options) {
    if (name !== "region" && name !== "onProgress" && name !== "signal")
      return plain({ ...options });
  }
  return undefined;
}

/** A request as wasm reads it: its members are asked for there, and a getter must not throw through wasm. */
function plain(input: Members): Members {
  return typeof input !== "object" || input === null || Array.isArray(input) ? input : { ...input };
}

function refused({ error, steps = [] }: Begun<unknown>): Traced<never> {
  return error ? { error, steps } : { steps };
}

function described({ answer, error, steps }: streams.Outcome): Traced<ObjectDescription> {
  if (error) return { error, steps };
  return { answer: objectDescription(answer as RawDescription), steps };
}

function asBlob(body: Blob | Uint8Array): Blob {
  return body instanceof Blob ? body : new Blob([body as Uint8Array<ArrayBuffer>]);
}

function encode(passphrase: string): Uint8Array {
  return new TextEncoder().encode(passphrase);
}
