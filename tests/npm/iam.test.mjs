// IAM through the package: what it keeps, its pages, its errors by name, and that it goes where the store goes. What each
// operation answers is in crate/services/src/iam/tests.rs.

import assert from "node:assert/strict";
import test from "node:test";
import { Kms, KmsError } from "../../dist/index.js";

const ACCOUNT = "111122223333";
const allow = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "kms:Decrypt", Resource: "*" },
});
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" },
});

async function open(t, options = {}) {
  const kms = await Kms.open({ store: "memory", account: ACCOUNT, ...options });
  t.after(() => kms.close());
  return kms;
}

/** A user with a policy, a boundary and a tag; returns the boundary's ARN. */
async function people({ iam }) {
  const { Policy } = await iam.send("CreatePolicy", { PolicyName: "most", PolicyDocument: allow });
  const Tags = [{ Key: "team", Value: "red" }];
  await iam.send("CreateUser", { UserName: "alice", Path: "/ops/", Tags });
  await iam.send("PutUserPolicy", {
    UserName: "alice",
    PolicyName: "own",
    PolicyDocument: allow,
  });
  const PermissionsBoundary = Policy.Arn;
  await iam.send("PutUserPermissionsBoundary", { UserName: "alice", PermissionsBoundary });
  return Policy.Arn;
}

test("a user has what was put, with times as dates", async (t) => {
  const kms = await open(t);
  const before = Date.now();
  const arn = await people(kms);
  const { User } = await kms.iam.send("GetUser", { UserName: "alice" });
  assert.ok(User.CreateDate instanceof Date && User.CreateDate.getTime() >= before - 1);
  assert.match(User.UserId, /^AIDA[A-Z2-7]{17}$/);
  assert.deepEqual(
    { ...User, CreateDate: undefined, UserId: undefined },
    {
      Path: "/ops/",
      UserName: "alice",
      UserId: undefined,
      Arn: `arn:aws:iam::${ACCOUNT}:user/ops/alice`,
      CreateDate: undefined,
      PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn },
      Tags: [{ Key: "team", Value: "red" }],
    },
  );
  const own = await kms.iam.send("GetUserPolicy", { UserName: "alice", PolicyName: "own" });
  assert.deepEqual(own, { UserName: "alice", PolicyName: "own", PolicyDocument: allow });
  const { Policy } = await kms.iam.send("GetPolicy", { PolicyArn: arn });
  assert.ok(Policy.UpdateDate instanceof Date);
  assert.equal(Policy.PermissionsBoundaryUsageCount, 1);
  assert.deepEqual(
    await kms.iam.send("TagUser", { UserName: "alice", Tags: [{ Key: "x", Value: "" }] }),
    {},
  );
});

test("a role has its trust policy", async (t) => {
  const { iam } = await open(t);
  await iam.send("CreateRole", { RoleName: "Ops", AssumeRolePolicyDocument: trust });
  const { Roles, IsTruncated } = await iam.send("ListRoles");
  assert.equal(IsTruncated, false);
  assert.equal(Roles[0].AssumeRolePolicyDocument, trust);
  assert.ok(Roles[0].CreateDate instanceof Date);
});

test("lists come in pages", async (t) => {
  const { iam } = await open(t);
  for (const UserName of ["c", "a", "b", "d", "e"]) await iam.send("CreateUser", { UserName });
  const names = [];
  const sizes = [];
  let Marker;
  do {
    const page = await iam.send("ListUsers", { MaxItems: 2, Marker });
    names.push(...page.Users.map((user) => user.UserName));
    sizes.push(page.Users.length);
    assert.equal(page.IsTruncated, page.Marker !== undefined);
    Marker = page.Marker;
  } while (Marker);
  assert.deepEqual([sizes, names.join("")], [[2, 2, 1], "abcde"]);
});

