// Second implementations, in both directions: OpenSSL (node:crypto), WebCrypto, and @noble where Node has none. The
// other side holds our key as well: one that it made and KMS imported, or the seed that KMS drew for it.

import assert from "node:assert/strict";
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign,
} from "node:crypto";
import { after, before, test } from "node:test";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import { ml_kem512, ml_kem768, ml_kem1024 } from "@noble/post-quantum/ml-kem.js";
import { bytes, World } from "../lib/world.mjs";

const { subtle } = globalThis.crypto;
const Message = bytes("what is signed here is verified there");
let w;

before(async () => {
  w = await World.open();
});
after(() => w.close());

/** Puts a key pair of OpenSSL's into KMS, and answers both sides of it. */
async function shared(KeySpec, KeyUsage, type, options) {
  const theirs = generateKeyPairSync(type, options);
  const pkcs8 = new Uint8Array(theirs.privateKey.export({ format: "der", type: "pkcs8" }));
  const KeyId = await w.key({ KeySpec, KeyUsage, Origin: "EXTERNAL" });
  await w.import(KeyId, pkcs8, { algorithm: "RSA_AES_KEY_WRAP_SHA_256" });
  const { PublicKey } = await w.send("GetPublicKey", { KeyId });
  const spki = theirs.publicKey.export({ format: "der", type: "spki" });
  assert.deepEqual(Buffer.from(PublicKey), spki, "both have one public key");
  return { KeyId, ...theirs, spki };
}

async function isRefused(input) {
  const { name } = await w.refusal("Verify", input);
  assert.equal(name, "KMSInvalidSignatureException");
}

const flipped = (signature) => signature.map((byte, index) => (index === 40 ? byte ^ 1 : byte));

// ---- Signatures ----

const ECDSA = [
  ["ECC_NIST_P256", "ECDSA_SHA_256", "prime256v1", "sha256", "P-256"],
  ["ECC_NIST_P384", "ECDSA_SHA_384", "secp384r1", "sha384", "P-384"],
  ["ECC_NIST_P521", "ECDSA_SHA_512", "secp521r1", "sha512", "P-521"],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256", "secp256k1", "sha256"],
];

for (const [spec, SigningAlgorithm, namedCurve, hash] of ECDSA) {
  test(`${spec} verifies what OpenSSL signs, message and digest`, async () => {
    const { KeyId, privateKey } = await shared(spec, "SIGN_VERIFY", "ec", { namedCurve });
    const digest = new Uint8Array(createHash(hash).update(Message).digest());
    // As many as it takes to meet every form: leading zeros, low and high s.
    for (let count = 0; count < 32; count++) {
      const Signature = new Uint8Array(sign(hash, Message, privateKey));
      const input = { KeyId, SigningAlgorithm, Signature };
      await w.send("Verify", { ...input, Message });
      await w.send("Verify", { ...input, Message: digest, MessageType: "DIGEST" });
      await isRefused({ ...input, Message, Signature: flipped(Signature) });
    }
  });
}

test("secp256k1 takes a signature with s and with the order less s", async () => {
  const options = { namedCurve: "secp256k1" };
  const { KeyId, privateKey } = await shared("ECC_SECG_P256K1", "SIGN_VERIFY", "ec", options);
  // SEC 2, section 2.4.1.
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const raw = sign("sha256", Message, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const s = BigInt(`0x${raw.subarray(32).toString("hex")}`);
  const other = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
  for (const half of [raw.subarray(32), other]) {
    const Signature = der(Buffer.concat([raw.subarray(0, 32), half]));
    await w.send("Verify", { KeyId, Message, Signature, SigningAlgorithm: "ECDSA_SHA_256" });
  }
});

for (const [spec, SigningAlgorithm, namedCurve, hash, webCurve] of ECDSA.filter((row) => row[4])) {
  test(`WebCrypto and ${spec} verify each other's signatures`, async () => {
    const { KeyId, privateKey, spki } = await shared(spec, "SIGN_VERIFY", "ec", { namedCurve });
    const algorithm = { name: "ECDSA", namedCurve: webCurve, hash: hash.replace("sha", "SHA-") };
    const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
    const theirs = await subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
    const Signature = der(Buffer.from(await subtle.sign(algorithm, theirs, Message)));
    await w.send("Verify", { KeyId, Message, SigningAlgorithm, Signature });
    const ours = await w.send("Sign", { KeyId, Message, SigningAlgorithm });
    const publicKey = await subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    const raw = p1363(ours.Signature, { P256: 32, P384: 48, P521: 66 }[spec.slice(9)]);
    assert.equal(await subtle.verify(algorithm, publicKey, raw, Message), true);
    assert.equal(await subtle.verify(algorithm, publicKey, raw, Message.slice(1)), false);
  });
}

/** WebCrypto writes r ‖ s, KMS the DER of RFC 3279. */
function der(raw) {
  const integer = (number) => {
    const digits = number.subarray(number.findIndex((byte) => byte !== 0));
    const content = digits[0] > 0x7f ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(2, content.length), content]);
  };
  const half = raw.length / 2;
  const content = Buffer.concat([integer(raw.subarray(0, half)), integer(raw.subarray(half))]);
  const length = content.length > 0x7f ? [0x81, content.length] : [content.length];
  return new Uint8Array(Buffer.concat([Buffer.of(0x30, ...length), content]));
}

