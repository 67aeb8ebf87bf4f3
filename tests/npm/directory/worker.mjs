// Works on a directory as fast as it can, several calls at once, and prints what was acknowledged, a line of JSON each:
// keys, aliases, ciphertexts, objects. Somebody will kill it. By hand: node tests/npm/directory/worker.mjs DIRECTORY

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { Kms } from "../../../dist/node/index.js";

const AT_ONCE = 8;
const [directory] = process.argv.slice(2);
const kms = await Kms.open({ store: { directory } });

/** What is printed was acknowledged, and what was acknowledged is printed: not at the process's leisure. */
function acknowledge(fact) {
  writeSync(1, `${JSON.stringify(fact)}\n`);
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");

async function makeKey() {
  const { KeyMetadata } = await kms.send("CreateKey", {});
  acknowledge({ key: KeyMetadata.KeyId });
  return KeyMetadata.KeyId;
}

async function makeAlias(KeyId) {
  const AliasName = `alias/${hex(randomBytes(8))}`;
  await kms.send("CreateAlias", { AliasName, TargetKeyId: KeyId });
  acknowledge({ alias: AliasName, key: KeyId });
}

async function encrypt(KeyId) {
  const Plaintext = randomBytes(32);
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext });
  acknowledge({ ciphertext: hex(CiphertextBlob), plaintext: hex(Plaintext) });
}

async function putObject() {
  const [Key, Body] = [hex(randomBytes(8)), randomBytes(1000)];
  await kms.s3.putObject({ Bucket: "bucket", Key, Body });
  acknowledge({ object: Key, body: hex(Body) });
}

/** Writes the same record over: what was said last stands, or the one after it. */
async function rewrite(KeyId, step) {
  await kms.send("UpdateKeyDescription", { KeyId, Description: String(step) });
  acknowledge({ key: KeyId, step });
}

async function work() {
  for (;;) {
    const key = await makeKey();
    await makeAlias(key);
    for (let index = 0; index < 4; index++) await encrypt(key);
    await putObject();
    for (let step = 1; step <= 3; step++) await rewrite(key, step);
  }
}

await kms.s3.createBucket({ Bucket: "bucket" }).catch((error) => {
  if (!error.name.startsWith("BucketAlready")) throw error;
});
// Something is acknowledged however soon the kill comes.
await makeKey();
acknowledge({ ready: true });
await Promise.all(Array.from({ length: AT_ONCE }, work));
