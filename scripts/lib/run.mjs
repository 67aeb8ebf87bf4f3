// Processes: finding a program, running one, reading what one says.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Fault } from "./report.mjs";

const EXTENSIONS = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];

/**
 * The path of the first of `names` that is an executable file, as given or on PATH.
 * @param {...(string | undefined)} names
 * @returns {string | undefined}
 */
export function which(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const name of names) {
    if (!name) continue;
    const candidates = /[\\/]/.test(name) ? [name] : folders.map((folder) => join(folder, name));
    for (const candidate of candidates) {
      for (const extension of EXTENSIONS) {
        if (isExecutable(candidate + extension)) return candidate + extension;
      }
    }
  }
  return undefined;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * What a program prints on standard output, trimmed; `undefined` if it is missing or fails.
 * @param {string} program
 * @param {string[]} args
 */
export function read(program, args) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    shell: needsShell(program),
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Runs a program with its output passed on.
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {Record<string, string>} [options.env] added to the environment
 * @param {(line: string) => void} [options.onLine] also told every line of output
 * @returns {Promise<number>} the exit code; 128 plus a signal's number is not told apart from 1
 */
export function exitCode(program, args, { cwd, env, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: onLine ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
      shell: needsShell(program),
    });
    if (onLine) {
      passOn(child.stdout, process.stdout, onLine);
      passOn(child.stderr, process.stderr, onLine);
    }
    child.on("error", (error) =>
      reject(new Fault(`${program} could not be started: ${error.message}`)),
    );
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/**
 * Runs a program and throws if it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {Parameters<typeof exitCode>[2] & { remedy?: string }} [options]
 */
export async function run(program, args, options = {}) {
  const code = await exitCode(program, args, options);
  if (code !== 0) {
    throw new Fault(
      `${[program, ...args].join(" ")} failed with exit code ${code}`,
      options.remedy,
    );
  }
}

function passOn(from, to, onLine) {
  let rest = "";
  from.setEncoding("utf8");
  from.on("data", (chunk) => {
    to.write(chunk);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  from.on("end", () => {
    if (rest) onLine(rest);
  });
}

// Node starts no .cmd without a shell (npm on Windows is one).
function needsShell(program) {
  return process.platform === "win32" && /\.(cmd|bat)$/i.test(program);
}
