// tabkms import: what a page exports, an endpoint's folder holds.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Kms } from "../../dist/node/index.js";
import { CLI } from "../lib/endpoint.mjs";

const place = mkdtempSync(join(tmpdir(), "tabkms-import-"));
const at = (name) => join(place, name);
const PASSPHRASE = "correct horse";
const CiphertextOf = (kms, text) =>
  kms.send("Encrypt", { KeyId: "alias/demo", Plaintext: Buffer.from(text) });
let sealed;

before(async () => {
  const kms = await Kms.open({ store: "memory" });
  const { KeyMetadata } = await kms.send("CreateKey");
  await kms.send("CreateAlias", { AliasName: "alias/demo", TargetKeyId: KeyMetadata.KeyId });
  sealed = (await CiphertextOf(kms, "kept")).CiphertextBlob;
  const file = await kms.exportStore(PASSPHRASE);
  writeFileSync(at("store.tabkms"), new Uint8Array(await file.arrayBuffer()));
  await kms.close();
});
after(() => rmSync(place, { recursive: true, force: true }));

function tabkms(args, { env = {}, input = "" } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, ...env },
      cwd: place,
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        said[name] += text;
      });
    }
    child.stdin.end(input);
    child.on("close", (code) => resolve({ ...said, code }));
  });
}

async function opens(directory) {
  const kms = await Kms.open({ store: { directory } });
  const { Plaintext } = await kms.send("Decrypt", { CiphertextBlob: sealed });
  await kms.close();
  return Buffer.from(Plaintext).toString();
}

test("an exported store goes into a folder, by a passphrase from the environment or a line", async () => {
  const env = { TABKMS_PASSPHRASE: PASSPHRASE };
  const first = await tabkms(["import", "store.tabkms", "--data", "one"], { env });
  assert.deepEqual([first.code, first.stdout], [0, `1 key is in ${at("one")}\n`], first.stderr);
  assert.equal(await opens(at("one")), "kept");
  const input = `${PASSPHRASE}\n`;
  const second = await tabkms(["import", "store.tabkms", "--data", "two"], { input });
  assert.equal(second.code, 0, second.stderr);
  assert.equal(await opens(at("two")), "kept");
});

test("keys that are there stay, unless they are to be replaced", async () => {
  const kms = await Kms.open({ store: { directory: at("own") } });
  await kms.send("CreateKey");
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.close();
  const env = { TABKMS_PASSPHRASE: PASSPHRASE };
  const args = ["import", "store.tabkms", "--data", "own"];
  const refused = await tabkms(args, { env });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /There are keys in .*own, which this would destroy: see --replace/);
  const wrong = await tabkms([...args, "--replace"], { env: { TABKMS_PASSPHRASE: "another" } });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^tabkms: .*passphrase/);
  const same = await Kms.open({ store: { directory: at("own") } });
  await same.send("DescribeKey", { KeyId });
  await same.close();
  assert.equal((await tabkms([...args, "--replace"], { env })).code, 0);
  assert.equal(await opens(at("own")), "kept");
});

test("what is no export, or not there, is a sentence", async () => {
  writeFileSync(at("other"), "something else");
  for (const [file, sentence] of [
    ["other", /^tabkms: \S.*\n$/],
    ["nowhere", /^tabkms: nowhere cannot be read\.\n$/],
  ]) {
    const env = { TABKMS_PASSPHRASE: PASSPHRASE };
    const { code, stderr } = await tabkms(["import", file, "--data", "none"], { env });
    assert.equal(code, 1);
    assert.match(stderr, sentence);
  }
  assert.equal((await tabkms(["import"])).code, 2);
});