function p1363(signature, length) {
  let at = signature[1] > 0x7f ? 3 : 2;
  const integer = () => {
    const content = Buffer.from(signature.subarray(at + 2, at + 2 + signature[at + 1]));
    at += 2 + content.length;
    const digits = content[0] === 0 ? content.subarray(1) : content;
    return Buffer.concat([Buffer.alloc(length - digits.length), digits]);
  };
  return Buffer.concat([integer(), integer()]);
}

test("Ed25519: OpenSSL's signatures are ours, and verify", async () => {
  const { KeyId, privateKey } = await shared("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ed25519");
  const input = { KeyId, Message, SigningAlgorithm: "ED25519_SHA_512" };
  const Signature = new Uint8Array(sign(null, Message, privateKey));
  assert.deepEqual((await w.send("Sign", input)).Signature, Signature);
  await w.send("Verify", { ...input, Signature });
  await isRefused({ ...input, Signature: flipped(Signature) });
});

test("Ed25519ph: noble's signatures are ours, and verify", async () => {
  const { KeyId, privateKey } = await shared("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ed25519");
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const digest = new Uint8Array(createHash("sha512").update(Message).digest());
  const SigningAlgorithm = "ED25519_PH_SHA_512";
  const input = { KeyId, Message: digest, MessageType: "DIGEST", SigningAlgorithm };
  const Signature = ed25519ph.sign(Message, seed);
  assert.deepEqual((await w.send("Sign", input)).Signature, Signature);
  await w.send("Verify", { ...input, Signature });
  await isRefused({ ...input, Signature: flipped(Signature) });
  const pure = { ...input, SigningAlgorithm: "ED25519_SHA_512", Message, MessageType: "RAW" };
  await isRefused({ ...pure, Signature });
});

/** The draws of `length` random bytes that `action` makes, and what it answers. */
async function drawn(length, action) {
  const prototype = Object.getPrototypeOf(globalThis.crypto);
  const original = prototype.getRandomValues;
  const draws = [];
  prototype.getRandomValues = function (array) {
    const filled = original.call(this, array);
    if (array.byteLength === length) draws.push(new Uint8Array(filled));
    return filled;
  };
  try {
    return { answer: await action(), draws };
  } finally {
    prototype.getRandomValues = original;
  }
}

/** A fresh KMS key, and what noble makes of the seed that was drawn for it. */
async function withSeed(KeySpec, KeyUsage, seedLength, scheme) {
  const { answer: KeyId, draws } = await drawn(seedLength, () => w.key({ KeySpec, KeyUsage }));
  const { PublicKey } = await w.send("GetPublicKey", { KeyId });
  const pairs = draws.map((seed) => scheme.keygen(seed));
  // SubjectPublicKeyInfo ends with the raw public key.
  const pair = pairs.find(({ publicKey }) =>
    Buffer.from(PublicKey).subarray(-publicKey.length).equals(publicKey),
  );
  assert.ok(pair, "the public key is the one that the seed gives");
  return { KeyId, ...pair };
}

for (const [spec, scheme] of [
  ["ML_DSA_44", ml_dsa44],
  ["ML_DSA_65", ml_dsa65],
  ["ML_DSA_87", ml_dsa87],
]) {
  test(`${spec} and noble verify each other's signatures`, async () => {
    const { KeyId, publicKey, secretKey } = await withSeed(spec, "SIGN_VERIFY", 32, scheme);
    const input = { KeyId, Message, SigningAlgorithm: "ML_DSA_SHAKE_256" };
    const { Signature } = await w.send("Sign", input);
    assert.equal(scheme.verify(Signature, Message, publicKey), true);
    assert.equal(scheme.verify(flipped(Signature), Message, publicKey), false);
    assert.deepEqual(Signature, scheme.sign(Message, secretKey, { extraEntropy: false }));

    const hedged = scheme.sign(Message, secretKey);
    assert.notDeepEqual(hedged, Signature);
    await w.send("Verify", { ...input, Signature: hedged });
    await isRefused({ ...input, Signature: flipped(hedged) });
    await isRefused({ ...input, Signature: scheme.sign(Message, secretKey, { context: Message }) });
  });

  test(`${spec} signs the representative μ that noble computes as it signs the message`, async () => {
    const { KeyId, publicKey } = await withSeed(spec, "SIGN_VERIFY", 32, scheme);
    // FIPS 204, algorithms 2 and 7: μ = H(H(pk, 64) ‖ 0 ‖ 0 ‖ M, 64), the context being empty.
    const h = (...parts) =>
      createHash("shake256", { outputLength: 64 }).update(Buffer.concat(parts)).digest();
    const mu = new Uint8Array(h(h(publicKey), Buffer.of(0, 0), Message));
    const SigningAlgorithm = "ML_DSA_SHAKE_256";
    const input = { KeyId, SigningAlgorithm, Message: mu, MessageType: "EXTERNAL_MU" };
    const { Signature } = await w.send("Sign", input);
    assert.equal(scheme.verify(Signature, Message, publicKey), true);
    await w.send("Verify", { ...input, Signature });
    await w.send("Verify", { KeyId, SigningAlgorithm, Message, Signature });
    const { name } = await w.refusal("Sign", { ...input, Message: mu.subarray(1) });
    assert.equal(name, "ValidationException");
  });
}

