// What is altered on the disk is found out at the next opening.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { closedStore, opening, withLevel } from "./places.mjs";

const bytes = (text) => new TextEncoder().encode(text);

/** As many commits as fill some blocks of LevelDB's log. */
async function fillLog(kms) {
  for (let index = 0; index < 100; index++) await kms.send("CreateKey");
}

/** What may happen to the files of a store, and what its CorruptStoreError says. */
const DAMAGES = {
  "a record that was altered": [
    (directory) =>
      withLevel(directory, async (level) => {
        const [[key, value]] = await level.iterator({ gte: Uint8Array.of(1), limit: 1 }).all();
        value[value.length - 1] ^= 1;
        await level.put(key, value);
      }),
    /does not open/,
  ],
  "a record that was cut off": [
    (directory) =>
      withLevel(directory, async (level) => {
        const [[key, value]] = await level.iterator({ gte: Uint8Array.of(1), limit: 1 }).all();
        await level.put(key, value.subarray(0, value.length - 1));
      }),
    /cannot be read/,
  ],
  "a record in another's place": [
    (directory) =>
      withLevel(directory, async (level) => {
        const range = { gte: Uint8Array.of(1, 2), lt: Uint8Array.of(1, 3), limit: 2 };
        const [[one, a], [other, b]] = await level.iterator(range).all();
        // The row says itself whose it is; renamed, it does not open.
        const swap = (row, from, to) =>
          Buffer.from(Buffer.from(row).toString("latin1").replace(from, to), "latin1");
        const name = (key) => Buffer.from(key).subarray(2).toString("latin1");
        await level.put(one, swap(b, name(other), name(one)));
        await level.put(other, swap(a, name(one), name(other)));
      }),
    /does not open/,
  ],
  "a root key's record that was altered": [
    (directory) =>
      withLevel(directory, async (level) => {
        const record = JSON.parse(Buffer.from(await level.get(bytes("\0root"))).toString());
        record.iv = Buffer.alloc(12).toString("base64");
        await level.put(bytes("\0root"), bytes(JSON.stringify(record)));
      }),
    /root key/,
  ],
  "a head that does not read": [
    (directory) => withLevel(directory, (level) => level.put(bytes("\0head"), bytes("{"))),
    /head/,
  ],
  "a log that was altered at its beginning": [
    (directory) =>
      alter(directory, /\.log$/, (content) => {
        content[20] ^= 1;
      }),
    /the beginning of its log/,
  ],
  "a log that was cut off": [
    (directory) =>
      alter(directory, /\.log$/, (content) => content.subarray(0, content.length - 40)),
    /the last 1 of its commits are gone/,
  ],
  "a log that was altered in its middle": [
    (directory) =>
      alter(directory, /\.log$/, (content) => {
        assert.ok(
          content.length > 2 * 32_768,
          "LevelDB skips what does not read up to the end of its block",
        );
        content[10_000] ^= 1;
      }),
    /a part of its log/,
  ],
  "a database whose CURRENT is gone": [
    (directory) => rmSync(join(directory, "db", "CURRENT")),
    /CURRENT/,
  ],
  "a database that is gone": [
    (directory) => {
      rmSync(join(directory, "db"), { recursive: true });
      rmSync(join(directory, "commits"));
    },
    /database is gone/,
  ],
  "a database of another program": [
    async (directory) => {
      rmSync(directory, { recursive: true });
      mkdirSync(directory);
      await withLevel(directory, (level) => level.put(bytes("key"), bytes("value")));
    },
    /another program's/,
  ],
};

/** Changes a file of the database that was closed. */
function alter(directory, pattern, change) {
  const name = readdirSync(join(directory, "db")).find((name) => pattern.test(name));
  const file = join(directory, "db", name);
  const content = readFileSync(file);
  writeFileSync(file, change(content) ?? content);
}

for (const [damage, [inflict, message]] of Object.entries(DAMAGES)) {
  test(`${damage} is a CorruptStoreError, and the directory is let go`, async (t) => {
    const { directory } = await closedStore(t, fillLog);
    await inflict(directory);
    await assert.rejects(opening(directory), (error) => {
      assert.equal(error.name, "CorruptStoreError", error.message);
      assert.match(error.message, message);
      return true;
    });
    await assert.rejects(opening(directory), { name: "CorruptStoreError" });
  });
}
