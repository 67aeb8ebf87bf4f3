// The packed tarball in real projects: installed, imported, bundled, run; each has one wasm file, and no page needs
// 'unsafe-eval'. The bundlers and the compiler are this repository's own, so that nothing is fetched.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import esbuild from "esbuild";
import { chromium } from "playwright-core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import * as vite from "vite";
import webpack from "webpack";
import { chromium as findChromium } from "../../scripts/lib/tools.mjs";
import { FLAGS } from "../e2e/harness.mjs";
import { serveWithPolicy } from "./serve.mjs";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PLACE = join(ROOT, "tests", ".tmp", "consumers");
const ENTRIES = [
  ...[".", "./client", "./slim", "./worker", "./envelope", "./endpoint"],
  ...["./tabkms.wasm", "./package.json"],
];

let tarball = "";
let browser;

before(async () => {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  const [packed] = JSON.parse(npm(ROOT, "pack", "--json", "--pack-destination", PLACE));
  tarball = join(PLACE, packed.filename);
  const executablePath = findChromium();
  assert.ok(executablePath, "no Chromium: node scripts/setup.mjs --test");
  browser = await chromium.launch({ executablePath, args: FLAGS });
});

after(() => browser?.close());

/** What a program prints; fails where it fails. */
function run(folder, program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

function node(folder, ...args) {
  return run(folder, process.execPath, ...args);
}

function npm(folder, ...args) {
  return run(folder, "npm", ...args, "--offline", "--ignore-scripts");
}

/** A project of its own with the files of tests/consumers/`fixture` and the package installed; its folder. */
function install(fixture, name = fixture) {
  const folder = join(PLACE, name);
  cpSync(join(HERE, fixture), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm(folder, "install", "--no-audit", "--no-fund", tarball);
  const installed = join(folder, "node_modules", "tabkms");
  assert.equal(wasmFiles(installed).length, 1);
  return folder;
}

function wasmFiles(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".wasm"));
}

/** What the page at `folder` says in the end, under the site's policy. A word in the console is a failure. */
async function visit(folder) {
  const { address, close } = await serveWithPolicy(folder);
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  try {
    await page.goto(address);
    const said = await page.waitForFunction(() => globalThis.result, undefined, {
      timeout: 20_000,
    });
    assert.deepEqual(complaints, []);
    return await said.jsonValue();
  } catch (error) {
    if (error.name !== "TimeoutError") throw error;
    assert.fail(`the page says nothing; its console: ${complaints.join("\n")}`);
  } finally {
    await page.close();
    await close();
  }
}

/** A bundle for a browser knows nothing of directories. */
function assertNoDirectory(folder) {
  const scripts = readdirSync(folder, { recursive: true }).filter((name) => /\.m?js$/.test(name));
  assert.ok(scripts.length > 0);
  for (const name of scripts) {
    const script = readFileSync(join(folder, name), "utf8");
    assert.doesNotMatch(script, /classic-level|root\.key\.new/, name);
  }
}

/** What `throughSdk` says where all is well: Region, date, bytes, the same ones, the error's class, keys. */
const ALL_WELL = "eu-central-1 true 4096 true true 1";

