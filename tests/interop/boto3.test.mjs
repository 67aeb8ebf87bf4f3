// boto3, over HTTP: every operation and every exception that can be met, held against botocore's own model of KMS; the
// paginators. The calls are those of tests/lib: what prepares a call goes through boto3 as well.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { EXCEPTIONS, OPERATIONS } from "../lib/model.mjs";
import { OUT_OF_REACH, REFUSALS } from "../lib/refusals.mjs";
import { absentMembers, SUCCESSES } from "../lib/successes.mjs";
import { bytes, PRINCIPAL, REGION, World } from "../lib/world.mjs";
import { Python } from "./clients.mjs";
import { endpointOf } from "./endpoint.mjs";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const python = new Python();
after(() => python.close());

/** A KMS in memory behind an endpoint of its own, its clock in the test's hand; `world.send` goes by boto3. */
async function openWorld(t) {
  let endpoint;
  const world = await World.open((kms) => {
    endpoint = endpointOf(kms);
    return throughBoto(endpoint);
  });
  const { url, close } = await endpoint;
  t.after(async () => {
    await close();
    await world.close();
  });
  return { world, url };
}

function throughBoto(opening) {
  return async (operation, input, region) => {
    const { url } = await opening;
    const { answer, error, faults, metadata } = await python.ask("call", {
      endpoint: url,
      region,
      operation,
      input,
    });
    // As the tests of tests/lib know an exception.
    if (error) throw Object.assign(new Error(error.message), { name: error.name, seen: error });
    assert.deepEqual(faults, [], `the answer of ${operation}`);
    assert.equal(metadata.status, 200);
    assert.equal(metadata.retries, 0);
    assert.match(metadata.requestId, UUID);
    return answer;
  };
}

test("boto3 knows the operations that these tests know", async () => {
  assert.deepEqual(await python.ask("operations"), OPERATIONS);
});

for (const operation of OPERATIONS) {
  test(`${operation} answers boto3 as its shape says`, async (t) => {
    const { world } = await openWorld(t);
    const [prepare] = SUCCESSES[operation];
    const answer = await world.send(operation, await prepare(world));
    assert.deepEqual(absentMembers(operation, answer), [], "members that AWS answers");
  });
}

test("every exception of the model is met here, or is out of reach", () => {
  const known = new Set([...Object.keys(REFUSALS), ...Object.keys(OUT_OF_REACH)]);
  assert.deepEqual(
    EXCEPTIONS.filter((name) => !known.has(name)),
    [],
  );
});

for (const [exception, [prepare, message = /^/]] of Object.entries(REFUSALS)) {
  test(`${exception} is what boto3's client.exceptions.${exception} catches`, async (t) => {
    const { world } = await openWorld(t);
    const [operation, input, region] = await prepare(world);
    const { seen } = (await world.refusal(operation, input, region)) ?? {};
    assert.equal(seen?.name, exception, `${operation}: ${seen?.text}`);
    assert.deepEqual([seen.class, seen.caught, seen.operation], [exception, true, operation]);
    assert.equal(seen.metadata.status, 400);
    // By its name botocore, too, takes this one for throttling; its environment says how often it tries.
    assert.equal(seen.metadata.retries, exception === "LimitExceededException" ? 1 : 0);
    assert.match(seen.message, message);
    const named = `An error occurred (${exception}) when calling the ${operation} operation`;
    assert.equal(seen.text.startsWith(named), true, seen.text);
  });
}

