// Behind @aws-sdk/client-kms: every operation and every exception through it, and what else the SDK does of itself.

import assert from "node:assert/strict";
import test from "node:test";
import * as sdk from "@aws-sdk/client-kms";
import { createWaiter, WaiterState } from "@smithy/core/client";
import { RequestHandler } from "../../dist/handler.js";
import { Kms, KmsError } from "../../dist/index.js";
import {
  clientOf,
  credentials,
  EXPORTS,
  throughSdk,
  throughSdkByMembers,
} from "../lib/aws-sdk.mjs";
import { EXCEPTIONS, OPERATIONS } from "../lib/model.mjs";
import { REFUSALS } from "../lib/refusals.mjs";
import { absentMembers, SUCCESSES } from "../lib/successes.mjs";
import { bytes, World } from "../lib/world.mjs";

async function openWorld(t, through = throughSdk) {
  const world = await World.open(through);
  t.after(() => world.close());
  return world;
}

async function open(t, options = {}) {
  const kms = await Kms.open({ store: "memory", ...options });
  t.after(() => kms.close());
  return kms;
}

async function keyIn(kms) {
  return (await kms.send("CreateKey")).KeyMetadata.KeyId;
}

/** Passes on to the handler of `kms`, once `before` has had its say: what it returns or throws comes first. */
function wrapped(kms, before) {
  const handler = kms.requestHandler();
  const handle = handler.handle.bind(handler);
  let calls = 0;
  handler.handle = async (...call) => {
    calls += 1;
    return (await before(calls)) ?? handle(...call);
  };
  return handler;
}

const faultOf = (name, statusCode) => ({
  response: {
    statusCode,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: bytes(JSON.stringify({ __type: name, message: "for the test" })),
  },
});

test("the SDK has a command for every operation of the model", () => {
  const missing = OPERATIONS.filter((operation) => !EXPORTS.has(`${operation}Command`));
  assert.deepEqual(missing, []);
});

for (const operation of OPERATIONS) {
  for (const [way, through] of [
    ["in JSON", throughSdk],
    ["by members", throughSdkByMembers],
  ]) {
    test(`${operation} answers through the SDK as its shape says, ${way}`, async (t) => {
      const world = await openWorld(t, through);
      const [prepare] = SUCCESSES[operation];
      const answer = await world.send(operation, await prepare(world));
      assert.deepEqual(absentMembers(operation, answer), [], "members that AWS answers");
    });
  }
}

for (const [exception, [prepare, message = /^/]] of Object.entries(REFUSALS)) {
  test(`${exception} is the SDK's own class`, async (t) => {
    const world = await openWorld(t);
    const [operation, input, region] = await prepare(world);
    const error = await world.refusal(operation, input, region);
    assert.equal(error?.name, exception, `${operation}: ${error?.message}`);
    assert.ok(error instanceof EXPORTS.get(exception));
    assert.ok(error instanceof sdk.KMSServiceException);
    assert.equal(error.$fault, "client");
    assert.equal(error.$metadata.httpStatusCode, 400);
    // By its name the SDK takes this one for throttling.
    assert.equal(error.$metadata.attempts, exception === "LimitExceededException" ? 3 : 1);
    // Where AWS says nothing, the SDK writes a word of its own.
    if (message.source !== "^$") assert.match(error.message, message);
  });
}

test("an exception outside of the model has its name all the same", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const KeyId = await keyIn(kms);
  const empty = new sdk.EncryptCommand({ KeyId, Plaintext: new Uint8Array(0) });
  const error = await client.send(empty).catch((thrown) => thrown);
  assert.equal(error.name, "ValidationException");
  assert.match(error.message, /^1 validation error detected: Value at 'plaintext' failed/);
  assert.ok(error instanceof sdk.KMSServiceException);
  assert.equal(error instanceof KmsError, false);
});

test("the aggregated client has a method for every operation", async (t) => {
  const kms = await open(t);
  const requestHandler = kms.requestHandler();
  const aws = new sdk.KMS({ region: "us-east-1", credentials, requestHandler });
  const { KeyMetadata } = await aws.createKey({ Description: "one" });
  assert.ok(KeyMetadata.CreationDate instanceof Date);
  const { KeyId } = KeyMetadata;
  const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext: bytes("text") });
  const { Plaintext } = await aws.decrypt({ CiphertextBlob });
  assert.deepEqual(new Uint8Array(Plaintext), bytes("text"));
  await assert.rejects(aws.describeKey({ KeyId: "alias/none" }), sdk.NotFoundException);
  const called = await new Promise((resolve) =>
    aws.describeKey({ KeyId }, (error, answer) => resolve(error ?? answer)),
  );
  assert.equal(called.KeyMetadata.KeyId, KeyId);
  const methods = OPERATIONS.map((name) => name[0].toLowerCase() + name.slice(1));
  assert.deepEqual(
    methods.filter((name) => typeof aws[name] !== "function"),
    [],
  );
});

