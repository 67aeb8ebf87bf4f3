// What is left of secrets in wasm's linear memory after a call: nothing. Every 32-byte draw of randomness is copied
// as it is made; afterwards the memory is searched for each.

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import test from "node:test";
import { Kms } from "../../dist/index.js";
import { instance } from "../../dist/load.js";

const draws = [];
/** The supplies of data keys, and how many bytes one is. */
const supplies = [];
const SUPPLY = 1024;
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
    if (array.byteLength === SUPPLY) supplies.push(draw);
    // A draw of 4096 is the supply of what is public: ids, nonces, initialisation vectors.
    else if (array.byteLength >= 28 && array.byteLength < 4096) other.push(draw);
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

  // In JSON a secret is base64 as well: what was read, what was written, and what was refused or left unread.
  const json = (operation, members) => kms.sendJson(operation, JSON.stringify(members));
  const sent = { KeyId, Plaintext: plaintext.toString("base64") };
  const parse = (answer) => JSON.parse(new TextDecoder().decode(answer));
  await json("Decrypt", { CiphertextBlob: parse(await json("Encrypt", sent)).CiphertextBlob });
  const made = parse(await json("GenerateDataKey", { KeyId, KeySpec: "AES_256" })).Plaintext;
  await refused(json("Encrypt", { ...sent, KeyId: "nobody" }), "NotFoundException");
  assert.equal(await json("Encrypt", { ...sent, GrantTokens: "no list" }), undefined);
  const texts = [sent.Plaintext, made].map((text) => Buffer.from(text).subarray(0, 40));
  secrets.push(Buffer.from(made, "base64"), ...texts);
  await assertGone([...draws, ...secrets], "after JSON");

  // S3's data key is drawn in KMS; the message id beside it is public, and comes from the supply of such bytes.
  await kms.s3.createBucket({ Bucket: "bucket" });
  const object = { Bucket: "bucket", Key: "key" };
  const put = await kms.s3.putObject({ ...object, Body: plaintext, SSEKMSKeyId: KeyId });
  assert.equal(put.error, undefined);
  assert.equal((await kms.s3.getObject(object)).error, undefined);
  const stored = Buffer.from(await (await kms.s3.readStored(object)).arrayBuffer());
  await kms.s3.writeStored({ ...object, Body: stored.fill(7, stored.length - 20) });
  assert.equal((await kms.s3.getObject(object)).error?.name, "EnvelopeError");
  const messageId = stored.subarray(3, 35);
  assert.ok(!draws.some((draw) => draw.equals(messageId)), "what is public is drawn apart");
  await assertGone([...draws, ...secrets], "after S3");

  await kms.exportStore("correct horse battery staple");
  const fork = await kms.fork();
  await fork.send("Decrypt", { CiphertextBlob });
  await fork.close();
  await assertGone([...draws, ...secrets], "after export and fork");

  const pairs = [];
  for (const [KeySpec, KeyUsage, use] of KEYS) {
    const made = (await kms.send("CreateKey", { KeySpec, KeyUsage })).KeyMetadata.KeyId;
    // P-521's scalar loses the upper bits of its first byte; every other draw is the private key as it is.
    pairs.push(other.at(-1).subarray(1));
    await use(kms, made);
  }
  assert.equal(pairs.length, KEYS.length);
  await assertGone(pairs, "after HMAC keys and key pairs");

  // Data keys are drawn a few at a time; those to come are there, and no other.
  const { Plaintext: last } = await kms.send("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
  const supply = supplies.at(-1);
  const given = supply.indexOf(Buffer.from(last));
  assert.ok(given >= 64, "a data key comes out of its supply, from the end");
  assert.ok((await memory()).includes(supply.subarray(given - 32, given)), "the next stands there");
  await assertGone([Buffer.from(last), supply.subarray(given)], "after a data key");

  await kms.close();
  const unused = supply.subarray(given - 32, given);
  await assertGone([storeKey, unused, ...draws, ...secrets], "after closing, the store key too");
});

/** Stretches of a private key's numbers: big-endian as in PKCS #8, and little-endian as wasm computes. */
function stretches(pkcs8) {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  const numbers = key.export({ format: "jwk" });
  return ["d", "p", "q", "dp", "dq", "qi"].flatMap((name) => {
    const number = Buffer.from(numbers[name], "base64url");
    const middle = number.subarray(number.length / 2, number.length / 2 + 16);
    return [middle, Buffer.from(middle).reverse()];
  });
}

test("no private RSA key stays in linear memory, whoever computes", async () => {
  const made = [];
  const prototype = Object.getPrototypeOf(globalThis.crypto.subtle);
  const { exportKey } = prototype;
  prototype.exportKey = async function (format, key) {
    const exported = await exportKey.call(this, format, key);
    if (format === "pkcs8") made.push(Buffer.from(new Uint8Array(exported)));
    return exported;
  };
  const kms = await Kms.open({ store: "memory" });
  const create = async (KeySpec, KeyUsage) =>
    (await kms.send("CreateKey", { KeySpec, KeyUsage })).KeyMetadata.KeyId;

  const signer = await create("RSA_2048", "SIGN_VERIFY");
  const SigningAlgorithm = "RSASSA_PSS_SHA_256";
  await kms.send("Sign", { KeyId: signer, Message, SigningAlgorithm });
  await assertGone(made.flatMap(stretches), "after WebCrypto has signed");
  const digest = { Message: new Uint8Array(32), MessageType: "DIGEST", SigningAlgorithm };
  await kms.send("Sign", { KeyId: signer, ...digest });
  await assertGone(made.flatMap(stretches), "after wasm has signed");

  const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
  const opener = { KeyId: await create("RSA_2048", "ENCRYPT_DECRYPT"), EncryptionAlgorithm };
  const Plaintext = Buffer.from(crypto.getRandomValues(new Uint8Array(48)));
  const { CiphertextBlob } = await kms.send("Encrypt", { ...opener, Plaintext });
  await kms.send("Decrypt", { ...opener, CiphertextBlob });
  assert.equal(made.length, 2, "WebCrypto has made both keys");
  await assertGone([Plaintext, ...made.flatMap(stretches)], "after WebCrypto has decrypted");

  const KeyId = await create();
  const pair = await kms.send("GenerateDataKeyPair", { KeyId, KeyPairSpec: "RSA_2048" });
  await kms.send("GenerateDataKeyPairWithoutPlaintext", { KeyId, KeyPairSpec: "RSA_2048" });
  await kms.send("Decrypt", { CiphertextBlob: pair.PrivateKeyCiphertextBlob });
  assert.equal(made.length, 4);
  await assertGone(made.flatMap(stretches), "after data key pairs");
  await kms.close();

  // On its own, wasm makes the key and decrypts too.
  const alone = await Kms.open({ store: "memory", engine: "wasm" });
  const under = (await alone.send("CreateKey")).KeyMetadata.KeyId;
  const own = await alone.send("GenerateDataKeyPair", { KeyId: under, KeyPairSpec: "RSA_2048" });
  assert.equal(made.length, 4, "WebCrypto has made none of them");
  await assertGone(stretches(own.PrivateKeyPlaintext), "after wasm has made a key pair");
  await alone.close();
});
