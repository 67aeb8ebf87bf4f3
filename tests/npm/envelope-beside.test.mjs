// Signing beside the encryption, in Node's own thread: the same signatures, no process kept alive, nothing waited for in
// vain, and without a thread all is as before.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  createHash,
  createSign,
  createVerify,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as threads from "node:worker_threads";
import { Envelope, rawAes } from "../../dist/envelope.js";

const MIB = 1024 * 1024;
const DIST = new URL("../../dist/", import.meta.url);
const HASH = "sha384";
const envelope = new Envelope({
  dataKeys: rawAes({ namespace: "test", name: "key", key: randomBytes(32) }),
});
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
const key = privateKey.export({ format: "jwk" });
const PUBLIC = publicKey.export({ format: "jwk" });

/** The module anew, with a thread of its own. */
let fresh = 0;
const besideOf = (given = threads) =>
  import(`${DIST}envelope/beside.js?${++fresh}`).then(({ Beside }) => {
    const make = () => createSign(HASH);
    return new Beside(given, HASH, true, make);
  });

/** A thread with this script in place of its own. */
const threadsOf = (script) => ({
  Worker: class extends threads.Worker {
    constructor(_, options) {
      super(script, { ...options, eval: true });
    }
  },
});

async function signed(hashing, bytes, piece) {
  for (let at = 0; at < bytes.length; at += piece) {
    hashing.update(bytes.subarray(at, at + piece));
    await hashing.ready();
  }
  return hashing.end(
    (here) => new Uint8Array(here.sign(privateKey)),
    (id) => ({ type: "sign", id, key }),
  );
}

const fits = (bytes, signature) => createVerify(HASH).update(bytes).verify(publicKey, signature);

async function through(stream, parts) {
  const source = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
  const out = [];
  for await (const part of source.pipeThrough(stream)) out.push(part);
  return Buffer.concat(out);
}

function cut(bytes, length) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += length) parts.push(bytes.subarray(at, at + length));
  return parts;
}

test("what is signed beside is what was given, in pieces of any length", async () => {
  const bytes = randomBytes(3 * MIB + 7);
  for (const [length, piece] of [
    [0, 1],
    [1000, 1000],
    [256 * 1024 - 1, 100_000],
    [256 * 1024, 256 * 1024],
    [MIB + 1, 4097],
    [bytes.length, 333_333],
    [bytes.length, bytes.length],
  ]) {
    const part = bytes.subarray(0, length);
    const signature = await signed(await besideOf(), part, piece);
    assert.ok(fits(part, signature), `${length} bytes in pieces of ${piece}`);
    assert.ok(!fits(Buffer.concat([part, Buffer.of(0)]), signature));
  }
});

test("what was given may be written over at once", async () => {
  const hashing = await besideOf();
  const expected = createHash("sha256");
  const bytes = new Uint8Array(100_000);
  const all = [];
  for (let round = 0; round < 20; round++) {
    bytes.fill(round);
    expected.update(bytes);
    all.push(bytes.slice());
    hashing.update(bytes);
    bytes.fill(255);
    await hashing.ready();
  }
  const signature = await hashing.end(
    () => assert.fail("too much for here"),
    (id) => ({ type: "sign", id, key }),
  );
  assert.ok(fits(Buffer.concat(all), signature));
});

test("several messages at a time keep to themselves", async () => {
  const plaintexts = [2 * MIB, 3 * MIB, 900_000].map((length) => randomBytes(length));
  const messages = await Promise.all(
    plaintexts.map((bytes) =>
      through(envelope.encryptStream({ suite: 0x0578, context: {} }), cut(bytes, 100_000)),
    ),
  );
  const opened = await Promise.all(
    messages.map((message) => through(envelope.decryptStream(), cut(message, 77_777))),
  );
  for (const [index, bytes] of opened.entries()) assert.ok(bytes.equals(plaintexts[index]));
});

test("a signature that does not fit is refused, wherever it is verified", async () => {
  const plaintext = randomBytes(2 * MIB);
  const options = { suite: 0x0578, context: {}, frameLength: 512 * 1024 };
  const message = await envelope.encrypt(plaintext, options);
  const other = await envelope.encrypt(plaintext, options);
  // A good signature of another message: only the hash tells.
  message.set(other.subarray(-100), message.length - 100);
  for (const signed of ["hold", "release"]) {
    const opening = through(envelope.decryptStream({ signed }), cut(message, MIB));
    await assert.rejects(opening, { name: "EnvelopeError", reason: "Signature" });
  }
});

test("an aborted message is given up and the next one works", async () => {
  const controller = new AbortController();
  const stream = envelope.encryptStream({
    suite: 0x0578,
    signal: controller.signal,
    onProgress: ({ done }) => done > MIB && controller.abort(),
  });
  await assert.rejects(through(stream, cut(randomBytes(4 * MIB), 500_000)), { name: "AbortError" });
  const bytes = randomBytes(2 * MIB);
  const message = await through(envelope.encryptStream({ suite: 0x0578 }), [bytes]);
  assert.ok((await through(envelope.decryptStream(), [message])).equals(bytes));
});

test("where no thread starts all is hashed here", async () => {
  const bytes = randomBytes(2 * MIB);
  for (const given of [
    threadsOf("throw new Error('no script')"),
    threadsOf("process.exit(0)"),
    {
      Worker: class {
        constructor() {
          throw new Error("not allowed");
        }
      },
    },
  ]) {
    const hashing = await besideOf(given);
    assert.ok(fits(bytes, await signed(hashing, bytes, 100_000)));
  }
});

test("a thread that dies fails the message, and is not waited for", async () => {
  const dying = (when) => `
    const { parentPort } = require("node:worker_threads");
    parentPort.on("message", ({ type, buffer }) => {
      if (type === "${when}") process.exit(1);
      if (buffer) parentPort.postMessage({ type: "free", buffer }, [buffer]);
    });
    parentPort.postMessage({ type: "ready" });`;
  for (const when of ["begin", "bytes", "sign"]) {
    const hashing = await besideOf(threadsOf(dying(when)));
    await assert.rejects(signed(hashing, randomBytes(3 * MIB), 100_000), /thread/, when);
  }
});

test("a key that is none fails the message", async () => {
  const hashing = await besideOf();
  hashing.update(randomBytes(MIB));
  await hashing.ready();
  const asking = hashing.end(assert.fail, (id) => ({ type: "sign", id, key: PUBLIC }));
  await assert.rejects(asking);
});

test("the thread keeps no process alive, and a process does not end before the signature", () => {
  const script = `
    import { Envelope, rawAes } from "${DIST}envelope.js";
    const dataKeys = rawAes({ namespace: "a", name: "b", key: new Uint8Array(32) });
    const stream = new Envelope({ dataKeys }).encryptStream({ suite: 0x0578 });
    const writer = stream.writable.getWriter();
    writer.write(new Uint8Array(3 * 1024 * 1024)).then(() => writer.close());
    let length = 0;
    for await (const part of stream.readable) length += part.length;
    console.log(length);`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    timeout: 20_000,
    cwd: fileURLToPath(DIST),
    encoding: "utf8",
  });
  assert.ok(Number(out) > 3 * MIB, out);
});