test("paginators give every item once", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const made = new Set();
  for (let count = 0; count < 7; count++) made.add(await keyIn(kms));
  const [KeyId] = made;
  const pages = [];
  for await (const page of sdk.paginateListKeys({ client, pageSize: 3 }, {})) pages.push(page);
  assert.deepEqual(
    pages.map(({ Keys }) => Keys.length),
    [3, 3, 1],
  );
  assert.deepEqual(new Set(pages.flatMap(({ Keys }) => Keys.map((key) => key.KeyId))), made);
  for (let count = 0; count < 4; count++) {
    await kms.send("CreateAlias", { AliasName: `alias/${count}`, TargetKeyId: KeyId });
    await kms.send("RotateKeyOnDemand", { KeyId });
  }
  const count = async (paginator, list) => {
    let items = 0;
    for await (const page of paginator) items += page[list].length;
    return items;
  };
  const config = { client, pageSize: 2 };
  assert.equal(await count(sdk.paginateListAliases(config, { KeyId }), "Aliases"), 4);
  const all = { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" };
  assert.equal(await count(sdk.paginateListKeyRotations(config, all), "Rotations"), 5);
});

test("a waiter waits until a key is there", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const KeyId = await keyIn(kms);
  await kms.send("DisableKey", { KeyId });
  let asked = 0;
  const check = async () => {
    asked += 1;
    if (asked === 2) await kms.send("EnableKey", { KeyId });
    const { KeyMetadata } = await client.send(new sdk.DescribeKeyCommand({ KeyId }));
    return { state: KeyMetadata.Enabled ? WaiterState.SUCCESS : WaiterState.RETRY };
  };
  const limits = { client, maxWaitTime: 10, minDelay: 0.001, maxDelay: 0.002 };
  const { state } = await createWaiter(limits, { KeyId }, check);
  assert.deepEqual([state, asked], [WaiterState.SUCCESS, 2]);
});

test("what is the service's own fault is tried again", async (t) => {
  const kms = await open(t);
  const fails = (times) =>
    wrapped(kms, (calls) => (calls <= times ? faultOf("KMSInternalException", 500) : undefined));
  const twice = clientOf(kms, { requestHandler: fails(2) });
  const { $metadata } = await twice.send(new sdk.ListKeysCommand());
  assert.equal($metadata.attempts, 3);
  const thrice = clientOf(kms, { requestHandler: fails(3) });
  await assert.rejects(thrice.send(new sdk.ListKeysCommand()), (error) => {
    assert.ok(error instanceof sdk.KMSInternalException);
    assert.deepEqual([error.$fault, error.$metadata.attempts], ["server", 3]);
    return true;
  });
});

test("the exceptions that are the service's fault are HTTP 500", async () => {
  for (const name of [...EXCEPTIONS, "AccessDeniedException", "ThrottlingException"]) {
    const refusing = { send: () => Promise.reject(new KmsError(name, "for the test")) };
    const { response } = await new RequestHandler(refusing).handle({
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "TrentService.ListKeys",
      },
    });
    const isFault = /^(DependencyTimeout|KMSInternal|KeyUnavailable)Exception$/.test(name);
    assert.equal(response.statusCode, isFault ? 500 : 400, name);
  }
});

test("middleware sees the request and the answer", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const seen = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      seen.push(args.request.headers["x-amz-target"]);
      args.request.headers["x-amz-target"] = "TrentService.GenerateRandom";
      args.request.body = JSON.stringify({ NumberOfBytes: 5 });
      const result = await next(args);
      seen.push(result.response.statusCode);
      return result;
    },
    { step: "build", name: "another" },
  );
  const { Plaintext } = await client.send(new sdk.GenerateRandomCommand({ NumberOfBytes: 1 }));
  assert.equal(Plaintext.length, 5);
  assert.deepEqual(seen, ["TrentService.GenerateRandom", 200]);
});

test("a client's calls go to its Region", async (t) => {
  const kms = await open(t, { region: "eu-central-1" });
  for (const region of ["us-east-1", "eu-central-1", "ap-southeast-2"]) {
    const client = clientOf(kms, { region });
    const { KeyMetadata } = await client.send(new sdk.CreateKeyCommand());
    assert.equal(KeyMetadata.Arn.split(":")[3], region);
    // One key a Region: the others' are not here.
    assert.equal((await client.send(new sdk.ListKeysCommand())).Keys.length, 1);
  }
});

