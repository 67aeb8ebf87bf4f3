// Who may do what, through the package: principals, key policies, grants, accounts, and the reasons.

import assert from "node:assert/strict";
import test from "node:test";
import { Kms } from "../../dist/index.js";

const ACCOUNT = "111122223333";
const OTHER = "444455556666";
const alice = `arn:aws:iam::${ACCOUNT}:user/alice`;
const bob = `arn:aws:iam::${ACCOUNT}:user/bob`;
const Plaintext = new TextEncoder().encode("super secret text");

async function open(t) {
  const kms = await Kms.open({ store: "memory", account: ACCOUNT });
  t.after(() => kms.close());
  const { KeyId, Arn } = (await kms.send("CreateKey")).KeyMetadata;
  return { kms, KeyId, Arn };
}

/** A key policy of these statements, under which the root keeps the key. */
function policy(...statements) {
  const root = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: "kms:PutKeyPolicy",
    Resource: "*",
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [root, ...statements] }, null, 2);
}

const allow = (principal, ...Action) => ({
  Effect: "Allow",
  Principal: { AWS: principal },
  Action,
  Resource: "*",
});

async function refused(promise, message) {
  await assert.rejects(promise, (thrown) => {
    assert.equal(thrown.name, "AccessDeniedException");
    assert.equal(thrown.message, message);
    return true;
  });
}

test("under the default key policy the root may, and a user without policies may not", async (t) => {
  const { kms, KeyId, Arn } = await open(t);
  await kms.send("Encrypt", { KeyId, Plaintext });
  await refused(
    kms.send("Encrypt", { KeyId, Plaintext }, { principal: alice }),
    `User: ${alice} is not authorized to perform: kms:Encrypt on resource: ${Arn} because no identity-based policy ` +
      "allows the kms:Encrypt action",
  );
  await refused(
    kms.send("ListKeys", {}, { principal: alice }),
    `User: ${alice} is not authorized to perform: kms:ListKeys on resource: * because no identity-based policy ` +
      "allows the kms:ListKeys action",
  );
});

test("a key policy names a user, and takes the root's own access away", async (t) => {
  const { kms, KeyId, Arn } = await open(t);
  await kms.send("PutKeyPolicy", {
    KeyId,
    Policy: policy(allow(alice, "kms:Encrypt", "kms:Decrypt")),
  });
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext }, { principal: alice });
  const opened = await kms.send("Decrypt", { CiphertextBlob }, { principal: alice });
  assert.deepEqual(opened.Plaintext, Plaintext);
  for (const principal of [undefined, bob]) {
    const who = principal ?? `arn:aws:iam::${ACCOUNT}:root`;
    await refused(
      kms.send("Decrypt", { CiphertextBlob }, principal && { principal }),
      `User: ${who} is not authorized to perform: kms:Decrypt on resource: ${Arn} because no resource-based policy ` +
        "allows the kms:Decrypt action",
    );
  }
});

test("a deny wins, and the reasons say which", async (t) => {
  const { kms, KeyId, Arn } = await open(t);
  const deny = {
    Sid: "OnlyBilling",
    Effect: "Deny",
    Principal: "*",
    Action: "kms:Decrypt",
    Resource: "*",
    Condition: { StringNotEquals: { "kms:EncryptionContext:app": "billing" } },
  };
  const Policy = policy(allow(alice, "kms:*"), deny);
  await kms.send("PutKeyPolicy", { KeyId, Policy });
  const EncryptionContext = { app: "billing" };
  const { CiphertextBlob } = await kms.send(
    "Encrypt",
    { KeyId, Plaintext, EncryptionContext },
    { principal: alice },
  );
  await kms.send("Decrypt", { CiphertextBlob, EncryptionContext }, { principal: alice });
  const message =
    `User: ${alice} is not authorized to perform: kms:Decrypt on resource: ${Arn} with an explicit deny in a ` +
    "resource-based policy";
  await refused(kms.send("Decrypt", { CiphertextBlob }, { principal: alice }), message);

  const [decision] = await kms.simulate("Decrypt", { KeyId }, { principal: alice });
  assert.equal(decision.allowed, false);
  assert.equal(decision.message, message);
  assert.equal(decision.missing.kind, "remove-deny");
  const { layer, statement } = decision.decidedBy;
  assert.equal(decision.layers[layer].layer, "key-policy");
  const said = decision.layers[layer].statements[statement];
  assert.equal(said.sid, "OnlyBilling");
  const text = decision.layers[layer].document.slice(said.start, said.end);
  assert.deepEqual(JSON.parse(text), deny);
  const [right] = await kms.simulate("Decrypt", { KeyId, EncryptionContext }, { principal: alice });
  assert.equal(right.allowed, true);
  assert.equal(right.layers[0].statements[2].miss, "condition");

  const traced = await kms.trace("Decrypt", { CiphertextBlob }, { principal: alice });
  assert.deepEqual(traced.decisions, [decision]);
});

