// Key pairs against OpenSSL, which is what node:crypto runs on: it reads our public keys, verifies our signatures
// and comes to the same shared secrets.

import assert from "node:assert/strict";
import { createPublicKey, diffieHellman, generateKeyPairSync, verify } from "node:crypto";
import { after, before, test } from "node:test";
import { Kms } from "../../dist/index.js";

let kms;

before(async () => {
  kms = await Kms.open({ store: "memory" });
});
after(() => kms.close());

async function keyOf(KeySpec, KeyUsage) {
  const { KeyId } = (await kms.send("CreateKey", { KeySpec, KeyUsage })).KeyMetadata;
  const { PublicKey } = await kms.send("GetPublicKey", { KeyId });
  return {
    KeyId,
    PublicKey,
    openssl: createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" }),
  };
}

const Message = new TextEncoder().encode("what is signed here is verified there");

for (const [spec, SigningAlgorithm, digest] of [
  ["ECC_NIST_P256", "ECDSA_SHA_256", "sha256"],
  ["ECC_NIST_P384", "ECDSA_SHA_384", "sha384"],
  ["ECC_NIST_P521", "ECDSA_SHA_512", "sha512"],
  ["ECC_SECG_P256K1", "ECDSA_SHA_256", "sha256"],
  ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512", null],
]) {
  test(`OpenSSL verifies what ${spec} signs`, async () => {
    const { KeyId, openssl } = await keyOf(spec, "SIGN_VERIFY");
    const { Signature } = await kms.send("Sign", { KeyId, Message, SigningAlgorithm });
    assert.equal(verify(digest, Message, openssl, Signature), true);
    assert.equal(verify(digest, Message.slice(1), openssl, Signature), false);
    const wrong = Signature.slice();
    wrong[wrong.length - 1] ^= 1;
    await assert.rejects(
      kms.send("Verify", { KeyId, Message, SigningAlgorithm, Signature: wrong }),
      {
        name: "KMSInvalidSignatureException",
      },
    );
  });
}

for (const [spec, namedCurve] of [
  ["ECC_NIST_P256", "prime256v1"],
  ["ECC_NIST_P384", "secp384r1"],
  ["ECC_NIST_P521", "secp521r1"],
]) {
  test(`OpenSSL and ${spec} agree on one secret`, async () => {
    const ours = await keyOf(spec, "KEY_AGREEMENT");
    const theirs = generateKeyPairSync("ec", { namedCurve });
    const { SharedSecret } = await kms.send("DeriveSharedSecret", {
      KeyId: ours.KeyId,
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: new Uint8Array(theirs.publicKey.export({ format: "der", type: "spki" })),
    });
    const secret = diffieHellman({ privateKey: theirs.privateKey, publicKey: ours.openssl });
    assert.deepEqual(Buffer.from(SharedSecret), secret);
  });
}
