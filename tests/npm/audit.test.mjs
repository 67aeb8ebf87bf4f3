// The audit log through the package: searched, paged, verified, exported.

import assert from "node:assert/strict";
import test from "node:test";
import { Kms } from "../../dist/index.js";

const START = Date.UTC(2026, 0, 31, 12);
const bytes = (string) => new TextEncoder().encode(string);

/** A KMS in memory whose clock stands still, closed when the test ends. */
async function open(t) {
  const kms = await Kms.open({ store: "memory", clock: () => START });
  t.after(() => kms.close());
  return kms;
}

const names = ({ events }) => events.map((record) => record.eventName);

async function refusedEncrypt(kms, KeyId) {
  await kms.send("DisableKey", { KeyId });
  const call = kms.send("Encrypt", { KeyId, Plaintext: bytes("x") });
  await assert.rejects(call, { name: "DisabledException" });
}

test("every call leaves a record, refused ones too", async (t) => {
  const kms = await open(t);
  const { KeyId, Arn } = (await kms.send("CreateKey")).KeyMetadata;
  const EncryptionContext = { Department: "Engineering", __proto__: null };
  await kms.send("Encrypt", { KeyId, Plaintext: bytes("secret"), EncryptionContext });
  await refusedEncrypt(kms, KeyId);
  const page = await kms.audit.events();
  assert.deepEqual(names(page), ["Encrypt", "DisableKey", "Encrypt", "CreateKey"]);
  assert.equal(page.next, undefined);
  const [refused, disabled, record] = page.events;
  assert.equal(refused.errorCode, "DisabledException");
  assert.equal(refused.errorMessage, `${Arn} is disabled.`);
  assert.deepEqual(disabled.responseElements, { keyId: Arn });
  assert.equal(record.eventVersion, "1.11");
  assert.equal(record.eventTime, "2026-01-31T12:00:00Z");
  assert.deepEqual(record.requestParameters, {
    keyId: KeyId,
    encryptionContext: { Department: "Engineering" },
    encryptionAlgorithm: "SYMMETRIC_DEFAULT",
  });
  assert.equal(record.responseElements, null);
  assert.match(record.additionalEventData.keyMaterialId, /^[0-9a-f]{64}$/);
  assert.deepEqual(record.resources, [
    { accountId: "000000000000", type: "AWS::KMS::Key", ARN: Arn },
  ]);
  const usage = await kms.send("GetKeyLastUsage", { KeyId });
  assert.equal(usage.KeyLastUsage.CloudTrailEventId, record.eventID);
  assert.equal(usage.KeyLastUsage.KmsRequestId, record.requestID);
});

test("the log is searched", async (t) => {
  const kms = await open(t);
  const { KeyId, Arn } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.send("CreateKey");
  await kms.clock.advance(86_400_000);
  await refusedEncrypt(kms, KeyId);
  const found = async (query) => names(await kms.audit.events(query)).join(" ");
  const principal = "arn:aws:iam::000000000000:root";
  assert.equal(await found({ key: KeyId }), "Encrypt DisableKey CreateKey");
  assert.equal(await found({ key: Arn, errors: false }), "DisableKey CreateKey");
  assert.equal(await found({ errors: true }), "Encrypt");
  assert.equal(await found({ operation: "CreateKey" }), "CreateKey CreateKey");
  assert.equal(await found({ from: new Date(START + 1) }), "Encrypt DisableKey");
  assert.equal(await found({ to: new Date(START) }), "CreateKey CreateKey");
  assert.equal(await found({ principal, operation: "Encrypt" }), "Encrypt");
  assert.equal(await found({ principal: "arn:aws:iam::000000000000:user/nobody" }), "");
  await assert.rejects(kms.audit.events({ limit: 0 }), { name: "ValidationException" });
  await assert.rejects(kms.audit.events({ from: "yesterday" }), { name: "SerializationException" });
});

test("more calls than memory holds are read page by page, verified and exported", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const count = 10_500;
  for (let call = 0; call < count; call += 1) {
    await kms.send("GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_256" });
  }
  const ids = new Set();
  let before;
  do {
    const page = await kms.audit.events({ limit: 1000, before });
    for (const { eventID } of page.events) ids.add(eventID);
    before = page.next;
  } while (before !== undefined);
  assert.equal(ids.size, count + 1);
  assert.deepEqual(await kms.audit.verify(), {
    ok: true,
    events: count + 1,
    from: new Date(START),
  });
  const { Records } = JSON.parse(await (await kms.audit.export()).text());
  assert.equal(Records.length, count + 1);
  assert.equal(Records[0].eventName, "CreateKey");
  assert.equal(Records[0].requestParameters.keySpec, "SYMMETRIC_DEFAULT");
  assert.equal(Records[1].responseElements, null);
  assert.ok(Records.every((record) => ids.has(record.eventID)));
  const created = JSON.parse(await (await kms.audit.export({ operation: "CreateKey" })).text());
  assert.deepEqual(created.Records, [Records[0]]);
  const none = await kms.audit.export({ operation: "Sign" });
  assert.deepEqual(JSON.parse(await none.text()), { Records: [] });
});

test("the log goes with an export and a fork has its own", async (t) => {
  const kms = await open(t);
  await kms.send("CreateKey");
  const fork = await kms.fork();
  await fork.send("ListKeys");
  assert.deepEqual(names(await fork.audit.events()), ["ListKeys", "CreateKey"]);
  assert.equal((await fork.audit.verify()).events, 2);
  await fork.close();
  assert.deepEqual(names(await kms.audit.events()), ["CreateKey"]);
  const other = await open(t);
  await other.importStore(await kms.exportStore("a passphrase"), "a passphrase");
  await other.send("ListKeys");
  const verdict = await other.audit.verify();
  assert.deepEqual([verdict.ok, verdict.events], [true, 2]);
});

test("what happens by itself is in the log", async (t) => {
  const kms = await open(t);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.send("EnableKeyRotation", { KeyId });
  await kms.clock.advance(366 * 86_400_000);
  const [rotated] = (await kms.audit.events()).events;
  assert.deepEqual([rotated.eventName, rotated.eventType], ["RotateKey", "AwsServiceEvent"]);
  assert.equal(rotated.eventTime, "2027-01-31T12:00:00Z");
  assert.equal(rotated.serviceEventDetails.rotationType, "AUTOMATIC");
});
