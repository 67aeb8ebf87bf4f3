/** Where the package has its wasm file. `tabkms/slim` does without this module. */

import type { WasmSource } from "./load.ts";

/** The file below this module. A bundler that finds its name here copies it. */
export function packagedWasm(): WasmSource {
  const url = new URL("./wasm/tabkms_bg.wasm", import.meta.url);
  if (url.protocol !== "file:") return url;
  // Node's fetch does not read files. An import of this name would be one that bundlers for the browser follow.
  const files = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  return files ? files.readFile(url) : url;
}
