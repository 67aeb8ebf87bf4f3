// What a decision costs in wasm: a call whose answer needs little work, with policies and grants and without, and the
// difference. The policies have been read by then: the store keeps them as read.

import { Kms } from "../../dist/index.js";
import { hostilePolicies } from "./hostile.mjs";
import { perSecond } from "./measure.mjs";

const ACCOUNT = "111122223333";
const GRANTS = 1000;
const MANY_GRANTS = 50_000;
/** What the project promises of the decision with all of it, in microseconds. */
const PROMISED = 50;
/** And of a whole call whose policy and context are as hostile as they can be. */
const PROMISED_AT_WORST = 10_000;
/** What 50,000 grants to others may add to a call: what two measurements of the same differ in. */
const NOISE = 0.15;

const root = { principal: `arn:aws:iam::${ACCOUNT}:root` };
const user = (name) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const document = (Statement) => JSON.stringify({ Version: "2012-10-17", Statement });

/** A key policy of 32 KB whose statements all but apply, and last the one that lets the user in. */
function largeKeyPolicy(isDelegating) {
  const last = {
    Effect: "Allow",
    Principal: { AWS: isDelegating ? root.principal : user("alice") },
    Action: "kms:*",
    Resource: "*",
  };
  const statements = [];
  const text = () => document([...statements, last]);
  while (true) {
    const index = statements.length;
    statements.push({
      Sid: `Statement ${index}`,
      Effect: index % 3 === 0 ? "Deny" : "Allow",
      Principal: { AWS: [user("alice"), user(`user-${index}`)] },
      Action: ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: {
        StringEquals: {
          "kms:ViaService": [`s3.us-east-1.amazonaws.com`, "ec2.us-east-1.amazonaws.com"],
        },
        StringLike: { "aws:PrincipalTag/team": `*team-${index}*` },
      },
    });
    if (text().length > 32 * 1024) {
      statements.pop();
      return text();
    }
  }
}

function identityPolicy(index, isLast) {
  const statements = Array.from({ length: 5 }, (_, number) => ({
    Sid: `S${number}`,
    Effect: number % 2 === 0 ? "Allow" : "Deny",
    Action: ["kms:Describe*", "kms:Encrypt", `s3:Get${index}*`],
    Resource: `arn:aws:kms:*:${ACCOUNT}:key/${index}${number}*`,
    Condition: { IpAddress: { "aws:SourceIp": `10.${index}.${number}.0/24` } },
  }));
  const all = { Effect: "Allow", Action: "kms:*", Resource: "*" };
  return document(isLast ? [...statements, all] : statements);
}

async function grant(kms, KeyId, count, nameOf) {
  const Operations = ["Encrypt", "Decrypt"];
  for (let done = 0; done < count; done += 500) {
    const some = Array.from({ length: Math.min(500, count - done) }, (_, index) =>
      kms.send(
        "CreateGrant",
        { KeyId, GranteePrincipal: user(nameOf(done + index)), Operations },
        root,
      ),
    );
    await Promise.all(some);
  }
}

/** @param {(line: string) => void} say */
export async function benchAuthorisation(say) {
  const kms = await Kms.open({ store: "memory", account: ACCOUNT });
  const results = [];
  const as = { principal: user("alice") };
  const Plaintext = new Uint8Array(32);
  const create = async () => (await kms.send("CreateKey")).KeyMetadata.KeyId;
  const calls = {
    DescribeKey: (KeyId, options) => () => kms.send("DescribeKey", { KeyId }, options),
    Encrypt: (KeyId, options) => () => kms.send("Encrypt", { KeyId, Plaintext }, options),
  };
  const microseconds = async (call) => 1e6 / (await perSecond(call));
  const note = (name, time, promised) => {
    results.push({ name, microseconds: time, promised });
    const verdict =
      promised === undefined
        ? ""
        : time <= promised
          ? "  reached"
          : `  MISSED ${promised.toFixed(1)}`;
    say(`  ${name.padEnd(66)} ${time.toFixed(1).padStart(8)} µs${verdict}`);
  };

  const plain = await create();
  const delegating = await create();
  const naming = await create();
  for (const KeyId of [delegating, naming])
    await grant(kms, KeyId, GRANTS, (index) => `grantee-${index}`);
  await kms.iam.send("CreateUser", {
    UserName: "alice",
    Tags: [{ Key: "team", Value: "none of them" }],
  });
  for (let index = 0; index < 10; index++) {
    const PolicyName = `policy${index}`;
    const PolicyDocument = identityPolicy(index, index === 9);
    const { Policy } = await kms.iam.send("CreatePolicy", { PolicyName, PolicyDocument });
    await kms.iam.send("AttachUserPolicy", { UserName: "alice", PolicyArn: Policy.Arn });
  }
  const put = (KeyId, Policy) =>
    kms.send("PutKeyPolicy", { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true });
  await put(delegating, largeKeyPolicy(true));
  await put(naming, largeKeyPolicy(false));

  for (const [name, call] of Object.entries(calls)) {
    const without = await microseconds(call(plain, root));
    note(`${name}, by root under the default key policy`, without);
    for (const [how, KeyId] of [
      ["by the account and 10 policies", delegating],
      ["by name", naming],
    ]) {
      const all = await microseconds(call(KeyId, as));
      note(`${name}, a 32 KB key policy, 10 policies, 1,000 grants, ${how}`, all);
      note("  the decision", all - without, PROMISED);
    }
  }

  const crowded = await create();
  await kms.iam.send("CreateUser", { UserName: "bob" });
  const PolicyDocument = document([{ Effect: "Allow", Action: "kms:*", Resource: "*" }]);
  await kms.iam.send("PutUserPolicy", { UserName: "bob", PolicyName: "all", PolicyDocument });
  const bob = { principal: user("bob") };
  const before = [];
  for (const options of [root, bob])
    before.push(await microseconds(calls.Encrypt(crowded, options)));
  await grant(kms, crowded, MANY_GRANTS, (index) => `grantee-${index}`);
  for (const [index, who] of ["root", "a user whom no grant names"].entries()) {
    const after = await microseconds(calls.Encrypt(crowded, [root, bob][index]));
    note(`Encrypt by ${who}, without grants`, before[index]);
    note(`Encrypt by ${who}, with 50,000 grants on the key`, after, before[index] * (1 + NOISE));
  }

  for (const [name, Policy, EncryptionContext] of hostilePolicies(user("bob"))) {
    const Request = { Policy, BypassPolicyLockoutSafetyCheck: true };
    const { KeyId } = (await kms.send("CreateKey", Request)).KeyMetadata;
    const encrypt = () => kms.send("Encrypt", { KeyId, Plaintext, EncryptionContext }, bob);
    note(`Encrypt, a hostile key policy: ${name}`, await microseconds(encrypt), PROMISED_AT_WORST);
  }
  await kms.close();
  return results;
}
