// Conditions that hold for a request, each with a twin that all but does.

/** The keys of several values, as AWS's pages have them: they want a set operator. */
const MULTIVALUED = new Set([
  "aws:CalledVia",
  "aws:TagKeys",
  "kms:EncryptionContextKeys",
  "kms:GrantOperations",
  "kms:ResourceAliases",
]);

/** The types of the keys that are no text. */
const TYPES = {
  "aws:CurrentTime": "Date",
  "aws:EpochTime": "Date",
  "kms:ValidTo": "Date",
  "aws:SourceIp": "IpAddress",
  "aws:PrincipalArn": "Arn",
  "aws:SourceArn": "Arn",
  "kms:GranteePrincipal": "Arn",
  "kms:GrantConstraintSourceArn": "Arn",
  "kms:RetiringPrincipal": "Arn",
  "kms:RotationPeriodInDays": "Numeric",
  "kms:ScheduleKeyDeletionPendingWindowInDays": "Numeric",
  "aws:MultiFactorAuthPresent": "Bool",
  "aws:PrincipalIsAWSService": "Bool",
  "aws:SecureTransport": "Bool",
  "aws:ViaAWSService": "Bool",
  "kms:BypassPolicyLockoutSafetyCheck": "Bool",
  "kms:GrantIsForAWSResource": "Bool",
  "kms:MultiRegion": "Bool",
  "kms:ReEncryptOnSameKey": "Bool",
};

/** Of each type: its operators, and whether they want the opposite. */
const OPERATORS = {
  String: {
    StringEquals: false,
    StringNotEquals: true,
    StringEqualsIgnoreCase: false,
    StringNotEqualsIgnoreCase: true,
    StringLike: false,
    StringNotLike: true,
  },
  Arn: { ArnEquals: false, ArnNotEquals: true, ArnLike: false, ArnNotLike: true },
  Numeric: {
    NumericEquals: false,
    NumericNotEquals: true,
    NumericLessThan: false,
    NumericLessThanEquals: false,
    NumericGreaterThan: false,
    NumericGreaterThanEquals: false,
  },
  Date: {
    DateEquals: false,
    DateNotEquals: true,
    DateLessThan: false,
    DateLessThanEquals: false,
    DateGreaterThan: false,
    DateGreaterThanEquals: false,
  },
  Bool: { Bool: false },
  Binary: { BinaryEquals: false },
  IpAddress: { IpAddress: false, NotIpAddress: true },
};
const OPPOSITES = Object.assign({}, ...Object.values(OPERATORS));

/** What a request may lack. */
const ABSENT = [
  "aws:MultiFactorAuthPresent",
  "aws:PrincipalOrgID",
  "aws:PrincipalTag/none",
  "aws:SourceArn",
  "aws:SourceIp",
  "aws:TagKeys",
  "aws:username",
  "kms:EncryptionContext:app",
  "kms:EncryptionContextKeys",
  "kms:RequestAlias",
  "kms:ViaService",
];

/** A condition key without the name of a tag or of a context's key. */
export const familyOf = (key) => key.replace(/^(kms:EncryptionContext:|aws:\w+Tag\/).*/, "$1");

/** Variables of what no request has. */
const UNRESOLVED = ["", ", 'none'"].map((rest) => `\${aws:PrincipalTag/absent${rest}}`);

const typeOf = (key) => TYPES[key] ?? "String";
const isBase64 = (text) => /^([A-Za-z0-9+/]{4})+$/.test(text);

/** Text in letters of any case. */
function anyCase(random, text) {
  return [...text].map((c) => (random.is(0.5) ? c.toUpperCase() : c.toLowerCase())).join("");
}

/** Another text, and hardly another; in more than case if `inMore`. */
function mutated(random, text, inMore) {
  const at = random.below(Math.max(text.length, 1));
  const change = random.below(inMore ? 3 : 4);
  if (change === 0) return `${text}x`;
  if (change === 1 && text.length > 1) return text.slice(0, -1);
  if (change === 3) {
    const other = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
    if (other !== text) return other;
  }
  const letter = text[at]?.toLowerCase() === "q" ? "j" : "q";
  return text.slice(0, at) + letter + text.slice(at + 1);
}

/** A pattern that covers the text. */
function wild(random, text) {
  const from = random.below(text.length + 1);
  const to = from + random.below(text.length + 1 - from);
  const pattern = `${text.slice(0, from)}*${text.slice(to)}`;
  return random.is(0.3) && from > 0 ? `?${pattern.slice(1)}` : pattern;
}

/** A pattern that covers the ARN part by part. */
function wildArn(random, arn) {
  const parts = arn.split(":");
  const resource = parts.splice(5).join(":");
  const covered = [...parts, resource].map((part, index) => {
    if (index === 0 || !random.is(0.3)) return part;
    return part === "" ? "*" : wild(random, part);
  });
  return covered.join(":");
}

