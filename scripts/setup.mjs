// Installs what is missing and leaves the rest alone. By hand: node scripts/setup.mjs [--test]
//
// Needed beforehand: rustup's cargo, Node 20.19 or newer, npm, Python 3.11 or newer. Installed here: the wasm32 target,
// wasm-bindgen at the version that Cargo.toml pins, the npm packages of package-lock.json; for the tests
// also rustfmt, clippy, wasm-pack, Chromium and its driver, and the clients of tests/interop: packages of npm and of
// PyPI, each in a place of its own, and the AWS CLI of version 2. This file imports nothing from npm.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { awsVersion2, findPython, installClients } from "./lib/clients.mjs";
import { inTree, ROOT } from "./lib/paths.mjs";
import { Fault, runMain, say, step } from "./lib/report.mjs";
import { exitCode, read, run, which } from "./lib/run.mjs";
import { hashOf } from "./lib/stamp.mjs";
import {
  cargoTool,
  chromedriver,
  chromium,
  majorVersion,
  rustVersion,
  toolRoot,
  WASM_PACK_VERSION,
  WASM_TARGET,
  wasmBindgenVersion,
} from "./lib/tools.mjs";

/**
 * @param {object} [options]
 * @param {boolean} [options.test] also what the tests need
 */
export async function setup({ test = false } = {}) {
  checkNode();
  checkRust();
  await addWasmTarget();
  await installPackages(ROOT);
  await installCargoTool("wasm-bindgen-cli", "wasm-bindgen", wasmBindgenVersion());
  if (test) {
    findPython();
    await addRustComponents();
    await installCargoTool("wasm-pack", "wasm-pack", WASM_PACK_VERSION);
    await installBrowser();
    // Two halves of the AWS Encryption SDK, which break each other in one folder.
    await installPackages(inTree("tests", "interop", "node"));
    await installPackages(inTree("tests", "interop", "browser"));
    await installClients();
    await installAwsVersion2();
  }
  say(
    `  set up: Node ${process.versions.node}, ${read("rustc", ["--version"])}, wasm-bindgen ${wasmBindgenVersion()}`,
  );
}

function checkNode() {
  if (!atLeast(process.versions.node, "20.19")) {
    throw new Fault(
      `Node ${process.versions.node} is too old`,
      "install Node 20.19 or newer from https://nodejs.org",
    );
  }
  if (!which("npm"))
    throw new Fault("npm is missing", "install it with Node from https://nodejs.org");
}

function checkRust() {
  if (!which("cargo") || !which("rustc")) {
    throw new Fault(
      "cargo is missing",
      "install rustup from https://rustup.rs, then open a new terminal",
    );
  }
  const version = /^rustc (\d+\.\d+)/.exec(read("rustc", ["--version"]) ?? "")?.[1];
  if (version === undefined) throw new Fault("rustc does not start", "rustup default stable");
  if (!atLeast(version, rustVersion())) {
    throw new Fault(`Rust ${version} is older than ${rustVersion()}`, "rustup update stable");
  }
}

async function addWasmTarget() {
  const libraries = read("rustc", ["--print", "target-libdir", "--target", WASM_TARGET]);
  if (libraries !== undefined && existsSync(libraries)) return;
  if (!which("rustup")) {
    throw new Fault(
      `this Rust cannot compile for ${WASM_TARGET}`,
      "install rustup from https://rustup.rs",
    );
  }
  await step(`adding the Rust target ${WASM_TARGET}`, () =>
    run("rustup", ["target", "add", WASM_TARGET]),
  );
}

async function addRustComponents() {
  for (const [component, command] of [
    ["rustfmt", "fmt"],
    ["clippy", "clippy"],
  ]) {
    if (read("cargo", [command, "--version"])) continue;
    await step(`adding ${component}`, () => run("rustup", ["component", "add", component]));
  }
}

async function installCargoTool(crate, name, version) {
  if (cargoTool(name, version)) return;
  const where = toolRoot(name, version);
  const install = ["install", crate, "--version", version, "--root", where];
  // A tool that runs for a second is not worth a long build: no link-time optimisation, many units.
  const env = {
    CARGO_PROFILE_RELEASE_LTO: "off",
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
    CARGO_TARGET_DIR: join(where, "build"),
  };
  await step(`building ${name} ${version} with cargo, once (a few minutes)`, async () => {
    // Its lock file first; one that no longer resolves is no reason to stop.
    if ((await exitCode("cargo", [...install, "--locked"], { env })) === 0) return;
    say("  its lock file does not resolve; once more without it");
    await run("cargo", install, { env, remedy: `cargo install ${crate} --version ${version}` });
  });
}

// npm ci only when the lock file is not the one that node_modules was made from.
async function installPackages(folder) {
  const lock = join(folder, "package-lock.json");
  const stamp = join(folder, "node_modules", ".tabkms-lock");
  const wanted = hashOf({ paths: [lock], words: [process.platform, process.arch] });
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step(`installing the npm packages of ${relative(ROOT, lock)}`, async () => {
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: folder,
      remedy: "check the connection to the npm registry, then run this again",
    });
    writeFileSync(stamp, wanted);
  });
}

async function installBrowser() {
  if (!chromium() || !chromedriver()) {
    if (!canInstallDebian()) {
      throw new Fault(
        "the tests need Chromium and chromedriver of the same version",
        "install both (Debian, Ubuntu: sudo apt-get install chromium chromium-driver), or set CHROME and CHROMEDRIVER",
      );
    }
    await installDebian("chromium", "chromium-driver");
  }
  const [browser, driver] = [chromium(), chromedriver()];
  if (!browser || !driver)
    throw new Fault("Chromium or chromedriver is still missing", "set CHROME and CHROMEDRIVER");
  const versions = [majorVersion(browser), majorVersion(driver)];
  if (versions[0] !== versions[1]) {
    throw new Fault(
      `${browser} is version ${versions[0]}, ${driver} is version ${versions[1]}`,
      "install the same version of both, or set CHROME and CHROMEDRIVER",
    );
  }
}

// Nothing but its own tests needs it, and they say when it is missing.
async function installAwsVersion2() {
  if (awsVersion2()) return;
  try {
    if (canInstallDebian()) await installDebian("awscli");
  } catch (thrown) {
    // Not every release has the package.
    if (!(thrown instanceof Fault)) throw thrown;
  }
  if (!awsVersion2()) say("  no AWS CLI of version 2 on PATH: its tests are skipped");
}

function canInstallDebian() {
  return which("apt-get") !== undefined && process.getuid?.() === 0;
}

async function installDebian(...packages) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step(`installing the Debian packages ${packages.join(", ")}`, async () => {
    await run("apt-get", ["update", "-q"], { env });
    await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env });
  });
}

/** Whether a dotted version is at least another. */
function atLeast(version, floor) {
  const [have, need] = [version, floor].map((text) => text.split(".").map(Number));
  for (const [index, number] of need.entries()) {
    if ((have[index] ?? 0) !== number) return (have[index] ?? 0) > number;
  }
  return true;
}

await runMain(import.meta.url, async (args) => {
  const unknown = args.find((arg) => arg !== "--test");
  if (unknown) throw new Fault(`${unknown} is not known`, "node scripts/setup.mjs [--test]");
  await setup({ test: args.includes("--test") });
});
