// What a store in a directory promises, one line a promise.

import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { instance } from "../../../dist/load.js";
import { StoreError } from "../../../dist/node/index.js";
import { closedStore, freshPlace, openAt, opening, startChild, withLevel } from "./places.mjs";
import { assertWorld } from "./world.mjs";

const bytes = (text) => new TextEncoder().encode(text);
const mode = (path) => (statSync(path).mode & 0o777).toString(8);

test("reopening finds everything", async (t) => {
  const { directory, world } = await closedStore(t);
  const kms = await openAt(t, directory);
  await assertWorld(kms, world);
  const about = await kms.describe();
  assert.equal(about.store, "directory");
  assert.equal(about.rootKey.mode, "file");
  assert.match(about.rootKey.meaning, /0600/);
  assert.equal(about.persistence.persisted, true);
  assert.equal(about.objects, 1);
  const names = (await kms.audit.events({ limit: 100 })).events.map(({ eventName }) => eventName);
  assert.ok(names.includes("CreateGrant") && names.at(-1) === "CreateKey");
});

test("what may be deferred is there 100 ms later, kill -9 or not", async (t) => {
  const directory = freshPlace(t);
  const { child, lines, ended } = startChild(t, "used.mjs", directory);
  const [line] = await new Promise((resolve) => lines.once("line", (...told) => resolve(told)));
  await pause(150);
  child.kill("SIGKILL");
  assert.equal(await ended, "SIGKILL");
  const kms = await openAt(t, directory);
  const { KeyLastUsage } = await kms.send("GetKeyLastUsage", { KeyId: line });
  assert.equal(KeyLastUsage.Operation, "Encrypt");
  const { events } = await kms.audit.events({ operation: "Encrypt" });
  assert.equal(events.length, 1);
});

test("only its owner may look into it", { skip: process.platform === "win32" }, async (t) => {
  const { directory } = await closedStore(t);
  assert.equal(mode(directory), "700");
  assert.deepEqual(
    ["db", "bodies"].map((name) => mode(join(directory, name))),
    ["700", "700"],
  );
  assert.deepEqual(
    ["root.key", "commits"].map((name) => mode(join(directory, name))),
    ["600", "600"],
  );
});

test("a directory that is open is a StoreInUseError: here, by another name, in another process", async (t) => {
  const directory = freshPlace(t);
  const kms = await openAt(t, directory);
  await assert.rejects(opening(directory), (error) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.name, "StoreInUseError");
    assert.ok(error.message.includes(directory));
    return true;
  });
  const other = join(directory, "..", "other");
  symlinkSync(directory, other);
  await assert.rejects(opening(other), { name: "StoreInUseError" });
  const { lines, ended } = startChild(t, "used.mjs", directory);
  const [line] = await new Promise((resolve) => lines.once("line", (...told) => resolve(told)));
  assert.equal(line, "StoreInUseError");
  await ended;
  // None of these attempts took the lock away.
  await assert.rejects(opening(directory), { name: "StoreInUseError" });
  await kms.send("CreateKey");
  await kms.close();
  await (await openAt(t, other)).close();
});

test("the root key's bytes are never in wasm's memory", async (t) => {
  const directory = freshPlace(t);
  const kms = await openAt(t, directory);
  await kms.send("CreateKey");
  const key = readFileSync(join(directory, "root.key"));
  assert.equal(key.length, 32);
  const memory = Buffer.from((await instance()).memory.buffer);
  assert.equal(memory.indexOf(key), -1);
  assert.equal(memory.indexOf(key.subarray(8, 16)), -1);
});

