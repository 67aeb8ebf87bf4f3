// RSA keys and data key pairs against OpenSSL (node:crypto) and WebCrypto, both ways, whoever computes: WebCrypto for
// us, or wasm.

import assert from "node:assert/strict";
import {
  checkPrimeSync,
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from "node:crypto";
import { after, before, test } from "node:test";
import { Kms } from "../../dist/index.js";

const Message = new TextEncoder().encode("what is signed here is verified there");
const HASHES = ["256", "384", "512"];
const { subtle } = globalThis.crypto;

/** What WebCrypto was asked for, and the private keys of RSA that left it. */
const asked = [];
const made = [];
/** Whether WebCrypto refuses to work with RSA. */
let refuses = false;

function watch() {
  const prototype = Object.getPrototypeOf(subtle);
  for (const name of ["generateKey", "importKey", "sign", "decrypt"]) {
    const original = prototype[name];
    prototype[name] = async function (...args) {
      const algorithm = args.find((arg) => /^RSA/.test(arg?.name));
      if (algorithm) {
        if (refuses) throw new DOMException("not today", "NotSupportedError");
        asked.push(name);
      }
      return original.apply(this, args);
    };
  }
  const { exportKey } = prototype;
  prototype.exportKey = async function (format, key) {
    const exported = await exportKey.call(this, format, key);
    // Before our side wipes it.
    if (format === "pkcs8") made.push(Buffer.from(new Uint8Array(exported)));
    return exported;
  };
}

let kms;
let alone;

before(async () => {
  watch();
  kms = await Kms.open({ store: "memory" });
  // A seeded store asks the host for nothing.
  alone = await Kms.open({ store: "memory", seed: new Uint8Array(32).fill(7) });
});
after(async () => {
  await kms.close();
  await alone.close();
});

async function keyOf(store, KeySpec, KeyUsage) {
  const { KeyId } = (await store.send("CreateKey", { KeySpec, KeyUsage })).KeyMetadata;
  const { PublicKey } = await store.send("GetPublicKey", { KeyId });
  const spki = Buffer.from(PublicKey);
  return { KeyId, spki, openssl: createPublicKey({ key: spki, format: "der", type: "spki" }) };
}

const privateKey = (der) => createPrivateKey({ key: der, format: "der", type: "pkcs8" });
const spkiOf = (key) => createPublicKey(key).export({ format: "der", type: "spki" });
const pss = (key) => ({
  key,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
});
const oaep = (key, hash) => ({
  key,
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: `sha${hash}`,
});

async function signBoth(store, KeyId, SigningAlgorithm, hash) {
  const digest = new Uint8Array(await subtle.digest(`SHA-${hash}`, Message));
  const answers = [
    await store.send("Sign", { KeyId, Message, SigningAlgorithm }),
    await store.send("Sign", {
      KeyId,
      Message: digest,
      MessageType: "DIGEST",
      SigningAlgorithm,
    }),
  ];
  return answers.map(({ Signature }) => Signature);
}

for (const spec of ["RSA_2048", "RSA_3072", "RSA_4096"]) {
  test(`OpenSSL and WebCrypto verify what ${spec} signs, and the other way round`, async () => {
    const { KeyId, spki, openssl } = await keyOf(kms, spec, "SIGN_VERIFY");
    const own = privateKey(made.at(-1));
    assert.deepEqual(spkiOf(own), spki, "WebCrypto made it");
    for (const hash of HASHES) {
      const pkcs1 = `RSASSA_PKCS1_V1_5_SHA_${hash}`;
      const [raw, digest] = await signBoth(kms, KeyId, pkcs1, hash);
      const theirs = sign(`sha${hash}`, Message, own);
      // RAW by WebCrypto, DIGEST by wasm: one signature for one message.
      assert.deepEqual(Buffer.from(raw), theirs);
      assert.deepEqual(Buffer.from(digest), theirs);
      const salted = `RSASSA_PSS_SHA_${hash}`;
      const key = await subtle.importKey(
        "spki",
        spki,
        { name: "RSA-PSS", hash: `SHA-${hash}` },
        false,
        ["verify"],
      );
      for (const signature of await signBoth(kms, KeyId, salted, hash)) {
        assert.equal(verify(`sha${hash}`, Message, pss(openssl), signature), true);
        const parameters = { name: "RSA-PSS", saltLength: hash / 8 };
        assert.equal(await subtle.verify(parameters, key, signature, Message), true);
      }
      for (const [SigningAlgorithm, Signature] of [
        [pkcs1, theirs],
        [salted, sign(`sha${hash}`, Message, pss(own))],
      ]) {
        const input = { KeyId, Message, SigningAlgorithm, Signature };
        assert.equal((await kms.send("Verify", input)).SignatureValid, true);
        await assert.rejects(kms.send("Verify", { ...input, Message: Message.slice(1) }), {
          name: "KMSInvalidSignatureException",
        });
      }
    }
  });

  test(`OpenSSL opens what ${spec} encrypts, and the other way round`, async () => {
    const { KeyId, openssl } = await keyOf(kms, spec, "ENCRYPT_DECRYPT");
    const own = privateKey(made.at(-1));
    for (const hash of ["1", "256"]) {
      const EncryptionAlgorithm = `RSAES_OAEP_SHA_${hash}`;
      const input = { KeyId, EncryptionAlgorithm };
      const { CiphertextBlob } = await kms.send("Encrypt", { ...input, Plaintext: Message });
      assert.deepEqual(privateDecrypt(oaep(own, hash), CiphertextBlob), Buffer.from(Message));
      const theirs = publicEncrypt(oaep(openssl, hash), Message);
      const answer = await kms.send("Decrypt", { ...input, CiphertextBlob: theirs });
      assert.deepEqual(Buffer.from(answer.Plaintext), Buffer.from(Message));
      theirs[100] ^= 1;
      await assert.rejects(kms.send("Decrypt", { ...input, CiphertextBlob: theirs }), {
        name: "InvalidCiphertextException",
        message: "",
      });
    }
  });
}

test("a key in use is taken in by WebCrypto once, and without WebCrypto wasm signs the same", async () => {
  const { KeyId } = await keyOf(kms, "RSA_2048", "SIGN_VERIFY");
  const input = { KeyId, Message, SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256" };
  asked.length = 0;
  const signatures = [];
  for (let i = 0; i < 3; i++) signatures.push((await kms.send("Sign", input)).Signature);
  assert.deepEqual(asked, ["importKey", "sign", "sign", "sign"]);
  refuses = true;
  try {
    signatures.push((await kms.send("Sign", input)).Signature);
  } finally {
    refuses = false;
  }
  for (const signature of signatures) assert.deepEqual(signature, signatures[0]);
});

test("a store that is on its own makes RSA keys, signs and decrypts in wasm", async () => {
  asked.length = 0;
  const { KeyId, openssl } = await keyOf(alone, "RSA_2048", "SIGN_VERIFY");
  for (const hash of HASHES) {
    for (const signature of await signBoth(alone, KeyId, `RSASSA_PKCS1_V1_5_SHA_${hash}`, hash))
      assert.equal(verify(`sha${hash}`, Message, openssl, signature), true);
    for (const signature of await signBoth(alone, KeyId, `RSASSA_PSS_SHA_${hash}`, hash))
      assert.equal(verify(`sha${hash}`, Message, pss(openssl), signature), true);
  }
  assert.deepEqual(asked, []);
});

for (const KeyPairSpec of ["RSA_2048", "RSA_3072"]) {
  test(`OpenSSL finds the primes prime that wasm makes for ${KeyPairSpec}`, async () => {
    asked.length = 0;
    const { KeyId } = (await alone.send("CreateKey")).KeyMetadata;
    const { PrivateKeyPlaintext } = await alone.send("GenerateDataKeyPair", { KeyId, KeyPairSpec });
    assert.deepEqual(asked, []);
    const { n, e, d, p, q } = privateKey(Buffer.from(PrivateKeyPlaintext)).export({
      format: "jwk",
    });
    const [N, E, D, P, Q] = [n, e, d, p, q].map((text) =>
      BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`),
    );
    const half = BigInt(KeyPairSpec.slice("RSA_".length)) / 2n;
    assert.equal(E, 65537n);
    assert.equal(P * Q, N);
    for (const prime of [P, Q]) {
      assert.ok(checkPrimeSync(prime, { checks: 64 }));
      assert.equal(prime >> (half - 2n), 3n);
      assert.equal((D * E) % (prime - 1n), 1n);
    }
    assert.ok((P > Q ? P - Q : Q - P) >> (half - 100n) > 0n);
    // FIPS 186-5, A.1.1, step 3: not too small.
    assert.ok(D >> half > 0n);
  });
}

const CURVES = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
  ECC_SECG_P256K1: "secp256k1",
};

for (const KeyPairSpec of [
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  ...Object.keys(CURVES),
  "ECC_NIST_EDWARDS25519",
]) {
  test(`OpenSSL works with a data key pair of ${KeyPairSpec}`, async () => {
    const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
    const EncryptionContext = { purpose: "test" };
    const answer = await kms.send("GenerateDataKeyPair", { KeyId, KeyPairSpec, EncryptionContext });
    const own = privateKey(Buffer.from(answer.PrivateKeyPlaintext));
    const spki = Buffer.from(answer.PublicKey);
    assert.deepEqual(spkiOf(own), spki);
    const details = own.asymmetricKeyDetails;
    if (KeyPairSpec in CURVES) assert.equal(details.namedCurve, CURVES[KeyPairSpec]);
    else if (KeyPairSpec.startsWith("RSA"))
      assert.equal(`RSA_${details.modulusLength}`, KeyPairSpec);
    else assert.equal(own.asymmetricKeyType, "ed25519");
    const openssl = createPublicKey({ key: spki, format: "der", type: "spki" });
    const digest = own.asymmetricKeyType === "ed25519" ? null : "sha256";
    assert.equal(verify(digest, Message, openssl, sign(digest, Message, own)), true);
    const opened = await kms.send("Decrypt", {
      CiphertextBlob: answer.PrivateKeyCiphertextBlob,
      EncryptionContext,
    });
    assert.deepEqual(opened.Plaintext, answer.PrivateKeyPlaintext);
  });
}

test("a data key pair of ML-KEM is PKCS #8 around the seed", async () => {
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  // FIPS 203's identifiers; RFC 9935, 6: [0] IMPLICIT OCTET STRING (SIZE (64)).
  for (const [KeyPairSpec, last] of [
    ["ML_KEM_512", 1],
    ["ML_KEM_768", 2],
    ["ML_KEM_1024", 3],
  ]) {
    const answer = await kms.send("GenerateDataKeyPair", { KeyId, KeyPairSpec });
    const identifier = `300b060960864801650304040${last}`;
    const expected = `3054020100${identifier}04428040`;
    assert.equal(Buffer.from(answer.PrivateKeyPlaintext).toString("hex", 0, 22), expected);
    assert.equal(answer.PrivateKeyPlaintext.length, 86);
    const spki = Buffer.from(answer.PublicKey).toString("hex");
    assert.ok(spki.includes(identifier));
  }
});
