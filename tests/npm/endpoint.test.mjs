// The endpoint as clients meet it: AWS's protocol and headers, STS, pages, the program and how it ends. What comes
// otherwise than a client sends it is in endpoint-hostile.test.mjs.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  KMSClient,
  ListKeysCommand,
  NotFoundException,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import { createEndpoint } from "../../dist/endpoint.js";
import { Kms, KmsError } from "../../dist/index.js";
import { defaultDataDirectory } from "../../dist/node/directories.js";
import { logTo } from "../../dist/node/endpoint/log.js";
import { credentials } from "../lib/aws-sdk.mjs";
import { dial, program, raw, SIGNED, served, start, TYPE } from "../lib/endpoint.mjs";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// ---- KMS ----

test("@aws-sdk/client-kms speaks to it over the network", async (t) => {
  const { url } = await start(t);
  const client = new KMSClient({ region: "eu-central-1", endpoint: url, credentials });
  t.after(() => client.destroy());
  const { KeyMetadata, $metadata } = await client.send(new CreateKeyCommand({}));
  assert.match(KeyMetadata.Arn, /^arn:aws:kms:eu-central-1:000000000000:key\//);
  assert.match($metadata.requestId, UUID);
  assert.equal($metadata.attempts, 1);
  const { KeyId } = KeyMetadata;
  const Plaintext = new TextEncoder().encode("super secret text");
  const EncryptionContext = { tenant: "42" };
  const { CiphertextBlob } = await client.send(
    new EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
  );
  const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  assert.deepEqual(Buffer.from(opened.Plaintext), Buffer.from(Plaintext));
  await assert.rejects(
    client.send(new EncryptCommand({ KeyId: "alias/none", Plaintext })),
    (error) => error instanceof NotFoundException,
  );
  for (let more = 0; more < 4; more++) await client.send(new CreateKeyCommand({}));
  let keys = 0;
  for await (const page of paginateListKeys({ client, pageSize: 2 }, {})) keys += page.Keys.length;
  assert.equal(keys, 5);
});

test("the Region is that of the credential scope", async (t) => {
  const { post } = await start(t);
  const { answer } = await post("CreateKey");
  assert.match(answer.KeyMetadata.Arn, /^arn:aws:kms:eu-west-1:000000000000:key\//);
});

test("a request that names no Region goes to us-east-1", async (t) => {
  const { post } = await start(t);
  // Version 4A signs for a set of Regions: its scope has none.
  const authorization =
    "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20250101/kms/aws4_request, SignedHeaders=host, Signature=00";
  const { answer } = await post("CreateKey", {}, { authorization });
  assert.match(answer.KeyMetadata.Arn, /^arn:aws:kms:us-east-1:/);
});

test("an answer has AWS's headers, and the host's date however far the store's clock was moved", async (t) => {
  const { kms, port } = await start(t);
  await kms.clock.advance(400 * 86_400_000);
  const wire = await dial(port);
  await wire.write(raw("ListKeys"));
  const [{ status, headers, body }] = await wire.answers();
  wire.socket.destroy();
  assert.equal(status, 200);
  assert.equal(headers["content-type"], TYPE);
  assert.equal(headers["content-length"], String(body.length));
  assert.match(headers["x-amzn-requestid"], UUID);
  assert.ok(Math.abs(Date.parse(headers["date"]) - Date.now()) < 5_000);
  assert.match(wire.received(), /\r\nx-amzn-RequestId: /);
});

test("an exception is an answer of AWS's: 400 or 500, its name and its message", async (t) => {
  const { post } = await start(t);
  const { status, answer } = await post("DescribeKey", { KeyId: "alias/none" });
  assert.equal(status, 400);
  assert.deepEqual(answer, {
    __type: "NotFoundException",
    message: "Alias arn:aws:kms:eu-west-1:000000000000:alias/none is not found.",
  });
});

test("the audit log has the address and the program of who called", async (t) => {
  const { kms, post } = await start(t);
  await post("CreateKey", {}, { "user-agent": "aws-cli/2.9.19" });
  const { events } = await kms.audit.events();
  assert.equal(events[0].sourceIPAddress, "127.0.0.1");
  assert.equal(events[0].userAgent, "aws-cli/2.9.19");
});

test("a store that fails is the service's fault, and the endpoint goes on", async (t) => {
  const kms = await Kms.open({ store: "memory" });
  const { post, get } = await start(t, {}, kms);
  await kms.close();
  const { status, answer } = await post("ListKeys");
  assert.equal(status, 500);
  assert.equal(answer.__type, "KMSInternalException");
  const health = await get("/health");
  assert.equal(health.status, 503);
  assert.deepEqual(JSON.parse(health.text), { status: "failing", error: "ClosedError" });
});

// ---- Who calls ----

test("a request without a signature is refused as AWS refuses it", async (t) => {
  const { port } = await start(t);
  const wire = await dial(port);
  await wire.write(raw("ListKeys", "{}", { headers: { Authorization: undefined } }));
  const [{ status, body }] = await wire.answers();
  wire.socket.destroy();
  assert.equal(status, 400);
  assert.deepEqual(JSON.parse(body), {
    __type: "MissingAuthenticationTokenException",
    message: "Missing Authentication Token",
  });
});

test("what is no signature of AWS's is incomplete", async (t) => {
  const { post } = await start(t);
  for (const authorization of [
    "Bearer abc",
    "Basic YTpi",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 Credential=AKID",
  ]) {
    const { status, answer } = await post("ListKeys", {}, { authorization });
    assert.equal(status, 400, authorization);
    assert.equal(answer.__type, "IncompleteSignatureException", authorization);
  }
});

/** One that knows a user by the access key. */
const byKey = {
  async authenticate({ headers, body }) {
    assert.ok(body instanceof Uint8Array);
    if (!headers["authorization"]?.includes("Credential=ALICE/"))
      throw new KmsError("UnrecognizedClientException", "The security token is invalid.");
    return { options: { principal: "arn:aws:iam::000000000000:user/ops/alice" } };
  },
  hasCredentials: () => true,
};

test("an authenticator says who calls, and what it throws is the answer", async (t) => {
  const { kms, post } = await start(t, { authenticator: byKey });
  const refused = await post("ListKeys");
  assert.equal(refused.status, 400);
  assert.equal(refused.answer.__type, "UnrecognizedClientException");
  await kms.iam.send("CreateUser", { UserName: "alice", Path: "/ops/" });
  const authorization = SIGNED.replace("AKIDEXAMPLE", "ALICE");
  const { answer } = await post("ListKeys", {}, { authorization });
  assert.equal(answer.__type, "AccessDeniedException");
  assert.match(
    answer.message,
    /^User: arn:aws:iam::000000000000:user\/ops\/alice is not authorized/,
  );
});

// ---- STS ----

const ask = (url, body, authorization = SIGNED) =>
  fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      ...(authorization && { authorization }),
    },
    body,
  });

