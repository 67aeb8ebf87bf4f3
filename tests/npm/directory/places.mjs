// Directories for tests: each a fresh one that is gone with its test.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ClassicLevel } from "classic-level";
import { Kms } from "../../../dist/node/index.js";
import { makeWorld } from "./world.mjs";

/** The path of a directory that is not there yet. */
export function freshPlace(t) {
  const folder = mkdtempSync(join(tmpdir(), "tabkms-directory-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return join(folder, "store");
}

/** A KMS on `directory`, closed when the test ends. */
export async function openAt(t, directory, options = {}) {
  const kms = await Kms.open({ store: { directory }, ...options });
  t.after(() => kms.close());
  return kms;
}

/** Runs `file` of this folder on `directory` in a process of its own, until the test ends; what it prints comes line by line. */
export function startChild(t, file, directory, ...args) {
  const script = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [script, directory, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const ended = new Promise((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code)),
  );
  return { child, ended, lines: createInterface({ input: child.stdout }) };
}

export const opening = (directory, options) => Kms.open({ store: { directory }, ...options });

/** LevelDB on the store's own files, as a program that is not tabkms has it. */
export async function withLevel(directory, work) {
  const level = new ClassicLevel(join(directory, "db"), {
    keyEncoding: "view",
    valueEncoding: "view",
  });
  await level.open();
  try {
    await work(level);
  } finally {
    await level.close();
  }
}

/** A store that is closed, and its directory. */
export async function closedStore(t, work = makeWorld) {
  const directory = freshPlace(t);
  const kms = await openAt(t, directory);
  const world = await work(kms);
  await kms.close();
  return { directory, world };
}
