// The real clients that tests/interop runs: a Python environment of its own, the AWS CLI's two versions.

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { inTree, TOOLS } from "./paths.mjs";
import { Fault, step } from "./report.mjs";
import { read, run, which } from "./run.mjs";
import { hashOf } from "./stamp.mjs";

const REQUIREMENTS = inTree("tests", "interop", "requirements.txt");
/** The AWS Encryption SDK's material providers library needs it. */
const PYTHON_FLOOR = 11;

/** A Python of 3.11 or newer: its path and its version, `3.12.1`. Throws where there is none. */
export function findPython() {
  const names = ["python3", ...[14, 13, 12, 11].map((minor) => `python3.${minor}`), "python"];
  for (const name of names) {
    const path = which(name);
    const version = path && read(path, ["-c", "import platform; print(platform.python_version())"]);
    const [major, minor] = (version || "0.0").split(".").map(Number);
    if (path && version && major === 3 && minor >= PYTHON_FLOOR) return { path, version };
  }
  throw new Fault(
    `the tests need Python 3.${PYTHON_FLOOR} or newer, and there is none`,
    "install it from your system's packages or from https://www.python.org",
  );
}

/** Where the environment of these requirements stands: another one for another Python, so that clones share it. */
function environment(version) {
  const words = [process.platform, process.arch, version];
  const hash = hashOf({ paths: [REQUIREMENTS], words });
  return join(TOOLS, `python-${hash.slice(0, 16)}`);
}

/** Written last: an environment that lacks it broke off half made. */
const stampOf = (folder) => join(folder, "tabkms-complete");

/** The folder of the environment's programs: python, aws. Nothing where set-up has not been. */
export function clientsFolder() {
  const folder = environment(findPython().version);
  if (!existsSync(stampOf(folder))) return undefined;
  return join(folder, process.platform === "win32" ? "Scripts" : "bin");
}

/** Makes the environment of requirements.txt, unless it is there. */
export async function installClients() {
  const { path, version } = findPython();
  const folder = environment(version);
  if (existsSync(stampOf(folder))) return;
  await step("making the Python environment of tests/interop/requirements.txt, once", async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await run(path, ["-m", "venv", folder], {
      remedy: "install Python's venv and ensurepip (Debian, Ubuntu: apt-get install python3-venv)",
    });
    const bin = join(folder, process.platform === "win32" ? "Scripts" : "bin");
    await run(
      join(bin, "python"),
      [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--only-binary=:all:",
        "--require-hashes",
        "-r",
        REQUIREMENTS,
      ],
      { remedy: "check the connection to PyPI, then run this again" },
    );
    writeFileSync(stampOf(folder), "");
  });
}

/** The AWS CLI of version 2, which is on PATH or nowhere: its path. Version 1 may stand on PATH before it. */
export function awsVersion2() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const candidates = [...new Set([...folders, "/usr/bin", "/usr/local/bin"])];
  return candidates
    .map((folder) => which(join(folder, "aws")))
    .find((path) => path && read(path, ["--version"])?.startsWith("aws-cli/2."));
}
