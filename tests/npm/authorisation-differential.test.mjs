// The decision against another's: @cloud-copilot/iam-simulate, which knows nothing of this package. Pairs of policies
// and requests, each with a twin in which one element of one policy is another; where the decision flips, that element
// was decisive. Where the two differ, AWS's documentation decides: tests/vectors/authorisation/differences.json.
//
// TABKMS_SCENARIOS=50000 TABKMS_SEED=2 node --test tests/npm/authorisation-differential.test.mjs
//
// The simulator has no grants: those are in crate/core/src/authz/tests/grants.rs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { familyOf } from "./differential/conditions.mjs";
import { explain, NAMES } from "./differential/differences.mjs";
import { Package, simulatorAllows } from "./differential/evaluators.mjs";
import { Random } from "./differential/random.mjs";
import { makeScenario, policiesOf } from "./differential/scenarios.mjs";
import { makeWorld } from "./differential/world.mjs";

const DEFAULT = process.env.TABKMS_LONG ? 30_000 : 5600;
const SCENARIOS = Number(process.env.TABKMS_SCENARIOS ?? DEFAULT);
const SEED = Number(process.env.TABKMS_SEED ?? 20_260_115);

/** What is promised of the run. */
const PAIRS = 10_000;
const ALLOWED = 0.3;
const DECISIVE = 50;

const LAYERS = [
  "key-policy",
  "identity-inline",
  "identity-managed",
  "permissions-boundary",
  "session-policy",
].flatMap((layer) => [`${layer}, Allow`, `${layer}, Deny`]);

/** Operators go by families; sets, suffixes and Null are families of their own. */
const FAMILIES = {
  String: /^String/,
  Numeric: /^Numeric/,
  Date: /^Date/,
  Bool: /^Bool$/,
  Binary: /^Binary/,
  IpAddress: /IpAddress$/,
  Arn: /^Arn/,
  Null: /^Null$/,
  IfExists: /^IfExists$/,
  ForAllValues: /^ForAllValues$/,
  ForAnyValue: /^ForAnyValue$/,
};

/** The condition keys that both sides can be given. */
const KEYS = [
  ...["CalledVia", "CalledViaFirst", "CalledViaLast", "CurrentTime", "EpochTime"],
  ...["MultiFactorAuthPresent", "PrincipalAccount", "PrincipalArn", "PrincipalIsAWSService"],
  ...["PrincipalOrgID", "PrincipalServiceName", "PrincipalTag/", "PrincipalType", "RequestTag/"],
  ...["RequestedRegion", "ResourceAccount", "ResourceTag/", "SecureTransport", "SourceAccount"],
  ...["SourceArn", "SourceIp", "TagKeys", "UserAgent", "ViaAWSService", "userid", "username"],
]
  .map((name) => `aws:${name}`)
  .concat(
    [
      ...["BypassPolicyLockoutSafetyCheck", "CallerAccount", "DataKeyPairSpec"],
      ...["EncryptionAlgorithm", "EncryptionContext:", "EncryptionContextKeys", "ExpirationModel"],
      ...["GrantConstraintSourceArn", "GrantConstraintType", "GrantIsForAWSResource"],
      ...[
        "GrantOperations",
        "GranteePrincipal",
        "GranteeServicePrincipal",
        "KeyAgreementAlgorithm",
      ],
      ...["KeyOrigin", "KeySpec", "KeyUsage", "MacAlgorithm", "MessageType", "MultiRegion"],
      ...["MultiRegionKeyType", "PrimaryRegion", "ReEncryptOnSameKey", "ReplicaRegion"],
      ...["RequestAlias", "ResourceAliases", "RetiringPrincipal", "RetiringServicePrincipal"],
      ...["RotationPeriodInDays", "ScheduleKeyDeletionPendingWindowInDays", "SigningAlgorithm"],
      ...["ValidTo", "ViaService", "WrappingAlgorithm", "WrappingKeySpec"],
    ].map((name) => `kms:${name}`),
  );

const differences = JSON.parse(
  readFileSync(new URL("../vectors/authorisation/differences.json", import.meta.url), "utf8"),
);

const count = (counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1);

