// Kills whatever works on a directory at a moment that nobody chose, and holds the directory to what was acknowledged.
// For tests: a worker is any process that prints acknowledged facts, a line of JSON each (worker.mjs).

import assert from "node:assert/strict";

const fromHex = (text) => Uint8Array.from(Buffer.from(text, "hex"));

/** The facts that a worker prints until it is killed, between `least` and `most` milliseconds after it is ready. */
export async function killAtRandom({ child, ended, lines }, { least = 20, most = 400 } = {}) {
  const facts = [];
  for await (const line of lines) {
    // A line that was cut off was not acknowledged.
    const fact = read(line);
    if (fact?.ready) {
      setTimeout(() => child.kill("SIGKILL"), least + Math.random() * (most - least));
    } else if (fact) {
      facts.push(fact);
    }
  }
  assert.equal(await ended, "SIGKILL", "it ended before it was killed");
  return facts;
}

function read(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Holds a KMS that was opened after the crash to every fact, those of earlier crashes included. */
export async function assertKept(kms, facts) {
  const steps = new Map();
  for (const fact of facts) {
    if (fact.alias) {
      const { KeyMetadata } = await kms.send("DescribeKey", { KeyId: fact.alias });
      assert.equal(KeyMetadata.KeyId, fact.key);
    } else if (fact.key) {
      steps.set(fact.key, Math.max(fact.step ?? 0, steps.get(fact.key) ?? 0));
    } else if (fact.ciphertext) {
      const CiphertextBlob = fromHex(fact.ciphertext);
      const { Plaintext } = await kms.send("Decrypt", { CiphertextBlob });
      assert.deepEqual(Plaintext, fromHex(fact.plaintext));
    } else if (fact.object) {
      const { answer } = await kms.s3.getObject({ Bucket: "bucket", Key: fact.object });
      assert.equal(Buffer.from(await answer.Body.arrayBuffer()).toString("hex"), fact.body);
    } else {
      assert.fail(`what is ${JSON.stringify(fact)}?`);
    }
  }
  for (const [KeyId, step] of steps) {
    const { KeyMetadata } = await kms.send("DescribeKey", { KeyId });
    const found = Number(KeyMetadata.Description);
    // What was under way when the crash came may have been committed and not acknowledged.
    assert.ok(found === step || found === step + 1, `${found} is neither ${step} nor the next`);
  }
  const { ok, fault } = await kms.audit.verify();
  assert.ok(ok, fault?.what);
}
