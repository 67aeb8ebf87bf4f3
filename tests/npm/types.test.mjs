// The types of the operations' inputs and answers are those that AWS's model makes. What they do, tests/consumers says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { operationTypes, TYPES } from "../../scripts/generate-types.mjs";

test("js/src/operations.ts is what scripts/generate-types.mjs writes", () => {
  assert.equal(readFileSync(TYPES, "utf8"), operationTypes());
});
