// AWS's service model as the tests use it: what an answer has to look like, what AWS says of an input that breaks a
// constraint, and inputs that keep or break them. Written from the model alone: it shares nothing with the core.

import { readFileSync } from "node:fs";

const file = new URL("../vectors/model/kms.json", import.meta.url);
const { operations, shapes } = JSON.parse(readFileSync(file, "utf8"));

/** Every operation's name, sorted. */
export const OPERATIONS = Object.keys(operations);

/** Every exception that some operation's model names, sorted. */
export const EXCEPTIONS = [
  ...new Set(OPERATIONS.flatMap((name) => operations[name].errors)),
].sort();

/** What any operation may answer beside its own exceptions (the API reference's "Common Errors"). */
const COMMON_ERRORS = new Set([
  "AccessDeniedException",
  "SerializationException",
  "UnknownOperationException",
  "ValidationException",
]);

/** @param {string} name */
export function enumOf(name) {
  return shapes[name].enum;
}

/** The operations whose input has that member. */
export function operationsWith(member) {
  return OPERATIONS.filter((name) => member in (shapes[operations[name].input]?.members ?? {}));
}

/** Whether AWS's model lets `operation` answer with that exception. */
export function mayThrow(operation, exception) {
  return COMMON_ERRORS.has(exception) || operations[operation].errors.includes(exception);
}

/** What is wrong with an answer, as a list of sentences; empty where nothing is. */
export function outputFaults(operation, output) {
  const { output: name } = operations[operation];
  if (name) return faults(name, output, operation);
  const members = output === undefined ? [] : Object.keys(output);
  return members.map((member) => `${operation}.${member} is not in the model`);
}

/**
 * AWS fills the deprecated CustomerMasterKeySpec with every KeySpec ("ML_DSA_65" in recorded answers of DescribeKey),
 * though its enum ended before those.
 */
const ANSWERED_ENUMS = { CustomerMasterKeySpec: shapes.KeySpec.enum };

const WHOLE = /^-?\d+$/;

