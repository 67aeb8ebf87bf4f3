// What measures itself in a process of its own: the Encryption SDKs, and OpenSSL.

import { execFile, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { read } from "../../../scripts/lib/run.mjs";

/** Bytes a second of `openssl speed -evp aes-256-gcm` in pieces of this length; nothing where there is no openssl. */
export function openssl(piece) {
  if (!read("openssl", ["version"])) return undefined;
  const measure = async (...more) => {
    const args = ["speed", "-mr", "-elapsed", "-seconds", "1", "-bytes", piece, ...more];
    const { stdout } = await promisify(execFile)("openssl", [...args, "-evp", "aes-256-gcm"]);
    const [, rate] = /^\+F:\d+:[^:]*:([\d.]+)/m.exec(stdout) ?? [];
    if (rate === undefined) throw new Error(`openssl speed says nothing: ${stdout}`);
    return Number(rate);
  };
  return { encrypt: () => measure(), decrypt: () => measure("-decrypt"), rounds: 3 };
}

/** Messages a second of the SDK for Python. @param {import("../../interop/clients.mjs").Python} python */
export function pythons(python, keyring, suite, length, frameLength) {
  const measure = (way) =>
    python.ask("rate", {
      keyring: { kind: "raw", ...keyring },
      suite,
      length,
      frame_length: frameLength,
      way,
      seconds: 0.3,
    });
  return { encrypt: () => measure("encrypt"), decrypt: () => measure("decrypt"), rounds: 3 };
}

/** The SDK for JavaScript. */
export class SdkProcess {
  #child;
  #lastId = 0;
  #waiting = new Map();

  /** Passes a second through so many bytes, each way; `least` milliseconds a round. */
  passes(suite, length, frameLength, least) {
    const measure = (way) => this.#ask({ way, suite, length, frameLength, least });
    return { encrypt: () => measure("encrypt"), decrypt: () => measure("decrypt") };
  }

  async #ask(what) {
    this.#child ??= this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, ...what });
    });
  }

  #start() {
    const child = fork(fileURLToPath(new URL("sdk-process.mjs", import.meta.url)));
    child.on("message", ({ id, rate }) => {
      this.#waiting.get(id)?.resolve(rate);
      this.#waiting.delete(id);
    });
    child.on("exit", (code) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`the SDK's process ended: ${code}`));
      }
    });
    return child;
  }

  close() {
    this.#child?.kill();
  }
}
