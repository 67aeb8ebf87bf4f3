// The programs that the tests run: with an environment that says where they are to go, and nothing of the person's own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { clientsFolder } from "../../scripts/lib/clients.mjs";

const WORKER = fileURLToPath(new URL("python/worker.py", import.meta.url));

/** Where pip put the clients of requirements.txt: python, and `aws` of version 1. */
export function clients() {
  const folder = clientsFolder();
  assert.ok(folder, "no Python environment: node scripts/setup.mjs --test");
  return folder;
}

/** @param {string} [first] the folder in which programs are looked for first */
export function environment(first = clients(), more = {}) {
  const kept = ["HOME", "LANG", "SYSTEMROOT", "TMPDIR", "TEMP"].filter((name) => process.env[name]);
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    PATH: [first, process.env.PATH].join(delimiter),
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "none",
    AWS_DEFAULT_REGION: "us-east-1",
    // What a person has configured is not read.
    AWS_CONFIG_FILE: join(clients(), "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(clients(), "none"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "2",
    AWS_PAGER: "",
    PYTHONDONTWRITEBYTECODE: "1",
    ...more,
  };
}

/** Runs a line of a real shell: what it printed and its exit code. */
export function shell(line, options) {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", line], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8");
      child[name].on("data", (text) => {
        said[name] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...said, code }));
  });
}

/** A Python process that does what it is asked (python/worker.py): one question a line, one answer a line. */
export class Python {
  #child;
  #waiting = new Map();
  #asked = 0;
  #said = "";

  constructor() {
    this.#child = spawn(join(clients(), "python"), ["-u", WORKER], { env: environment() });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#answered(line));
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#said += text;
    });
    this.#child.on("close", (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`Python ended with ${code}:\n${this.#said}`));
    });
  }

  /** What the worker's function `action` returns. A Python exception that it does not catch is thrown with its trace. */
  ask(action, input = {}) {
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve, reject } = deferred();
    this.#waiting.set(id, { resolve, reject });
    this.#child.stdin.write(`${JSON.stringify({ id, action, input: packed(input) })}\n`);
    return promise;
  }

  close() {
    this.#child.stdin.end();
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null) resolve();
      else this.#child.on("close", resolve);
    });
  }

  #answered(line) {
    const { id, result, trace } = JSON.parse(line);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (trace === undefined) resolve(unpacked(result));
    else reject(new Error(`in Python:\n${trace}`));
  }
}

function deferred() {
  const out = {};
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
  return out;
}

// ---- Bytes and times in JSON: {"$bytes": base64}, {"$time": seconds} ----

function packed(value) {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Date) return { $time: value.getTime() / 1000 };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, packed(item)]));
}

function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== "object" || value === null) return value;
  if (value.$bytes !== undefined) return new Uint8Array(Buffer.from(value.$bytes, "base64"));
  if (value.$time !== undefined) return new Date(value.$time * 1000);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unpacked(item)]));
}