/** The text of an element that stands once. */
function element(xml, name) {
  const all = [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))];
  assert.equal(all.length, 1, `${name} in ${xml}`);
  return all[0][1];
}

test("STS tells the account's root who it is, by POST and by GET", async (t) => {
  const { url } = await start(t);
  const query = "Action=GetCallerIdentity&Version=2011-06-15";
  for (const response of [
    await ask(url, query),
    await fetch(`${url}/?${query}`, { headers: { authorization: SIGNED } }),
  ]) {
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/xml");
    const xml = await response.text();
    assert.match(
      xml,
      /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">/,
    );
    assert.equal(element(xml, "Arn"), "arn:aws:iam::000000000000:root");
    assert.equal(element(xml, "UserId"), "000000000000");
    assert.equal(element(xml, "Account"), "000000000000");
    assert.equal(element(xml, "RequestId"), response.headers.get("x-amzn-requestid"));
  }
});

test("STS knows users and sessions by the ids that IAM gave them", async (t) => {
  let principal = "arn:aws:iam::000000000000:user/ops/alice";
  const authenticator = {
    authenticate: () => ({ options: { principal } }),
    hasCredentials: () => true,
  };
  const { kms, url } = await start(t, { authenticator });
  const { User } = await kms.iam.send("CreateUser", { UserName: "alice", Path: "/ops/" });
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" },
  });
  const { Role } = await kms.iam.send("CreateRole", { RoleName: "ops", AssumeRolePolicyDocument });
  const told = async () => {
    const xml = await (await ask(url, "Action=GetCallerIdentity&Version=2011-06-15")).text();
    assert.equal(element(xml, "Arn"), principal);
    assert.equal(element(xml, "Account"), /\d{12}/.exec(principal)[0]);
    return element(xml, "UserId");
  };
  assert.equal(await told(), User.UserId);
  principal = "arn:aws:sts::000000000000:assumed-role/ops/today";
  assert.equal(await told(), `${Role.RoleId}:today`);
  principal = "arn:aws:iam::111122223333:root";
  assert.equal(await told(), "111122223333");
});