test("publint finds nothing", async () => {
  const { messages, pkg } = await publint({
    pack: { tarball: readFileSync(tarball) },
    strict: true,
  });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test("arethetypeswrong finds nothing, of its profile esm-only", async () => {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  assert.deepEqual(Object.keys(analysis.entrypoints).sort(), [...ENTRIES].sort());
  const problems = analysis.problems.filter(
    // The profile leaves out who knows no `exports` and who requires; a wasm file has no types.
    ({ resolutionKind, entrypoint }) =>
      !["node10", "node16-cjs"].includes(resolutionKind) && entrypoint !== "./tabkms.wasm",
  );
  assert.deepEqual(problems, []);
});

test("the package installs without a script, needs no other one and marks no module as having effects", () => {
  const folder = join(PLACE, "manifest");
  mkdirSync(folder);
  run(folder, "tar", "-xzf", tarball);
  const manifest = JSON.parse(readFileSync(join(folder, "package", "package.json"), "utf8"));
  assert.deepEqual(Object.keys(manifest.exports), ENTRIES);
  assert.equal(manifest.sideEffects, false);
  assert.equal(manifest.type, "module");
  assert.equal("dependencies" in manifest || "peerDependencies" in manifest, false);
  assert.deepEqual(Object.keys(manifest.optionalDependencies), ["classic-level", "yaml"]);
  assert.deepEqual(manifest.bin, { tabkms: "dist/node/cli.js" });
  const hooks = ["preinstall", "install", "postinstall", "prepare"];
  assert.deepEqual(
    hooks.filter((hook) => hook in manifest.scripts),
    [],
  );
});

test("Node imports it, requires it, and takes it slim", () => {
  const folder = install("node");
  for (const file of ["main.mjs", "main.cjs", "slim.mjs"]) {
    // The warning that require(esm) is new is Node's, not ours.
    assert.equal(node(folder, "--no-warnings", file), "all is well\n", file);
  }
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal(
    run(folder, join(folder, "node_modules", ".bin", "tabkms"), "--version"),
    `${version}\n`,
  );
});

test("Node keeps a store in a directory, and says so where the package for it is missing", (t) => {
  const folder = install("node", "directory");
  assert.equal(node(folder, "directory.mjs"), "directory file Decrypt\n");
  // Where no folder above has the package either.
  const outside = mkdtempSync(join(tmpdir(), "tabkms-consumer-"));
  t.after(() => rmSync(outside, { recursive: true, force: true }));
  const [from, to] = [folder, outside].map((place) => join(place, "node_modules", "tabkms"));
  cpSync(from, to, { recursive: true });
  for (const file of ["directory.mjs", "main.mjs"]) cpSync(join(folder, file), join(outside, file));
  const said = node(outside, "directory.mjs");
  assert.match(said, /^StorageRefusedError: .*classic-level, which is not installed: npm install/);
  // All else does without it.
  assert.equal(node(outside, "main.mjs"), "all is well\n");
});

test("strict TypeScript knows every operation, however modules are found", () => {
  const folder = install("types");
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  node(folder, tsc, "-p", ".", "--module", "nodenext");
  node(folder, tsc, "-p", ".", "--module", "esnext", "--moduleResolution", "bundler");
  // AWS's declarations speak of Node's.
  const config = JSON.parse(readFileSync(join(folder, "tsconfig.json"), "utf8"));
  Object.assign(config.compilerOptions, { types: ["node"], skipLibCheck: true });
  writeFileSync(join(folder, "aws.json"), JSON.stringify({ ...config, include: ["aws.ts"] }));
  node(folder, tsc, "-p", "aws.json", "--module", "nodenext");
});

test("a plain page takes it by an import map, in the page and in workers", async () => {
  assert.equal(await visit(install("page")), "text text text");
});

async function bundleWithVite(folder) {
  await vite.build({
    root: folder,
    configFile: false,
    logLevel: "error",
    worker: { format: "es" },
  });
  return join(folder, "dist");
}

test("Vite bundles it with AWS's client", async () => {
  const out = await bundleWithVite(install("bundled", "vite"));
  assert.equal(wasmFiles(out).length, 1);
  assertNoDirectory(out);
  assert.equal(await visit(out), ALL_WELL);
});

test("Vite bundles it in a worker of one's own", async () => {
  const folder = install("bundled", "worker");
  cpSync(join(folder, "own.js"), join(folder, "main.js"));
  const out = await bundleWithVite(folder);
  assert.equal(wasmFiles(out).length, 1);
  assert.equal(await visit(out), ALL_WELL);
});

test("webpack bundles it with AWS's client", async () => {
  const folder = install("bundled", "webpack");
  const path = join(folder, "dist");
  const stats = await new Promise((resolve, reject) => {
    const config = { context: folder, mode: "production", entry: "./main.js", output: { path } };
    webpack({ ...config, performance: false }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  assert.deepEqual([...errors, ...warnings], []);
  cpSync(join(folder, "index.html"), join(path, "index.html"));
  assert.equal(wasmFiles(path).length, 1);
  assertNoDirectory(path);
  assert.equal(await visit(path), ALL_WELL);
});

test("esbuild, which follows no URL, bundles it slim", async () => {
  const folder = install("slim");
  cpSync(join(HERE, "bundled", "own.js"), join(folder, "main.js"));
  cpSync(join(HERE, "bundled", "sdk.js"), join(folder, "sdk.js"));
  const outdir = join(folder, "dist");
  const { warnings } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["main.js", "worker.js"],
    bundle: true,
    minify: true,
    format: "esm",
    loader: { ".wasm": "file" },
    logLevel: "silent",
    outdir,
  });
  assert.deepEqual(warnings, []);
  cpSync(join(folder, "index.html"), join(outdir, "index.html"));
  assert.equal(wasmFiles(outdir).length, 1);
  assertNoDirectory(outdir);
  assert.equal(await visit(outdir), ALL_WELL);
});

test("a bundle of the slim entry has no wasm file unless it is given one", async () => {
  const folder = install("slim", "slimmer");
  writeFileSync(
    join(folder, "main.js"),
    'import { Kms } from "tabkms/slim"; globalThis.open = (wasm) => Kms.open({ wasm });\n',
  );
  const out = await bundleWithVite(folder);
  assert.deepEqual(wasmFiles(out), []);
});

test("what is imported and not used leaves nothing behind", async () => {
  const folder = install("slim", "unused");
  writeFileSync(
    join(folder, "main.js"),
    'import { Kms } from "tabkms"; import { connect } from "tabkms/client"; import "tabkms/slim";\n',
  );
  const { outputFiles } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["main.js"],
    bundle: true,
    format: "esm",
    logLevel: "silent",
    write: false,
  });
  assert.deepEqual(
    outputFiles.map(({ path, text }) => [basename(path), text.replace(/^\/\/.*\n/gm, "")]),
    [["<stdout>", ""]],
  );
});