test("what is missing is said as a statement that would allow it", async (t) => {
  const { kms, KeyId, Arn } = await open(t);
  const [decision] = await kms.simulate("Decrypt", { KeyId }, { principal: alice });
  assert.equal(decision.missing.in, "identity-policy");
  assert.deepEqual(JSON.parse(decision.missing.statement), {
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: Arn,
  });
});

test("a key policy that would lock its author out is refused, unless told to", async (t) => {
  const { kms, KeyId } = await open(t);
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: allow(alice, "kms:*") });
  await assert.rejects(kms.send("PutKeyPolicy", { KeyId, Policy }), {
    name: "MalformedPolicyDocumentException",
    message: "The new key policy will not allow you to update the key policy in the future.",
  });
  await kms.send("PutKeyPolicy", { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true });
  await assert.rejects(kms.send("DescribeKey", { KeyId }), { name: "AccessDeniedException" });
  await assert.rejects(kms.send("CreateKey", { Policy }), {
    name: "MalformedPolicyDocumentException",
  });
});

test("a grant allows its grantee what it lists, within its constraint, until it is revoked", async (t) => {
  const { kms, KeyId } = await open(t);
  const { GrantId } = await kms.send("CreateGrant", {
    KeyId,
    GranteePrincipal: alice,
    RetiringPrincipal: bob,
    Operations: ["Encrypt", "Decrypt", "CreateGrant"],
    Constraints: { EncryptionContextSubset: { app: "billing" } },
  });
  const as = { principal: alice };
  const right = { KeyId, Plaintext, EncryptionContext: { app: "billing", more: "x" } };
  await kms.send("Encrypt", right, as);
  const denied = { name: "AccessDeniedException" };
  await assert.rejects(kms.send("Encrypt", { KeyId, Plaintext }, as), denied);
  const wrong = { ...right, EncryptionContext: { app: "Billing" } };
  await assert.rejects(kms.send("Encrypt", wrong, as), denied);
  await assert.rejects(kms.send("GenerateDataKey", { KeyId, KeySpec: "AES_256" }, as), denied);
  await assert.rejects(kms.send("Encrypt", right, { principal: bob }), denied);

  // A grant of a grant is no wider.
  const child = { KeyId, GranteePrincipal: bob, Operations: ["Decrypt"] };
  const Constraints = { EncryptionContextEquals: { app: "billing" } };
  await assert.rejects(kms.send("CreateGrant", child, as), denied);
  const wider = { ...child, Constraints, Operations: ["Decrypt", "DescribeKey"] };
  await assert.rejects(kms.send("CreateGrant", wider, as), denied);
  await kms.send("CreateGrant", { ...child, Constraints }, as);

  const mallory = { principal: `arn:aws:iam::${ACCOUNT}:user/mallory` };
  await assert.rejects(kms.send("RetireGrant", { KeyId, GrantId }, mallory), denied);
  await kms.send("RetireGrant", { KeyId, GrantId }, { principal: bob });
  await assert.rejects(kms.send("Encrypt", right, as), denied);
});

