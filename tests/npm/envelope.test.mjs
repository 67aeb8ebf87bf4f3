// tabkms/envelope: bytes in, bytes out; its policies, limits, keys and cache. What others read and write: tests/interop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { describeHeader, Envelope, rawAes, withCommands } from "../../dist/envelope.js";
import { Kms } from "../../dist/index.js";
import {
  cut,
  dataKeys,
  engines,
  envelopeFor,
  gathered,
  hex,
  KEY,
  pattern,
  readableOf,
  refused,
  SUITES,
} from "../lib/messages.mjs";

let kms;
let keyIds;

before(async () => {
  kms = await Kms.open({ store: "memory" });
  const arn = async (input) => (await kms.send("CreateKey", input)).KeyMetadata.Arn;
  keyIds = [await arn(), await arn()];
});
after(() => kms?.close());

const context = { purpose: "test", Größe: "42 €", __proto__x: "1", 7: "seven" };

for (const suite of SUITES) {
  test(`${hex(suite)}: what is encrypted is decrypted, in chunks of any length`, async () => {
    const envelope = envelopeFor(suite);
    for (const length of [0, 1, 99, 100, 101, 200, 1000]) {
      const plaintext = pattern(length);
      const message = await envelope.encrypt(plaintext, { suite, context, frameLength: 100 });
      const opened = await envelope.decrypt(message, { context: { purpose: "test" } });
      assert.deepEqual(opened.plaintext, plaintext);
      assert.equal(opened.header.suite.id, suite);
      const { "aws-crypto-public-key": publicKey, ...own } = opened.context;
      assert.deepEqual(own, context);
      assert.equal(
        publicKey !== undefined,
        hex(suite) !== "0x0478" && suite in { 1400: 1, 888: 1, 838: 1, 532: 1 },
      );
      for (const lengths of [[1], [7], [message.length - 1, 1], [0, message.length]]) {
        const stream = readableOf(cut(message, ...lengths)).pipeThrough(envelope.decryptStream());
        const { bytes, error } = await gathered(stream);
        assert.equal(error, undefined);
        assert.deepEqual(bytes, plaintext, `${length} bytes in chunks of ${lengths}`);
      }
    }
  });

  test(`${hex(suite)}: node:crypto, WebCrypto and wasm read each other`, async () => {
    // wasm stands in where a browser has nothing: for AES of 192 and 256 bits, and for HKDF-SHA-512.
    const names = [0x0578, 0x0478, 0x0078, 0x0046].includes(suite)
      ? ["node", "web", "wasm"]
      : ["node", "web"];
    const all = engines();
    for (const writer of names) {
      for (const frameLength of [1000, 40_000, 100_000]) {
        const plaintext = pattern(100_001);
        const sealing = envelopeFor(suite, { engine: all[writer] });
        const message = await sealing.encrypt(plaintext, { suite, context, frameLength });
        for (const reader of names) {
          const opening = envelopeFor(suite, { engine: all[reader] });
          assert.deepEqual(
            (await opening.decrypt(message)).plaintext,
            plaintext,
            `${writer}, ${reader}`,
          );
        }
      }
    }
  });
}

test("the same message, byte for byte, whichever computes", async () => {
  const all = engines();
  const messages = [];
  for (const engine of Object.values(all)) {
    // Of the messages' own randomness there is none left.
    const fixed = { ...engine, random: (length) => pattern(length) };
    const source = {
      scope: "",
      generate: ({ length }) => ({
        bytes: pattern(length),
        encrypted: [{ providerId: "tests", providerInfo: pattern(3), ciphertext: pattern(9) }],
      }),
      open: ({ length }) => pattern(length),
    };
    const envelope = new Envelope({ dataKeys: source, engine: fixed });
    messages.push(await envelope.encrypt(pattern(300_000), { context, frameLength: 70_000 }));
  }
  assert.deepEqual(messages[1], messages[0]);
  assert.deepEqual(messages[2], messages[0]);
});

