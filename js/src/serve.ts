/** What a worker does that the KMS lives in: the page that started it never holds a key. */

import type { LongOptions } from "./api.ts";
import { likeness } from "./errors.ts";
import type { Kms } from "./kms.ts";
import {
  type Call,
  type FromWorker,
  type KmsId,
  type ToWorker,
  unreachable,
  type WireOptions,
} from "./protocol.ts";

type Opener = (options: WireOptions) => Promise<Kms>;

const stores = new Map<KmsId, Kms>();
const running = new Map<number, AbortController>();
let lastId: KmsId = 0;

/** Makes this worker the one that `connect` of `tabkms/client` speaks with. Stores are opened by `open`. */
export function serveWith(open: Opener): void {
  scope().onmessage = ({ data }: MessageEvent<ToWorker>) => {
    switch (data.type) {
      case "call":
        void answer(open, data.id, data.kms, data.call);
        return;
      case "cancel":
        running.get(data.id)?.abort();
        return;
      default:
        unreachable(data);
    }
  };
}

function scope(): DedicatedWorkerGlobalScope {
  return globalThis as unknown as DedicatedWorkerGlobalScope;
}

function post(message: FromWorker): void {
  scope().postMessage(message);
}

async function answer(open: Opener, id: number, kms: KmsId, call: Call): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const options: LongOptions = {
      signal: controller.signal,
      onProgress: (progress) => post({ type: "progress", id, progress }),
    };
    post({ type: "answer", id, value: await run(open, kms, call, options) });
  } catch (thrown) {
    post({ type: "failure", id, error: likeness(thrown) });
  } finally {
    running.delete(id);
  }
}

/** A fork goes by a number of its own. */
function add(kms: Kms): KmsId {
  lastId += 1;
  const id = lastId;
  stores.set(id, kms);
  kms.onChange(() => post({ type: "changed", kms: id }));
  return id;
}

async function run(open: Opener, id: KmsId, call: Call, options: LongOptions): Promise<unknown> {
  if (call.type === "open") return add(await open(call.options));
  const kms = stores.get(id);
  if (!kms) throw new TypeError(`There is no KMS ${id} here.`);
  switch (call.type) {
    case "send":
      return kms.send(call.operation, call.input, call.options);
    case "trace":
      return kms.trace(call.operation, call.input, call.options);
    case "simulate":
      return kms.simulate(call.operation, call.input, call.options);
    case "iam":
      return kms.iam.send(call.operation, call.input);
    case "inspect":
      return kms.inspect(call.bytes);
    case "fork":
      return add(await kms.fork());
    case "describe":
      return kms.describe();
    case "erase":
      return kms.erase();
    case "close":
      stores.delete(id);
      return kms.close();
    case "now":
      return kms.clock.now();
    case "auditEvents":
      return kms.audit.events(call.query);
    case "verifyAudit":
      return kms.audit.verify();
    case "exportAudit":
      return kms.audit.export(call.query);
    case "setPassphrase":
      return kms.setPassphrase(call.passphrase);
    case "exportStore":
      return kms.exportStore(call.passphrase);
    case "importStore":
      return kms.importStore(call.file, call.passphrase);
    case "advance":
      return kms.clock.advance(call.milliseconds, options);
    case "createBucket":
      return kms.s3.createBucket(call.input);
    case "listObjects":
      return kms.s3.listObjects(call.input);
    case "putObject":
      return kms.s3.putObject(call.input, { ...call.options, ...options });
    case "getObject":
      return kms.s3.getObject(call.input, { ...call.options, ...options });
    case "encryptFile":
      return kms.envelope.encryptFile(call.file, call.input, { ...call.options, ...options });
    case "decryptFile":
      return kms.envelope.decryptFile(call.file, call.input, { ...call.options, ...options });
    case "headObject":
      return kms.s3.headObject(call.input);
    case "deleteObject":
      return kms.s3.deleteObject(call.input);
    case "readStored":
      return kms.s3.readStored(call.input);
    case "writeStored":
      return kms.s3.writeStored(call.input);
    default:
      return unreachable(call);
  }
}
