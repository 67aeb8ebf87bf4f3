// tabkms encrypt, decrypt, inspect, as people run them: against a store's folder and against an endpoint.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Kms } from "../../dist/node/index.js";
import { CLI, start } from "../lib/endpoint.mjs";
import { pattern } from "../lib/messages.mjs";

const place = mkdtempSync(join(tmpdir(), "tabkms-envelope-"));
const at = (name) => join(place, name);
const PLAINTEXT = pattern(1_200_000);
const DATA = ["--data", at("store")];
let arn;

before(async () => {
  const kms = await Kms.open({ store: { directory: at("store") } });
  arn = (await kms.send("CreateKey")).KeyMetadata.Arn;
  await kms.send("CreateAlias", { AliasName: "alias/demo", TargetKeyId: arn });
  await kms.close();
  writeFileSync(at("file"), PLAINTEXT);
});
after(() => rmSync(place, { recursive: true, force: true }));

/** Without anything of the person's own that speaks of AWS. */
function tabkms(args, env = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  return new Promise((resolve) => {
    const options = { env: { ...Object.fromEntries(own), ...env }, cwd: place };
    const child = spawn(process.execPath, [CLI, ...args], options);
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        said[name] += text;
      });
    }
    child.on("close", (code) => resolve({ ...said, code }));
  });
}

async function succeeds(args, env) {
  const said = await tabkms(args, env);
  assert.equal(said.code, 0, said.stderr);
  return said.stdout;
}

async function fails(args, code, sentence, env) {
  const said = await tabkms(args, env);
  assert.equal(said.code, code, said.stderr);
  assert.match(said.stderr, sentence);
  assert.doesNotMatch(said.stderr, /should not have happened/);
}

for (const suite of ["0x0478", "0x0578", "0x0178"]) {
  test(`a file goes to ${suite} and back, and inspect tells its header`, async () => {
    const more = ["--suite", suite, "--encryption-context", "a=b", "--frame-length", "65536"];
    await succeeds([
      "encrypt",
      "file",
      "--key-id",
      "alias/demo",
      "--output",
      "enc",
      ...more,
      ...DATA,
    ]);
    const lenient = suite === "0x0178" ? ["--allow-no-commitment"] : [];
    const pair = ["--encryption-context", "a=b"];
    await succeeds(["decrypt", "enc", "--output", "out", ...pair, ...lenient, ...DATA]);
    assert.deepEqual(new Uint8Array(readFileSync(at("out"))), PLAINTEXT);
    const said = await succeeds(["inspect", "enc"]);
    for (const word of [suite, "65536 bytes", "a=b", arn, "header tag"])
      assert.ok(said.includes(word), word);
  });
}

test("an endpoint is asked where the environment names it", async (t) => {
  const { kms, url } = await start(t);
  const { KeyMetadata } = await kms.send("CreateKey");
  const env = { AWS_ENDPOINT_URL: url };
  await succeeds(["encrypt", "file", "--key-id", KeyMetadata.Arn, "--output", "remote"], env);
  await succeeds(["decrypt", "remote", "--output", "back", "--key-id", KeyMetadata.Arn], env);
  assert.deepEqual(new Uint8Array(readFileSync(at("back"))), PLAINTEXT);
  const absent = ["encrypt", "file", "--key-id", "alias/absent", "--output", "none"];
  await fails(absent, 1, /NotFoundException: Alias/, env);
});

test("what fails says why in a sentence, and leaves no file", async () => {
  await succeeds(["encrypt", "file", "--key-id", arn, "--output", "whole", ...DATA]);
  writeFileSync(at("cut"), readFileSync(at("whole")).subarray(0, 900_000));
  await fails(["decrypt", "cut", "--output", "none", ...DATA], 1, /The message ends too early/);
  await fails(
    ["decrypt", "file", "--output", "none", ...DATA],
    1,
    /no version of the message format/,
  );
  await fails(["inspect", "file"], 1, /no version of the message format/);
  await fails(["decrypt", "absent", "--output", "none", ...DATA], 1, /ENOENT/);
  const pair = ["--encryption-context", "a=c"];
  await fails(["decrypt", "whole", "--output", "none", ...pair, ...DATA], 1, /encryption context/);
  await fails(["decrypt", "whole", "--output", "none"], 1, /127\.0\.0\.1:9/, {
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  });
  await fails(["encrypt", "file", "--key-id", arn, ...DATA], 2, /--output is wanted/);
  await fails(["encrypt", "file", "--output", "none", ...DATA], 2, /--key-id is wanted/);
  await fails(["encrypt", "--key-id", arn, "--output", "none", ...DATA], 2, /One FILE is wanted/);
  assert.equal(existsSync(at("none")), false);
  assert.deepEqual(
    readdirSync(place).filter((name) => name.endsWith(".partial")),
    [],
  );
});
