// kill -9 at the endpoint under load: every acknowledged key is there afterwards, every acknowledged ciphertext opens.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KMS } from "@aws-sdk/client-kms";
import { served } from "../lib/endpoint.mjs";

const KILLS = process.env.TABKMS_LONG === "1" ? 200 : 10;
/** Each folder is killed so many times before another one begins: what is checked grows with each. */
const KILLS_OF_ONE = 10;
const CLIENTS = 4;
/** Milliseconds that the load goes on before a kill. */
const [LEAST, MOST] = [20, 400];

test(`${KILLS} kills under load lose nothing that was acknowledged`, async (t) => {
  let [folder, facts] = ["", []];
  let total = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % KILLS_OF_ONE === 0) [folder, facts] = [freshFolder(t), []];
    const running = await start(t, folder);
    const before = facts.length;
    const load = Array.from({ length: CLIENTS }, () => work(client(running), facts));
    await sleep(LEAST + Math.random() * (MOST - LEAST));
    running.child.kill("SIGKILL");
    await Promise.all(load);
    await running.exit;
    total += facts.length - before;

    const again = await start(t, folder);
    await assertKept(client(again), facts);
    again.child.kill();
    assert.equal((await again.exit).code, 0);
  }
  t.diagnostic(`${total} acknowledged results`);
  assert.ok(total > KILLS, "there was load to be killed under");
});

function freshFolder(t) {
  const path = mkdtempSync(join(tmpdir(), "tabkms-crash-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function start(t, folder) {
  return served(t, ["--data", folder, "--log", "off"]);
}

function client({ url }) {
  return new KMS({
    endpoint: url,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
}

/** Makes keys and aliases and encrypts until nobody answers any more; notes what was acknowledged. */
async function work(kms, facts) {
  try {
    for (;;) {
      const { KeyId } = (await kms.createKey({})).KeyMetadata;
      facts.push({ KeyId });
      const AliasName = `alias/${KeyId}`;
      await kms.createAlias({ AliasName, TargetKeyId: KeyId });
      facts.push({ KeyId, AliasName });
      const Plaintext = Buffer.from(KeyId);
      const { CiphertextBlob } = await kms.encrypt({ KeyId: AliasName, Plaintext });
      facts.push({ KeyId, CiphertextBlob });
      await kms.disableKey({ KeyId });
      await kms.enableKey({ KeyId });
    }
  } catch (thrown) {
    // A connection that was cut says so; an exception of KMS would be a defect.
    assert.equal(thrown.$fault, undefined, String(thrown));
  } finally {
    kms.destroy();
  }
}

async function assertKept(kms, facts) {
  for (const { KeyId, AliasName, CiphertextBlob } of facts) {
    if (CiphertextBlob) {
      // A key that was killed between DisableKey and EnableKey is disabled, and rightly so.
      const { KeyState } = (await kms.describeKey({ KeyId })).KeyMetadata;
      if (KeyState === "Disabled") await kms.enableKey({ KeyId });
      const { Plaintext } = await kms.decrypt({ CiphertextBlob });
      assert.equal(Buffer.from(Plaintext).toString(), KeyId);
    } else {
      const found = await kms.describeKey({ KeyId: AliasName ?? KeyId });
      assert.equal(found.KeyMetadata.KeyId, KeyId);
    }
  }
  kms.destroy();
}
