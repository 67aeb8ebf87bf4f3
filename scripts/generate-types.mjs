// Writes js/src/operations.ts: the types of every operation's input and answer, from AWS's service model as
// tests/vectors/model/kms.json has it. By hand: node scripts/generate-types.mjs

import { readFileSync, writeFileSync } from "node:fs";
import { inTree } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";

const MODEL = inTree("tests", "vectors", "model", "kms.json");
export const TYPES = inTree("js", "src", "operations.ts");

/** As wide as biome lets a line be. */
const WIDTH = 100;

/** The text of js/src/operations.ts. */
export function operationTypes() {
  const { source, operations, shapes } = JSON.parse(readFileSync(MODEL, "utf8"));
  const inputs = reached(
    shapes,
    Object.values(operations).map(({ input }) => input),
  );
  const outputs = reached(
    shapes,
    Object.values(operations).map(({ output }) => output),
  );
  const version = /botocore [\d.]+, [\w/-]+/.exec(source)?.[0];
  return [
    `/**
 * The inputs and answers of the KMS API, by AWS's names. Made by scripts/generate-types.mjs from AWS's service model
 * (${version}); not edited by hand.
 *
 * As in AWS's own SDK, hardly a member of an answer is promised by the model: what AWS always answers is in its
 * documentation. Lengths of texts are in UTF-16 code units, of blobs in bytes.
 */
`,
    "/** By operation: what it takes and what it answers. */",
    "export type Operations = {",
    ...Object.entries(operations).map(([name, { input, output }]) =>
      broken(`  ${name}: { input: ${input ?? "Nothing"}; output: ${output ?? "Nothing"} };`),
    ),
    "};",
    "",
    "/** No members. */",
    "export type Nothing = Record<never, never>;",
    ...Object.keys(shapes)
      .filter((name) => inputs.has(name) || outputs.has(name))
      .flatMap((name) => declaration(name, shapes, inputs.has(name) && !outputs.has(name))),
    "",
  ].join("\n");
}

/** The shapes that are types of their own, among these and below them. */
function reached(shapes, names) {
  const found = new Set();
  const visit = (name) => {
    const shape = shapes[name];
    if (!shape || found.has(name)) return;
    if (shape.type === "structure" || shape.enum) found.add(name);
    for (const below of [shape.member, shape.value, ...Object.values(shape.members ?? {})])
      visit(below);
  };
  for (const name of names) visit(name);
  return found;
}

function declaration(name, shapes, inputOnly) {
  const shape = shapes[name];
  if (shape.enum) {
    const values = shape.enum.map((value) => JSON.stringify(value));
    const line = `export type ${name} = ${values.join(" | ")};`;
    if (line.length <= WIDTH) return ["", line];
    const rows = [`export type ${name} =`, ...values.map((value) => `  | ${value}`)];
    return ["", `${rows.join("\n")};`];
  }
  const members = Object.entries(shape.members);
  if (members.length === 0) return ["", `export type ${name} = Nothing;`];
  const required = new Set(shape.required);
  const rows = members.flatMap(([member, target]) => {
    const said = bounds(shapes[target]);
    const type = typeOf(target, shapes, inputOnly);
    const optional = !required.has(member);
    return [
      ...(said ? [`  /** ${said} */`] : []),
      broken(`  ${member}${optional ? "?" : ""}: ${type}${optional ? " | undefined" : ""};`),
    ];
  });
  return ["", `export type ${name} = {`, ...rows, "};"];
}

/** Lists of what only goes in may be anybody's; those of answers are the caller's own. */
function typeOf(name, shapes, inputOnly) {
  const shape = shapes[name];
  switch (shape.type) {
    case "structure":
      return name;
    case "list": {
      const list = `${typeOf(shape.member, shapes, inputOnly)}[]`;
      return inputOnly ? `readonly ${list}` : list;
    }
    case "map":
      return inputOnly ? "Readonly<Record<string, string>>" : "Record<string, string>";
    case "string":
      return shape.enum ? name : "string";
    case "blob":
      return "Uint8Array";
    case "timestamp":
      return "Date";
    case "boolean":
      return "boolean";
    case "integer":
    case "long":
      return "number";
    default:
      throw new Fault(`the model has a type that is new: ${shape.type}`);
  }
}

const UNITS = { string: "characters", blob: "bytes", list: "items", integer: "", long: "" };

/** What the model says of a value's size; nothing where that is all there can be. */
function bounds({ type, min = 0, max }) {
  const unit = UNITS[type];
  if (unit === undefined || max === undefined) return undefined;
  const range = min === max ? `${max}` : `${min} to ${max}`;
  return unit ? `${range} ${unit}.` : `${range}.`;
}

/** A line that is too long, as biome breaks it. */
function broken(line) {
  if (line.length <= WIDTH) return line;
  const [, indent, head, body] = /^(\s*)(.*\{) (.*) \};$/.exec(line) ?? [];
  if (!body) throw new Fault(`no rule breaks this line: ${line}`);
  return [
    `${indent}${head}`,
    ...body.split("; ").map((part) => `${indent}  ${part.replace(/;$/, "")};`),
    `${indent}};`,
  ].join("\n");
}

await runMain(import.meta.url, async () => {
  writeFileSync(TYPES, operationTypes());
  say(`  written: ${TYPES}`);
});
