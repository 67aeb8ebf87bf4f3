// Requests: who calls, what for, and which condition keys that gives the request, as AWS's pages have it. The package
// finds them in the call; the other evaluator is told.
//
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

import { ACCOUNT, NOW, OTHER, REGION } from "./world.mjs";

const CONTEXTS = [
  {},
  { app: "billing" },
  { app: "Billing", Team: "red" },
  { app: "QmluYXJ5", team: "blue" },
  { "aws:s3:arn": "arn:aws:s3:::bucket/a/b", app: "x" },
];
const ALGORITHMS = ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const PAIR_SPECS = ["RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384"];
const GRANT_OPERATIONS = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "CreateGrant"];
const SERVICES = ["s3.amazonaws.com", "logs.amazonaws.com"];
const TAGS = [{ team: "red" }, { team: "blue", Stage: "prod" }, { Stage: "test" }];
const SYMMETRIC = ["plain", "plain", "plain", "regional", "imported"];
const ANY = ["plain", "regional", "imported", "mac", "signing", "agreeing"];

/** An operation's input, and the condition keys that it alone gives. `keys` are the kinds of key that it is asked of. */
const OPERATIONS = {
  Encrypt: { keys: SYMMETRIC, make: (random) => cryptographic(random) },
  Decrypt: { keys: SYMMETRIC, make: (random) => cryptographic(random) },
  GenerateDataKey: { keys: SYMMETRIC, make: (random) => withContext(random) },
  GenerateDataKeyWithoutPlaintext: { keys: SYMMETRIC, make: (random) => withContext(random) },
  GenerateDataKeyPair: {
    keys: SYMMETRIC,
    make(random) {
      const KeyPairSpec = random.pick(PAIR_SPECS);
      const { input, facts } = withContext(random);
      return {
        input: { ...input, KeyPairSpec },
        facts: { ...facts, "kms:DataKeyPairSpec": KeyPairSpec },
      };
    },
  },
  ReEncrypt: { keys: SYMMETRIC, make: (random) => reEncrypt(random) },
  Sign: { keys: ["signing"], make: (random) => signing(random) },
  Verify: { keys: ["signing"], make: (random) => signing(random) },
  GenerateMac: { keys: ["mac"], make: (random) => mac(random) },
  VerifyMac: { keys: ["mac"], make: (random) => mac(random) },
  DeriveSharedSecret: {
    keys: ["agreeing"],
    make: () => ({
      input: { KeyAgreementAlgorithm: "ECDH" },
      facts: { "kms:KeyAgreementAlgorithm": "ECDH" },
    }),
  },
  DescribeKey: { keys: ANY, make: nothing },
  GetPublicKey: { keys: ["signing", "agreeing"], make: nothing },
  GetKeyPolicy: { keys: ANY, make: nothing, hasNoAlias: true },
  DisableKey: { keys: ANY, make: nothing, hasNoAlias: true },
  GetKeyRotationStatus: { keys: SYMMETRIC, make: nothing, hasNoAlias: true },
  CreateGrant: { keys: SYMMETRIC, make: (random) => grant(random), hasNoAlias: true },
  ListGrants: { keys: ANY, make: nothing, hasNoAlias: true, isOfGrants: true },
  RevokeGrant: { keys: ANY, make: nothing, hasNoAlias: true, isOfGrants: true },
  PutKeyPolicy: {
    keys: ANY,
    make(random) {
      const bypass = random.pick([true, false, undefined]);
      const input = bypass === undefined ? {} : { BypassPolicyLockoutSafetyCheck: bypass };
      return { input, facts: { "kms:BypassPolicyLockoutSafetyCheck": String(bypass ?? false) } };
    },
    hasNoAlias: true,
  },
  ScheduleKeyDeletion: {
    keys: ANY,
    make(random) {
      const PendingWindowInDays = random.pick([7, 8, 10, 30]);
      return {
        input: { PendingWindowInDays },
        facts: { "kms:ScheduleKeyDeletionPendingWindowInDays": String(PendingWindowInDays) },
      };
    },
    hasNoAlias: true,
  },
  EnableKeyRotation: {
    keys: ["plain"],
    make(random) {
      const RotationPeriodInDays = random.pick([90, 180, 365, 2560]);
      return {
        input: { RotationPeriodInDays },
        facts: { "kms:RotationPeriodInDays": String(RotationPeriodInDays) },
      };
    },
    hasNoAlias: true,
  },
  ImportKeyMaterial: {
    keys: ["imported"],
    make(random) {
      const ValidTo = new Date(NOW + random.pick([1, 24, 24 * 30]) * 3_600_000);
      return {
        input: { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo },
        facts: {
          "kms:ExpirationModel": "KEY_MATERIAL_EXPIRES",
          "kms:ValidTo": ValidTo.toISOString().replace(".000", ""),
        },
      };
    },
    hasNoAlias: true,
  },
  GetParametersForImport: {
    keys: ["imported"],
    make(random) {
      const WrappingAlgorithm = random.pick(["RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256"]);
      const WrappingKeySpec = random.pick(["RSA_2048", "RSA_4096"]);
      const input = { WrappingAlgorithm, WrappingKeySpec };
      return { input, facts: named("kms", input) };
    },
    hasNoAlias: true,
  },
  TagResource: { keys: ANY, make: (random) => tagging(random), hasNoAlias: true },
  UntagResource: {
    keys: ANY,
    make(random) {
      const TagKeys = random.pick([["team"], ["team", "Stage"], ["Stage"]]);
      return { input: { TagKeys }, facts: { "aws:TagKeys": TagKeys } };
    },
    hasNoAlias: true,
  },
  ReplicateKey: {
    keys: ["regional"],
    make(random) {
      const ReplicaRegion = random.pick(["eu-west-1", "us-west-2"]);
      return { input: { ReplicaRegion }, facts: { "kms:ReplicaRegion": ReplicaRegion } };
    },
    hasNoAlias: true,
  },
  UpdatePrimaryRegion: {
    keys: ["regional"],
    make(random) {
      const PrimaryRegion = random.pick(["eu-west-1", "us-west-2"]);
      return { input: { PrimaryRegion }, facts: { "kms:PrimaryRegion": PrimaryRegion } };
    },
    hasNoAlias: true,
  },
  ListKeys: { keys: [], make: nothing, hasNoKeys: true },
  GenerateRandom: { keys: [], make: nothing, hasNoKeys: true },
  CreateKey: { keys: [], make: (random) => creation(random) },
};

