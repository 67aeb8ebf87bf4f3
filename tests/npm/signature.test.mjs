// Signature Version 4: what is accepted, and everything that is not.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { anyAccessKey } from "../../dist/node/endpoint/authenticate.js";
import { SignatureAuthenticator } from "../../dist/node/endpoint/signature.js";
import { start } from "../lib/endpoint.mjs";

const NOW = Date.UTC(2015, 7, 30, 12, 36, 0);
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ALICE = "arn:aws:iam::000000000000:user/alice";
const MISMATCH = /does not match the signature you provided/;

function authenticator({ now = NOW, isActive = true } = {}) {
  const credentials = {
    find: async (id) =>
      id === "AKIDEXAMPLE"
        ? { principal: ALICE, isActive, secret: new TextEncoder().encode(SECRET) }
        : undefined,
    exist: async () => true,
    onChange: () => {},
  };
  return new SignatureAuthenticator(credentials, anyAccessKey, () => now);
}

/** A request as AWS's page writes one out, signed by its steps. */
function signed({
  id = "AKIDEXAMPLE",
  secret = SECRET,
  date = "20150830T123600Z",
  day = "20150830",
  region = "us-east-1",
  service = "kms",
  names = "content-type;host;x-amz-date;x-amz-target",
  extra = {},
} = {}) {
  const body = Buffer.from("{}");
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    host: "localhost:4599",
    "x-amz-date": date,
    "x-amz-target": "TrentService.ListKeys",
    ...extra,
  };
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const lines = names.split(";").map((name) => `${name}:${headers[name]}\n`);
  const canonical = `POST\n/\n\n${lines.join("")}\n${names}\n${sha256(body)}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
  const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
  const key = [day, region, service, "aws4_request"].reduce(hmac, `AWS4${secret}`);
  const signature = hmac(key, toSign).toString("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { method: "POST", url: "/", headers, body, remoteAddress: "127.0.0.1" };
}

test("the example of AWS's page has the signature that the page gives", async () => {
  // AWS's "Signature Version 4 signing process (Python)" and IAM's ListUsers of 30 August 2015.
  const headers = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: "iam.amazonaws.com",
    "x-amz-date": "20150830T123600Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  };
  const url = "/?Action=ListUsers&Version=2010-05-08";
  const request = { method: "GET", url, headers, body: new Uint8Array(0), remoteAddress: "::1" };
  const { options } = await authenticator().authenticate(request);
  assert.deepEqual(options, { principal: ALICE });
});

test("what is signed rightly is who signed it, again and again", async () => {
  const checks = authenticator();
  for (let time = 0; time < 3; time++)
    assert.equal((await checks.authenticate(signed())).options.principal, ALICE);
  const other = signed({ region: "eu-west-1" });
  assert.equal((await checks.authenticate(other)).options.principal, ALICE);
});

test("whatever is changed after the signature is noticed", async () => {
  const change = {
    body: (request) => ({ ...request, body: Buffer.from("{ }") }),
    method: (request) => ({ ...request, method: "PUT" }),
    path: (request) => ({ ...request, url: "/a" }),
    query: (request) => ({ ...request, url: "/?a=b" }),
    operation: (request) => withHeader(request, "x-amz-target", "TrentService.ScheduleKeyDeletion"),
    host: (request) => withHeader(request, "host", "kms.us-east-1.amazonaws.com"),
    signature: (request) => edited(request, /.$/, (last) => (last === "0" ? "1" : "0")),
    "a shorter signature": (request) => edited(request, /..$/, ""),
    "no hexadecimal": (request) => edited(request, /Signature=.*/, `Signature=${"zz".repeat(32)}`),
    Region: (request) => edited(request, "us-east-1", "us-east-2"),
    "signed headers": (request) => edited(request, "content-type;", ""),
  };
  for (const [what, changed] of Object.entries(change)) {
    // On a cold and on a warm cache: two ways lead to the same check.
    for (const warm of [false, true]) {
      const checks = authenticator();
      if (warm) await checks.authenticate(signed());
      await assert.rejects(
        async () => checks.authenticate(changed(signed())),
        { name: "InvalidSignatureException", message: MISMATCH },
        `${what}, ${warm}`,
      );
    }
  }
});

test("what the service acts on has to be signed", async () => {
  const session = {
    names: "content-type;host;x-amz-date;x-amz-target",
    extra: { "x-amz-meta": "a" },
  };
  for (const [of, name] of [
    [{ names: "content-type;x-amz-date;x-amz-target" }, "'Host' or ':authority'"],
    [{ names: "content-type;host;x-amz-date" }, "'x-amz-target'"],
    [{ names: "content-type;host;x-amz-target" }, "'x-amz-date'"],
    [session, "'x-amz-meta'"],
  ]) {
    await assert.rejects(async () => authenticator().authenticate(signed(of)), {
      name: "InvalidSignatureException",
      message: `${name} must be a 'SignedHeader' in the AWS Authorization.`,
    });
  }
});

test("a signature holds for five minutes, either way, and for its own day and service", async () => {
  const at = (minutes) => authenticator({ now: NOW + minutes * 60_000 });
  for (const minutes of [-5, 0, 5])
    assert.ok((await at(minutes).authenticate(signed())).options.principal);
  for (const [checks, of, message] of [
    [
      at(5.1),
      {},
      "Signature expired: 20150830T123600Z is now earlier than 20150830T123606Z (20150830T124106Z - 5 min.)",
    ],
    [
      at(-5.1),
      {},
      "Signature not yet current: 20150830T123600Z is still later than 20150830T123554Z (20150830T123054Z + 5 min.)",
    ],
    [
      at(0),
      { day: "20150829" },
      /Date in Credential scope does not match .*'20150829' != '20150830'/,
    ],
    [at(0), { service: "s3" }, "Credential should be scoped to correct service: 'kms'."],
  ]) {
    await assert.rejects(async () => checks.authenticate(signed(of)), {
      name: "InvalidSignatureException",
      message,
    });
  }
});

test("what is not whole is told in AWS's words", async () => {
  const parameter = (name) => new RegExp(`Authorization header requires '${name}' parameter`);
  for (const [changed, message] of [
    [(r) => edited(r, /Credential=[^,]*,/, ""), parameter("Credential")],
    [(r) => edited(r, /SignedHeaders=[^,]*,/, ""), parameter("SignedHeaders")],
    [(r) => edited(r, /Signature=.*/, ""), parameter("Signature")],
    [(r) => edited(r, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), /Unsupported AWS 'algorithm'/],
    [(r) => edited(r, "/aws4_request", ""), /exactly 5 slash-delimited elements/],
    [(r) => edited(r, /.*/, "Basic YTpi"), /Unsupported AWS 'algorithm': 'Basic'/],
    [(r) => edited(r, /.*/, ""), /Unsupported AWS 'algorithm': ''/],
    [(r) => withHeader(r, "x-amz-date", "yesterday"), /ISO-8601 'basic format'. Got 'yesterday'/],
    [(r) => withHeader(r, "x-amz-date", undefined), /'X-Amz-Date' or a 'Date' header/],
  ]) {
    await assert.rejects(async () => authenticator().authenticate(changed(signed())), {
      name: "IncompleteSignatureException",
      message,
    });
  }
  await assert.rejects(
    async () => authenticator().authenticate(withHeader(signed(), "authorization", undefined)),
    { name: "MissingAuthenticationTokenException" },
  );
});

test("an access key that is unknown, switched off or a session's is no access key", async () => {
  for (const [checks, of] of [
    [authenticator(), { id: "AKIDOTHER" }],
    [authenticator({ isActive: false }), {}],
    [
      authenticator(),
      {
        extra: { "x-amz-security-token": "t" },
        names: "host;x-amz-date;x-amz-security-token;x-amz-target",
      },
    ],
  ]) {
    await assert.rejects(async () => checks.authenticate(signed(of)), {
      name: "UnrecognizedClientException",
    });
  }
});

test("over HTTP: any key while there is none, and then none but those that there are", async (t) => {
  const { kms, url } = await start(t);
  const list = (accessKeyId, secretAccessKey, more = {}) => {
    const credentials = { accessKeyId, secretAccessKey };
    const client = new KMSClient({
      endpoint: url,
      region: "us-east-1",
      maxAttempts: 1,
      credentials,
      ...more,
    });
    return client.send(new ListKeysCommand({})).finally(() => client.destroy());
  };
  await list("any", "thing");
  const { AccessKey: root } = await kms.iam.send("CreateAccessKey");
  await assert.rejects(list("any", "thing"), { name: "UnrecognizedClientException" });
  await list(root.AccessKeyId, root.SecretAccessKey);
  await assert.rejects(list(root.AccessKeyId, "thing"), { name: "InvalidSignatureException" });

  await kms.iam.send("CreateUser", { UserName: "alice" });
  const { AccessKey: alices } = await kms.iam.send("CreateAccessKey", { UserName: "alice" });
  const { AccessKeyId } = alices;
  await assert.rejects(list(AccessKeyId, alices.SecretAccessKey), {
    name: "AccessDeniedException",
  });
  const [denied] = (await kms.audit.events({ errors: true })).events;
  assert.equal(denied.userIdentity.arn, "arn:aws:iam::000000000000:user/alice");

  // Switched off, it is refused at the very next request, whatever was kept of it.
  await kms.iam.send("UpdateAccessKey", { AccessKeyId: root.AccessKeyId, Status: "Inactive" });
  await assert.rejects(list(root.AccessKeyId, root.SecretAccessKey), {
    name: "UnrecognizedClientException",
  });
  await kms.iam.send("DeleteAccessKey", { AccessKeyId: root.AccessKeyId });
  await kms.iam.send("DeleteAccessKey", { UserName: "alice", AccessKeyId });
  await list("any", "thing");
});

function withHeader(request, name, value) {
  const headers = { ...request.headers, [name]: value };
  if (value === undefined) delete headers[name];
  return { ...request, headers };
}

function edited(request, pattern, replacement) {
  const { authorization } = request.headers;
  return withHeader(request, "authorization", authorization.replace(pattern, replacement));
}
