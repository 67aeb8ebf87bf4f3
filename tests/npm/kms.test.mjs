// The package as it is built, in Node: every operation, the errors' names, forks, S3, export, seeds.

import assert from "node:assert/strict";
import test from "node:test";
import { Kms, KmsError, StoreError } from "../../dist/index.js";

const DAY = 86_400_000;
const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (string) => new TextEncoder().encode(string);

/** A KMS in memory that is closed when the test ends. */
async function open(t, options = {}) {
  const kms = await Kms.open({ store: "memory", ...options });
  t.after(() => kms.close());
  return kms;
}

async function contentOf(blob) {
  return Buffer.from(await blob.arrayBuffer());
}

test("every operation answers", async (t) => {
  const kms = await open(t);
  const before = Date.now();
  const { KeyMetadata } = await kms.send("CreateKey", { Description: "one" });
  const { KeyId, Arn } = KeyMetadata;
  assert.ok(KeyMetadata.CreationDate instanceof Date);
  assert.ok(KeyMetadata.CreationDate.getTime() >= before - 1);
  await kms.send("CreateAlias", { AliasName: "alias/one", TargetKeyId: KeyId });
  for (const id of [KeyId, Arn, "alias/one", Arn.replace(/key\/.*/, "alias/one")]) {
    const found = await kms.send("DescribeKey", { KeyId: id });
    assert.equal(found.KeyMetadata.Arn, Arn);
  }
  assert.equal((await kms.send("ListKeys")).Keys.length, 1);
  assert.equal((await kms.send("ListAliases")).Aliases[0].AliasName, "alias/one");

  const other = (await kms.send("CreateKey")).KeyMetadata.KeyId;
  await kms.send("UpdateAlias", { AliasName: "alias/one", TargetKeyId: other });
  assert.equal((await kms.send("DescribeKey", { KeyId: "alias/one" })).KeyMetadata.KeyId, other);
  await kms.send("DeleteAlias", { AliasName: "alias/one" });
  assert.deepEqual((await kms.send("ListAliases")).Aliases, []);

  const EncryptionContext = { purpose: "test", owner: "ünïcode" };
  const Plaintext = bytes("super secret text");
  const sealed = await kms.send("Encrypt", { KeyId, Plaintext, EncryptionContext });
  assert.ok(sealed.CiphertextBlob instanceof Uint8Array);
  const { CiphertextBlob } = sealed;
  assert.match(Buffer.from(CiphertextBlob).toString("base64"), /^AQICAH/);
  const opened = await kms.send("Decrypt", { CiphertextBlob, EncryptionContext });
  assert.equal(text(opened.Plaintext), "super secret text");
  assert.equal(opened.KeyId, Arn);
  await kms.send("Decrypt", { KeyId, CiphertextBlob, EncryptionContext });
  const moved = await kms.send("ReEncrypt", {
    CiphertextBlob,
    SourceEncryptionContext: EncryptionContext,
    DestinationKeyId: other,
  });
  assert.equal(
    (await kms.send("Decrypt", { CiphertextBlob: moved.CiphertextBlob })).KeyId,
    moved.KeyId,
  );

  const dataKey = await kms.send("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
  assert.equal(dataKey.Plaintext.length, 32);
  const again = await kms.send("Decrypt", { CiphertextBlob: dataKey.CiphertextBlob });
  assert.deepEqual(again.Plaintext, dataKey.Plaintext);
  const without = await kms.send("GenerateDataKeyWithoutPlaintext", { KeyId, NumberOfBytes: 16 });
  assert.equal("Plaintext" in without, false);
  assert.equal((await kms.send("GenerateRandom", { NumberOfBytes: 7 })).Plaintext.length, 7);

  await kms.send("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
  const rotation = await kms.send("GetKeyRotationStatus", { KeyId });
  assert.equal(rotation.KeyRotationEnabled, true);
  assert.ok(rotation.NextRotationDate instanceof Date);
  await kms.send("RotateKeyOnDemand", { KeyId });
  const { Rotations } = await kms.send("ListKeyRotations", { KeyId });
  assert.ok(Rotations.some((entry) => entry.RotationDate instanceof Date));
  await kms.send("DisableKeyRotation", { KeyId });
  assert.equal(
    text((await kms.send("Decrypt", { CiphertextBlob, EncryptionContext })).Plaintext).length,
    17,
  );

  await kms.send("DisableKey", { KeyId });
  await kms.send("EnableKey", { KeyId });
  const scheduled = await kms.send("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  assert.ok(scheduled.DeletionDate instanceof Date);
  await kms.send("CancelKeyDeletion", { KeyId });
  assert.equal((await kms.send("DescribeKey", { KeyId })).KeyMetadata.KeyState, "Disabled");
});

test("errors have AWS's names", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const cases = [
    ["Encrypt", { KeyId, Plaintext: new Uint8Array(0) }, "ValidationException"],
    ["Encrypt", { KeyId, Plaintext: new Uint8Array(4097) }, "ValidationException"],
    ["Encrypt", { KeyId: "alias/none", Plaintext: bytes("x") }, "NotFoundException"],
    ["Decrypt", { CiphertextBlob: bytes("x") }, "InvalidCiphertextException"],
    ["CreateAlias", { AliasName: "alias/aws/x", TargetKeyId: KeyId }, "InvalidAliasNameException"],
    ["CreateGrant", {}, "ValidationException"],
    ["NoSuchThing", {}, "UnknownOperationException"],
    ["Encrypt", "text", "SerializationException"],
    ["DescribeKey", { KeyId: () => {} }, "SerializationException"],
    ["DescribeKey", { KeyId: new Date(Number.NaN) }, "SerializationException"],
    ["DescribeKey", { KeyId: "\ud800" }, "SerializationException"],
  ];
  for (const [operation, input, name] of cases) {
    const error = await kms.send(operation, input).then(
      () => assert.fail(`${operation} succeeded`),
      (thrown) => thrown,
    );
    assert.ok(error instanceof KmsError && error instanceof Error, operation);
    assert.equal(error.name, name, operation);
  }
  const circle = {};
  circle.KeyId = circle;
  await assert.rejects(kms.send("DescribeKey", circle), { name: "SerializationException" });
  await assert.rejects(kms.send("ListKeys", {}, { region: "no region" }), {
    name: "ValidationException",
  });
  // And all is well afterwards.
  assert.equal((await kms.send("ListKeys")).Keys.length, 1);
});

test("malformed ciphertext of every length is refused, and every flipped bit", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: bytes("x") });
  const names = new Set();
  const note = (input) =>
    kms.send("Decrypt", input).then(
      () => names.add("opened"),
      (e) => names.add(e.name),
    );
  for (let length = 1; length <= 300; length++)
    await note({ CiphertextBlob: new Uint8Array(length).fill(1) });
  for (let bit = 0; bit < CiphertextBlob.length * 8; bit++) {
    const flipped = Uint8Array.from(CiphertextBlob);
    flipped[bit >> 3] ^= 1 << (bit & 7);
    await note({ CiphertextBlob: flipped });
  }
  assert.deepEqual([...names].sort(), ["AccessDeniedException", "InvalidCiphertextException"]);
});

