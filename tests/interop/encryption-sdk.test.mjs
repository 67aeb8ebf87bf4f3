// The AWS Encryption SDK with KMS keyrings on ours: for Python over boto3, for JavaScript in Node behind our request
// handler, for JavaScript in a browser over HTTP. All ask the same KMS, so what one seals, each of the others opens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Kms } from "../../dist/index.js";
import { ACCOUNT, DAY, OTHER_REGION, REGION } from "../lib/world.mjs";
import { Python } from "./clients.mjs";
import { endpointOf } from "./endpoint.mjs";
import { nodeMessages } from "./node/messages.mjs";
import { openPage } from "./page.mjs";

const text = (words) => new TextEncoder().encode(words);
const context = { purpose: "test", Größe: "42 €" };

let kms;
let endpoint;
let python;
let tab;

/** By name: the SDK's `encrypt(keyring, plaintext, context)` and `decrypt(keyring, message)`. */
const SDKS = {
  Python: {
    encrypt: (keyring, plaintext, context) =>
      python.ask("encrypt", { endpoint: endpoint.url, keyring, plaintext, context }),
    decrypt: (keyring, message) =>
      python.ask("decrypt", { endpoint: endpoint.url, keyring, message }),
  },
  Node: nodeMessages(() => ({ requestHandler: kms.requestHandler() })),
  browser: {
    encrypt: (...call) => inTab("encrypt", ...call),
    decrypt: (...call) => inTab("decrypt", ...call),
  },
};
const NAMES = Object.keys(SDKS);
const PAIRS = NAMES.flatMap((writer) => NAMES.map((reader) => [writer, reader]));

before(async () => {
  // A clock of its own, which the test about deletion moves.
  kms = await Kms.open({ store: "memory", account: ACCOUNT, region: REGION });
  endpoint = await endpointOf(kms);
  python = new Python();
  tab = await openPage({ endpoints: [endpoint.url] });
});
after(async () => {
  await tab?.close();
  await python?.close();
  await endpoint?.close();
  await kms?.close();
});

/** What the SDKs say where the keyring is for none of the message's data keys: it asks KMS nothing then. */
const NO_SUCH_DATA_KEY =
  /No Encrypted Data Keys found to match|unencryptedDataKey has not been set|Unencrypted data key is invalid|No EDKs supplied/;

async function inTab(action, keyring, bytes, encryptionContext) {
  const base64 = Buffer.from(bytes).toString("base64");
  const answer = await tab.page.evaluate(
    ([action, ...call]) => globalThis.overHttp[action](...call),
    [action, endpoint.url, keyring, base64, encryptionContext],
  );
  for (const name of ["message", "plaintext"]) {
    if (answer[name] !== undefined) {
      answer[name] = new Uint8Array(Buffer.from(answer[name], "base64"));
    }
  }
  return answer;
}

async function keyArn(input = {}) {
  return (await kms.send("CreateKey", input)).KeyMetadata.Arn;
}

async function sealed(writer, keyring, plaintext = text("secret"), encryptionContext = context) {
  const { message, refused } = await SDKS[writer].encrypt(keyring, plaintext, encryptionContext);
  assert.equal(refused, undefined, `${writer} seals`);
  return message;
}

async function opens(reader, keyring, message, plaintext = text("secret")) {
  const opened = await SDKS[reader].decrypt(keyring, message);
  assert.equal(opened.refused, undefined, `${reader} opens`);
  assert.deepEqual(opened.plaintext, plaintext);
  // The SDK adds a public key of its own, since the suite signs.
  const { "aws-crypto-public-key": publicKey, ...rest } = opened.context;
  assert.equal(typeof publicKey, "string");
  assert.deepEqual(rest, context);
}

/** That the SDK does not open it, for that reason. */
async function isRefused(reader, keyring, message, reason) {
  const { refused } = await SDKS[reader].decrypt(keyring, message);
  assert.notEqual(refused, undefined, `${reader} opens it`);
  assert.match(refused, reason, reader);
}

