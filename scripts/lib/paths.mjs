// Where things stand in the tree.

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** @param {...string} parts of a path below the root of the tree */
export const inTree = (...parts) => join(ROOT, ...parts);

/** Cargo's target folder. */
export const TARGET = process.env.CARGO_TARGET_DIR ?? inTree("target");

/** wasm-bindgen's output, which the TypeScript imports and the package ships. */
export const WASM = inTree("js", "src", "wasm");
/** The same wasm file with the names of its functions, for the size check. */
export const NAMED = inTree("target", "tabkms_named.wasm");
export const DIST = inTree("dist");
export const SITE = inTree("dist", "www");
export const MODULES = inTree("node_modules");

/** Tools that set-up builds: outside the tree, so that a second clone finds them. */
export const TOOLS = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "tabkms",
  "tools",
);
