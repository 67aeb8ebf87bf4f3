// What a store goes through in a directory: it is erased, replaced, forked, closed in the middle of work; the disk is
// full; somebody has other plans with the place.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { Kms as PlainKms } from "../../../dist/index.js";
import { Kms } from "../../../dist/node/index.js";
import { closedStore, freshPlace, openAt, opening } from "./places.mjs";
import { assertWorld, makeWorld } from "./world.mjs";

const PASSPHRASE = "a passphrase for a file";
const bodiesIn = (directory) =>
  readdirSync(join(directory, "bodies"), { recursive: true }).filter(
    (name) => /[0-9]$/.test(name) && name.split(/[\\/]/).length === 3,
  );

test("erasing leaves an empty store under another key, and no body", async (t) => {
  const directory = freshPlace(t);
  let kms = await openAt(t, directory);
  await makeWorld(kms);
  assert.equal(bodiesIn(directory).length, 2);
  const before = readFileSync(join(directory, "root.key"));
  await kms.erase();
  assert.deepEqual(bodiesIn(directory), []);
  assert.notDeepEqual(readFileSync(join(directory, "root.key")), before);
  assert.equal((await kms.describe()).keys, 0);
  await kms.send("CreateKey");
  await kms.close();
  kms = await openAt(t, directory);
  const { keys, objects } = await kms.describe();
  assert.deepEqual([keys, objects], [1, 0]);
});

test("a store goes from a directory into memory, and into another directory, whole", async (t) => {
  const kms = await openAt(t, freshPlace(t));
  const world = await makeWorld(kms);
  const file = await kms.exportStore(PASSPHRASE);
  const memory = await Kms.open({ store: "memory" });
  t.after(() => memory.close());
  await memory.importStore(file, PASSPHRASE);
  await assertWorld(memory, world);

  const directory = freshPlace(t);
  let other = await openAt(t, directory);
  await makeWorld(other);
  await assert.rejects(other.importStore(file, "another"), { name: "WrongPassphraseError" });
  await other.importStore(await memory.exportStore(PASSPHRASE), PASSPHRASE);
  await assertWorld(other, world);
  assert.equal(bodiesIn(directory).length, 2, "those of the store that was replaced are gone");
  await other.close();
  other = await openAt(t, directory);
  await assertWorld(other, world);
  assert.equal((await other.describe()).rootKey.mode, "file");
});

test("a file that is damaged changes nothing, and leaves nothing behind", async (t) => {
  const directory = freshPlace(t);
  const kms = await openAt(t, directory);
  const world = await makeWorld(kms);
  const file = new Uint8Array(await (await kms.exportStore(PASSPHRASE)).arrayBuffer());
  file[file.length - 1] ^= 1;
  await assert.rejects(kms.importStore(new Blob([file]), PASSPHRASE), {
    name: "CorruptStoreError",
  });
  assert.equal(bodiesIn(directory).length, 2);
  await assertWorld(kms, world);
});

test("what happens in a fork stays there", async (t) => {
  const { directory, world } = await closedStore(t);
  const kms = await openAt(t, directory);
  const fork = await kms.fork();
  await assertWorld(fork, world);
  assert.equal((await fork.describe()).rootKey.mode, "memory");
  await fork.s3.deleteObject({ Bucket: "bucket", Key: "object" });
  await fork.send("DisableKey", { KeyId: world.KeyId });
  await fork.setPassphrase("only here");
  await fork.close();
  await assertWorld(kms, world);
});

