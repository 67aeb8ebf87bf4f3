// Test vectors for RSA and for key import, made by OpenSSL (which node:crypto runs on). By hand:
//
//     node scripts/vectors-rsa.mjs        writes tests/vectors/rsa/openssl.json anew
//
// Keys, PSS salts and OAEP seeds are random, so that a new run writes other vectors. Private keys are DER PKCS #8,
// public keys DER SubjectPublicKeyInfo, everything in hexadecimal.

import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  sign,
} from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./lib/paths.mjs";
import { runMain, say } from "./lib/report.mjs";

const MESSAGE = Buffer.from("what OpenSSL has written, tabkms reads");
const HASHES = ["256", "384", "512"];

/** RFC 5649, 3: the alternative initial value. */
const AIV = Buffer.from("a65959a6", "hex");

const der = (key, type) => key.export({ format: "der", type });

function pair(type, options) {
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  return {
    publicKey,
    privateKey,
    hex: {
      pkcs8: der(privateKey, "pkcs8").toString("hex"),
      spki: der(publicKey, "spki").toString("hex"),
    },
  };
}

function signatures(key) {
  return Object.fromEntries(
    HASHES.flatMap((hash) => {
      const pss = {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      };
      return [
        [`RSASSA_PKCS1_V1_5_SHA_${hash}`, sign(`sha${hash}`, MESSAGE, key).toString("hex")],
        [`RSASSA_PSS_SHA_${hash}`, sign(`sha${hash}`, MESSAGE, pss).toString("hex")],
      ];
    }),
  );
}

const oaep = (key, hash, plaintext) =>
  publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, plaintext);

/** The RSA_AES_KEY_WRAP algorithms: the AES key under OAEP, then the material under the AES key. */
function wrapWithAes(key, hash, bits, material) {
  const aes = randomBytes(bits / 8);
  const cipher = createCipheriv(`id-aes${bits}-wrap-pad`, aes, AIV);
  return Buffer.concat([oaep(key, hash, aes), cipher.update(material), cipher.final()]);
}

/** What OAEP with SHA-256 takes under a key of 2048 bits. */
const LONGEST = 190;

function wrapped(key, spec, material) {
  const one = (algorithm, bytes) => ({ spec, algorithm, wrapped: bytes.toString("hex") });
  const vectors = [128, 192, 256].flatMap((bits) => [
    one("RSA_AES_KEY_WRAP_SHA_1", wrapWithAes(key, "sha1", bits, material)),
    one("RSA_AES_KEY_WRAP_SHA_256", wrapWithAes(key, "sha256", bits, material)),
  ]);
  if (material.length <= LONGEST) {
    vectors.push(
      one("RSAES_OAEP_SHA_1", oaep(key, "sha1", material)),
      one("RSAES_OAEP_SHA_256", oaep(key, "sha256", material)),
    );
  }
  return vectors;
}

export function writeVectors() {
  const rsa = [2048, 3072, 4096].map((modulusLength) => pair("rsa", { modulusLength }));
  const others = [
    ["ECC_NIST_P256", pair("ec", { namedCurve: "prime256v1" })],
    ["ECC_NIST_P384", pair("ec", { namedCurve: "secp384r1" })],
    ["ECC_NIST_P521", pair("ec", { namedCurve: "secp521r1" })],
    ["ECC_SECG_P256K1", pair("ec", { namedCurve: "secp256k1" })],
    ["ECC_NIST_EDWARDS25519", pair("ed25519")],
  ];
  const [{ publicKey }] = rsa;
  const materials = [
    ["SYMMETRIC_DEFAULT", createHash("sha256").update("a symmetric key").digest()],
    ["HMAC_512", createHash("sha512").update("an HMAC key").digest()],
    ["ECC_NIST_P256", Buffer.from(others[0][1].hex.pkcs8, "hex")],
    ["RSA_3072", Buffer.from(rsa[1].hex.pkcs8, "hex")],
  ];
  const document = {
    source: `OpenSSL ${process.versions.openssl}, scripts/vectors-rsa.mjs`,
    message: MESSAGE.toString("hex"),
    rsa: rsa.map(({ publicKey, privateKey, hex }, index) => ({
      spec: ["RSA_2048", "RSA_3072", "RSA_4096"][index],
      ...hex,
      signatures: signatures(privateKey),
      ciphertexts: {
        RSAES_OAEP_SHA_1: oaep(publicKey, "sha1", MESSAGE).toString("hex"),
        RSAES_OAEP_SHA_256: oaep(publicKey, "sha256", MESSAGE).toString("hex"),
      },
    })),
    pairs: others.map(([spec, { hex }]) => ({ spec, ...hex })),
    // Under the first of the RSA keys.
    wrapped: materials.flatMap(([spec, material]) =>
      wrapped(publicKey, spec, material).map((vector) => ({
        ...vector,
        material: material.toString("hex"),
      })),
    ),
  };
  const folder = join(ROOT, "tests", "vectors", "rsa");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "openssl.json"), `${JSON.stringify(document, null, 2)}\n`);
  say(
    `  ${document.wrapped.length} wrapped keys, ${document.rsa.length + document.pairs.length} pairs`,
  );
}

await runMain(import.meta.url, writeVectors);
