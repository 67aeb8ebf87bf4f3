// The shares that the size check prints.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { NAMED } from "../../scripts/lib/paths.mjs";
import { crateOf, crateShares, functions } from "../../scripts/lib/wasm-shares.mjs";

test("a function counts for the crate that defines it", () => {
  const cases = [
    ["tabkms_core::api::Kms::plan::h0123456789abcdef", "tabkms_core"],
    ["<tabkms_core::keys::ids::KeyId as core::fmt::Display>::fmt", "tabkms_core"],
    ["<&mut [T] as core::fmt::Debug>::fmt", "core"],
    ["<alloc[3ca501edff3f0c7c]::string::String>::push", "alloc"],
    ["core::slice::<impl [T]>::reverse::revswap", "core"],
    ["memcmp", "(no crate: runtime, glue)"],
  ];
  for (const [name, crate] of cases) assert.equal(crateOf(name), crate, name);
});

test("the shares of the wasm file add up to all of it but its names", () => {
  const wasm = readFileSync(NAMED);
  const shares = crateShares(wasm);
  const sum = shares.reduce((bytes, share) => bytes + share.bytes, 0);
  const names = wasm.length - sum;
  assert.ok(names > 0 && names < wasm.length / 2, `${names} bytes of names`);
  assert.ok(shares.some(({ name, bytes }) => name === "tabkms_core" && bytes > 50_000));
  const unnamed = functions(wasm).filter(({ name }) => name === "");
  assert.deepEqual(unnamed, []);
});