function mutatedArn(random, arn) {
  const parts = arn.split(":");
  const resource = parts.splice(5).join(":");
  const at = 1 + random.below(5);
  const all = [...parts, resource];
  all[at] = all[at] === "" ? "x" : mutated(random, all[at], false);
  return all.join(":");
}

const NETWORKS = {
  "203.0.113.7": [
    ["203.0.113.0/24", "203.0.113.7", "203.0.113.7/32", "203.0.113.6/31"],
    ["203.0.113.8/29", "203.0.112.0/24", "203.0.113.6"],
  ],
  "10.1.2.3": [
    ["10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "10.1.2.2/31"],
    ["11.0.0.0/8", "10.1.2.4/30", "10.1.3.0/24"],
  ],
  "2001:db8::1": [
    ["2001:db8::/32", "2001:db8::1", "2001:DB8:0:0::1/128"],
    ["2001:db9::/32", "2001:db8::2", "2001:db8::2/127"],
  ],
};

function number(random, operator, value, covers) {
  const wanted = {
    Equals: covers ? [0] : [-1, 1],
    NotEquals: covers ? [0] : [-1, 1],
    LessThan: covers ? [1, 50] : [0, -1],
    LessThanEquals: covers ? [0, 1] : [-1],
    GreaterThan: covers ? [-1, -5] : [0, 1],
    GreaterThanEquals: covers ? [0, -1] : [1],
  };
  return value + random.pick(wanted[operator.replace(/^(Numeric|Date)/, "")]);
}

/** A value of a condition that covers `value`, or that all but does. */
function valueFor(random, operator, value, covers) {
  switch (operator) {
    case "StringEquals":
    case "StringNotEquals":
      return covers ? value : mutated(random, value, false);
    case "StringEqualsIgnoreCase":
    case "StringNotEqualsIgnoreCase":
      return covers ? anyCase(random, value) : anyCase(random, mutated(random, value, true));
    case "StringLike":
    case "StringNotLike":
      if (covers) return wild(random, value);
      return random.pick([
        mutated(random, value, false),
        `?${value}`,
        `${value}?`,
        `${value}?*`,
        `x*${value}`,
      ]);
    case "ArnEquals":
    case "ArnNotEquals":
    case "ArnLike":
    case "ArnNotLike":
      return covers ? wildArn(random, value) : mutatedArn(random, value);
    case "Bool":
      return anyCase(random, String(covers === (value === "true")));
    case "BinaryEquals":
      return covers ? value : value.replace(/^./, (c) => (c === "A" ? "B" : "A"));
    case "IpAddress":
    case "NotIpAddress":
      return random.pick(NETWORKS[value][covers ? 0 : 1]);
    default: {
      if (operator.startsWith("Numeric")) {
        const text = String(number(random, operator, Number(value), covers));
        return random.is(0.2) ? `${text}.0` : text;
      }
      const seconds = /^\d+$/.test(value) ? Number(value) : Date.parse(value) / 1000;
      const other = number(random, operator, seconds, covers);
      return random.is(0.4)
        ? String(other)
        : new Date(other * 1000).toISOString().replace(".000", "");
    }
  }
}

/** A variable that stands for the text, where one does. */
function variableFor(random, facts, key, text) {
  const others = Object.keys(facts).filter(
    (other) => other !== key && !MULTIVALUED.has(other) && facts[other] === text,
  );
  return others.length > 0 ? `\${${random.pick(others)}}` : undefined;
}

const isText = (operator) => operator.startsWith("String");

function values(random, facts, key, operator, covered, uncovered) {
  const list = [];
  for (const value of covered) {
    const variable =
      isText(operator) && random.is(0.3) ? variableFor(random, facts, key, value) : undefined;
    list.push(variable ?? valueFor(random, operator, value, true));
  }
  if (covered.length === 0) {
    for (const value of uncovered) {
      const isOpen = isText(operator) && random.is(0.1);
      list.push(isOpen ? random.pick(UNRESOLVED) : valueFor(random, operator, value, false));
    }
  } else if (random.is(0.3) && uncovered.length > 0) {
    list.push(valueFor(random, operator, random.pick(uncovered), false));
  }
  // What covers less than it is meant to covers nothing by chance.
  return list.length === 1 && random.is(0.6) ? list[0] : list;
}

/** A literal of the key's type, for a request that lacks the key. */
function anyValue(type) {
  return {
    String: "red",
    Arn: "arn:aws:s3:::bucket",
    Numeric: "7",
    Date: "2026-01-15T12:30:45Z",
    Bool: "true",
    IpAddress: "10.0.0.0/8",
  }[type];
}

/** The rarest of several: each has its number in `counts`. */
function rarest(random, items, counts) {
  const countOf = (item) => counts.get(item) ?? 0;
  const least = Math.min(...items.map(countOf));
  return random.pick(items.filter((item) => countOf(item) <= least + 3));
}

/** The key that has been decisive least often, or whose type's operators have. */
function rarestKey(random, keys, counts) {
  const ofType = (type) =>
    Object.keys(OPERATORS[type]).reduce(
      (sum, operator) => sum + (counts.operators.get(operator) ?? 0),
      0,
    );
  const rank = new Map(
    keys.map((key) => [key, Math.min(counts.keys.get(familyOf(key)) ?? 0, ofType(typeOf(key)))]),
  );
  return rarest(random, keys, rank);
}

/** Of a key that the request lacks. */
function aboutAbsence(random, key) {
  const type = typeOf(key);
  const set = MULTIVALUED.has(key)
    ? random.pick(["ForAllValues:", "ForAnyValue:"])
    : random.pick(["", "", "", "", "ForAnyValue:"]);
  const operator = random.pick(Object.keys(OPERATORS[type]));
  const value = anyValue(type);
  const of = (name, given) => ({ operator: name, key, value: given });
  if (random.is(0.3))
    return { hit: of("Null", "true"), miss: of("Null", "false"), labels: ["Null"] };
  if (set === "ForAllValues:") {
    return {
      hit: of(`${set}${operator}`, value),
      miss: of(`ForAnyValue:${operator}`, value),
      labels: [operator, "ForAllValues"],
    };
  }
  if (set === "ForAnyValue:") {
    // Of no value none passes; the suffix is about the key's absence.
    const name = random.is(0.5) ? `${set}${operator}IfExists` : `${set}${operator}`;
    return { hit: of("Null", "true"), miss: of(name, value), labels: [operator, "ForAnyValue"] };
  }
  if (OPPOSITES[operator]) {
    // It holds with or without; its twin asks for the key.
    return {
      hit: of(`${operator}IfExists`, value),
      miss: of("Null", false),
      labels: [operator, "IfExists"],
    };
  }
  return {
    hit: of(`${operator}IfExists`, value),
    miss: of(operator, value),
    labels: [operator, "IfExists"],
  };
}

/** Of a key that the request has. */
function aboutValues(random, facts, key, counts) {
  const given = [facts[key]].flat();
  const of = (name, value) => ({ operator: name, key, value });
  if (random.is(0.08))
    return { hit: of("Null", false), miss: of("Null", "true"), labels: ["Null"] };
  const type = typeOf(key);
  const types = type === "Arn" || type === "Date" ? [type, type, "String"] : [type];
  if (given.every(isBase64) && type === "String") types.push("Binary");
  if (type === "Date") types.pop();
  const operators = types.flatMap((one) => Object.keys(OPERATORS[one]));
  const operator = rarest(random, operators, counts);
  const set = MULTIVALUED.has(key)
    ? random.pick(["ForAllValues:", "ForAnyValue:"])
    : random.pick(["", "", "", "", "", "ForAllValues:", "ForAnyValue:"]);
  const suffix = random.is(0.15) ? "IfExists" : "";
  const name = `${set}${operator}${suffix}`;
  const isOpposite = OPPOSITES[operator];
  const one = [random.pick(given)];
  const butOne = given.filter((value) => value !== one[0]);
  const draw = (covered) =>
    of(
      name,
      values(
        random,
        facts,
        key,
        operator,
        covered,
        given.filter((value) => !covered.includes(value)),
      ),
    );
  // All values covered, some, none: which of it holds is the operator's.
  const [hit, miss] = {
    "": [given, []],
    "ForAllValues:": isOpposite ? [[], one] : [given, butOne],
    "ForAnyValue:": isOpposite ? [butOne, given] : [one, []],
  }[set];
  const [holds, holdsNot] = set === "" && isOpposite ? [miss, hit] : [hit, miss];
  const labels = [operator, ...(set ? [set.slice(0, -1)] : []), ...(suffix ? [suffix] : [])];
  return { hit: draw(holds), miss: draw(holdsNot), labels };
}

/**
 * A condition that holds for a request of these facts, and one that does not.
 * @param {Record<string, string | string[]>} facts
 * @param {{ keys: Map<string, number>, operators: Map<string, number> }} counts how often each was decisive
 */
export function makeCondition(random, facts, counts) {
  const absent = ABSENT.filter((key) => !(key in facts));
  const isAbsent = random.is(0.15);
  const key = isAbsent ? random.pick(absent) : rarestKey(random, Object.keys(facts), counts);
  const made = isAbsent
    ? aboutAbsence(random, key)
    : aboutValues(random, facts, key, counts.operators);
  const written = random.is(0.1) ? anyCase(random, key) : key;
  // Behind the stroke of a tag's or a context's key stands a name of the user's own.
  const name = key.includes("/") || key.split(":").length > 2 ? key : written;
  const said = ({ operator, value }) => ({ [operator]: { [name]: value } });
  return {
    kind: "condition",
    hit: said(made.hit),
    miss: said(made.miss),
    key,
    labels: made.labels,
  };
}