for (const [writer, reader] of PAIRS) {
  test(`what ${writer} seals under a KMS key, ${reader} opens`, async () => {
    const keyring = { kind: "one", key: await keyArn() };
    for (const length of [0, 1, 4096, 100_001]) {
      const plaintext = new Uint8Array(length).map((_, at) => at * 31);
      await opens(reader, keyring, await sealed(writer, keyring, plaintext), plaintext);
    }
    // Whoever only discovers finds the key in the message.
    const message = await sealed(writer, keyring);
    await opens(reader, { kind: "discovery", region: REGION, account: ACCOUNT }, message);
  });

  test(`${reader} opens by one of two keys what ${writer} sealed under both`, async () => {
    const [generator, other] = [await keyArn(), await keyArn()];
    const keyring = { kind: "several", generator, keys: [other] };
    const message = await sealed(writer, keyring);
    await opens(reader, { kind: "one", key: other }, message);
    await kms.send("DisableKey", { KeyId: generator });
    await opens(reader, keyring, message);
    await kms.send("DisableKey", { KeyId: other });
    await isRefused(reader, keyring, message, /DisabledException/);
    await kms.send("EnableKey", { KeyId: generator });
    await opens(reader, keyring, message);
    await isRefused(reader, { kind: "one", key: await keyArn() }, message, NO_SUCH_DATA_KEY);
  });

  test(`what ${writer} seals in one Region, ${reader} opens in another by the replica`, async () => {
    const primary = await keyArn({ MultiRegion: true });
    const { ReplicaKeyMetadata } = await kms.send("ReplicateKey", {
      KeyId: primary,
      ReplicaRegion: OTHER_REGION,
    });
    const replica = ReplicaKeyMetadata.Arn;
    await kms.clock.advance(3_000);
    const message = await sealed(writer, { kind: "mrk", key: primary });
    await opens(reader, { kind: "mrk", key: replica }, message);
    await opens(reader, { kind: "several-mrk", generator: replica, keys: [] }, message);
    const discovery = { kind: "discovery-mrk", region: OTHER_REGION, account: ACCOUNT };
    await opens(reader, discovery, message);
    // A keyring that does not know of replicas looks for the very same ARN.
    await isRefused(reader, { kind: "one", key: replica }, message, NO_SUCH_DATA_KEY);
    const back = await sealed(writer, { kind: "several-mrk", generator: replica, keys: [] });
    await opens(reader, { kind: "mrk", key: primary }, back);
  });
}

for (const name of NAMES) {
  test(`${name} does not open a message whose context was changed`, async () => {
    const keyring = { kind: "one", key: await keyArn() };
    const message = await sealed(name, keyring);
    const at = Buffer.from(message).indexOf("test");
    assert.ok(at > 0, "the context stands in the message's header");
    message.set(text("rest"), at);
    await isRefused(name, keyring, message, /InvalidCiphertextException/);
  });

  test(`${name} opens nothing of another account's by discovery`, async () => {
    const message = await sealed(name, { kind: "one", key: await keyArn() });
    // The browser's other keyring for discovery passes over the account: it is dropped in its constructor.
    const kind = name === "browser" ? "discovery-mrk" : "discovery";
    const discovery = { kind, region: REGION, account: "444455556666" };
    await isRefused(name, discovery, message, NO_SUCH_DATA_KEY);
  });

  test(`${name} seals and opens nothing under a key that is to be deleted, or is`, async () => {
    const key = await keyArn();
    const keyring = { kind: "one", key };
    const message = await sealed(name, keyring);
    await kms.send("ScheduleKeyDeletion", { KeyId: key, PendingWindowInDays: 7 });
    await isRefused(name, keyring, message, /KMSInvalidStateException/);
    const { refused } = await SDKS[name].encrypt(keyring, text("secret"), context);
    assert.match(refused ?? "it was sealed", /KMSInvalidStateException/);
    await kms.clock.advance(8 * DAY);
    await isRefused(name, keyring, message, /NotFoundException/);
  });

  test(`${name} opens what S3 here keeps at rest`, async () => {
    const key = await keyArn();
    const place = { Bucket: `bucket-${name.toLowerCase()}`, Key: "object" };
    await kms.s3.createBucket({ Bucket: place.Bucket });
    await kms.s3.putObject({ ...place, Body: text("an object"), SSEKMSKeyId: key });
    const stored = new Uint8Array(await (await kms.s3.readStored(place)).arrayBuffer());
    const opened = await SDKS[name].decrypt({ kind: "one", key }, stored);
    assert.equal(opened.refused, undefined);
    assert.deepEqual(opened.plaintext, text("an object"));
  });
}

test("Python refuses a context that is not the message's own", async () => {
  const keyring = { kind: "one", key: await keyArn() };
  const message = await sealed("Python", keyring);
  const decrypt = (context) =>
    python.ask("decrypt", { endpoint: endpoint.url, keyring, message, context });
  assert.deepEqual((await decrypt({ purpose: "test" })).plaintext, text("secret"));
  assert.match((await decrypt({ purpose: "other" })).refused ?? "it opened", /context/i);
});

test("a page's own KMS, in its worker, serves the SDK through its request handler", async () => {
  const said = await tab.page.evaluate(() => globalThis.inThePage());
  assert.equal(said.error, undefined);
  assert.deepEqual([said.text, said.purpose], ["what the page sealed", "test"]);
  assert.match(said.disabled, /DisabledException/);
});
