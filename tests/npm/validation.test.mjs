// The constraints of AWS's service model: each of them broken once, in every operation, and AWS's words for it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Kms } from "../../dist/index.js";
import { brokenInputs, mistypedInputs, OPERATIONS, validationMessage } from "../lib/model.mjs";

let kms;

before(async () => {
  kms = await Kms.open({ store: "memory" });
});
after(() => kms.close());

/** What the call is refused with, `NAME: MESSAGE`; it must be refused. */
async function refusal(operation, input) {
  return kms.send(operation, input).then(
    () => "succeeded",
    ({ name, message }) => `${name}: ${message}`,
  );
}

/** Runs cases `{ operation, what, input, expected }` and fails with all that went otherwise. */
async function assertRefused(cases, least) {
  const otherwise = [];
  for (const { operation, what, input, expected } of cases) {
    const actual = await refusal(operation, input);
    const good = typeof expected === "string" ? actual === expected : expected.test(actual);
    if (!good) otherwise.push(`${operation} ${what}\n    ${actual}\n    instead of ${expected}`);
  }
  assert.equal(
    otherwise.length,
    0,
    `${otherwise.length} of ${cases.length}:\n${otherwise.join("\n")}`,
  );
  assert.ok(cases.length >= least, `only ${cases.length} cases: the generator lost some`);
}

test("every constraint of every input, broken once, is refused in AWS's words", async () => {
  const cases = OPERATIONS.flatMap((operation) =>
    brokenInputs(operation).map(({ what, input }) => {
      const message = validationMessage(operation, input);
      assert.ok(message, `${operation} ${what}: the case breaks nothing`);
      return { operation, what, input, expected: `ValidationException: ${message}` };
    }),
  );
  await assertRefused(cases, 520);
});

test("several broken constraints are told in one message", async () => {
  const cases = OPERATIONS.flatMap((operation) => {
    const input = {};
    for (const { input: one, member } of brokenInputs(operation).reverse()) {
      if (member in one) input[member] = one[member];
      else delete input[member];
    }
    const expected = `ValidationException: ${validationMessage(operation, input)}`;
    return /: 1 validation|undefined/.test(expected)
      ? []
      : [{ operation, what: "in several members", input, expected }];
  });
  await assertRefused(cases, 40);
});

test("a member of another type is a SerializationException, before any constraint", async () => {
  const cases = OPERATIONS.flatMap((operation) =>
    mistypedInputs(operation).map((one) => ({
      operation,
      ...one,
      expected: /^SerializationException: /,
    })),
  );
  await assertRefused(cases, 225);
});