test("a handler calls as its principal", async (t) => {
  const kms = await open(t);
  const KeyId = await keyIn(kms);
  const principal = "arn:aws:iam::000000000000:user/alice";
  await kms.iam.send("CreateUser", { UserName: "alice" });
  const alice = clientOf(kms, { handler: { principal } });
  const describe = () => alice.send(new sdk.DescribeKeyCommand({ KeyId }));
  await assert.rejects(describe(), (error) => {
    assert.equal(error.name, "AccessDeniedException");
    assert.match(error.message, /^User: arn:aws:iam::000000000000:user\/alice is not authorized/);
    return true;
  });
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "kms:DescribeKey", Resource: "*" },
  });
  await kms.iam.send("PutUserPolicy", { UserName: "alice", PolicyName: "one", PolicyDocument });
  assert.equal((await describe()).KeyMetadata.KeyId, KeyId);
});

test("an encryption context may name its entries as members are named", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const KeyId = await keyIn(kms);
  const EncryptionContext = { Plaintext: "no base64!", ValidTo: "1", __proto__x: "y", "": "z" };
  const input = { KeyId, Plaintext: bytes("text"), EncryptionContext };
  const { CiphertextBlob } = await client.send(new sdk.EncryptCommand(input));
  await kms.send("Decrypt", { CiphertextBlob, EncryptionContext });
  const wrong = { CiphertextBlob, EncryptionContext: { ...EncryptionContext, ValidTo: "2" } };
  await assert.rejects(client.send(new sdk.DecryptCommand(wrong)), sdk.InvalidCiphertextException);
});

test("blobs of every length come through", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const KeyId = await keyIn(kms);
  for (const length of [1, 2, 3, 4, 255, 256, 4095, 4096]) {
    // A view into something larger, as Node's small buffers are.
    const Plaintext = new Uint8Array(length + 7).map((_, at) => at * 31).subarray(5, length + 5);
    const sealed = await client.send(new sdk.EncryptCommand({ KeyId, Plaintext }));
    const opened = await client.send(new sdk.DecryptCommand(sealed));
    assert.deepEqual(new Uint8Array(opened.Plaintext), new Uint8Array(Plaintext));
  }
});

test("an abort ends the call, before it or under way", async (t) => {
  const kms = await open(t);
  const client = clientOf(kms);
  const list = new sdk.ListKeysCommand();
  await assert.rejects(client.send(list, { abortSignal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  const controller = new AbortController();
  const never = { send: () => new Promise(() => {}) };
  const stuck = clientOf(kms, { requestHandler: new RequestHandler(never) });
  const call = stuck.send(list, { abortSignal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(call, { name: "AbortError" });
  // Smithy's own signal has no events.
  const plain = { aborted: false, onabort: null };
  const other = stuck.send(list, { abortSignal: plain });
  setTimeout(() => plain.onabort(), 20);
  await assert.rejects(other, { name: "AbortError" });
  assert.equal((await client.send(list)).Keys.length, 0);
});

test("a call that takes too long is given up and tried again", async (t) => {
  const kms = await open(t);
  let calls = 0;
  const slow = {
    send: (...call) => {
      calls += 1;
      return calls < 3 ? new Promise(() => {}) : kms.send(...call);
    },
  };
  const requestHandler = new RequestHandler(slow, { requestTimeout: 20 });
  const client = clientOf(kms, { requestHandler });
  assert.deepEqual(client.config.requestHandler.httpHandlerConfigs(), { requestTimeout: 20 });
  const { $metadata } = await client.send(new sdk.ListKeysCommand());
  assert.deepEqual([calls, $metadata.attempts], [3, 3]);
  calls = -1000;
  const once = client.send(new sdk.ListKeysCommand(), { requestTimeout: 5 });
  await assert.rejects(once, { name: "TimeoutError" });
  requestHandler.updateHttpClientConfig("requestTimeout", 7);
  assert.deepEqual(requestHandler.httpHandlerConfigs(), { requestTimeout: 7 });
});

test("a store that is closed is no exception of AWS's", async () => {
  const kms = await Kms.open({ store: "memory" });
  const client = clientOf(kms);
  client.destroy();
  assert.equal((await client.send(new sdk.ListKeysCommand())).Keys.length, 0);
  await kms.close();
  await assert.rejects(client.send(new sdk.ListKeysCommand()), { name: "ClosedError" });
});