test("a trace tells the steps, and keeps what is to be kept", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const traced = await kms.trace("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
  assert.equal(traced.error, undefined);
  const artefacts = traced.steps.flatMap(({ uses, makes }) => [...uses, ...makes]);
  assert.ok(artefacts.length > 0);
  for (const { kind, shown, kept } of artefacts) {
    if (["root-key", "store-key", "key-material", "per-call-key"].includes(kind)) {
      assert.equal(shown, undefined, kind);
      assert.equal(kept.bits, 256);
    }
  }
  assert.ok(artefacts.some(({ kind }) => kind === "key-material"));
  await kms.send("DisableKey", { KeyId });
  const refused = await kms.trace("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
  assert.equal(refused.error.name, "DisabledException");
  assert.equal(refused.steps.at(-1).action, "refuse");
});

test("what happens on a fork stays there", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.s3.createBucket({ Bucket: "bucket" });
  await kms.s3.putObject({ Bucket: "bucket", Key: "key", Body: bytes("text") });
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: bytes("x") });

  const fork = await kms.fork();
  await fork.send("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  const events = await fork.clock.advance(8 * DAY);
  assert.deepEqual(
    events.map(({ event }) => event),
    ["DeleteKey"],
  );
  assert.ok(events[0].time instanceof Date);
  await assert.rejects(fork.send("Decrypt", { CiphertextBlob }), { name: "AccessDeniedException" });
  const object = { Bucket: "bucket", Key: "key" };
  const stored = await contentOf(await fork.s3.readStored(object));
  stored[stored.length - 1] ^= 1;
  await fork.s3.writeStored({ ...object, Body: stored });
  assert.equal((await fork.s3.getObject(object)).error.name, "EnvelopeError");
  await fork.send("CreateKey");
  await fork.close();
  await assert.rejects(fork.send("ListKeys"), { name: "ClosedError" });

  assert.equal(text((await kms.send("Decrypt", { CiphertextBlob })).Plaintext), "x");
  const { answer } = await kms.s3.getObject(object);
  assert.equal(await answer.Body.text(), "text");
  assert.ok((await kms.clock.now()).getTime() < Date.now() + DAY);
  const described = await kms.describe();
  assert.deepEqual([described.keys, described.objects], [2, 1]);
});

