// Where the package and @cloud-copilot/iam-simulate differ, and AWS's documentation has the package's answer. What each
// is, and the page that decides: tests/vectors/authorisation/differences.json.
//
// Each is a rewriting of the scenario, for the simulator alone, into one that means the same by that page and has not
// what the two read differently. A difference is explained by those after which the simulator gives the package's
// answer; it returns nothing where the scenario has nothing of the kind.

/** Every condition of the statements through `change`, which gets and returns [operator, key, value]. */
function conditions(statements, change) {
  return statements.map((statement) => {
    const condition = {};
    for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
      for (const [key, value] of Object.entries(keys)) {
        const [otherOperator, otherKey, otherValue] = change([operator, key, value]);
        condition[otherOperator] = { ...condition[otherOperator], [otherKey]: otherValue };
      }
    }
    return statement.Condition ? { ...statement, Condition: condition } : statement;
  });
}

function eachLayer(layers, change) {
  return Object.fromEntries(
    Object.entries(layers).map(([name, statements]) => [name, change(statements, name)]),
  );
}

const many = (value, change) => (Array.isArray(value) ? value.map(change) : change(value));
const iso = (text) =>
  /^\d{9,}$/.test(text) ? new Date(Number(text) * 1000).toISOString().replace(".000", "") : text;

/** What a session's own ARN, or everyone's, is given, an implicit denial in the session policy does not limit. */
function unlimitedSession({ layers }, names) {
  const isNamed = (layers["key-policy"] ?? []).some(
    ({ Effect, Principal }) => Effect === "Allow" && names(Principal),
  );
  const session = layers["session-policy"];
  if (!isNamed || !session) return undefined;
  const all = { Effect: "Allow", Action: "*", Resource: "*" };
  return { layers: { ...layers, "session-policy": [all, ...session] } };
}

const REWRITINGS = {
  "star-beyond-colon"({ layers }) {
    const text = JSON.stringify(layers);
    const rewritten = text.replaceAll("arn:aws:kms:*:key/", "arn:aws:kms:*:*:key/");
    return rewritten === text ? undefined : { layers: JSON.parse(rewritten) };
  },

  "whole-network"({ layers }) {
    const text = JSON.stringify(layers);
    const rewritten = text.replaceAll('"0.0.0.0/0"', '"0.0.0.0/1","128.0.0.0/1"');
    if (rewritten === text) return undefined;
    const nested = rewritten.replace(/:("0\.0\.0\.0\/1","128\.0\.0\.0\/1")/g, ":[$1]");
    return { layers: JSON.parse(nested) };
  },

  "seconds-as-date"({ layers, facts }) {
    const change = ([operator, key, value]) => [
      operator,
      key,
      operator.includes("Date") ? many(value, (one) => iso(String(one))) : value,
    ];
    const rewritten = eachLayer(layers, (statements) => conditions(statements, change));
    return { layers: rewritten, facts: { ...facts, "aws:EpochTime": iso(facts["aws:EpochTime"]) } };
  },

  "session-by-its-arn"(scenario) {
    return unlimitedSession(scenario, (named) =>
      JSON.stringify(named ?? "").includes(":assumed-role/"),
    );
  },

  everyone(scenario) {
    return unlimitedSession(
      scenario,
      (named) => named === "*" || [named?.AWS].flat().includes("*"),
    );
  },

  "two-accounts"({ request, ask }) {
    const { key, who } = request;
    const isPossible = ACROSS_ACCOUNTS.has(ask.action.slice(4));
    return key && who.account && key.account !== who.account && !isPossible
      ? { allowed: false }
      : undefined;
  },
};

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html */
const ACROSS_ACCOUNTS = new Set([
  "CreateGrant",
  "Decrypt",
  "DescribeKey",
  "Encrypt",
  "GenerateDataKey",
  "ListGrants",
  "ReEncryptFrom",
  "ReEncryptTo",
]);

export const NAMES = Object.keys(REWRITINGS);

/**
 * Which differences make the simulator give another answer than `allowed`; none where they are not known.
 * @param {(facts: object, layers: object) => Promise<boolean>} simulate
 */
export async function explain(scenario, allowed, simulate) {
  const found = [];
  let whole = scenario;
  for (const name of NAMES) {
    const rewritten = REWRITINGS[name](whole);
    if (!rewritten) continue;
    if (rewritten.allowed !== undefined) {
      if (rewritten.allowed === allowed) return [name];
      continue;
    }
    const alone = { ...scenario, ...REWRITINGS[name](scenario) };
    if ((await simulate(alone.facts, alone.layers)) === allowed) return [name];
    whole = { ...whole, ...rewritten };
    found.push(name);
  }
  return found.length > 1 && (await simulate(whole.facts, whole.layers)) === allowed ? found : [];
}
