// A KMS in memory for tests: its clock stands still until it is moved, every answer is held against the service model,
// and every operation and exception that was met is remembered.

import assert from "node:assert/strict";
import {
  constants,
  createCipheriv,
  createPublicKey,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { Kms } from "../../dist/index.js";
import { mayThrow, outputFaults } from "./model.mjs";

export const DAY = 86_400_000;
export const REGION = "us-east-1";
export const OTHER_REGION = "eu-west-1";
export const ACCOUNT = "111122223333";
export const PRINCIPAL = `arn:aws:iam::${ACCOUNT}:role/Tester`;
const START = Date.UTC(2025, 0, 1);
/** Longer than a key stays Creating or Updating, and a key store CONNECTING. */
const A_WHILE = 3_000;

export const bytes = (text) => new TextEncoder().encode(text);

const directly = (kms) => (operation, input, region) => kms.send(operation, input, { region });

export class World {
  /** What was answered, and what was refused with, by operation: `Set` of names. */
  answered = new Set();
  thrown = new Set();
  #kms;
  #through;
  #call;
  #seed = 0;

  constructor(kms, through) {
    this.#kms = kms;
    this.#through = through;
    this.#call = through(kms);
  }

  /** `through` makes of a KMS what calls it: `(operation, input, region)` → the answer. */
  static async open(through = directly) {
    // No seed: RSA keys are the host's to make then, which it does far faster.
    const options = { store: "memory", account: ACCOUNT, region: REGION, clock: () => START };
    return new World(await Kms.open(options), through);
  }

  close() {
    return this.#kms.close();
  }

  /** A copy for what would spoil this one; it remembers for itself. */
  async fork() {
    return new World(await this.#kms.fork(), this.#through);
  }

  /** Calls, and fails unless the answer or the exception is one of the model's. */
  async send(operation, input = {}, region = REGION) {
    let answer;
    try {
      answer = await this.#call(operation, input, region);
    } catch (error) {
      assert.ok(
        mayThrow(operation, error.name),
        `${operation} may not answer ${error.name}: ${error.message}`,
      );
      assert.equal(typeof error.message, "string");
      this.thrown.add(error.name);
      throw error;
    }
    assert.deepEqual(outputFaults(operation, answer), [], `the answer of ${operation}`);
    this.answered.add(operation);
    return answer;
  }

  /** Calls, and holds nothing against the model. */
  unchecked(operation, input) {
    return this.#kms.send(operation, input);
  }

  /** The exception that a call is refused with; `undefined` where it succeeds. */
  async refusal(operation, input, region) {
    return this.send(operation, input, region).then(
      () => undefined,
      (error) => {
        if (error instanceof assert.AssertionError) throw error;
        return error;
      },
    );
  }

  now() {
    return this.#kms.clock.now();
  }

  /** Moves the clock and lets happen what is due. */
  advance(milliseconds) {
    return this.#kms.clock.advance(milliseconds);
  }

  /** Lets transient states pass: Creating, Updating, CONNECTING. */
  settle() {
    return this.advance(A_WHILE);
  }

  // ---- What tests begin with ----

  /** A fresh KMS key's id. */
  async key(input = {}, region = REGION) {
    return (await this.send("CreateKey", input, region)).KeyMetadata.KeyId;
  }

  async metadata(KeyId, region = REGION) {
    return (await this.send("DescribeKey", { KeyId }, region)).KeyMetadata;
  }

  async state(KeyId, region = REGION) {
    return (await this.metadata(KeyId, region)).KeyState;
  }

  async encrypt(KeyId, text = "secret", region = REGION) {
    return (await this.send("Encrypt", { KeyId, Plaintext: bytes(text) }, region)).CiphertextBlob;
  }

  /** Random bytes that are the same in every run. */
  material(length = 32) {
    this.#seed += 1;
    return new Uint8Array(length).map((_, index) => (this.#seed * 31 + index * 7) % 256);
  }

  /** The input of ImportKeyMaterial for `material`, wrapped as GetParametersForImport asks. */
  async importInput(KeyId, material, { algorithm = "RSAES_OAEP_SHA_256", region, ...more } = {}) {
    const parameters = await this.send(
      "GetParametersForImport",
      { KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: "RSA_2048" },
      region,
    );
    return {
      KeyId,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial: wrap(algorithm, parameters.PublicKey, material),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      ...more,
    };
  }

  async import(KeyId, material, options = {}) {
    const input = await this.importInput(KeyId, material, options);
    return this.send("ImportKeyMaterial", input, options.region);
  }

  /** A key of origin EXTERNAL with its material, and that material. */
  async importedKey(input = {}, options = {}) {
    const KeyId = await this.key({ Origin: "EXTERNAL", ...input });
    const material = this.material();
    await this.import(KeyId, material, options);
    return { KeyId, material };
  }

  /** A custom key store's id; connected unless said otherwise. */
  async keyStore({ connected = true, ...input } = {}) {
    const { CustomKeyStoreId } = await this.send("CreateCustomKeyStore", {
      CustomKeyStoreName: `store ${input.CloudHsmClusterId ?? CLUSTER}`,
      CloudHsmClusterId: CLUSTER,
      TrustAnchorCertificate: CERTIFICATE,
      KeyStorePassword: "password",
      ...input,
    });
    if (connected) {
      await this.send("ConnectCustomKeyStore", { CustomKeyStoreId });
      await this.settle();
    }
    return CustomKeyStoreId;
  }

  /** An external key store's id; connected unless said otherwise. */
  async externalKeyStore({ connected = true, ...input } = {}) {
    const name = { CustomKeyStoreName: "external store" };
    const all = { ...name, ...XKS, ...input };
    const { CustomKeyStoreId } = await this.send("CreateCustomKeyStore", all);
    if (connected) {
      await this.send("ConnectCustomKeyStore", { CustomKeyStoreId });
      await this.settle();
    }
    return CustomKeyStoreId;
  }

  /** A key in a connected custom key store, and that store's id. */
  async keyInStore() {
    const CustomKeyStoreId = await this.keyStore();
    const KeyId = await this.key({ Origin: "AWS_CLOUDHSM", CustomKeyStoreId });
    return { KeyId, CustomKeyStoreId };
  }

  /** A multi-Region primary key's id, with a settled replica in the other Region. */
  async replicated(input = {}) {
    const KeyId = await this.key({ MultiRegion: true, ...input });
    await this.send("ReplicateKey", { KeyId, ReplicaRegion: OTHER_REGION });
    await this.settle();
    return KeyId;
  }

  async grant(KeyId, input = {}, region = REGION) {
    const all = {
      KeyId,
      GranteePrincipal: PRINCIPAL,
      RetiringPrincipal: PRINCIPAL,
      Operations: ["Encrypt", "Decrypt"],
      ...input,
    };
    return this.send("CreateGrant", all, region);
  }
}

export const CLUSTER = "cluster-2a34b5cdefg";
/** What the store is told of its cluster; nothing is spoken to behind it, so that nothing reads this. */
export const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
export const XKS = {
  CustomKeyStoreType: "EXTERNAL_KEY_STORE",
  XksProxyConnectivity: "PUBLIC_ENDPOINT",
  XksProxyUriEndpoint: "https://xks.example.com",
  XksProxyUriPath: "/kms/xks/v1",
  XksProxyAuthenticationCredential: {
    AccessKeyId: "ABCDEFGHIJKLMNOPQRST",
    RawSecretAccessKey: "a".repeat(43),
  },
};

/** Wraps key material under GetParametersForImport's public key, by OpenSSL. */
export function wrap(algorithm, publicKey, material) {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  const oaepHash = algorithm.endsWith("SHA_1") ? "sha1" : "sha256";
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const oaep = (data) => publicEncrypt({ key, padding, oaepHash }, data);
  if (algorithm.startsWith("RSAES")) return new Uint8Array(oaep(material));
  // A fresh AES key wraps the material (RFC 5649), and the RSA key wraps that AES key.
  const aes = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("A65959A6", "hex"));
  return new Uint8Array(Buffer.concat([oaep(aes), cipher.update(material), cipher.final()]));
}