test("STS refuses in its own words", async (t) => {
  const { url } = await start(t);
  const cases = [
    ["Action=AssumeRole&Version=2011-06-15", SIGNED, 400, "InvalidAction"],
    ["Action=GetCallerIdentity", SIGNED, 400, "InvalidAction"],
    ["Action=GetCallerIdentity&Version=1999-01-01", SIGNED, 400, "InvalidAction"],
    ["Version=2011-06-15", SIGNED, 400, "MissingAction"],
    ["Action=GetCallerIdentity&Version=2011-06-15", "", 403, "MissingAuthenticationToken"],
    ["Action=GetCallerIdentity&Version=2011-06-15", "Bearer x", 400, "IncompleteSignature"],
  ];
  for (const [body, authorization, status, code] of cases) {
    const response = await ask(url, body, authorization);
    const xml = await response.text();
    assert.equal(response.status, status, body);
    assert.match(xml, /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">/);
    assert.equal(element(xml, "Type"), "Sender");
    assert.equal(element(xml, "Code"), code);
    assert.match(element(xml, "RequestId"), UUID);
  }
  const hostile = encodeURIComponent("<a>&\"'\u0000\ufffe</a>");
  const xml = await (await ask(url, `Action=${hostile}&Version=2011-06-15`)).text();
  assert.match(
    element(xml, "Message"),
    /^Could not find operation &#60;a&#62;&#38;&#34;&#39;\ufffd\ufffd/,
  );
});

// ---- Pages ----

test("pages on localhost may ask, and read what they need", async (t) => {
  const { url, post } = await start(t);
  for (const origin of [
    "http://localhost:5173",
    "http://127.0.0.1",
    "https://app.localhost:8443",
    "http://[::1]:3000",
  ]) {
    const response = await fetch(url, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers":
          "amz-sdk-invocation-id,amz-sdk-request,authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-target,x-amz-user-agent,cookie",
      },
    });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get("access-control-allow-origin"), origin);
    assert.equal(response.headers.get("vary"), "Origin");
    assert.match(response.headers.get("access-control-allow-methods"), /POST/);
    assert.equal(
      response.headers.get("access-control-allow-headers"),
      "amz-sdk-invocation-id, amz-sdk-request, authorization, content-type, x-amz-content-sha256, x-amz-date, x-amz-target, x-amz-user-agent",
    );
    for (const [operation, status] of [
      ["ListKeys", 200],
      ["NoSuchOperation", 400],
    ]) {
      const given = await post(operation, {}, { origin });
      assert.equal(given.status, status);
      assert.equal(given.headers.get("access-control-allow-origin"), origin);
      assert.match(given.headers.get("access-control-expose-headers"), /x-amzn-requestid/);
    }
  }
});

