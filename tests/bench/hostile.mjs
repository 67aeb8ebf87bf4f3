// Key policies of full length that make a decision as slow as they can, each with the encryption context that it is
// slow on: thousands of patterns against a long value, thousands of values, thousands of context keys.

/** The longest key policy, in bytes. */
const LONGEST = 32_768;
/** So long are the context's values, or its keys in all, in bytes. */
const LENGTH = 2000;
const X = "kms:EncryptionContext:x";
const KEYS = "kms:EncryptionContextKeys";
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const repeated = (text, length = LENGTH) =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);
/** Letters that differ with every index, in no pattern's order. */
const mixed = (length, from = 0) =>
  Array.from({ length }, (_, at) => LETTERS[((at + from) * (at + from + 7) * 31) % 61]).join("");
const numbered = (index, length) => index.toString(36).padStart(length, "0");
/** A context of so many keys as are LENGTH bytes. */
const keys = (length, keyOf) =>
  Object.fromEntries(Array.from({ length: LENGTH / length }, (_, index) => [keyOf(index), ""]));

/** A policy that allows `principal` all when it has held a condition of as many values as there is room for. */
function filled(principal, operator, key, valueAt) {
  const text = (condition) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "*",
          Resource: "*",
          // The last condition never holds.
          Condition: { [operator]: condition, Bool: { "aws:SecureTransport": false } },
        },
        { Effect: "Allow", Principal: { AWS: principal }, Action: "*", Resource: "*" },
      ],
    });
  // Without a key, the values are names of context keys, and each has a condition of its own.
  const isMany = key === undefined;
  const entries = [];
  let left = LONGEST - Buffer.byteLength(text(isMany ? {} : { [key]: [] }));
  for (let index = 0; ; index++) {
    const value = valueAt(index);
    left -=
      Buffer.byteLength(JSON.stringify(value)) +
      (isMany ? '"kms:EncryptionContext:":[]'.length : 1);
    if (left < 0) break;
    entries.push(value);
  }
  if (!isMany) return text({ [key]: entries });
  return text(Object.fromEntries(entries.map((name) => [`kms:EncryptionContext:${name}`, []])));
}

/** Name → operator, condition key, its values, and the encryption context. */
const SHAPES = {
  "*aab* on aaaa": ["StringLike", X, (n) => `*aa${LETTERS[1 + (n % 60)]}*`, { x: repeated("a") }],
  "*a?b* on aaaa": ["StringLike", X, (n) => `*a?${LETTERS[1 + (n % 60)]}*`, { x: repeated("a") }],
  "*a?b*, not, on abab": ["StringNotLike", X, () => "*a?b*", { x: repeated("ab") }],
  "a*x*y! on any": [
    "StringLike",
    X,
    (n) => `?*${mixed(2, n).split("").join("*")}*!`,
    { x: mixed(LENGTH) },
  ],
  "*?a?*b?* on aaaa": ["StringLikeIfExists", X, () => "*?a?*b?*", { x: repeated("a") }],
  "*aaa…b* on aaaa": [
    "StringLike",
    X,
    (n) => `*${"a".repeat(900 + (n % 9))}b*`,
    { x: repeated("a") },
  ],
  "*??? …!* on éééé": [
    "StringLike",
    X,
    (n) => `*${"?".repeat(200 + n)}!*`,
    { x: repeated("é", LENGTH / 2) },
  ],
  "one pattern of a*a*a*": [
    "StringLike",
    X,
    (n) => (n === 0 ? `${repeated("a*", 32_000)}!` : ""),
    { x: repeated("a") },
  ],
  "*a?b* on 600 characters": [
    "StringLike",
    X,
    () => "*a?b*",
    {
      x: repeated(
        Array.from({ length: 600 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join(""),
        LENGTH / 3,
      ),
    },
  ],
  "variables in patterns": [
    "StringLike",
    X,
    (n) => `*\${kms:EncryptionContext:y}?${LETTERS[1 + (n % 60)]}*`,
    { x: repeated("a"), y: repeated("a", LENGTH / 2) },
  ],
  ARNs: [
    "ArnLike",
    X,
    (n) => `*:*:*:*:*:*a?${LETTERS[1 + (n % 60)]}*`,
    { x: `a:a:a:a:a:${repeated("a")}` },
  ],
  "patterns against keys": [
    "ForAnyValue:StringLike",
    KEYS,
    (n) => `*${LETTERS[n % 62]}?!*`,
    keys(3, (index) => numbered(index, 3)),
  ],
  "texts against keys": [
    "ForAnyValue:StringEquals",
    KEYS,
    (n) => `${numbered(n, 3)}!`,
    keys(3, (index) => numbered(index, 3)),
  ],
  "numbers against keys": [
    "ForAnyValue:NumericLessThan",
    KEYS,
    () => -9,
    keys(4, (index) => `${1000 + index}`),
  ],
  "networks against keys": [
    "ForAnyValue:IpAddress",
    KEYS,
    () => "1::",
    keys(6, (index) => `::${(4096 + index).toString(16)}`),
  ],
  "a condition for each key": [
    "StringNotEquals",
    undefined,
    (n) => numbered(n, 3),
    keys(3, (index) => numbered(index, 3)),
  ],
};

/** The shapes, as `[name, Policy, EncryptionContext]`, each of which allows `principal` what it asks. */
export function hostilePolicies(principal) {
  return Object.entries(SHAPES).map(([name, [operator, key, valueAt, context]]) => [
    name,
    filled(principal, operator, key, valueAt),
    context,
  ]);
}