class Run {
  counts = { layers: new Map(), elements: new Map(), operators: new Map(), keys: new Map() };
  differences = new Map();
  unexplained = [];
  pairs = 0;
  allowed = 0;

  constructor(world, random) {
    Object.assign(this, { world, random, package: new Package(world) });
  }

  async scenario() {
    const scenario = makeScenario(this.random, this.world, this.counts);
    if (!scenario) return;
    const original = await this.pair(scenario, false);
    const twin = await this.pair(scenario, true);
    if (original !== twin) this.note(scenario.focus);
  }

  /** Decides by both, and has the difference explained. */
  async pair(scenario, isTwin) {
    const { request, ask } = scenario;
    const layers = policiesOf(scenario, isTwin);
    const decisions = await this.package.decide(request, layers);
    const decision = decisions.find(({ action }) => action === ask.action);
    this.pairs++;
    if (decision.allowed) this.allowed++;
    const simulate = async (facts, policies) =>
      (await simulatorAllows(request, { ...ask, facts }, policies)).allowed;
    if ((await simulate(ask.facts, layers)) !== decision.allowed) {
      const given = { request, ask, facts: ask.facts, layers };
      const names = await explain(given, decision.allowed, simulate);
      for (const name of names) count(this.differences, name);
      if (names.length === 0) this.unexplained.push({ ...given, decision });
    }
    return decision.allowed;
  }

  note({ statement, index }) {
    const element = statement.elements[index];
    count(this.counts.layers, `${statement.layer}, ${statement.effect}`);
    count(this.counts.elements, element.kind);
    if (element.kind !== "condition") return;
    count(this.counts.keys, familyOf(element.key));
    for (const label of element.labels) count(this.counts.operators, label);
  }

  ofFamily(pattern) {
    const found = [...this.counts.operators].filter(([name]) => pattern.test(name));
    return found.reduce((sum, [, number]) => sum + number, 0);
  }
}

function table(title, rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(
    ([name, number]) => `  ${name.padEnd(width)} ${String(number).padStart(6)}`,
  );
  return [title, ...lines].join("\n");
}

test("the decision agrees with an independent evaluator, or AWS's documentation says why not", async (t) => {
  const world = await makeWorld();
  t.after(() => world.kms.close());
  const run = new Run(world, new Random(SEED));
  for (let done = 0; done < SCENARIOS; done++) await run.scenario();

  const { counts } = run;
  const of = (map) => (name) => [name, map.get(name) ?? 0];
  const layers = LAYERS.map(of(counts.layers));
  const families = Object.entries(FAMILIES).map(([name, pattern]) => [name, run.ofFamily(pattern)]);
  const keys = KEYS.map(of(counts.keys));
  const percent = ((100 * run.allowed) / run.pairs).toFixed(1);
  t.diagnostic(`seed ${SEED}: ${run.pairs} pairs, ${percent} % allowed`);
  for (const [title, rows] of [
    ["decisive, by layer", layers],
    ["by element", [...counts.elements]],
    ["by operator family", families],
    ["by condition key", keys],
    ["differences, by what explains them", [...run.differences]],
  ]) {
    t.diagnostic(table(title, rows));
  }

  const [first] = run.unexplained;
  assert.equal(run.unexplained.length, 0, first && JSON.stringify(first, undefined, 1));
  assert.ok(run.allowed / run.pairs >= ALLOWED, `${percent} % allowed`);
  if (SCENARIOS < DEFAULT) return;
  assert.ok(run.pairs >= PAIRS, `${run.pairs} pairs`);
  for (const [name, number] of [...layers, ...families, ...keys]) {
    assert.ok(number >= DECISIVE, `${name} was decisive ${number} times`);
  }
  assert.deepEqual(
    [...run.differences.keys()].sort(),
    [...NAMES].sort(),
    "each difference is there",
  );
});

test("each difference has the page that decides it", () => {
  assert.deepEqual(
    differences.map(({ name }) => name),
    NAMES,
  );
  for (const { name, page, words, simulator, package: own } of differences) {
    assert.match(page, /^https:\/\/docs\.aws\.amazon\.com\//, name);
    assert.ok(words && simulator && own, name);
  }
});