test("a key file that is missing, another, too short or open to others is a KeyFileError, and nothing is lost", async (t) => {
  const { directory, world } = await closedStore(t);
  const file = join(directory, "root.key");
  const key = readFileSync(file);
  const refused = (message) =>
    assert.rejects(opening(directory), (error) => {
      assert.equal(error.name, "KeyFileError");
      assert.match(error.message, message);
      assert.ok(error.message.includes(file));
      return true;
    });
  rmSync(file);
  await refused(/missing/);
  writeFileSync(file, Buffer.alloc(32, 1), { mode: 0o600 });
  await refused(/not the key of this store/);
  for (const length of [0, 31, 33]) {
    writeFileSync(file, Buffer.alloc(length));
    await refused(/32 bytes/);
  }
  writeFileSync(file, key);
  if (process.platform !== "win32") {
    for (const open of [0o640, 0o604, 0o620, 0o777]) {
      chmodSync(file, open);
      await refused(new RegExp(`mode 0${open.toString(8)}.*chmod 600`));
    }
    chmodSync(file, 0o400);
  }
  await assertWorld(await openAt(t, directory), world);
});

test("a passphrase takes the key file's place, and gives it back", async (t) => {
  const { directory, world } = await closedStore(t);
  const keys = () => readdirSync(directory).filter((name) => name.includes("root"));
  const before = readFileSync(join(directory, "root.key"));
  let kms = await openAt(t, directory);
  await kms.setPassphrase("correct horse");
  assert.deepEqual(keys(), []);
  assert.equal((await kms.describe()).rootKey.mode, "passphrase");
  await kms.close();
  await assert.rejects(opening(directory), { name: "PassphraseRequiredError" });
  await assert.rejects(opening(directory, { passphrase: "wrong" }), {
    name: "WrongPassphraseError",
  });
  // An old key file that comes back with a backup opens nothing, and does not stay.
  writeFileSync(join(directory, "root.key"), before, { mode: 0o600 });
  await assert.rejects(opening(directory), { name: "PassphraseRequiredError" });
  kms = await openAt(t, directory, { passphrase: "correct horse" });
  assert.deepEqual(keys(), []);
  await assertWorld(kms, world);
  await kms.setPassphrase(null);
  assert.deepEqual(keys(), ["root.key"]);
  assert.notDeepEqual(readFileSync(join(directory, "root.key")), before);
  await kms.close();
  await assert.rejects(opening(directory, { passphrase: "x" }), { name: "WrongPassphraseError" });
  await assertWorld(await openAt(t, directory), world);
});

test("a new directory may begin under a passphrase, without a key file", async (t) => {
  const directory = freshPlace(t);
  const kms = await openAt(t, directory, { passphrase: "from the start" });
  await kms.send("CreateKey");
  await kms.close();
  assert.equal(readdirSync(directory).includes("root.key"), false);
  assert.equal(
    (await (await openAt(t, directory, { passphrase: "from the start" })).describe()).keys,
    1,
  );
});

test("a directory of the first layout opens", async (t) => {
  const fixture = new URL("../../vectors/store/directory-1.json", import.meta.url);
  const { ciphertext, entries, files } = JSON.parse(readFileSync(fixture, "utf8"));
  const directory = freshPlace(t);
  const from = (text) => Buffer.from(text, "base64");
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), from(content), { mode: 0o600 });
  }
  await withLevel(directory, async (level) => {
    for (const [key, value] of entries) await level.put(from(key), from(value));
  });
  const kms = await openAt(t, directory);
  const { KeyMetadata } = await kms.send("DescribeKey", { KeyId: "alias/first" });
  assert.equal(KeyMetadata.Description, "of the first layout");
  const { Plaintext } = await kms.send("Decrypt", { CiphertextBlob: from(ciphertext) });
  assert.deepEqual(Plaintext, bytes("still here"));
  const { answer } = await kms.s3.getObject({ Bucket: "bucket", Key: "object" });
  assert.equal(await answer.Body.text(), "and this");
});

test("a newer schema is a SchemaTooNewError, and is left alone", async (t) => {
  const { directory } = await closedStore(t);
  await withLevel(directory, (level) => level.put(bytes("\0schema"), bytes("2")));
  await assert.rejects(opening(directory), {
    name: "SchemaTooNewError",
    message: /schema 1 at most/,
  });
  await withLevel(directory, (level) => level.put(bytes("\0schema"), bytes("1")));
  assert.equal((await (await openAt(t, directory)).describe()).keys, 3);
});
