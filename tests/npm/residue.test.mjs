// What is left of secrets in wasm's linear memory after a call: nothing. Every 32-byte draw of randomness is copied
// as it is made; afterwards the memory is searched for each.

import assert from "node:assert/strict";
import test from "node:test";
import { Kms } from "../../dist/index.js";
import { instance } from "../../dist/load.js";

const draws = [];
/** Of any length: the last one before a key is made is its private part. */
const other = [];

const Message = new TextEncoder().encode("message");
const mac = (MacAlgorithm) => (kms, KeyId) =>
  kms.send("GenerateMac", { KeyId, Message, MacAlgorithm });
const sign = (SigningAlgorithm) => (kms, KeyId) =>
  kms.send("Sign", { KeyId, Message, SigningAlgorithm });
async function agree(kms, KeyId) {
  const { PublicKey } = await kms.send("GetPublicKey", { KeyId });
  await kms.send("DeriveSharedSecret", { KeyId, PublicKey, KeyAgreementAlgorithm: "ECDH" });
}
async function encapsulate(kms, KeyId) {
  const EncapsulationAlgorithm = "ML_KEM";
  const { SharedSecretCiphertextBlob } = await kms.send("Encapsulate", {
    KeyId,
    EncapsulationAlgorithm,
  });
  await kms.send("Decapsulate", { KeyId, SharedSecretCiphertextBlob, EncapsulationAlgorithm });
}

const KEYS = [
  ["HMAC_224", "GENERATE_VERIFY_MAC", mac("HMAC_SHA_224")],
  ["HMAC_512", "GENERATE_VERIFY_MAC", mac("HMAC_SHA_512")],
  ["ECC_NIST_P256", "SIGN_VERIFY", sign("ECDSA_SHA_256")],
  ["ECC_NIST_P384", "KEY_AGREEMENT", agree],
  ["ECC_NIST_P521", "KEY_AGREEMENT", agree],
  ["ECC_SECG_P256K1", "SIGN_VERIFY", sign("ECDSA_SHA_256")],
  ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY", sign("ED25519_SHA_512")],
  ["ML_DSA_65", "SIGN_VERIFY", sign("ML_DSA_SHAKE_256")],
  ["ML_KEM_768", "ENCAPSULATE_DECAPSULATE", encapsulate],
];

function record() {
  const prototype = Object.getPrototypeOf(globalThis.crypto);
  const original = prototype.getRandomValues;
  prototype.getRandomValues = function (array) {
    const filled = original.call(this, array);
    const draw = Buffer.from(new Uint8Array(filled));
    if (array.byteLength === 32) draws.push(draw);
    // A draw of 1024 is the supply of what is public: ids, nonces, initialisation vectors.
    if (array.byteLength >= 28 && array.byteLength < 1024) other.push(draw);
    return filled;
  };
}

async function memory() {
  const { memory } = await instance();
  return Buffer.from(memory.buffer);
}

async function assertGone(secrets, when) {
  const linear = await memory();
  for (const [index, secret] of secrets.entries()) {
    assert.equal(linear.indexOf(secret), -1, `${when}: secret ${index} is still in linear memory`);
  }
}

async function refused(promise, name) {
  await assert.rejects(promise, { name });
}

test("no key material, data key or plaintext stays in linear memory", async () => {
  record();
  const kms = await Kms.open({ store: "memory" });
  const storeKey = draws.shift();
  assert.ok(storeKey, "the store key was drawn");
  assert.ok((await memory()).includes(storeKey), "the search finds what is there");

  const { KeyMetadata } = await kms.send("CreateKey");
  const KeyId = KeyMetadata.KeyId;
  assert.ok(draws.length >= 1, "key material was drawn");
  await assertGone(draws, "after CreateKey");

  const plaintext = Buffer.from(crypto.getRandomValues(new Uint8Array(48)));
  const secrets = [plaintext];
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: plaintext });
  await kms.send("Decrypt", { CiphertextBlob });
  await kms.trace("Decrypt", { CiphertextBlob });
  await kms.send("RotateKeyOnDemand", { KeyId });
  await kms.send("ReEncrypt", { CiphertextBlob, DestinationKeyId: KeyId });
  for (const KeySpec of ["AES_128", "AES_256"]) {
    const answer = await kms.send("GenerateDataKey", { KeyId, KeySpec });
    secrets.push(Buffer.from(answer.Plaintext));
    await kms.send("Decrypt", { CiphertextBlob: answer.CiphertextBlob });
  }
  await kms.send("GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_256" });
  await kms.trace("GenerateDataKey", { KeyId, NumberOfBytes: 32 });
  secrets.push(Buffer.from((await kms.send("GenerateRandom", { NumberOfBytes: 64 })).Plaintext));
  await assertGone([...draws, ...secrets], "after successes");

  // Errors leave by other paths.
  const flipped = Uint8Array.from(CiphertextBlob);
  flipped[flipped.length - 1] ^= 1;
  await refused(kms.send("Decrypt", { CiphertextBlob: flipped }), "InvalidCiphertextException");
  const context = { CiphertextBlob, EncryptionContext: { a: "b" } };
  await refused(kms.send("Decrypt", context), "InvalidCiphertextException");
  await refused(
    kms.send("Encrypt", { KeyId: "nobody", Plaintext: plaintext }),
    "NotFoundException",
  );
  const Plaintext = Buffer.concat([plaintext, Buffer.alloc(4097)]);
  await refused(kms.send("Encrypt", { KeyId, Plaintext }), "ValidationException");
  await kms.send("DisableKey", { KeyId });
  await refused(kms.send("Encrypt", { KeyId, Plaintext: plaintext }), "DisabledException");
  await refused(kms.send("GenerateDataKey", { KeyId, KeySpec: "AES_256" }), "DisabledException");
  await kms.send("EnableKey", { KeyId });
  await assertGone([...draws, ...secrets], "after errors");

  // S3's data key is drawn in KMS; the message id beside it is 32 bytes as well, and public.
  await kms.s3.createBucket({ Bucket: "bucket" });
  const object = { Bucket: "bucket", Key: "key" };
  const put = await kms.s3.putObject({ ...object, Body: plaintext, SSEKMSKeyId: KeyId });
  assert.equal(put.error, undefined);
  assert.equal((await kms.s3.getObject(object)).error, undefined);
  const stored = Buffer.from(await (await kms.s3.readStored(object)).arrayBuffer());
  await kms.s3.writeStored({ ...object, Body: stored.fill(7, stored.length - 20) });
  assert.equal((await kms.s3.getObject(object)).error?.name, "EnvelopeError");
  const messageId = stored.subarray(3, 35);
  const secret = draws.filter((draw) => !draw.equals(messageId));
  assert.equal(secret.length, draws.length - 1, "the message id was among the draws");
  await assertGone([...secret, ...secrets], "after S3");

  await kms.exportStore("correct horse battery staple");
  const fork = await kms.fork();
  await fork.send("Decrypt", { CiphertextBlob });
  await fork.close();
  await assertGone([...secret, ...secrets], "after export and fork");

  const pairs = [];
  for (const [KeySpec, KeyUsage, use] of KEYS) {
    const made = (await kms.send("CreateKey", { KeySpec, KeyUsage })).KeyMetadata.KeyId;
    // P-521's scalar loses the upper bits of its first byte; every other draw is the private key as it is.
    pairs.push(other.at(-1).subarray(1));
    await use(kms, made);
  }
  assert.equal(pairs.length, KEYS.length);
  await assertGone(pairs, "after HMAC keys and key pairs");

  await kms.close();
  await assertGone([storeKey, ...secret, ...secrets], "after closing, the store key too");
});