test("pages from elsewhere are refused before anything is done, and learn nothing", async (t) => {
  const { kms, post, get, url } = await start(t);
  for (const origin of [
    "https://example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://192.168.1.5",
    "null",
    "file://",
    "chrome-extension://abc",
  ]) {
    const { status, answer, headers } = await post("CreateKey", {}, { origin });
    assert.equal(status, 403, origin);
    assert.equal(answer.__type, "AccessDeniedException");
    assert.equal(headers.get("access-control-allow-origin"), null);
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 403);
  }
  assert.equal((await get("/health", { "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await kms.describe()).keys, 0);
});

test("an origin that was allowed may ask", async (t) => {
  const origin = "https://tutorial.example";
  const { post } = await start(t, { allowedOrigins: [origin] });
  assert.equal((await post("ListKeys", {}, { origin })).status, 200);
  assert.equal((await post("ListKeys", {}, { origin: `${origin}.evil` })).status, 403);
});

test("it answers under loopback names, addresses and names that were allowed: no rebound name", async (t) => {
  const { port } = await start(t, { allowedHosts: ["kms.test"] });
  const cases = {
    localhost: 200,
    [`localhost:${port}`]: 200,
    "LOCALHOST:1": 200,
    "kms.localhost": 200,
    "127.0.0.1": 200,
    "127.8.9.10:80": 200,
    "[::1]:4599": 200,
    "172.17.0.2:4599": 200,
    "kms.test:4599": 200,
    "attacker.example": 403,
    "attacker.example:4599": 403,
    "127.0.0.1.attacker.example": 403,
    "localhost.attacker.example": 403,
    "127.0.0.1@attacker.example": 403,
    "not-kms.test": 403,
    "": 403,
    "a b": 403,
  };
  for (const [Host, status] of Object.entries(cases)) {
    const wire = await dial(port);
    await wire.write(raw("ListKeys", "{}", { headers: { Host } }));
    const [answer] = await wire.answers();
    wire.socket.destroy();
    assert.equal(answer.status, status, Host);
    if (status === 403) assert.equal(JSON.parse(answer.body).__type, "AccessDeniedException");
  }
});

test("/health tells how it is, / how to use it, and what is not there is not there", async (t) => {
  const { kms, get, url } = await start(t);
  await kms.send("CreateKey");
  const { status, text, headers } = await get("/health");
  assert.equal(status, 200);
  assert.match(headers.get("content-type"), /^application\/json/);
  const { version } = await kms.describe();
  assert.deepEqual(JSON.parse(text), { status: "ok", version, store: "memory", keys: 1 });
  const page = await get("/");
  assert.match(page.headers.get("content-type"), /^text\/plain/);
  assert.ok(page.text.includes(`--endpoint-url ${url}`));
  assert.equal((await get("/favicon.ico")).status, 404);
  const head = await fetch(`${url}/health`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), String(text.length));
  assert.equal(await head.text(), "");
  const wrong = await fetch(url, { method: "PUT", body: "{}" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "POST, GET, HEAD, OPTIONS");
  const elsewhere = await fetch(`${url}/kms`, { method: "POST", body: "{}" });
  assert.equal(elsewhere.status, 404);
  assert.equal((await elsewhere.json()).__type, "UnknownOperationException");
});

// ---- The log ----

test("the log has a line a request, and nothing secret in it", async (t) => {
  const entries = [];
  const { post, get } = await start(t, { log: (entry) => entries.push(entry) });
  const { answer, headers } = await post("CreateKey");
  const { KeyId } = answer.KeyMetadata;
  const Plaintext = Buffer.from("super secret text").toString("base64");
  const sealed = await post("Encrypt", { KeyId, Plaintext });
  await post("DescribeKey", { KeyId: "alias/none" });
  await post("ListKeys", {}, { authorization: "Bearer secret" });
  await get("/health");
  assert.equal(entries.length, 5);
  const { time, ms, ...first } = entries[0];
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 5_000);
  assert.ok(ms > 0 && ms < 5_000);
  assert.deepEqual(first, {
    id: headers.get("x-amzn-requestid"),
    operation: "CreateKey",
    status: 200,
    principal: "root",
    region: "eu-west-1",
    bytesIn: 2,
    bytesOut: Number(headers.get("content-length")),
  });
  assert.deepEqual(
    entries.map(({ operation, status, error }) => [operation, status, error]),
    [
      ["CreateKey", 200, undefined],
      ["Encrypt", 200, undefined],
      ["DescribeKey", 400, "NotFoundException"],
      ["ListKeys", 400, "IncompleteSignatureException"],
      ["GET /health", 200, undefined],
    ],
  );
  const text = JSON.stringify(entries);
  for (const secret of [Plaintext, sealed.answer.CiphertextBlob, "AKIDEXAMPLE", "secret"])
    assert.equal(text.includes(secret), false, secret);
});

test("what a request calls itself cannot write to the log's reader", async (t) => {
  const entries = [];
  const { post } = await start(t, { log: (entry) => entries.push(entry) });
  const authorization = SIGNED.replace("eu-west-1", "\u001b\u00e9[2J");
  await post(
    `X\u0080${"y".repeat(2_000)}`,
    {},
    { authorization: authorization.replace("\u001b", "") },
  );
  assert.match(entries[0].operation, /^X\?y{198}$/);
  assert.equal(entries[0].region, "?[2J");
});

test("a reader of the log that does not read holds nothing up, and is told what it missed", () => {
  const written = [];
  const stream = {
    writableLength: 0,
    destroyed: false,
    on() {},
    write: (text) => written.push(text),
  };
  const entry = {
    time: "2025-01-01T00:00:00.000Z",
    id: "1",
    status: 200,
    ms: 1,
    bytesIn: 0,
    bytesOut: 0,
  };
  const log = logTo(stream, "json");
  stream.writableLength = 2 << 20;
  log.write(entry);
  log.write(entry);
  log.flush();
  assert.deepEqual(written, []);
  stream.writableLength = 0;
  log.write(entry);
  log.flush();
  assert.deepEqual(
    written
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    [{ time: entry.time, leftOut: 2 }, entry],
  );
});

// ---- Where it listens ----

test("it listens at both of loopback's addresses and at no other", async (t) => {
  const { port } = await start(t);
  for (const host of ["127.0.0.1", "::1"]) {
    const wire = await dial(port, host).catch((error) => error);
    // A machine without IPv6 has no ::1.
    if (host === "::1" && wire.code === "EADDRNOTAVAIL") continue;
    await wire.write(raw("ListKeys"));
    const [{ status }] = await wire.answers();
    wire.socket.destroy();
    assert.equal(status, 200);
  }
  const others = Object.values(networkInterfaces()).flat();
  for (const { address, internal, scopeid } of others) {
    if (internal || scopeid) continue;
    await assert.rejects(dial(port, address), { code: "ECONNREFUSED" }, address);
  }
});

test("elsewhere than on loopback it listens only if there are credentials", async (t) => {
  const kms = await Kms.open({ store: "memory" });
  t.after(() => kms.close());
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
    await assert.rejects(createEndpoint(kms, { host, port: 0 }).listen(), {
      name: "NoCredentialsError",
    });
  }
  const { post } = await start(t, { host: "0.0.0.0", authenticator: byKey }, kms);
  const authorization = SIGNED.replace("AKIDEXAMPLE", "ALICE");
  assert.equal((await post("GenerateRandom", { NumberOfBytes: 1 }, { authorization })).status, 400);
});

test("a port that is taken is a named error, at either address", async (t) => {
  const kms = await Kms.open({ store: "memory" });
  t.after(() => kms.close());
  for (const host of ["127.0.0.1", "::1"]) {
    const other = createServer();
    const isThere = await new Promise((resolve) => {
      other.once("error", () => resolve(false)).listen({ host, port: 0 }, () => resolve(true));
    });
    if (!isThere) continue;
    const { port } = other.address();
    const endpoint = createEndpoint(kms, { port });
    await assert.rejects(endpoint.listen(), { name: "PortInUseError" });
    await new Promise((resolve) => other.close(resolve));
    // What was bound of it in the meantime is free again.
    await endpoint.listen();
    await endpoint.close();
  }
});

test("closing answers what is under way, ends what is idle, and waits for no one longer than it is told", async (t) => {
  const { endpoint, port } = await start(t, {}, await slow(t, 300));
  const [idle, silent, busy] = [await dial(port), await dial(port), await dial(port)];
  await idle.write(raw("ListKeys"));
  await idle.answers();
  await busy.write(raw("ListKeys"));
  await sleep(50);
  const started = performance.now();
  const closing = endpoint.close(5_000);
  const [{ status, headers }] = await busy.answers();
  assert.equal(status, 200);
  assert.equal(headers["connection"], "close");
  await closing;
  assert.ok(performance.now() - started < 2_000);
  await Promise.all([idle.ended, silent.ended, busy.ended]);
  await assert.rejects(dial(port), { code: "ECONNREFUSED" });
  for (const { socket } of [idle, silent, busy]) socket.destroy();
});

test("a request that does not end is cut off when the time is over", async (t) => {
  const { endpoint, port } = await start(t);
  const wire = await dial(port);
  await wire.write(raw("ListKeys", "{}").slice(0, -1));
  await sleep(50);
  const started = performance.now();
  await endpoint.close(200);
  assert.ok(performance.now() - started < 2_000);
  await wire.ended;
  wire.socket.destroy();
});

/** A KMS that takes its time. */
async function slow(t, milliseconds) {
  const kms = await Kms.open({ store: "memory" });
  t.after(() => kms.close());
  for (const name of ["send", "sendJson"]) {
    const at = kms[name];
    kms[name] = async (...call) => {
      await sleep(milliseconds);
      return at.apply(kms, call);
    };
  }
  return kms;
}

// ---- The program ----

test("the program's first line is the address; a signal ends it, exit code 0", async (t) => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    const { child, url, post, exit } = await served(t);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await post("CreateKey")).status, 200);
    child.kill(signal);
    const { code, stderr } = await exit;
    assert.equal(code, 0, stderr);
    const [line] = stderr.trimEnd().split("\n");
    assert.equal(JSON.parse(line).operation, "CreateKey");
  }
});

