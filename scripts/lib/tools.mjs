// Where the tools are that the build and the tests call, and which versions they have to be.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inTree, TOOLS } from "./paths.mjs";
import { Fault } from "./report.mjs";
import { read, which } from "./run.mjs";

export const WASM_TARGET = "wasm32-unknown-unknown";

/** wasm-pack runs the wasm tests; nothing that is built depends on its version. */
export const WASM_PACK_VERSION = "0.15.1";

/** The version of wasm-bindgen that Cargo.toml pins: its tool and its library have to be of one version. */
export function wasmBindgenVersion() {
  const pin = /^wasm-bindgen = "=([\d.]+)"$/m.exec(readFileSync(inTree("Cargo.toml"), "utf8"));
  if (!pin)
    throw new Fault(
      "Cargo.toml does not pin wasm-bindgen",
      'wasm-bindgen = "=X.Y.Z" under [workspace.dependencies]',
    );
  return pin[1];
}

/** The oldest Rust that the workspace compiles with. */
export function rustVersion() {
  const floor = /^rust-version = "([\d.]+)"$/m.exec(readFileSync(inTree("Cargo.toml"), "utf8"));
  if (!floor) throw new Fault("Cargo.toml names no rust-version");
  return floor[1];
}

/**
 * A tool that cargo builds, at one version: the one on PATH or in cargo's folder if it is of that version,
 * else the one that set-up built for tabkms.
 * @param {string} name
 * @param {string} version
 * @returns {string | undefined} its path
 */
export function cargoTool(name, version) {
  const candidates = [
    which(name),
    which(join(cargoHome(), "bin", name)),
    which(join(toolRoot(name, version), "bin", name)),
  ];
  return candidates.find((path) => path && read(path, ["--version"])?.split(" ")[1] === version);
}

/** Where set-up builds a tool: by version, so that an upgrade leaves the old one to other clones. */
export function toolRoot(name, version) {
  return join(TOOLS, `${name}-${version}`);
}

/** Where cargo keeps what it has downloaded and installed. */
export function cargoHome() {
  return (
    process.env.CARGO_HOME ?? join(process.env.HOME ?? process.env.USERPROFILE ?? "", ".cargo")
  );
}

/** The system's Chromium or Chrome. */
export function chromium() {
  return which(
    process.env.CHROME,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  );
}

/** The driver that wasm-pack's tests speak to it through. */
export function chromedriver() {
  return which(
    process.env.CHROMEDRIVER,
    "chromedriver",
    "chromium.chromedriver",
    "/usr/lib/chromium/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
  );
}

/** The first number of a program's version: Chromium and its driver have to agree on it. */
export function majorVersion(program) {
  return /(\d+)\.\d+\.\d+/.exec(read(program, ["--version"]) ?? "")?.[1];
}
