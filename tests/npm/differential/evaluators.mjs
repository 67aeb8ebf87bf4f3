// The two that decide: the package, and @cloud-copilot/iam-simulate.

import { runSimulation } from "@cloud-copilot/iam-simulate";
import { ACCOUNT } from "./world.mjs";

const document = (Statement) => ({ Version: "2012-10-17", Statement });
const ALLOW_ALL = document([{ Effect: "Allow", Action: "*", Resource: "*" }]);
/** What a layer without statements that matter says. */
const SILENT = { Effect: "Allow", Action: "kms:CancelKeyDeletion", Resource: "*" };

/** The owner's way back to a key that a scenario has taken from everybody. Its condition is no scenario's. */
const KEEPER = "the test itself";

/** The whole of a key policy. */
function keyPolicy(key, statements = [{ ...SILENT, Principal: { AWS: "999999999999" } }]) {
  const keep = {
    Effect: "Allow",
    Principal: { AWS: key.account },
    Action: "kms:PutKeyPolicy",
    Resource: "*",
    Condition: { StringEquals: { "aws:UserAgent": KEEPER } },
  };
  return document([...statements, keep]);
}

/** Puts the policies of a scenario where the package looks for them, asks, and takes them away. */
export class Package {
  /** @param {{ kms: import("../../../dist/index.js").Kms }} world */
  constructor({ kms }) {
    this.original = kms;
    this.kms = undefined;
  }

  /** What it decides of each of the things that the request asks. */
  async decide({ who, operation, key, input, options }, layers) {
    this.kms ??= await this.original.fork();
    if (key) await this.#putKeyPolicy(key, JSON.stringify(keyPolicy(key, layers["key-policy"])));
    const undo = who.identity ? await this.#give(who.identity, layers) : [];
    const session = layers["session-policy"];
    const sessionPolicies = session ? [JSON.stringify(document(session))] : undefined;
    try {
      return await this.kms.simulate(operation, input, { ...options, sessionPolicies });
    } finally {
      for (const [name, member] of undo) await this.kms.iam.send(name, member);
    }
  }

  async #putKeyPolicy(key, Policy) {
    const put = { KeyId: key.arn, Policy, BypassPolicyLockoutSafetyCheck: true };
    const as = { principal: `arn:aws:iam::${key.account}:root`, userAgent: KEEPER };
    try {
      await this.kms.send("PutKeyPolicy", put, as);
    } catch (error) {
      if (error.name !== "AccessDeniedException") throw error;
      // The last scenario's policy denies it to its owner as well.
      await this.kms.close();
      this.kms = await this.original.fork();
      await this.kms.send("PutKeyPolicy", put, as);
    }
  }

  async #give({ kind, name }, layers) {
    const { iam } = this.kms;
    const who = { [`${kind}Name`]: name };
    const undo = [];
    const inline = layers["identity-inline"];
    if (inline) {
      const given = { ...who, PolicyName: "own" };
      await iam.send(`Put${kind}Policy`, {
        ...given,
        PolicyDocument: JSON.stringify(document(inline)),
      });
      undo.push([`Delete${kind}Policy`, given]);
    }
    const managed = async (PolicyName, statements) => {
      const PolicyDocument = JSON.stringify(document(statements));
      const { Policy } = await iam.send("CreatePolicy", { PolicyName, PolicyDocument });
      return Policy.Arn;
    };
    if (layers["identity-managed"]) {
      const PolicyArn = await managed("attached", layers["identity-managed"]);
      await iam.send(`Attach${kind}Policy`, { ...who, PolicyArn });
      undo.push([`Detach${kind}Policy`, { ...who, PolicyArn }], ["DeletePolicy", { PolicyArn }]);
    }
    if (layers["permissions-boundary"]) {
      const PermissionsBoundary = await managed("boundary", layers["permissions-boundary"]);
      await iam.send(`Put${kind}PermissionsBoundary`, { ...who, PermissionsBoundary });
      undo.push(
        [`Delete${kind}PermissionsBoundary`, who],
        ["DeletePolicy", { PolicyArn: PermissionsBoundary }],
      );
    }
    return undo;
  }
}

/** @param {string} text of a condition key, or of a value with variables */
const renamed = (text) => text.replace(/kms:EncryptionContext:/gi, "aws:RequestTag/kms-context-");

/** The simulator drops kms:EncryptionContext:… from a request: it gets it under the name of a key that it knows. */
const rename = (layer) => layer && JSON.parse(renamed(JSON.stringify(layer)));

/** Whether the simulator allows one thing that the request asks. */
export async function simulatorAllows({ who, key }, { action, facts }, layers) {
  const policies = (name) => {
    const statements = rename(layers[name]);
    return statements ? [{ name, policy: document(statements) }] : [];
  };
  const [boundary] = policies("permissions-boundary");
  const [session] = policies("session-policy");
  const onKey = key && keyPolicy(key, rename(layers["key-policy"]));
  const context = Object.entries(facts).map(([name, value]) => [renamed(name), value]);
  const simulation = {
    request: {
      principal: who.principal,
      action,
      resource: { resource: key?.arn ?? "*", accountId: key?.account ?? who.account ?? ACCOUNT },
      contextVariables: Object.fromEntries(context),
    },
    // It has the root ask for identity policies, which no root has: all is allowed there.
    identityPolicies: who.kind.endsWith("root")
      ? [{ name: "root", policy: ALLOW_ALL }]
      : [...policies("identity-inline"), ...policies("identity-managed")],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(onKey ? { resourcePolicy: onKey } : {}),
    ...(boundary ? { permissionBoundaryPolicies: [boundary] } : {}),
    ...(session ? { sessionPolicy: session.policy } : {}),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === "error") throw new Error(JSON.stringify(result.errors));
  return { allowed: result.overallResult === "Allowed", result, simulation };
}