test("an exception outside of the model is a ClientError of its name", async (t) => {
  const { world } = await openWorld(t);
  const KeyId = await world.key();
  // boto3 checks lengths itself, but no patterns.
  const tags = { KeyId, Tags: [{ TagKey: "k", TagValue: "v".repeat(257) }] };
  const { seen } = await world.refusal("TagResource", tags);
  assert.equal(seen.name, "ValidationException");
  assert.deepEqual([seen.class, seen.caught], ["ClientError", false]);
  assert.match(seen.message, /^1 validation error detected: Value .*tagValue' failed to satisfy/);
});

// ---- Paginators ----

/** By operation: what prepares seven items, and the input that asks for them. */
const PAGED = {
  DescribeCustomKeyStores: async (w) => {
    for (const letter of "abcdefg") {
      await w.keyStore({ connected: false, CloudHsmClusterId: `cluster-${letter.repeat(11)}` });
    }
    return {};
  },
  ListAliases: async (w) => {
    const TargetKeyId = await w.key();
    for (const name of SEVEN) {
      await w.send("CreateAlias", { AliasName: `alias/${name}`, TargetKeyId });
    }
    return {};
  },
  ListGrants: async (w) => {
    const KeyId = await w.key();
    for (const Name of SEVEN) await w.grant(KeyId, { Name });
    return { KeyId };
  },
  ListKeyRotations: async (w) => {
    const KeyId = await w.key();
    for (const _ of SEVEN.slice(1)) await w.send("RotateKeyOnDemand", { KeyId });
    return { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" };
  },
  ListKeys: async (w) => {
    for (const _ of SEVEN) await w.key();
    return {};
  },
  ListResourceTags: async (w) => {
    const Tags = SEVEN.map((TagKey) => ({ TagKey, TagValue: "v" }));
    return { KeyId: await w.key({ Tags }) };
  },
  ListRetirableGrants: async (w) => {
    for (const Name of SEVEN) await w.grant(await w.key(), { Name });
    return { RetiringPrincipal: PRINCIPAL };
  },
};
const SEVEN = ["one", "two", "three", "four", "five", "six", "seven"];

test("every paginator of boto3's is walked here", async () => {
  const paged = await python.ask("paginators", { endpoint: "http://127.0.0.1", region: REGION });
  assert.deepEqual(paged, [...Object.keys(PAGED), "ListKeyPolicies"].sort());
});

for (const [operation, prepare] of Object.entries(PAGED)) {
  test(`boto3's paginator of ${operation} gives every item once`, async (t) => {
    const { world, url } = await openWorld(t);
    const input = await prepare(world);
    const asked = { endpoint: url, region: REGION, operation, input };
    const all = await python.ask("pages", { ...asked, size: 50 });
    assert.deepEqual(all.counts, [7]);
    assert.equal(new Set(all.items.map((item) => JSON.stringify(item))).size, 7);
    const threes = await python.ask("pages", { ...asked, size: 3 });
    assert.deepEqual(threes, { counts: [3, 3, 1], items: all.items });
    const resumed = await python.ask("resumed", { ...asked, size: 2, most: 3 });
    assert.deepEqual([resumed.first.length, resumed.rest.length], [3, 4]);
    assert.deepEqual([...resumed.first, ...resumed.rest], all.items);
  });
}

test("boto3's paginator of ListKeyPolicies gives the one policy that a key has", async (t) => {
  const { world, url } = await openWorld(t);
  const input = { KeyId: await world.key() };
  const asked = { endpoint: url, region: REGION, operation: "ListKeyPolicies", input };
  const { counts, items } = await python.ask("pages", { ...asked, size: 1 });
  assert.deepEqual([counts, items], [[1], ["default"]]);
});

test("boto3's blobs of every length come through", async (t) => {
  const { world } = await openWorld(t);
  const KeyId = await world.key();
  for (const length of [1, 2, 3, 255, 256, 4096]) {
    const Plaintext = new Uint8Array(length).map((_, at) => at * 31);
    const { CiphertextBlob } = await world.send("Encrypt", { KeyId, Plaintext });
    assert.deepEqual((await world.send("Decrypt", { CiphertextBlob })).Plaintext, Plaintext);
  }
  const context = { ключ: "значение", "": "e", Plaintext: "no base64!" };
  const input = { KeyId, Plaintext: bytes("text"), EncryptionContext: context };
  const { CiphertextBlob } = await world.send("Encrypt", input);
  await world.send("Decrypt", { CiphertextBlob, EncryptionContext: context });
  const { seen } = await world.refusal("Decrypt", { CiphertextBlob });
  assert.deepEqual([seen.name, seen.caught], ["InvalidCiphertextException", true]);
});