function nothing() {
  return { input: {}, facts: {} };
}

function named(vendor, members) {
  const keys = Object.entries(members).map(([name, value]) => [`${vendor}:${name}`, value]);
  return Object.fromEntries(keys);
}

function contextFacts(context) {
  const keys = Object.keys(context);
  const facts = Object.fromEntries(
    keys.map((key) => [`kms:EncryptionContext:${key}`, context[key]]),
  );
  return keys.length > 0 ? { ...facts, "kms:EncryptionContextKeys": keys } : facts;
}

function withContext(random) {
  const EncryptionContext = random.pick(CONTEXTS);
  return {
    input: { EncryptionContext },
    facts: { "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT", ...contextFacts(EncryptionContext) },
  };
}

function cryptographic(random) {
  const EncryptionAlgorithm = random.pick(ALGORITHMS);
  const { input, facts } = withContext(random);
  return {
    input: { ...input, EncryptionAlgorithm },
    facts: { ...facts, "kms:EncryptionAlgorithm": EncryptionAlgorithm },
  };
}

/** Both of its actions, from the key to itself or to another. */
function reEncrypt(random) {
  const [source, destination] = [random.pick(CONTEXTS), random.pick(CONTEXTS)];
  const side = (context, algorithm) => ({
    "kms:EncryptionAlgorithm": algorithm,
    ...contextFacts(context),
  });
  const [from, to] = [random.pick(ALGORITHMS), random.pick(ALGORITHMS)];
  return {
    input: {
      SourceEncryptionContext: source,
      DestinationEncryptionContext: destination,
      SourceEncryptionAlgorithm: from,
      DestinationEncryptionAlgorithm: to,
    },
    isSame: random.is(0.5),
    actions: { ReEncryptFrom: side(source, from), ReEncryptTo: side(destination, to) },
  };
}

function signing(random) {
  const MessageType = random.pick(["RAW", "DIGEST"]);
  const input = { MessageType, SigningAlgorithm: "ECDSA_SHA_256" };
  return { input, facts: named("kms", input) };
}

function mac(random) {
  const input = { MacAlgorithm: random.pick(["HMAC_SHA_256", "HMAC_SHA_512"]) };
  return { input, facts: named("kms", input) };
}