test("a second signal ends it at once", async (t) => {
  const { child, port, exit } = await served(t);
  const wire = await dial(port);
  await wire.write(raw("ListKeys", "{}").slice(0, -1));
  await sleep(100);
  child.kill("SIGINT");
  await sleep(200);
  assert.equal(child.exitCode, null);
  child.kill("SIGINT");
  assert.equal((await exit).code, 130);
});

test("who reads the first line and goes does no harm, nor who does not read the log", async (t) => {
  const { child, post, exit } = await served(t);
  child.stdout.destroy();
  child.stderr.pause();
  // More than a pipe holds.
  for (let call = 0; call < 1_000; call++) assert.equal((await post("ListKeys")).status, 200);
  child.stderr.destroy();
  for (let call = 0; call < 3; call++) {
    assert.equal((await post("ListKeys")).status, 200);
    await sleep(100);
  }
  child.kill("SIGTERM");
  assert.equal((await exit).code, 0);
});

test("the log can be left out, or be for people", async (t) => {
  const { post, child, exit } = await served(t, ["--log", "pretty"]);
  await post("DescribeKey", { KeyId: "alias/none" });
  child.kill("SIGTERM");
  assert.match(
    (await exit).stderr,
    /^\d\d:\d\d:\d\d\.\d{3} {2}400 {2}DescribeKey +eu-west-1 {2}root {2}\d+\.\d\d ms {2}NotFoundException\n$/,
  );
  const quiet = await served(t, ["--log", "off"]);
  await quiet.post("ListKeys");
  quiet.child.kill("SIGTERM");
  assert.equal((await quiet.exit).stderr, "");
});

