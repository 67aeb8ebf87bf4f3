// Two accounts with keys, a user and roles: what the scenarios of the differential test are about.

import { Kms } from "../../../dist/index.js";

export const ACCOUNT = "111122223333";
export const OTHER = "444455556666";
export const REGION = "us-east-1";
/** It stands still. */
export const NOW = Date.UTC(2026, 0, 15, 12, 30, 45);

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" },
});

/** What kinds of key there are: what CreateKey is asked for, and by which account. */
const KINDS = {
  plain: { Tags: { team: "red", Stage: "prod" } },
  regional: { MultiRegion: true, Tags: { team: "blue" } },
  imported: { Origin: "EXTERNAL" },
  mac: { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
  signing: { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
  agreeing: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" },
  foreign: { Tags: { team: "red" } },
};

async function makeKey(kms, kind, aliases) {
  const { Tags = {}, ...rest } = KINDS[kind];
  const account = kind === "foreign" ? OTHER : ACCOUNT;
  const as = { principal: `arn:aws:iam::${account}:root` };
  const tags = Object.entries(Tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  const { KeyMetadata: made } = await kms.send("CreateKey", { ...rest, Tags: tags }, as);
  for (const AliasName of aliases) {
    await kms.send("CreateAlias", { AliasName, TargetKeyId: made.KeyId }, as);
  }
  return {
    kind,
    account,
    id: made.KeyId,
    arn: made.Arn,
    tags: Tags,
    aliases,
    facts: {
      "kms:KeyOrigin": made.Origin,
      "kms:KeySpec": made.KeySpec,
      "kms:KeyUsage": made.KeyUsage,
      "kms:MultiRegion": String(made.MultiRegion),
      ...(made.MultiRegion ? { "kms:MultiRegionKeyType": "PRIMARY" } : {}),
    },
  };
}

/** An identity of IAM, and how a caller with it is called. */
async function makeIdentity({ iam }, kind, Path, name, Tags) {
  const wanted = { [`${kind}Name`]: name, Path };
  wanted.Tags = Object.entries(Tags).map(([Key, Value]) => ({ Key, Value }));
  if (kind === "Role") wanted.AssumeRolePolicyDocument = TRUST;
  const { [kind]: made } = await iam.send(`Create${kind}`, wanted);
  const isUser = kind === "User";
  return {
    kind,
    name,
    arn: made.Arn,
    tags: Tags,
    principal: isUser ? made.Arn : `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/one`,
    facts: {
      "aws:PrincipalArn": made.Arn,
      "aws:PrincipalType": isUser ? "User" : "AssumedRole",
      "aws:userid": isUser ? made.UserId : `${made.RoleId}:one`,
      ...(isUser ? { "aws:username": name } : {}),
    },
  };
}

/** @returns {Promise<{ kms: Kms, keys: Record<string, any>, identities: any[] }>} */
export async function makeWorld() {
  const kms = await Kms.open({
    store: "memory",
    account: ACCOUNT,
    region: REGION,
    seed: new Uint8Array(32).fill(7),
    clock: () => NOW,
  });
  const keys = {};
  for (const kind of Object.keys(KINDS)) {
    const aliases = kind === "plain" ? ["alias/app", "alias/app-old"] : [`alias/${kind}`];
    keys[kind] = await makeKey(kms, kind, aliases);
  }
  // The tag `key` is what a variable in a resource stands for.
  const tags = { team: "red", key: keys.plain.id };
  const identities = [
    await makeIdentity(kms, "User", "/", "alice", tags),
    await makeIdentity(kms, "User", "/ops/", "bob", { team: "blue", key: keys.foreign.id }),
    await makeIdentity(kms, "Role", "/", "app", tags),
    await makeIdentity(kms, "Role", "/team/", "worker", {}),
  ];
  return { kms, keys, identities };
}
