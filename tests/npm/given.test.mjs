// Keys with a given id and given material, and access keys: what a seed file and the endpoint stand on.

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { test } from "node:test";
import { Kms } from "../../dist/index.js";

const ID = "1234abcd-12ab-34cd-56ef-1234567890ab";

test("a key has the id and the material that it is given", async () => {
  const one = await Kms.open({ store: "memory" });
  const other = await Kms.open({ store: "memory" });
  const keyMaterial = randomBytes(32);
  for (const kms of [one, other]) {
    const { KeyMetadata } = await kms.send("CreateKey", {}, { keyId: ID, keyMaterial });
    assert.equal(KeyMetadata.Arn, `arn:aws:kms:us-east-1:000000000000:key/${ID}`);
    assert.equal(KeyMetadata.Origin, "AWS_KMS");
  }
  const { CiphertextBlob } = await one.send("Encrypt", { KeyId: ID, Plaintext: Buffer.from("a") });
  const { Plaintext } = await other.send("Decrypt", { CiphertextBlob });
  assert.equal(Buffer.from(Plaintext).toString(), "a");
  await other.send("RotateKeyOnDemand", { KeyId: ID });
  await one.close();
  await other.close();
});

test("a MAC's key and a key pair take their material too", async () => {
  const kms = await Kms.open({ store: "memory" });
  const mac = randomBytes(32);
  const Message = Buffer.from("message");
  const hmac = { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" };
  await kms.send("CreateKey", hmac, { keyId: ID, keyMaterial: mac });
  const { Mac } = await kms.send("GenerateMac", {
    KeyId: ID,
    Message,
    MacAlgorithm: "HMAC_SHA_256",
  });
  assert.deepEqual(Buffer.from(Mac), createHmac("sha256", mac).update(Message).digest());

  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keyId = "mrk-1234abcd12ab34cd56ef1234567890ab";
  const keyMaterial = privateKey.export({ type: "pkcs8", format: "der" });
  const pair = { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY", MultiRegion: true };
  await kms.send("CreateKey", pair, { keyId, keyMaterial });
  const SigningAlgorithm = "ECDSA_SHA_256";
  const { Signature } = await kms.send("Sign", { KeyId: keyId, Message, SigningAlgorithm });
  assert.ok(verify("sha256", Message, publicKey, Signature));
  await kms.close();
});

test("what cannot be given is refused, and nothing is made", async () => {
  const kms = await Kms.open({ store: "memory" });
  await kms.send("CreateKey", {}, { keyId: ID });
  const other = "00000000-0000-4000-8000-000000000000";
  const mrk = "mrk-1234abcd12ab34cd56ef1234567890ab";
  const external = { Origin: "EXTERNAL" };
  for (const [input, options, name, message] of [
    [{}, { keyId: ID }, "AlreadyExistsException", /already exists/],
    [{}, { keyId: "demo" }, "ValidationException", /a UUID, or mrk-/],
    [{}, { keyId: mrk }, "ValidationException", /begins with mrk-/],
    [{ MultiRegion: true }, { keyId: other }, "ValidationException", /begins with mrk-/],
    [
      {},
      { keyId: other, keyMaterial: randomBytes(31) },
      "IncorrectKeyMaterialException",
      /31 bytes/,
    ],
    [
      external,
      { keyId: other, keyMaterial: randomBytes(32) },
      "ValidationException",
      /Origin AWS_KMS/,
    ],
  ]) {
    await assert.rejects(kms.send("CreateKey", input, options), { name, message });
  }
  assert.equal((await kms.describe()).keys, 1);
  await kms.close();
});

test("an access key's secret is told when it is made, and to whoever checks signatures", async () => {
  const kms = await Kms.open({ store: "memory" });
  assert.equal((await kms.describe()).accessKeys, 0);
  await kms.iam.send("CreateUser", { UserName: "alice" });
  const { AccessKey } = await kms.iam.send("CreateAccessKey", { UserName: "alice" });
  const { AccessKey: roots } = await kms.iam.send("CreateAccessKey");
  const found = await kms.accessKey(AccessKey.AccessKeyId);
  assert.equal(Buffer.from(found.secret).toString(), AccessKey.SecretAccessKey);
  assert.equal(found.principal, "arn:aws:iam::000000000000:user/alice");
  assert.match(found.userId, /^AIDA/);
  assert.equal((await kms.accessKey(roots.AccessKeyId)).userId, "000000000000");
  assert.equal(await kms.accessKey("AKIAUNKNOWN"), undefined);

  const file = await kms.exportStore("passphrase");
  const other = await Kms.open({ store: "memory" });
  await other.importStore(file, "passphrase");
  const again = await other.accessKey(AccessKey.AccessKeyId);
  assert.deepEqual(again, found, "a store that moves takes them along");
  assert.equal((await other.describe()).accessKeys, 2);
  await kms.close();
  await other.close();
});