test("20 MB go through S3 and come back, on either engine", async (t) => {
  const body = Buffer.alloc(20_000_000, "some text, over and over ");
  for (const engine of ["auto", "wasm"]) {
    const kms = await open(t, { engine, seed: new Uint8Array(32).fill(1) });
    await kms.s3.createBucket({ Bucket: "bucket" });
    const object = { Bucket: "bucket", Key: "large" };
    const progress = [];
    const onProgress = (at) => progress.push(at);
    const put = await kms.s3.putObject(
      { ...object, Body: body, ContentType: "text/plain" },
      { onProgress },
    );
    assert.equal(put.error, undefined);
    assert.equal(put.answer.ContentLength, body.length);
    assert.ok(put.answer.LastModified instanceof Date);
    assert.deepEqual(progress.at(-1), { done: body.length, total: body.length });
    assert.ok(progress.length >= 4, "progress is told on the way");
    const got = await kms.s3.getObject(object);
    assert.equal(got.answer.Body.type, "text/plain");
    assert.ok((await contentOf(got.answer.Body)).equals(body));
    assert.deepEqual(got.steps.at(-1).actor, "s3");
    assert.equal((await kms.s3.readStored(object)).size, put.answer.StoredLength);
    t.engines ??= [];
    t.engines.push(await contentOf(await kms.s3.readStored(object)));
  }
  assert.ok(t.engines[0].equals(t.engines[1]), "both engines write the same bytes");
});

test("bodies of every odd length come back", async (t) => {
  const kms = await open(t);
  await kms.s3.createBucket({ Bucket: "bucket" });
  const frame = 524_288;
  for (const length of [
    0,
    1,
    4095,
    4096,
    4097,
    65_536,
    65_537,
    frame,
    frame + 1,
    8 * frame,
    8 * frame + 1,
  ]) {
    const Body = Buffer.alloc(length, "x");
    const put = await kms.s3.putObject({ Bucket: "bucket", Key: "k", Body });
    assert.equal(put.answer?.ContentLength, length, JSON.stringify(put.error));
    const got = await kms.s3.getObject({ Bucket: "bucket", Key: "k" });
    assert.ok((await contentOf(got.answer.Body)).equals(Body), String(length));
  }
  assert.equal(
    (await kms.s3.listObjects({ Bucket: "bucket" })).length,
    1,
    "each replaced the one before",
  );
  await kms.s3.deleteObject({ Bucket: "bucket", Key: "k" });
  await assert.rejects(kms.s3.headObject({ Bucket: "bucket", Key: "k" }), { name: "NoSuchKey" });
});

test("a stored object that is cut, altered or lengthened does not open", async (t) => {
  const kms = await open(t);
  await kms.s3.createBucket({ Bucket: "bucket" });
  const object = { Bucket: "bucket", Key: "key" };
  await kms.s3.putObject({ ...object, Body: Buffer.alloc(5000, "x") });
  const stored = await contentOf(await kms.s3.readStored(object));
  const altered = (at) => {
    const copy = Buffer.from(stored);
    copy[at] ^= 1;
    return copy;
  };
  const cases = [
    stored.subarray(0, -1),
    stored.subarray(0, 100),
    Buffer.alloc(0),
    Buffer.concat([stored, Buffer.from([0])]),
    ...Array.from({ length: 40 }, (_, index) => altered(Math.floor((index * stored.length) / 40))),
  ];
  for (const Body of cases) {
    await kms.s3.writeStored({ ...object, Body });
    const { answer, error, steps } = await kms.s3.getObject(object);
    assert.equal(answer, undefined);
    assert.ok(error.name, "named");
    assert.equal(steps.at(-1).action, "refuse");
  }
  await kms.s3.writeStored({ ...object, Body: stored });
  assert.equal((await kms.s3.getObject(object)).error, undefined);
});

test("a put that is cancelled leaves nothing", async (t) => {
  const kms = await open(t);
  await kms.s3.createBucket({ Bucket: "bucket" });
  const controller = new AbortController();
  const Body = Buffer.alloc(20_000_000);
  const put = kms.s3.putObject(
    { Bucket: "bucket", Key: "key", Body },
    { signal: controller.signal, onProgress: () => controller.abort() },
  );
  await assert.rejects(put, { name: "AbortError" });
  assert.deepEqual(await kms.s3.listObjects({ Bucket: "bucket" }), []);
  await kms.s3.putObject({ Bucket: "bucket", Key: "key", Body });
  const reading = new AbortController();
  const get = kms.s3.getObject(
    { Bucket: "bucket", Key: "key" },
    { signal: reading.signal, onProgress: () => reading.abort() },
  );
  await assert.rejects(get, { name: "AbortError" });
  assert.equal((await kms.s3.getObject({ Bucket: "bucket", Key: "key" })).error, undefined);
});