test("a line that cannot be read is told in a sentence, exit code 2", async (t) => {
  const cases = [
    [["serve", "--no-such"], "serve has no option --no-such."],
    [["serve", "-x"], "serve has no option -x."],
    [["serve", "--memory", "--port", "x"], '"x" is no port: a number from 0 to 65535.'],
    [["serve", "--memory", "--port", "65536"], '"65536" is no port: a number from 0 to 65535.'],
    [["serve", "--port"], "--port needs a value: --port PORT."],
    [["serve", "--port", "--memory"], "--port needs a value: --port PORT."],
    [["serve", "--port=1", "--port=2"], "--port may be given only once."],
    [["serve", "--memory=yes"], "--memory takes no value."],
    [["serve", "--memory", "--data", "x"], "--memory keeps nothing in a folder"],
    [["serve", "--memory", "--log", "x"], '"x" is no log: pretty, json, off.'],
    [["serve", "here"], 'serve takes no "here".'],
    [["serve", "--memory", "--host", "0.0.0.0"], "No credentials have been made"],
    [["srve"], 'tabkms has no command "srve".'],
    [["--srve"], 'tabkms has no option "--srve".'],
    [["toString"], 'tabkms has no command "toString".'],
    [["serve", "--constructor"], "serve has no option --constructor."],
  ];
  const ended = await Promise.all(cases.map(([args]) => program(t, args).exit));
  for (const [index, [args, sentence]] of cases.entries()) {
    const { code, stdout, stderr } = ended[index];
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.equal(stdout, "");
    assert.ok(stderr.startsWith(`tabkms: ${sentence}`), stderr);
  }
});

