// What measures itself in a process of its own: the Encryption SDK for Python, and OpenSSL.

import { execFile } from "node:child_process";
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