// ---- Secrets that both come to ----

for (const [spec, scheme] of [
  ["ML_KEM_512", ml_kem512],
  ["ML_KEM_768", ml_kem768],
  ["ML_KEM_1024", ml_kem1024],
]) {
  test(`${spec} and noble open each other's capsules, and reject alike`, async () => {
    const pair = await withSeed(spec, "ENCAPSULATE_DECAPSULATE", 64, scheme);
    const { KeyId, publicKey, secretKey } = pair;
    const input = { KeyId, EncapsulationAlgorithm: "ML_KEM" };
    const ours = await w.send("Encapsulate", input);
    const { SharedSecret, SharedSecretCiphertextBlob } = ours;
    assert.deepEqual(scheme.decapsulate(SharedSecretCiphertextBlob, secretKey), SharedSecret);

    const theirs = scheme.encapsulate(publicKey);
    const open = async (capsule) =>
      (await w.send("Decapsulate", { ...input, SharedSecretCiphertextBlob: capsule })).SharedSecret;
    assert.deepEqual(await open(theirs.cipherText), theirs.sharedSecret);
    const wrong = flipped(theirs.cipherText);
    const rejected = await open(wrong);
    assert.notDeepEqual(rejected, theirs.sharedSecret);
    assert.deepEqual(rejected, scheme.decapsulate(wrong, secretKey), "implicit rejection");
  });
}

for (const [spec, , namedCurve] of ECDSA.slice(0, 3)) {
  test(`${spec} agrees for OpenSSL's own private key`, async () => {
    const { KeyId, privateKey } = await shared(spec, "KEY_AGREEMENT", "ec", { namedCurve });
    const { publicKey } = generateKeyPairSync("ec", { namedCurve });
    const { SharedSecret } = await w.send("DeriveSharedSecret", {
      KeyId,
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: new Uint8Array(publicKey.export({ format: "der", type: "spki" })),
    });
    assert.deepEqual(Buffer.from(SharedSecret), diffieHellman({ privateKey, publicKey }));
  });
}

for (const [spec, length] of [
  ["HMAC_224", 28],
  ["HMAC_256", 32],
  ["HMAC_384", 48],
  ["HMAC_512", 64],
]) {
  test(`${spec} makes OpenSSL's MACs, and verifies them`, async () => {
    const key = w.material(length);
    const KeyUsage = "GENERATE_VERIFY_MAC";
    const KeyId = await w.key({ KeySpec: spec, KeyUsage, Origin: "EXTERNAL" });
    await w.import(KeyId, key);
    const size = spec.slice(5);
    const input = { KeyId, Message, MacAlgorithm: `HMAC_SHA_${size}` };
    const Mac = new Uint8Array(createHmac(`sha${size}`, key).update(Message).digest());
    assert.deepEqual((await w.send("GenerateMac", input)).Mac, Mac);
    await w.send("VerifyMac", { ...input, Mac });
  });
}

// ---- Data key pairs ----

for (const KeyPairSpec of [
  "ECC_NIST_P256",
  "ECC_NIST_P384",
  "ECC_NIST_P521",
  "ECC_SECG_P256K1",
  "ECC_NIST_EDWARDS25519",
  "RSA_2048",
]) {
  test(`OpenSSL reads a data key pair of ${KeyPairSpec}`, async () => {
    const pair = await w.send("GenerateDataKeyPair", { KeyId: await w.key(), KeyPairSpec });
    const key = Buffer.from(pair.PrivateKeyPlaintext);
    const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
    const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    assert.deepEqual(Buffer.from(pair.PublicKey), spki);
  });
}

for (const [KeyPairSpec, scheme] of [
  ["ML_KEM_512", ml_kem512],
  ["ML_KEM_768", ml_kem768],
  ["ML_KEM_1024", ml_kem1024],
]) {
  test(`noble reads a data key pair of ${KeyPairSpec}`, async () => {
    const pair = await w.send("GenerateDataKeyPair", { KeyId: await w.key(), KeyPairSpec });
    // RFC 9935, section 6: the seed d ‖ z stands last, in its own tag.
    const seed = pair.PrivateKeyPlaintext.slice(-64);
    assert.deepEqual([...pair.PrivateKeyPlaintext.slice(-66, -64)], [0x80, 64]);
    const { publicKey } = scheme.keygen(seed);
    assert.deepEqual(pair.PublicKey.slice(-publicKey.length), publicKey);
  });
}
