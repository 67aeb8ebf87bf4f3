// Seed files and access keys from the command line: keys, users and policies with known names, at every start alike.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { readSeed, SeedError, sow } from "../../dist/endpoint.js";
import { Kms } from "../../dist/index.js";
import { CLI, served } from "../lib/endpoint.mjs";

const ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const MRK = "mrk-1234abcd12ab34cd56ef1234567890ab";
const MATERIAL = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const PEM = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

const YAML = `
Account: "111122223333"
AccessKeys:
  - { AccessKeyId: root, SecretAccessKey: secret }
ManagedPolicies:
  - PolicyName: readers
    PolicyDocument:
      Statement: { Effect: Allow, Action: "kms:Describe*", Resource: "*" }
Users:
  - UserName: alice
    Path: /team/
    PolicyArns: ["arn:aws:iam::111122223333:policy/readers"]
    Policies:
      use: { Statement: [{ Effect: Allow, Action: [kms:Encrypt], Resource: "*" }] }
    AccessKeys:
      - { AccessKeyId: alice, SecretAccessKey: wonderland }
Roles:
  - RoleName: Ops
    AssumeRolePolicyDocument:
      Statement: { Effect: Allow, Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole" }
Keys:
  - KeyId: ${ID}
    KeyMaterial: ${MATERIAL}
    Description: the demo's
    Aliases: [demo, alias/second]
    Tags: { Project: x }
    RotationPeriodInDays: 365
    Grants:
      - { GranteePrincipal: "arn:aws:iam::111122223333:role/Ops", Operations: [Decrypt] }
  - KeyId: ${MRK}
    Region: eu-west-1
    MultiRegion: true
    KeySpec: ECC_NIST_P256
    KeyUsage: SIGN_VERIFY
    Enabled: false
    Policy:
      Statement: { Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*", Resource: "*" }
    KeyMaterial: |
      ${PEM.trim().split("\n").join("\n      ")}
`;

function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "tabkms-seed-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function written(t, text, name = "seed.yaml") {
  const file = join(folder(t), name);
  writeFileSync(file, text);
  return file;
}

test("a seed file makes keys, aliases, tags, grants, policies, users and roles, once", async (t) => {
  const kms = await Kms.open({ store: "memory", account: "111122223333" });
  const seed = await readSeed(written(t, YAML));
  const first = await sow(kms, seed);
  assert.deepEqual({ made: first.made, left: first.left }, { made: 7, left: 0 });
  assert.deepEqual(first.credentials, [
    { accessKeyId: "root", secretAccessKey: "secret", principal: "arn:aws:iam::111122223333:root" },
    {
      accessKeyId: "alice",
      secretAccessKey: "wonderland",
      principal: "arn:aws:iam::111122223333:user/team/alice",
    },
  ]);
  const { KeyMetadata } = await kms.send("DescribeKey", { KeyId: "alias/second" });
  assert.deepEqual([KeyMetadata.KeyId, KeyMetadata.Description], [ID, "the demo's"]);
  const { Tags } = await kms.send("ListResourceTags", { KeyId: ID });
  assert.deepEqual(Tags, [{ TagKey: "Project", TagValue: "x" }]);
  const rotation = await kms.send("GetKeyRotationStatus", { KeyId: ID });
  assert.deepEqual([rotation.KeyRotationEnabled, rotation.RotationPeriodInDays], [true, 365]);
  assert.equal((await kms.send("ListGrants", { KeyId: ID })).Grants.length, 1);
  const there = { region: "eu-west-1" };
  const mrk = (await kms.send("DescribeKey", { KeyId: MRK }, there)).KeyMetadata;
  assert.deepEqual([mrk.KeyState, mrk.MultiRegion, mrk.Origin], ["Disabled", true, "AWS_KMS"]);
  const { Policy } = await kms.send("GetKeyPolicy", { KeyId: MRK }, there);
  assert.equal(JSON.parse(Policy).Statement.Action, "kms:*");

  // Changed since, it stays changed.
  await kms.send("EnableKey", { KeyId: MRK }, there);
  const again = await sow(kms, seed);
  assert.deepEqual({ made: again.made, left: again.left }, { made: 0, left: 7 });
  assert.deepEqual(again.credentials, first.credentials);
  const state = await kms.send("DescribeKey", { KeyId: MRK }, there);
  assert.equal(state.KeyMetadata.KeyState, "Enabled");
  await kms.close();
});

test("the same in JSON", async (t) => {
  const kms = await Kms.open({ store: "memory" });
  const file = written(t, JSON.stringify({ Keys: [{ KeyId: ID }] }), "seed.json");
  await sow(kms, await readSeed(file));
  assert.equal((await kms.describe()).keys, 1);
  await kms.close();
});

test("what is no seed file is told by place and reason, before anything is made", async (t) => {
  for (const [text, message] of [
    ["Keys: [", /not YAML: /],
    ["a", /^The seed file is no mapping/],
    ["Key: []", /has a member Key, which is none of Account, AccessKeys, Keys/],
    ["Keys: {}", /^Keys of the seed file is no list/],
    ["Keys: [{ Description: a }]", /^Keys of the seed file, number 1 has no KeyId/],
    [
      `Keys: [{ KeyId: ${ID}, Aliases: [1] }]`,
      /Aliases of .*, number 1 is no text: put it in quotes/,
    ],
    [`Keys: [{ KeyId: ${ID}, Enabled: no }]`, /Enabled of .* is neither true nor false/],
    ["Users: [{ UserName: a, AccessKeys: [{ AccessKeyId: b }] }]", /has no SecretAccessKey/],
    ["Account: 111122223333", /^Account of the seed file is no text/],
    // A file that is small and means a thousand millions.
    [
      "a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]",
      /not YAML: .*alias/i,
    ],
  ]) {
    await assert.rejects(readSeed(written(t, text)), { name: "SeedError", message }, text);
  }
  await assert.rejects(readSeed(join(folder(t), "none.yaml")), {
    name: "SeedError",
    message: /cannot be read: ENOENT/,
  });
  await assert.rejects(readSeed(written(t, "{", "seed.json")), { message: /not JSON/ });
});