test("errors go by IAM's codes", async (t) => {
  const kms = await open(t);
  const arn = await people(kms);
  const user = { UserName: "alice" };
  for (const [name, operation, input] of [
    ["NoSuchEntity", "GetUser", { UserName: "bob" }],
    ["EntityAlreadyExists", "CreateUser", user],
    [
      "MalformedPolicyDocument",
      "PutUserPolicy",
      { ...user, PolicyName: "p", PolicyDocument: trust },
    ],
    ["DeleteConflict", "DeleteUser", user],
    ["DeleteConflict", "DeletePolicy", { PolicyArn: arn }],
    ["LimitExceeded", "PutUserPolicy", { ...user, PolicyName: "more", PolicyDocument: long() }],
    ["ValidationError", "GetUser", undefined],
    ["ValidationError", "GetUser", { UserName: 5 }],
    ["InvalidInput", "CreatePolicyVersion", { PolicyArn: arn, PolicyDocument: allow }],
    ["InvalidAction", "CreateGroup", { GroupName: "g" }],
    ["SerializationException", "TagUser", { ...user, Tags: () => [] }],
  ]) {
    await assert.rejects(
      kms.iam.send(operation, input),
      (error) => error instanceof KmsError && error.name === name && error.message !== "",
      operation,
    );
  }
  await assert.rejects(kms.iam.send("GetUser", { UserName: "bob" }), {
    message: "The user with name bob cannot be found.",
  });
});

function long() {
  const Action = Array.from({ length: 200 }, (_, at) => `kms:Action${at}`);
  return JSON.stringify({ Statement: { Effect: "Allow", Action, Resource: "*" } });
}

test("it is told of as any change is", async (t) => {
  const kms = await open(t);
  let heard = 0;
  const { generation } = await kms.describe();
  kms.onChange(() => {
    heard += 1;
  });
  await kms.iam.send("CreateUser", { UserName: "alice" });
  assert.equal(heard, 1);
  assert.equal((await kms.describe()).generation, generation + 1);
  await kms.iam.send("ListUsers");
  await kms.iam.send("GetUser", { UserName: "nobody" }).catch(() => {});
  assert.equal(heard, 1);
});

test("it goes with an exported store", async (t) => {
  const kms = await open(t);
  const arn = await people(kms);
  const before = await kms.iam.send("GetUser", { UserName: "alice" });
  const file = await kms.exportStore("a passphrase");
  const other = await open(t);
  await other.iam.send("CreateUser", { UserName: "bob" });
  await other.importStore(file, "a passphrase");
  assert.deepEqual(await other.iam.send("GetUser", { UserName: "alice" }), before);
  assert.deepEqual(
    (await other.iam.send("ListUsers")).Users.map((user) => user.UserName),
    ["alice"],
  );
  const { PolicyVersion } = await other.iam.send("GetPolicyVersion", {
    PolicyArn: arn,
    VersionId: "v1",
  });
  assert.equal(PolicyVersion.Document, allow);
});

test("what happens on a fork stays there", async (t) => {
  const kms = await open(t);
  await people(kms);
  const fork = await kms.fork();
  t.after(() => fork.close());
  await fork.iam.send("DeleteUserPolicy", { UserName: "alice", PolicyName: "own" });
  await fork.iam.send("DeleteUser", { UserName: "alice" });
  await fork.iam.send("CreateUser", { UserName: "bob" });
  await assert.rejects(fork.iam.send("GetUser", { UserName: "alice" }), { name: "NoSuchEntity" });
  await kms.iam.send("GetUser", { UserName: "alice" });
  await assert.rejects(kms.iam.send("GetUser", { UserName: "bob" }), { name: "NoSuchEntity" });
});

test("ids come from the seed", async (t) => {
  const seed = new Uint8Array(32).fill(7);
  const ids = [];
  for (const _ of [1, 2]) {
    const { iam } = await open(t, { seed, clock: () => 1_700_000_000_000 });
    ids.push((await iam.send("CreateUser", { UserName: "alice" })).User.UserId);
  }
  assert.equal(ids[0], ids[1]);
});