test("time moves in a directory as elsewhere, and stays moved", async (t) => {
  const directory = freshPlace(t);
  let kms = await openAt(t, directory);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.send("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  const [event] = await kms.clock.advance(8 * 86_400_000);
  assert.equal(event.event, "DeleteKey");
  const now = await kms.clock.now();
  await kms.close();
  kms = await openAt(t, directory);
  assert.ok((await kms.clock.now()) >= now);
  await assert.rejects(kms.send("DescribeKey", { KeyId }), { name: "NotFoundException" });
});

test("closing waits for what was called before, and refuses what comes after", async (t) => {
  const directory = freshPlace(t);
  const kms = await openAt(t, directory);
  const made = Array.from({ length: 20 }, () => kms.send("CreateKey"));
  const closing = kms.close();
  const late = kms.send("CreateKey");
  await assert.rejects(late, { name: "ClosedError" });
  const ids = (await Promise.all(made)).map(({ KeyMetadata }) => KeyMetadata.KeyId);
  await closing;
  await kms.close();
  const again = await openAt(t, directory);
  assert.equal((await again.describe()).keys, 20);
  for (const KeyId of ids) await again.send("DescribeKey", { KeyId });
});

test("an upload that was broken off leaves nothing", async (t) => {
  const { directory, world } = await closedStore(t);
  const [store] = readdirSync(join(directory, "bodies"));
  mkdirSync(join(directory, "bodies", store, "ab"));
  writeFileSync(join(directory, "bodies", store, "ab", "0"), "an orphan");
  const kms = await openAt(t, directory);
  assert.equal(bodiesIn(directory).length, 2);
  await assertWorld(kms, world);
});

test("a place that is no directory is refused by name", async (t) => {
  const directory = freshPlace(t);
  writeFileSync(directory, "a file");
  await assert.rejects(opening(directory), { name: "StorageRefusedError" });
  await assert.rejects(opening(join(directory, "below")), { name: "StorageRefusedError" });
  for (const wrong of ["", undefined, 7]) await assert.rejects(opening(wrong), TypeError);
  await assert.rejects(Kms.open({ store: "directory" }), { name: "ValidationException" });
});

test("outside of Node there is no directory, and an error says so", async () => {
  const call = PlainKms.open({ store: { directory: "anywhere" } });
  await assert.rejects(call, { name: "StorageRefusedError", message: /for Node/ });
});

/** A disk of `size` of its own, where one may be had. */
function smallDisk(t, size) {
  const place = mkdtempSync(join(tmpdir(), "tabkms-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", place]);
  t.after(() => {
    if (status === 0) spawnSync("umount", ["-l", place]);
    rmSync(place, { recursive: true, force: true });
  });
  return status === 0 ? place : undefined;
}

test("a full disk is a QuotaExceededError that changes nothing, and keys work meanwhile", async (t) => {
  const disk = smallDisk(t, "4m");
  if (disk === undefined) return t.skip("no disk may be mounted here");
  const directory = join(disk, "store");
  let kms = await openAt(t, directory);
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.s3.createBucket({ Bucket: "bucket" });
  const ballast = join(disk, "ballast");
  fillUp(ballast);
  let made = 1;
  const full = await untilRefused(async () => {
    await kms.send("CreateKey");
    made += 1;
  });
  assert.equal(full.name, "QuotaExceededError");
  const Plaintext = new Uint8Array(5);
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext });
  assert.deepEqual((await kms.send("Decrypt", { CiphertextBlob })).Plaintext, Plaintext);
  const put = kms.s3.putObject({ Bucket: "bucket", Key: "k", Body: new Uint8Array(100_000) });
  await assert.rejects(put, { name: "QuotaExceededError" });
  assert.equal((await kms.describe()).keys, made);

  rmSync(ballast);
  await kms.send("CreateKey");
  made += 1;
  await kms.close();
  kms = await openAt(t, directory);
  assert.equal((await kms.describe()).keys, made);
  assert.deepEqual((await kms.send("Decrypt", { CiphertextBlob })).Plaintext, Plaintext);
  assert.ok((await kms.audit.verify()).ok);
});

function fillUp(file) {
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(file, new Uint8Array(size), { flag: "a" });
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }
}

/** What `call` fails with, called again and again: the last page of a file takes some more. */
async function untilRefused(call) {
  for (let count = 0; count < 1000; count++) {
    try {
      await call();
    } catch (error) {
      return error;
    }
  }
  throw new Error("the disk is not full");
}