test("across accounts both sides must allow, and only what may cross", async (t) => {
  const { kms, KeyId, Arn } = await open(t);
  const root = { principal: `arn:aws:iam::${OTHER}:root` };
  const carol = { principal: `arn:aws:iam::${OTHER}:user/carol` };
  const denied = { name: "AccessDeniedException" };
  await assert.rejects(kms.send("Encrypt", { KeyId: Arn, Plaintext }, root), denied);
  const Policy = policy(allow(root.principal, "kms:*"));
  await kms.send("PutKeyPolicy", { KeyId, Policy });
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId: Arn, Plaintext }, root);
  assert.deepEqual((await kms.send("Decrypt", { CiphertextBlob }, root)).Plaintext, Plaintext);
  await kms.send("DescribeKey", { KeyId: Arn }, root);
  await assert.rejects(kms.send("DisableKey", { KeyId: Arn }, root), denied);
  await assert.rejects(kms.send("Encrypt", { KeyId: Arn, Plaintext }, carol), denied);
  await assert.rejects(kms.send("Decrypt", { CiphertextBlob }, carol), {
    message:
      "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you " +
      "are not allowed to access.",
  });
});

test("ReEncrypt asks for both keys", async (t) => {
  const { kms, KeyId } = await open(t);
  const to = (await kms.send("CreateKey")).KeyMetadata.KeyId;
  await kms.send("PutKeyPolicy", {
    KeyId,
    Policy: policy(allow(alice, "kms:Encrypt", "kms:ReEncryptFrom")),
  });
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext }, { principal: alice });
  const input = { CiphertextBlob, DestinationKeyId: to };
  const decisions = await kms.simulate("ReEncrypt", input, { principal: alice });
  assert.deepEqual(
    decisions.map(({ action, allowed }) => [action, allowed]),
    [
      ["kms:ReEncryptFrom", true],
      ["kms:ReEncryptTo", false],
    ],
  );
  await assert.rejects(kms.send("ReEncrypt", input, { principal: alice }), /kms:ReEncryptTo/);
  await kms.send("PutKeyPolicy", { KeyId: to, Policy: policy(allow(alice, "kms:ReEncryptTo")) });
  await kms.send("ReEncrypt", input, { principal: alice });
});

test("session policies limit, and S3 calls with the caller's identity", async (t) => {
  const { kms, KeyId } = await open(t);
  const role = `arn:aws:sts::${ACCOUNT}:assumed-role/app/one`;
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/app`;
  const Policy = policy(allow(roleArn, "kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"));
  await kms.send("PutKeyPolicy", { KeyId, Policy });
  const as = { principal: role };
  await kms.send("Encrypt", { KeyId, Plaintext }, as);
  const statement = { Effect: "Allow", Action: "kms:Decrypt", Resource: "*" };
  const sessionPolicies = [JSON.stringify({ Version: "2012-10-17", Statement: statement })];
  await assert.rejects(
    kms.send("Encrypt", { KeyId, Plaintext }, { ...as, sessionPolicies }),
    /because no session policy allows the kms:Encrypt action/,
  );
  await assert.rejects(kms.send("ListKeys", {}, { sessionPolicies: ["{}"] }), {
    name: "MalformedPolicyDocumentException",
  });

  await kms.s3.createBucket({ Bucket: "bucket" });
  const object = { Bucket: "bucket", Key: "k" };
  const put = await kms.s3.putObject({ ...object, Body: Plaintext, SSEKMSKeyId: KeyId }, as);
  assert.equal(put.error, undefined);
  assert.equal((await kms.s3.getObject(object, as)).error, undefined);
  const refusedGet = await kms.s3.getObject(object, { principal: bob });
  assert.equal(refusedGet.error.name, "AccessDeniedException");
});

test("a principal that is none is refused", async (t) => {
  const { kms } = await open(t);
  for (const principal of ["alice", "", "*", "arn:aws:iam::1:user/x"]) {
    await assert.rejects(kms.send("ListKeys", {}, { principal }), { name: "ValidationException" });
  }
});
