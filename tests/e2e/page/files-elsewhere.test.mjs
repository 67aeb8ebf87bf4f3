// What the page says of decrypting its files elsewhere, done as it is shown: its keys exported and put into an endpoint's
// folder, then Python's Encryption SDK, the command line and a program in JavaScript. Only the port is another.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { environment, shell } from "../../interop/clients.mjs";
import { CLI } from "../../lib/endpoint.mjs";
import { openSite } from "../harness.mjs";
import { downloaded, openPage } from "./page.mjs";

// Inside of this repository, where a program finds `tabkms` and AWS's client by their names.
const PLACE = fileURLToPath(new URL("../../.tmp/elsewhere/", import.meta.url));
const NAME = "Größe & 'Zitat'.bin";
const BODY = Buffer.from(Array.from({ length: 1_300_000 }, (_, at) => (at * 31) % 251));

/** @type {import("../harness.mjs").Site} */
let site;
let serving;
const shown = {};

const withCli = (text) => text.replaceAll("npx tabkms", `"${process.execPath}" "${CLI}"`);

/** A shell's line in the place of the files; fails where it fails. */
async function run(line, more = {}) {
  const said = await shell(line, { cwd: PLACE, env: environment(undefined, more) });
  assert.equal(said.code, 0, said.stderr);
  return said.stdout;
}

before(async () => {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  writeFileSync(join(PLACE, NAME), BODY);
  site = await openSite();
  const page = await openPage(site, "#/files");
  await page.getByTestId("files-file").setInputFiles(join(PLACE, NAME));
  await page.getByTestId("context-value-0").fill("it's €");
  await page.getByTestId("context-value-0").blur();
  await page.getByTestId("encrypt").click();
  const keep = async ({ path, name }) => copyFileSync(path, join(PLACE, name));
  await keep(await downloaded(page, page.getByTestId("save-sealed")));
  await page.getByTestId("carry-passphrase").fill("correct horse");
  await keep(await downloaded(page, page.getByTestId("carry")));
  for (const name of ["Python", "Command line", "JavaScript"]) {
    await page.getByRole("tab", { name }).click();
    shown[name] = await page.locator("tk-call pre").textContent();
  }
  const [bring, serve] = (await page.getByTestId("carry-code").textContent()).split("\n");
  await page.close();
  await run(withCli(bring), { TABKMS_PASSPHRASE: "correct horse" });
  const options = { cwd: PLACE, env: environment(), stdio: ["ignore", "pipe", "inherit"] };
  serving = spawn("sh", ["-c", `exec ${withCli(serve)} --port 0 --log off`], options);
  const [url] = await once(createInterface({ input: serving.stdout }), "line");
  for (const name in shown) shown[name] = shown[name].replaceAll("http://127.0.0.1:4599", url);
});
after(async () => {
  serving?.kill();
  await site?.close();
  rmSync(PLACE, { recursive: true, force: true });
});

function assertDecrypted() {
  const output = join(PLACE, `decrypted-${NAME}`);
  assert.ok(readFileSync(output).equals(BODY));
  rmSync(output);
}

test("the Python that is shown decrypts the page's file", async () => {
  writeFileSync(join(PLACE, "shown.py"), shown.Python);
  await run("python shown.py");
  assertDecrypted();
});

test("the command line that is shown decrypts it", async () => {
  await run(withCli(shown["Command line"]));
  assertDecrypted();
});

test("the JavaScript that is shown decrypts it", async () => {
  writeFileSync(join(PLACE, "shown.mjs"), shown.JavaScript);
  await run(`"${process.execPath}" shown.mjs`);
  assertDecrypted();
});