test("AES-192, which Chromium lacks, is wasm's, and NIST's own", async () => {
  // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 10.
  const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
  const cipher = await engines().wasm.cipher(
    bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c"),
    { longest: 0, hashes: false },
  );
  const aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const plaintext = bytes(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const sealed = cipher.seal(bytes("cafebabefacedbaddecaf888"), aad, plaintext);
  assert.equal(
    Buffer.concat(sealed).toString("hex"),
    "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710" +
      "2519498e80f1478f37ba55bd6d27618c",
  );
  cipher.forget();
});

// ---- Policies ----

const POLICIES = {
  REQUIRE_ENCRYPT_REQUIRE_DECRYPT: { writes: [0x0478], reads: [0x0478] },
  REQUIRE_ENCRYPT_ALLOW_DECRYPT: { writes: [0x0478], reads: [0x0478, 0x0178] },
  FORBID_ENCRYPT_ALLOW_DECRYPT: { writes: [0x0178], reads: [0x0478, 0x0178] },
};

for (const [commitment, { writes, reads }] of Object.entries(POLICIES)) {
  test(`${commitment} writes and reads what its name says`, async () => {
    const envelope = envelopeFor(0x0478, { commitment });
    for (const suite of [0x0478, 0x0178]) {
      const message = await envelopeFor(suite).encrypt(KEY, { suite });
      const writing = envelope.encrypt(KEY, { suite });
      await (writes.includes(suite) ? writing : refused(writing, "SuiteNotAllowed"));
      const reading = envelope.decrypt(message);
      await (reads.includes(suite) ? reading : refused(reading, "SuiteNotAllowed"));
    }
    const byDefault = await envelope.encrypt(KEY);
    assert.equal(describeHeader(byDefault).header.suite.id, writes[0]);
  });
}

test("by default commitment is required both ways", async () => {
  const envelope = new Envelope({ dataKeys: dataKeys() });
  await refused(envelope.encrypt(KEY, { suite: 0x0178 }), "SuiteNotAllowed");
  const message = await envelopeFor(0x0178).encrypt(KEY);
  await refused(envelope.decrypt(message), "SuiteNotAllowed");
});

// ---- Limits ----

test("limits hold for what is written and for what is read", async () => {
  const limited = (limits) => envelopeFor(0x0478, { limits });
  const message = await envelopeFor().encrypt(pattern(1000), { frameLength: 100 });
  await refused(limited({ maxFrames: 9 }).decrypt(message), "TooManyFrames");
  assert.equal((await limited({ maxFrames: 10 }).decrypt(message)).plaintext.length, 1000);
  await refused(
    limited({ maxFrames: 9 }).encrypt(pattern(1000), { frameLength: 100 }),
    "TooManyFrames",
  );
  await refused(limited({ maxFrameLength: 99 }).decrypt(message), "FrameTooLong");
  await refused(limited({ maxFrameLength: 99 }).encrypt(KEY, { frameLength: 100 }), "FrameTooLong");
  await refused(limited({ maxHeaderLength: 100 }).decrypt(message), "HeaderTooLong");
  await refused(envelopeFor().encrypt(KEY, { frameLength: 0 }), "ZeroFrameLength");
  const two = new Envelope({ kms });
  const under = await two.encrypt(KEY, { keyIds });
  const one = new Envelope({ kms, limits: { maxEncryptedDataKeys: 1 } });
  await refused(one.decrypt(under), "TooManyKeys");
  await refused(one.encrypt(KEY, { keyIds }), "TooManyKeys");
});

test("a context that the header cannot carry is refused", async () => {
  const envelope = envelopeFor();
  await refused(envelope.encrypt(KEY, { context: { "aws-crypto-x": "" } }), "ReservedContextKey");
  await refused(envelope.encrypt(KEY, { context: { long: "x".repeat(65_536) } }), "ContextTooLong");
  const long = { a: "x".repeat(40_000), b: "x".repeat(40_000) };
  await refused(envelope.encrypt(KEY, { context: long }), "ContextTooLong");
  const message = await envelope.encrypt(KEY, { context });
  await refused(envelope.decrypt(message, { context: { purpose: "other" } }), "ContextMismatch");
  await refused(envelope.decrypt(message, { context: { absent: "x" } }), "ContextMismatch");
});

// ---- Keys ----

test("each of several keys opens the message, and no other is asked", async () => {
  const envelope = new Envelope({ kms });
  const message = await envelope.encrypt(KEY, { keyIds, context });
  for (const options of [
    {},
    { keyIds },
    { keyIds: [keyIds[1]] },
    { discovery: { accountIds: ["000000000000"] } },
  ]) {
    assert.deepEqual((await envelope.decrypt(message, options)).plaintext, KEY);
  }
  const { KeyMetadata } = await kms.send("CreateKey");
  await refused(envelope.decrypt(message, { keyIds: [KeyMetadata.Arn] }), "NoMatchingKey");
  await refused(
    envelope.decrypt(message, { discovery: { accountIds: ["111122223333"] } }),
    "NoMatchingKey",
  );
  await refused(envelope.decrypt(message, { discovery: { partition: "aws-cn" } }), "NoMatchingKey");
  await kms.send("DisableKey", { KeyId: keyIds[0] });
  assert.deepEqual((await envelope.decrypt(message)).plaintext, KEY);
  await kms.send("DisableKey", { KeyId: keyIds[1] });
  await assert.rejects(envelope.decrypt(message), (error) => {
    assert.equal(error.reason, "NoKeyOpens");
    assert.equal(error.cause.errors.length, 2);
    assert.match(error.message, /DisabledException.*DisabledException/);
    return true;
  });
  for (const KeyId of keyIds) await kms.send("EnableKey", { KeyId });
});

test("a multi-Region key's replica opens what its primary sealed, and several Regions have a part in one message", async () => {
  const { KeyMetadata } = await kms.send("CreateKey", { MultiRegion: true });
  const primary = KeyMetadata.Arn;
  const { ReplicaKeyMetadata } = await kms.send("ReplicateKey", {
    KeyId: primary,
    ReplicaRegion: "eu-west-1",
  });
  await kms.clock.advance(3000);
  const replica = ReplicaKeyMetadata.Arn;
  const envelope = new Envelope({ kms });
  const message = await envelope.encrypt(KEY, { keyIds: [primary] });
  assert.deepEqual((await envelope.decrypt(message, { keyIds: [replica] })).plaintext, KEY);
  const { KeyMetadata: far } = await kms.send("CreateKey", {}, { region: "ap-south-1" });
  const both = await envelope.encrypt(KEY, { keyIds: [primary, far.Arn] });
  assert.deepEqual((await envelope.decrypt(both, { keyIds: [far.Arn] })).plaintext, KEY);
});

test("any KMS will do: a client with three methods, one a Region, a bare client with its commands", async () => {
  const calls = [];
  const service = {
    generateDataKey: (input) => kms.send("GenerateDataKey", input),
    encrypt: (input) => kms.send("Encrypt", input),
    decrypt: (input) => kms.send("Decrypt", input),
  };
  const perRegion = (region) => {
    calls.push(region);
    return service;
  };
  class Command {
    constructor(input) {
      this.input = input;
    }
  }
  const commands = {
    GenerateDataKeyCommand: class GenerateDataKey extends Command {},
    EncryptCommand: class Encrypt extends Command {},
    DecryptCommand: class Decrypt extends Command {},
  };
  const client = { send: (command) => kms.send(command.constructor.name, command.input) };
  for (const any of [kms, service, perRegion, withCommands(client, commands)]) {
    const envelope = new Envelope({ kms: any });
    const message = await envelope.encrypt(KEY, { keyIds, context });
    assert.deepEqual((await envelope.decrypt(message, { keyIds })).plaintext, KEY);
  }
  assert.deepEqual(calls, ["us-east-1", "us-east-1", "us-east-1"]);
});

test("a KMS that answers with another key, or another length, is not believed", async () => {
  const envelope = new Envelope({ kms });
  const message = await envelope.encrypt(KEY, { keyIds });
  const lying = (change) =>
    new Envelope({
      kms: {
        generateDataKey: async (input) => ({
          ...(await kms.send("GenerateDataKey", input)),
          ...change,
        }),
        encrypt: (input) => kms.send("Encrypt", input),
        decrypt: async (input) => ({ ...(await kms.send("Decrypt", input)), ...change }),
      },
    });
  await refused(lying({ Plaintext: new Uint8Array(31) }).encrypt(KEY, { keyIds }), "KeyService");
  await refused(lying({ KeyId: "alias/demo" }).encrypt(KEY, { keyIds }), "KeyService");
  await refused(
    lying({ KeyId: "arn:aws:kms:us-east-1:000000000000:key/x" }).decrypt(message),
    "NoKeyOpens",
  );
  await refused(lying({ Plaintext: new Uint8Array(16) }).decrypt(message), "NoKeyOpens");
  await refused(lying({ Plaintext: new Uint8Array(32) }).decrypt(message), "Commitment");
});

test("a raw AES key opens what was sealed under its namespace and name alone", async () => {
  const message = await envelopeFor().encrypt(KEY, { context });
  const other = (options) =>
    new Envelope({ dataKeys: rawAes({ namespace: "tests", name: "key", key: KEY, ...options }) });
  await refused(other({ namespace: "others" }).decrypt(message), "NoMatchingKey");
  await refused(other({ name: "kez" }).decrypt(message), "NoMatchingKey");
  await refused(other({ key: pattern(16) }).decrypt(message), "NoKeyOpens");
  assert.throws(() => rawAes({ namespace: "aws-kms", name: "", key: KEY }), TypeError);
  assert.throws(() => rawAes({ namespace: "tests", name: "", key: pattern(31) }), TypeError);
});

// ---- Caching ----

/** A source that counts. */
function counting() {
  const source = dataKeys();
  const counts = { generated: 0, opened: 0 };
  return {
    counts,
    dataKeys: {
      scope: source.scope,
      generate: (request) => {
        counts.generated += 1;
        return source.generate(request);
      },
      open: (request) => {
        counts.opened += 1;
        return source.open(request);
      },
    },
  };
}

test("without a cache each message has a data key of its own", async () => {
  const { counts, dataKeys } = counting();
  const envelope = new Envelope({ dataKeys });
  for (let count = 0; count < 3; count++) await envelope.decrypt(await envelope.encrypt(KEY));
  assert.deepEqual(counts, { generated: 3, opened: 3 });
});

test("a cache's limits are messages, bytes and age", async () => {
  const used = async (cache, length = 10, pause = 0) => {
    const { counts, dataKeys } = counting();
    const envelope = new Envelope({ dataKeys, cache });
    for (let count = 0; count < 6; count++) {
      const { plaintext } = await envelope.decrypt(await envelope.encrypt(pattern(length)));
      assert.deepEqual(plaintext, pattern(length));
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return counts;
  };
  assert.deepEqual(await used({ maxAge: 60_000 }), { generated: 1, opened: 1 });
  assert.deepEqual(await used({ maxAge: 60_000, maxMessages: 2 }), { generated: 3, opened: 3 });
  assert.deepEqual(await used({ maxAge: 60_000, maxBytes: 30 }), { generated: 2, opened: 2 });
  assert.deepEqual(await used({ maxAge: 60_000, maxBytes: 9 }), { generated: 6, opened: 6 });
  assert.deepEqual(await used({ maxAge: 1 }, 10, 5), { generated: 6, opened: 6 });
});

test("a cache keeps contexts and suites apart, and forgets what was not used for longest", async () => {
  const { counts, dataKeys } = counting();
  const envelope = envelopeFor(0x0478, { dataKeys, cache: { maxAge: 60_000, capacity: 2 } });
  const of = (name, suite) => envelope.encrypt(KEY, { context: { name }, ...(suite && { suite }) });
  await of("a");
  await of("b");
  await of("a");
  assert.equal(counts.generated, 2);
  await of("c");
  await of("a");
  assert.equal(counts.generated, 3);
  await of("b");
  assert.equal(counts.generated, 4);
  const signed = [await of("b", 0x0578), await of("b", 0x0578)];
  assert.equal(counts.generated, 5);
  for (const message of signed) assert.deepEqual((await envelope.decrypt(message)).plaintext, KEY);
  envelope.clearCache();
  await of("b");
  assert.equal(counts.generated, 6);
});

test("a data key that encrypts itself is never used twice, and a stream of unknown size takes a fresh one", async () => {
  const { counts, dataKeys } = counting();
  const envelope = envelopeFor(0x0078, { dataKeys, cache: { maxAge: 60_000 } });
  for (let count = 0; count < 3; count++) await envelope.encrypt(KEY, { suite: 0x0078 });
  assert.equal(counts.generated, 3);
  for (let count = 0; count < 2; count++) {
    const stream = readableOf([KEY]).pipeThrough(envelope.encryptStream({ suite: 0x0178 }));
    assert.equal((await gathered(stream)).error, undefined);
  }
  assert.equal(counts.generated, 5);
});