test("a port that is taken is told in a sentence, exit code 1", async (t) => {
  const { port } = await start(t);
  const { code, stderr } = await program(t, ["serve", "--memory", "--port", String(port)]).exit;
  assert.equal(code, 1);
  assert.match(stderr, /^tabkms: Port \d+ of 127\.0\.0\.1 is taken/);
});

test("--help and --version answer", async (t) => {
  const text = async (...args) => {
    const { code, stdout, stderr } = await program(t, args).exit;
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout;
  };
  assert.match(await text("--version"), /^\d+\.\d+\.\d+\n$/);
  for (const args of [[], ["--help"], ["help"]])
    assert.match(await text(...args), /^ {2}serve {2}/m);
  const help = await text("serve", "--help");
  for (const option of ["--port PORT", "--host HOST", "--data DIR", "--memory", "--log FORMAT"])
    assert.ok(help.includes(option), option);
});

test("the store's folder is where the platform keeps a user's data", () => {
  const cases = [
    ["linux", {}, "/home/me/.local/share/tabkms"],
    ["linux", { XDG_DATA_HOME: "/data" }, "/data/tabkms"],
    ["linux", { XDG_DATA_HOME: "relative" }, "/home/me/.local/share/tabkms"],
    ["freebsd", { XDG_DATA_HOME: "" }, "/home/me/.local/share/tabkms"],
    ["darwin", { XDG_DATA_HOME: "/data" }, "/home/me/Library/Application Support/tabkms"],
    ["win32", { LOCALAPPDATA: "/local" }, "/local/tabkms"],
    ["win32", {}, "/home/me/AppData/Local/tabkms"],
  ];
  for (const [platform, env, folder] of cases)
    assert.equal(defaultDataDirectory(platform, env, "/home/me"), folder);
});

test("a connection is kept for the next request", async (t) => {
  const { url } = await start(t);
  const client = new KMSClient({ region: "us-east-1", endpoint: url, credentials });
  t.after(() => client.destroy());
  await client.send(new ListKeysCommand({}));
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  t.after(() => socket.destroy());
  let answers = 0;
  socket.setEncoding("latin1").on("data", (text) => {
    answers += text.split("HTTP/1.1 200 OK").length - 1;
  });
  for (let call = 1; call <= 5; call++) {
    socket.write(raw("ListKeys"));
    while (answers < call) await sleep(5);
  }
});