function faults(name, value, path) {
  const shape = shapes[name];
  if (value === undefined || value === null) return [`${path} is ${value}`];
  switch (shape.type) {
    case "structure":
      return structureFaults(shape, value, path);
    case "list":
      if (!Array.isArray(value)) return [`${path} is no list`];
      return [
        ...boundFaults(shape, value.length, path),
        ...value.flatMap((item, index) => faults(shape.member, item, `${path}.${index}`)),
      ];
    case "map":
      if (!isPlain(value)) return [`${path} is no map`];
      return Object.entries(value).flatMap(([key, item]) => [
        ...faults(shape.key, key, `${path} key ${key}`),
        ...faults(shape.value, item, `${path}.${key}`),
      ]);
    case "string":
      if (typeof value !== "string") return [`${path} is no string`];
      return stringFaults({ ...shape, enum: ANSWERED_ENUMS[name] ?? shape.enum }, value, path);
    case "blob":
      if (!(value instanceof Uint8Array)) return [`${path} is no Uint8Array`];
      return boundFaults(shape, value.length, path);
    case "timestamp":
      return value instanceof Date && !Number.isNaN(value.getTime()) ? [] : [`${path} is no Date`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${path} is no boolean`];
    case "integer":
    case "long":
      if (typeof value !== "number" || !WHOLE.test(String(value)))
        return [`${path} is no whole number`];
      return boundFaults(shape, value, path);
    default:
      throw new Error(`no rule for the type ${shape.type}`);
  }
}

function structureFaults(shape, value, path) {
  if (!isPlain(value)) return [`${path} is no structure`];
  const missing = (shape.required ?? []).filter((member) => !(member in value));
  return [
    ...missing.map((member) => `${path}.${member} is missing`),
    ...Object.entries(value).flatMap(([member, item]) =>
      member in shape.members
        ? faults(shape.members[member], item, `${path}.${member}`)
        : [`${path}.${member} is not in the model`],
    ),
  ];
}

function isPlain(value) {
  return typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}

function boundFaults({ min, max }, size, path) {
  const out = [];
  if (min !== undefined && size < min) out.push(`${path} is below ${min}: ${size}`);
  if (max !== undefined && size > max) out.push(`${path} is above ${max}: ${size}`);
  return out;
}

function stringFaults(shape, value, path) {
  const out = boundFaults(shape, value.length, path);
  // AWS itself answers an empty description of key material, which its own pattern does not allow.
  if (value !== "" && shape.pattern && !whole(shape.pattern).test(value))
    out.push(`${path} does not match ${shape.pattern}: ${value}`);
  if (shape.enum && !shape.enum.includes(value)) out.push(`${path} is none of its enum: ${value}`);
  return out;
}

/** The model's patterns speak of the whole text, anchored or not. */
function whole(pattern) {
  return new RegExp(`^(?:${pattern})$`);
}

// ---- Inputs ----

const lowerCamel = (name) => name[0].toLowerCase() + name.slice(1);

/** Texts that match the patterns that something else than `a` is needed for. */
const SAMPLES = [
  "a".repeat(64),
  "1".repeat(12),
  `cluster-${"a".repeat(11)}`,
  "arn:aws:s3:us-east-1:111122223333:bucket",
  "us-east-1",
  "service.amazonaws.com",
  "A".repeat(20),
  "https://xks.example.com",
  "/kms/xks/v1",
  "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
  "alias/sample",
];

/** A value that keeps every constraint of the shape `name`; optional members are left out. */
export function sample(name) {
  const shape = shapes[name];
  switch (shape.type) {
    case "structure":
      return Object.fromEntries(
        (shape.required ?? []).map((member) => [member, sample(shape.members[member])]),
      );
    case "list":
      return Array.from({ length: Math.max(1, shape.min ?? 0) }, () => sample(shape.member));
    case "map":
      return { [sample(shape.key)]: sample(shape.value) };
    case "string":
      return sampleText(name, shape);
    case "blob":
      return new Uint8Array(Math.max(1, shape.min ?? 0)).fill(1);
    case "timestamp":
      return new Date(1_700_000_000_000);
    case "boolean":
      return false;
    default:
      return Math.max(1, shape.min ?? 0);
  }
}

function sampleText(name, shape) {
  if (shape.enum) return shape.enum[0];
  const candidates = [
    "a".repeat(Math.max(1, shape.min ?? 0)),
    "A".repeat(Math.max(1, shape.min ?? 0)),
    ...SAMPLES,
  ];
  const found = candidates.find((text) => stringFaults(shape, text, "").length === 0);
  if (found === undefined) throw new Error(`no sample matches ${name}`);
  return found;
}

/**
 * Every constraint of the input of `operation`, broken once, all else being as it should:
 * `{ what, member, input }`, the member being the input's that it is in.
 * A broken value may break a second constraint of its own (an empty text its pattern too).
 */
export function brokenInputs(operation) {
  const { input } = operations[operation];
  if (!input) return [];
  return Object.keys(shapes[input].members).flatMap((member) =>
    [...brokenMember(shapes[input], sample(input), member)].map(([what, value]) => ({
      what,
      member,
      input: value,
    })),
  );
}

/** Values like `good` with one constraint of the shape `name` broken in each. */
function* broken(name, good) {
  const shape = shapes[name];
  switch (shape.type) {
    case "structure":
      for (const member of Object.keys(shape.members)) yield* brokenMember(shape, good, member);
      return;
    case "list":
      for (const [what, value] of broken(shape.member, sample(shape.member))) {
        yield [`second item ${what}`, [...longEnough(shape, good), value]];
      }
      if (shape.min) yield ["too short", good.slice(0, shape.min - 1)];
      if (shape.max !== undefined)
        yield ["too long", Array.from({ length: shape.max + 1 }, () => sample(shape.member))];
      return;
    case "map":
      for (const [what, value] of broken(shape.value, sample(shape.value))) {
        yield [`entry ${what}`, { ...good, second: value }];
      }
      return;
    case "string":
      if (shape.min) yield ["too short", good.slice(0, shape.min - 1)];
      if (shape.max !== undefined)
        yield ["too long", good.padEnd(shape.max + 1, good.at(-1) ?? "a")];
      if (shape.pattern) yield ["of another pattern", mismatched(shape, good)];
      if (shape.enum) yield ["of no such value", "NO_SUCH_VALUE"];
      return;
    case "blob":
      if (shape.min) yield ["too short", new Uint8Array(shape.min - 1)];
      if (shape.max !== undefined) yield ["too long", new Uint8Array(shape.max + 1)];
      return;
    case "integer":
    case "long":
      if (shape.min !== undefined) yield ["too small", shape.min - 1];
      if (shape.max !== undefined) yield ["too large", shape.max + 1];
      return;
    default:
  }
}

function* brokenMember(shape, good, member) {
  const { [member]: present, ...rest } = good;
  const target = shape.members[member];
  if (shape.required?.includes(member)) yield [`without ${member}`, rest];
  for (const [what, value] of broken(target, present ?? sample(target))) {
    yield [`${member} ${what}`, { ...good, [member]: value }];
  }
}

/** A list that an item may be added to. */
function longEnough({ max }, list) {
  return max === undefined ? list : list.slice(0, max - 1);
}

/** A text as long as `good` that does not match: its first letter is one that no pattern begins with. */
function mismatched(shape, good) {
  const text = `\u2603${good.slice(1)}`;
  if (whole(shape.pattern).test(text)) throw new Error(`${shape.pattern} matches anything`);
  return text;
}

/** Inputs with one member of another type than the model's: `{ what, input }`. */
export function mistypedInputs(operation) {
  const { input } = operations[operation];
  if (!input) return [];
  const good = sample(input);
  return Object.entries(shapes[input].members).map(([member, target]) => {
    const wrong = shapes[target].type === "string" ? 5 : "text";
    return { what: `${member} of another type`, input: { ...good, [member]: wrong } };
  });
}

/**
 * AWS's message for an input that breaks constraints: one error each, in the order of the model's members.
 * `undefined` where nothing is broken.
 */
export function validationMessage(operation, input) {
  const { input: name } = operations[operation];
  const all = name ? [...complaints(name, input, "")] : [];
  if (all.length === 0) return undefined;
  const noun = all.length === 1 ? "error" : "errors";
  return `${all.length} validation ${noun} detected: ${all.join("; ")}`;
}

function* complaints(name, value, path) {
  const shape = shapes[name];
  const complaint = (constraint) =>
    `Value ${shown(shape, value)}at '${path}' failed to satisfy constraint: ${constraint}`;
  switch (shape.type) {
    case "structure":
      for (const [member, target] of Object.entries(shape.members)) {
        const at = path ? `${path}.${lowerCamel(member)}` : lowerCamel(member);
        if (value[member] !== undefined) yield* complaints(target, value[member], at);
        else if (shape.required?.includes(member))
          yield `Value null at '${at}' failed to satisfy constraint: Member must not be null`;
      }
      return;
    case "list":
      yield* bounds(shape, value.length, "length", complaint);
      for (const [index, item] of value.entries())
        yield* complaints(shape.member, item, `${path}.${index + 1}.member`);
      return;
    case "map":
      for (const [key, item] of Object.entries(value))
        yield* complaints(shape.value, item, `${path}.${key}.member`);
      return;
    case "string":
      yield* bounds(shape, value.length, "length", complaint);
      if (shape.pattern && !whole(shape.pattern).test(value))
        yield complaint(`Member must satisfy regular expression pattern: ${shape.pattern}`);
      if (shape.enum && !shape.enum.includes(value))
        yield complaint(`Member must satisfy enum value set: [${shape.enum.join(", ")}]`);
      return;
    case "blob":
      yield* bounds(shape, value.length, "length", complaint);
      return;
    case "integer":
    case "long":
      yield* bounds(shape, value, "value", complaint);
      return;
    default:
  }
}

function* bounds({ min, max }, size, what, complaint) {
  if (min !== undefined && size < min)
    yield complaint(`Member must have ${what} greater than or equal to ${min}`);
  if (max !== undefined && size > max)
    yield complaint(`Member must have ${what} less than or equal to ${max}`);
}

/** How AWS repeats the value: not at all where it is secret or bytes. */
function shown({ type, sensitive }, value) {
  if (sensitive || type === "blob") return "";
  if (type === "list") return `'[${value.join(", ")}]' `;
  return `'${value}' `;
}
