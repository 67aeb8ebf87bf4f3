// A store with one of everything, made and found again.

import assert from "node:assert/strict";

const ALICE = "arn:aws:iam::000000000000:user/alice";
const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "kms:*", Resource: "*" }],
};
const bytes = (text) => new TextEncoder().encode(text);

/** Fills a store with one of everything; what came of it, to be found again by {@link assertWorld}. */
export async function makeWorld(kms) {
  const { KeyId } = (await kms.send("CreateKey", { Description: "kept" })).KeyMetadata;
  await kms.send("CreateAlias", { AliasName: "alias/kept", TargetKeyId: KeyId });
  const grant = { KeyId, GranteePrincipal: ALICE, Operations: ["Decrypt"] };
  const { GrantId } = await kms.send("CreateGrant", grant);
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext: bytes("secret") });
  const gone = (await kms.send("CreateKey")).KeyMetadata.KeyId;
  await kms.send("CreateAlias", { AliasName: "alias/gone", TargetKeyId: gone });
  await kms.send("DeleteAlias", { AliasName: "alias/gone" });
  await kms.iam.send("CreateUser", { UserName: "alice" });
  const policy = { UserName: "alice", PolicyName: "p", PolicyDocument: JSON.stringify(POLICY) };
  await kms.iam.send("PutUserPolicy", policy);
  await kms.s3.createBucket({ Bucket: "bucket" });
  // Two pieces.
  const body = new Uint8Array(5_000_000).fill(7);
  await kms.s3.putObject({ Bucket: "bucket", Key: "object", Body: body });
  return { KeyId, GrantId, CiphertextBlob, body };
}

export async function assertWorld(kms, { KeyId, GrantId, CiphertextBlob, body }) {
  const { KeyMetadata } = await kms.send("DescribeKey", { KeyId: "alias/kept" });
  assert.deepEqual([KeyMetadata.KeyId, KeyMetadata.Description], [KeyId, "kept"]);
  const aliases = (await kms.send("ListAliases")).Aliases.map(({ AliasName }) => AliasName);
  assert.deepEqual(
    aliases.filter((name) => !name.startsWith("alias/aws/")),
    ["alias/kept"],
  );
  assert.equal((await kms.send("ListGrants", { KeyId })).Grants[0].GrantId, GrantId);
  const { Plaintext } = await kms.send("Decrypt", { CiphertextBlob }, { principal: ALICE });
  assert.deepEqual(Plaintext, bytes("secret"));
  const { answer } = await kms.s3.getObject({ Bucket: "bucket", Key: "object" });
  assert.ok(Buffer.from(await answer.Body.arrayBuffer()).equals(body));
  const { ok, fault } = await kms.audit.verify();
  assert.ok(ok, fault?.what);
}