function grant(random) {
  const Operations = GRANT_OPERATIONS.filter((_, index) => index === 0 || random.is(0.4));
  const facts = { "kms:GrantOperations": Operations };
  const input = { Operations };
  const give = (member, value) => {
    input[member] = value;
    facts[`kms:${member}`] = value;
  };
  if (random.is(0.5)) {
    give("GranteePrincipal", `arn:aws:iam::${ACCOUNT}:user/${random.pick(["bob", "carol"])}`);
    if (random.is(0.5)) give("RetiringPrincipal", `arn:aws:iam::${ACCOUNT}:role/app`);
  } else {
    give("GranteeServicePrincipal", random.pick(SERVICES));
    if (random.is(0.7)) give("RetiringServicePrincipal", random.pick(SERVICES));
    const SourceArn = `arn:aws:s3:::${random.pick(["bucket", "other"])}`;
    input.Constraints = { SourceArn };
    facts["kms:GrantConstraintSourceArn"] = SourceArn;
  }
  const kind = random.pick([undefined, "EncryptionContextEquals", "EncryptionContextSubset"]);
  if (kind) {
    const context = random.pick(CONTEXTS.slice(1));
    input.Constraints = { ...input.Constraints, [kind]: context };
    Object.assign(facts, contextFacts(context), { "kms:GrantConstraintType": kind });
  }
  return { input, facts, isOfGrants: true };
}

function tagging(random) {
  const tags = random.pick(TAGS);
  const facts = Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
  );
  return {
    input: { Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })) },
    facts: { ...facts, "aws:TagKeys": Object.keys(tags) },
  };
}

function creation(random) {
  const [KeySpec, KeyUsage] = random.pick([
    ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"],
    ["HMAC_256", "GENERATE_VERIFY_MAC"],
    ["ECC_NIST_P256", "SIGN_VERIFY"],
  ]);
  const [Origin, MultiRegion] = [random.pick(["AWS_KMS", "EXTERNAL"]), random.is(0.5)];
  return {
    input: { KeySpec, KeyUsage, Origin, MultiRegion },
    facts: {
      "kms:KeySpec": KeySpec,
      "kms:KeyUsage": KeyUsage,
      "kms:KeyOrigin": Origin,
      "kms:MultiRegion": String(MultiRegion),
      ...(MultiRegion ? { "kms:MultiRegionKeyType": "PRIMARY" } : {}),
      "kms:BypassPolicyLockoutSafetyCheck": "false",
    },
  };
}

/** Across accounts: those that may, and one that may not. */
const FOREIGN = [
  "Encrypt",
  "Decrypt",
  "GenerateDataKey",
  "DescribeKey",
  "CreateGrant",
  "ReEncrypt",
  "ListGrants",
];
const FOREIGN_REFUSED = ["PutKeyPolicy", "DisableKey", "ScheduleKeyDeletion", "TagResource"];
const OF_SERVICES = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "CreateGrant"];
const OPERATIONS_ON_KEYS = Object.keys(OPERATIONS).filter(
  (name) => OPERATIONS[name].keys.length > 0,
);
const OPERATIONS_ON_NONE = Object.keys(OPERATIONS).filter(
  (name) => OPERATIONS[name].keys.length === 0,
);

/** Who calls: its kind, its principal, its identity if it has one, and what that gives a request. */
function caller(random, world) {
  const [alice, bob, app, worker] = world.identities;
  const kind = random.pick([
    ...["user", "user", "user", "session", "session", "session", "root", "service"],
    ...["foreign-user", "foreign-session", "foreign-root"],
  ]);
  const who = (identity) => ({
    kind,
    account: ACCOUNT,
    identity,
    principal: identity.principal,
    facts: {
      ...identity.facts,
      ...Object.fromEntries(
        Object.entries(identity.tags).map(([tag, value]) => [`aws:PrincipalTag/${tag}`, value]),
      ),
    },
  });
  const root = (account) => ({
    kind,
    account,
    principal: `arn:aws:iam::${account}:root`,
    facts: {
      "aws:PrincipalArn": `arn:aws:iam::${account}:root`,
      "aws:PrincipalType": "Account",
      "aws:userid": account,
    },
  });
  switch (kind) {
    case "user":
    case "foreign-user":
      return who(random.pick([alice, alice, bob]));
    case "session":
    case "foreign-session":
      return who(random.pick([app, app, worker]));
    case "service": {
      const principal = random.pick(SERVICES);
      // Its calls are in the account of the key.
      return { kind, principal, facts: { "aws:PrincipalServiceName": principal } };
    }
    case "foreign-root":
      return root(OTHER);
    default:
      return root(ACCOUNT);
  }
}

