/** Loads the wasm file, once, wherever this runs. */

import { platformCipher } from "./cipher.ts";
import init, { type InitInput, type InitOutput, Kms, setPlatformCipher } from "./wasm/tabkms.js";

/** The wasm file: bytes, a URL, a response, a compiled module. */
export type WasmSource = InitInput | Promise<InitInput>;

let loading: Promise<InitOutput> | undefined;
let known: (() => WasmSource) | undefined;

/** Tells {@link load} where the file stands, for those who do not know it themselves. */
export function wasmStands(find: () => WasmSource): void {
  known ??= find;
}

/**
 * The wasm module, ready. `source` is the file, or finds it. It counts on the first call only, and is not asked after
 * that.
 */
export async function load(
  source: WasmSource | (() => WasmSource) | undefined = known,
): Promise<typeof Kms> {
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

async function initialise(
  source: WasmSource | (() => WasmSource) | undefined,
): Promise<InitOutput> {
  if (source === undefined) {
    throw new TypeError("tabkms/slim is told where the wasm file is: Kms.open({ wasm })");
  }
  const instance = await init({ module_or_path: typeof source === "function" ? source() : source });
  const cipher = platformCipher();
  if (cipher) setPlatformCipher(cipher);
  return instance;
}