test("an export opens elsewhere, and only whole and with its passphrase", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: bytes("kept") });
  await kms.s3.createBucket({ Bucket: "bucket" });
  const Body = Buffer.alloc(5_000_000, "body");
  await kms.s3.putObject({ Bucket: "bucket", Key: "key", Body, SSEKMSKeyId: KeyId });
  const file = await contentOf(await kms.exportStore("correct horse"));

  const other = await open(t);
  const mine = (await other.send("CreateKey")).KeyMetadata.KeyId;
  const untouched = async () => {
    const { Keys } = await other.send("ListKeys");
    assert.deepEqual(
      Keys.map((key) => key.KeyId),
      [mine],
    );
  };
  await assert.rejects(other.importStore(new Blob([file]), "wrong"), (error) => {
    assert.ok(error instanceof StoreError);
    return error.name === "WrongPassphraseError";
  });
  await untouched();
  const damage = [
    file.subarray(0, -1),
    file.subarray(0, 60),
    Buffer.alloc(0),
    Buffer.concat([file, file]),
  ];
  // The header, the section, the first piece, the last byte.
  for (const at of [0, 8, 70, 150, 400, file.length - 1_000_000, file.length - 1]) {
    const copy = Buffer.from(file);
    copy[at] ^= 1;
    damage.push(copy);
  }
  for (const [index, bad] of damage.entries()) {
    await assert.rejects(
      other.importStore(new Blob([bad]), "correct horse"),
      ({ name }) => name === "CorruptStoreError" || name === "WrongPassphraseError",
      `case ${index}`,
    );
    await untouched();
  }

  await other.importStore(new Blob([file]), "correct horse");
  assert.equal(text((await other.send("Decrypt", { CiphertextBlob })).Plaintext), "kept");
  const got = await other.s3.getObject({ Bucket: "bucket", Key: "key" });
  assert.ok((await contentOf(got.answer.Body)).equals(Body));
  await assert.rejects(other.send("DescribeKey", { KeyId: mine }), { name: "NotFoundException" });
  // And goes on from there.
  await other.send("CreateKey");
  assert.equal((await other.describe()).keys, 2);
  assert.equal(file.includes("kept"), false);
});

test("the same seed and clock make the same ids, keys and ciphertexts", async (t) => {
  const run = async (seed) => {
    const kms = await open(t, {
      seed: new Uint8Array(32).fill(seed),
      clock: () => 1_700_000_000_000,
    });
    assert.equal((await kms.describe()).insecure, true);
    const { KeyMetadata } = await kms.send("CreateKey");
    const sealed = await kms.send("Encrypt", { KeyId: KeyMetadata.KeyId, Plaintext: bytes("x") });
    return [
      KeyMetadata.KeyId,
      KeyMetadata.CreationDate.getTime(),
      Buffer.from(sealed.CiphertextBlob).toString("hex"),
    ];
  };
  const [one, same, other] = [await run(1), await run(1), await run(2)];
  assert.deepEqual(one, same);
  assert.notEqual(one[0], other[0]);
  assert.equal(one[1], 1_700_000_000_000);
  await assert.rejects(Kms.open({ store: "memory", seed: new Uint8Array(31) }), {
    name: "ValidationException",
  });
});

test("erasing starts anew, and closing ends", async (t) => {
  const kms = await open(t);
  let changes = 0;
  const stop = kms.onChange(() => {
    changes += 1;
  });
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  assert.ok(changes > 0);
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: bytes("x") });
  stop();
  const seen = changes;
  await kms.erase();
  assert.equal(changes, seen);
  assert.equal((await kms.describe()).keys, 0);
  await assert.rejects(kms.send("Decrypt", { CiphertextBlob }), { name: "AccessDeniedException" });
});

test("calls are answered in the order in which they were made", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const order = [];
  const note = (name) => () => order.push(name);
  await Promise.all([
    kms.send("DisableKey", { KeyId }).then(note("disabled")),
    kms.send("Encrypt", { KeyId, Plaintext: bytes("x") }).catch(({ name }) => order.push(name)),
    kms.send("EnableKey", { KeyId }).then(note("enabled")),
    kms.send("Encrypt", { KeyId, Plaintext: bytes("x") }).then(note("encrypted")),
  ]);
  assert.deepEqual(order, ["disabled", "DisabledException", "enabled", "encrypted"]);
});