/** What a call brings along: the options for the package and the condition keys. */
function surroundings(random, who) {
  const options = {};
  const facts = {};
  const give = (chance, option, key, values, told = String) => {
    if (!random.is(chance)) return;
    const value = random.pick(values);
    options[option] = value;
    facts[key] = told(value);
  };
  const ips = ["203.0.113.7", "10.1.2.3", "2001:db8::1"];
  give(0.6, "sourceIp", "aws:SourceIp", ips);
  give(0.4, "userAgent", "aws:UserAgent", ["aws-cli/2.9", "Boto3/1.40 (x86)"]);
  give(0.6, "organization", "aws:PrincipalOrgID", ["o-a1b2c3d4e5", "o-zzzzzzzzzz"]);
  if (who.kind !== "service") give(0.6, "mfa", "aws:MultiFactorAuthPresent", [true, false]);
  const arns = ["arn:aws:s3:::bucket", `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:a:b`];
  give(who.kind === "service" ? 0.9 : 0.3, "sourceArn", "aws:SourceArn", arns);
  give(who.kind === "service" ? 0.9 : 0.3, "sourceAccount", "aws:SourceAccount", [ACCOUNT, OTHER]);
  if (who.kind !== "service" && random.is(0.35)) {
    options.viaService = random.pick(["s3", "ec2"]);
    facts["kms:ViaService"] = `${options.viaService}.${REGION}.amazonaws.com`;
    const service = `${options.viaService}.amazonaws.com`;
    facts["aws:CalledVia"] = [service];
    facts["aws:CalledViaFirst"] = service;
    facts["aws:CalledViaLast"] = service;
  }
  facts["aws:ViaAWSService"] = String(options.viaService !== undefined);
  facts["aws:PrincipalIsAWSService"] = String(who.kind === "service");
  facts["aws:SecureTransport"] = "true";
  facts["aws:RequestedRegion"] = REGION;
  facts["aws:CurrentTime"] = new Date(NOW).toISOString().replace(".000", "");
  facts["aws:EpochTime"] = String(NOW / 1000);
  return { options, facts };
}

function operationFor(random, who) {
  if (who.kind.startsWith("foreign"))
    return random.pick(random.is(0.85) ? FOREIGN : FOREIGN_REFUSED);
  if (who.kind === "service") return random.pick(OF_SERVICES);
  return random.pick(random.is(0.92) ? OPERATIONS_ON_KEYS : OPERATIONS_ON_NONE);
}

/** A request: who calls what, and each thing that it asks, with the values of the condition keys. */
export function makeRequest(random, world) {
  const who = caller(random, world);
  const operation = operationFor(random, who);
  const { keys, make, hasNoAlias, isOfGrants, hasNoKeys } = OPERATIONS[operation];
  const kinds = who.kind === "foreign-user" || who.kind === "foreign-session" ? ["foreign"] : keys;
  const key = kinds.length === 0 ? undefined : world.keys[random.pick(kinds)];
  const made = make(random);
  const around = surroundings(random, who);
  const account = who.account ?? ACCOUNT;
  const facts = { ...around.facts, ...who.facts, "kms:CallerAccount": account };
  if (who.kind !== "service") facts["aws:PrincipalAccount"] = account;
  facts["aws:ResourceAccount"] = key?.account ?? account;
  if (isOfGrants || made.isOfGrants) {
    facts["kms:GrantIsForAWSResource"] = String(around.options.viaService !== undefined);
  }
  const input = { ...made.input };
  const own = {};
  if (key) {
    Object.assign(own, key.facts, { "kms:ResourceAliases": key.aliases });
    for (const [tag, value] of Object.entries(key.tags)) own[`aws:ResourceTag/${tag}`] = value;
    // Another account's alias is named by its ARN.
    const alias = !hasNoAlias && random.is(0.3) ? random.pick(key.aliases) : undefined;
    if (alias) own["kms:RequestAlias"] = alias;
    const name = alias ? `arn:aws:kms:${REGION}:${key.account}:${alias}` : key.arn;
    if (operation === "ReEncrypt") {
      input.SourceKeyId = name;
      input.DestinationKeyId = made.isSame
        ? name
        : world.keys[key.kind === "plain" ? "regional" : "plain"].arn;
      own["kms:ReEncryptOnSameKey"] = String(made.isSame);
    } else {
      input.KeyId = name;
    }
  }
  // These have no condition keys of KMS's own.
  for (const fact of Object.keys(facts)) {
    if (hasNoKeys && fact.startsWith("kms:")) delete facts[fact];
  }
  // Of a ReEncrypt between two keys the first is looked at: the other has a policy of its own.
  const actions = made.actions
    ? Object.entries(made.actions).slice(0, made.isSame ? 2 : 1)
    : [[operation, made.facts]];
  const asks = actions.map(([action, more]) => ({
    action: `kms:${action}`,
    facts: { ...facts, ...own, ...more },
  }));
  return {
    who,
    operation,
    key,
    input,
    options: { ...around.options, principal: who.principal },
    asks,
  };
}
