// kill -9 at any moment: whatever was acknowledged is there afterwards.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { assertKept, killAtRandom } from "./crash.mjs";
import { freshPlace, openAt, startChild } from "./places.mjs";

const LONG = process.env.TABKMS_LONG === "1";
const KILLS = LONG ? 200 : 5;
/** Each directory is killed so many times before another one begins: what is checked grows with each. */
const KILLS_OF_ONE = 10;

test(`${KILLS} kills under load lose nothing that was acknowledged`, async (t) => {
  let facts = [];
  let directory = "";
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % KILLS_OF_ONE === 0) [directory, facts] = [freshPlace(t), []];
    const told = await killAtRandom(startChild(t, "worker.mjs", directory));
    assert.ok(told.length > 0, "it was killed before it did anything");
    facts.push(...told);
    const kms = await openAt(t, directory);
    await assertKept(kms, facts);
    await kms.close();
    assert.deepEqual(keyFiles(directory), ["root.key"]);
  }
  t.diagnostic(`${facts.length} facts in the last directory`);
});

test("a kill while the root key changes hands leaves a store that opens", async (t) => {
  const directory = freshPlace(t);
  for (let kill = 0; kill < KILLS; kill++) {
    const worker = startChild(t, "keys.mjs", directory, kill % 2 === 0 ? "erase" : "passphrase");
    const facts = await killAtRandom(worker, { least: 0, most: 600 });
    const kms = await openEither(t, directory);
    // Each erasure and each passphrase was followed by an alias that says which it was; the last is there.
    const last = facts.at(-1);
    if (last?.alias) await kms.send("DescribeKey", { KeyId: last.alias });
    const { mode } = (await kms.describe()).rootKey;
    assert.deepEqual(keyFiles(directory), mode === "file" ? ["root.key"] : []);
    await kms.erase();
    await kms.close();
  }
});

function keyFiles(directory) {
  return readdirSync(directory).filter((name) => name.startsWith("root.key"));
}

async function openEither(t, directory) {
  try {
    return await openAt(t, directory);
  } catch (error) {
    assert.equal(error.name, "PassphraseRequiredError");
    return openAt(t, directory, { passphrase: "a passphrase" });
  }
}