test("what AWS's rules refuse is told in AWS's words, with whose it is", async () => {
  const kms = await Kms.open({ store: "memory" });
  for (const [seed, message] of [
    [{ Keys: [{ KeyId: "demo" }] }, /the key demo: ValidationException: .*UUID/],
    [{ Keys: [{ KeyId: ID, KeySpec: "AES" }] }, /ValidationException: .*keySpec/],
    [{ Keys: [{ KeyId: ID, KeyMaterial: "no" }] }, /neither base64 nor PEM/],
    [{ Keys: [{ KeyId: ID, KeyMaterial: "AAAA" }] }, /IncorrectKeyMaterialException/],
    [{ Keys: [{ KeyId: ID, KeyMaterial: "-----BEGIN nothing" }] }, /no private key in PEM/],
    [{ Keys: [{ KeyId: ID, Aliases: ["aws/x"] }] }, /the alias alias\/aws\/x: /],
    [{ Roles: [{ RoleName: "a" }] }, /the role a: ValidationError/],
    [{ Users: [{ UserName: "u", Policies: { p: "{" } }] }, /its policy p: MalformedPolicyDocument/],
    [{ Account: "111122223333" }, /for the account 111122223333, and this is 000000000000/],
  ]) {
    await assert.rejects(sow(kms, seed), (error) => {
      assert.ok(error instanceof SeedError, JSON.stringify(seed));
      assert.match(error.message, message);
      return true;
    });
  }
  await kms.close();
});

test("two endpoints of one seed file open each other's ciphertexts; its users sign and are held to their policies", async (t) => {
  const file = written(t, YAML);
  const [one, other] = await Promise.all([1, 2].map(() => served(t, ["--seed", file])));
  const client = ({ url }, accessKeyId, secretAccessKey) =>
    new KMSClient({
      endpoint: url,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });
  const root = client(one, "root", "secret");
  const Plaintext = Buffer.from("a");
  const { CiphertextBlob } = await root.send(
    new EncryptCommand({ KeyId: "alias/demo", Plaintext }),
  );
  const opened = await client(other, "root", "secret").send(new DecryptCommand({ CiphertextBlob }));
  assert.deepEqual(Buffer.from(opened.Plaintext), Plaintext);
  const alice = client(one, "alice", "wonderland");
  await alice.send(new EncryptCommand({ KeyId: "alias/demo", Plaintext }));
  await alice.send(new DescribeKeyCommand({ KeyId: "alias/demo" }));
  await assert.rejects(alice.send(new DecryptCommand({ CiphertextBlob })), {
    name: "AccessDeniedException",
  });
  await assert.rejects(client(one, "alice", "rabbit").send(new ListKeysCommand({})), {
    name: "InvalidSignatureException",
  });
});

test("a seed file that is none ends the program with a sentence", (t) => {
  const file = written(t, "Keys: {}");
  const { status, stderr } = spawnSync(process.execPath, [
    CLI,
    "serve",
    "--memory",
    "--seed",
    file,
  ]);
  assert.equal(status, 1);
  assert.equal(String(stderr), "tabkms: Keys of the seed file is no list.\n");
});

test("tabkms credentials makes, lists and deletes access keys, and the endpoint checks by them", async (t) => {
  const data = folder(t);
  const run = (...args) => {
    const all = [CLI, "credentials", ...args, "--data", data];
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: "utf8" });
    return { status, stdout, stderr };
  };
  const { stdout } = run("create");
  const [, id, secret] =
    /^export AWS_ACCESS_KEY_ID=(\w{20})\nexport AWS_SECRET_ACCESS_KEY=(\S{40})\n$/.exec(stdout);
  assert.equal(run("list").stdout, `${id} Active\n`);
  assert.equal(run("create", "--user", "alice").status, 0);

  const { url, child, exit } = await served(t, ["--data", data]);
  const list = (accessKeyId, secretAccessKey) =>
    new KMSClient({
      endpoint: url,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    }).send(new ListKeysCommand({}));
  assert.deepEqual((await list(id, secret)).Keys, []);
  await assert.rejects(list("any", "thing"), { name: "UnrecognizedClientException" });
  const held = run("list");
  assert.equal(held.status, 1);
  assert.match(held.stderr, /^tabkms: .*open/);
  child.kill();
  await exit;

  assert.equal(run("delete", id).status, 0);
  assert.equal(run("list").stdout, "");
  for (const [args, status, message] of [
    [["delete", id], 1, /The Access Key with id .* cannot be found/],
    [["list", "--user", "bob"], 1, /The user with name bob cannot be found/],
    [[], 2, /What shall be done/],
    [["delete"], 2, /delete takes an access key's id/],
    [["create", "more"], 2, /create takes no more/],
  ]) {
    const told = run(...args);
    assert.equal(told.status, status, args.join(" "));
    assert.match(told.stderr, message);
  }
});
