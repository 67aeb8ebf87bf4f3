/** Loads the wasm file, once, wherever this runs. */

import { platformCipher } from "./cipher.ts";
import init, { type InitInput, type InitOutput, Kms, setPlatformCipher } from "./wasm/tabkms.js";

let loading: Promise<InitOutput> | undefined;

/**
 * The wasm module, ready. `source` replaces the file beside this module, for hosts that put it elsewhere: bytes, a
 * URL, a response or a compiled module. It counts on the first call only.
 */
export async function load(source?: InitInput | Promise<InitInput>): Promise<typeof Kms> {
  loading ??= initialise(source);
  try {
    await loading;
  } catch (thrown) {
    // The next call tries again: a network may come back.
    loading = undefined;
    throw thrown;
  }
  return Kms;
}

/** The exports of the loaded module, its linear memory among them: for tests that look for what is left there. */
export async function instance(): Promise<InitOutput | undefined> {
  return loading;
}

async function initialise(source?: InitInput | Promise<InitInput>): Promise<InitOutput> {
  const instance = await instantiate(source);
  const cipher = platformCipher();
  if (cipher) setPlatformCipher(cipher);
  return instance;
}

async function instantiate(source?: InitInput | Promise<InitInput>): Promise<InitOutput> {
  if (source !== undefined) return init({ module_or_path: source });
  const url = new URL("./wasm/tabkms_bg.wasm", import.meta.url);
  // Node's fetch does not read files.
  if (url.protocol === "file:") return init({ module_or_path: await readFile(url) });
  return init({ module_or_path: url });
}

async function readFile(url: URL): Promise<Uint8Array> {
  // A name that bundlers for the browser cannot follow, and need not.
  const name = "node:fs/promises";
  const { readFile } = (await import(/* @vite-ignore */ name)) as typeof import("node:fs/promises");
  return readFile(url);
}
