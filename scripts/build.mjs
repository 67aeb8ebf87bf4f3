// Makes everything that is built, and only what has changed. By hand: node scripts/build.mjs [wasm] [js] [www]
//
//   wasm  crate/wasm → cargo → wasm-bindgen → wasm-opt → js/src/wasm
//   js    js/src → tsc → dist (JavaScript, declarations, dist/wasm)
//   www   www → Vite → dist/www, with the security headers as dist/www/_headers
//
// Set-up has to have run (npm run setup); nothing is installed here.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import { checkSize } from "./check-size.mjs";
import { headersFile } from "./headers.mjs";
import { DIST, inTree, MODULES, NAMED, ROOT, SITE, TARGET, WASM } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";
import { read, run } from "./lib/run.mjs";
import { hashOf, unlessDone } from "./lib/stamp.mjs";
import { cargoTool, WASM_TARGET, wasmBindgenVersion } from "./lib/tools.mjs";

// Cargo's rustc wrapper.
const NARROW = "scripts/lib/narrow-integers.sh";

const STAGES = { wasm: buildWasm, js: buildPackage, www: buildSite };

// Where the wasm file stands, js/src/load.ts says and nothing else: a bundler would find it for `tabkms/slim` too.
const BINDGEN = ["--target", "web", "--omit-default-module-path", "--out-name", "tabkms"];

// The features that Rust compiles this target with, one by one: --all-features would let wasm-opt write
// instructions that no browser here has been asked for.
const FEATURES = [
  "--enable-bulk-memory",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
  "--enable-simd",
];
const WASM_OPT = [
  ...FEATURES,
  "-O2",
  // LLVM has inlined what is worth it. What wasm-opt inlines beside the smallest functions makes few bytes fewer and
  // compresses worse: 35 KB (brotli).
  "--always-inline-max-function-size=8",
  "--one-caller-inline-max-function-size=0",
  // Of functions that are alike the names are alike: side by side they compress better: 6 KB (brotli).
  "--reorder-functions-by-name",
  "--debuginfo",
];
// The names of the functions stay in a copy, which the size check reads: NAMED.
const STRIP = [...FEATURES, "--strip-debug", "--strip-producers", "--strip-target-features"];

/** @param {(keyof typeof STAGES)[]} [stages] in the order given; all of them by default */
export async function build(stages = ["wasm", "js", "www"]) {
  if (!existsSync(MODULES)) throw new Fault("the npm packages are not installed", "npm run setup");
  for (const stage of stages) await STAGES[stage]();
}

async function buildWasm() {
  const compiled = join(TARGET, WASM_TARGET, "release", "tabkms_wasm.wasm");
  await unlessDone({
    name: "cargo",
    title: `compiling crate/wasm for ${WASM_TARGET}`,
    hash: hashOf({
      paths: [".cargo", "Cargo.toml", "Cargo.lock", "crate", NARROW].map((path) => inTree(path)),
      words: [read("rustc", ["--version"]) ?? "", TARGET],
    }),
    outputs: [compiled],
    work: () =>
      run(
        "cargo",
        [
          ...["build", "--release", "--locked", "-p", "tabkms-wasm", "--lib"],
          ...["--target", WASM_TARGET],
          // They join those of .cargo/config.toml.
          ...["--config", `target.${WASM_TARGET}.rustflags = ${JSON.stringify(rustFlags())}`],
        ],
        { cwd: ROOT, env: narrowIntegers() },
      ),
  });
  await unlessDone({
    name: "wasm",
    title: "binding and optimising it: js/src/wasm",
    hash: hashOf({
      paths: [compiled, inTree("package-lock.json")],
      words: [wasmBindgenVersion(), ...BINDGEN, ...WASM_OPT, ...STRIP],
    }),
    outputs: [
      NAMED,
      ...["tabkms.js", "tabkms.d.ts", "tabkms_bg.wasm"].map((name) => join(WASM, name)),
    ],
    work: () => bind(compiled),
  });
}

// Windows has no shell for it: what is built there is the same, and larger.
const canNarrow = process.platform !== "win32";

function narrowIntegers() {
  return canNarrow ? { ...process.env, RUSTC_WRAPPER: inTree(NARROW) } : process.env;
}

// Cargo does not look at what its wrapper does: the word tells it what was compiled with another.
function rustFlags() {
  return [...shortPaths(), ...(canNarrow ? ["--cfg", "tabkms_narrow_integers"] : [])];
}

// A panic tells its file: of a dependency's, what stands before its name and version says where this machine keeps its
// crates and takes room in the wasm file.
function shortPaths() {
  const metadata = read("cargo", ["metadata", "--locked", "--format-version", "1"]);
  if (!metadata) throw new Fault("cargo metadata failed", "cargo metadata --locked");
  const folders = JSON.parse(metadata)
    .packages.filter(({ source }) => source !== null)
    .map(({ manifest_path: manifest }) => dirname(dirname(manifest)));
  return [...new Set(folders)].map((folder) => `--remap-path-prefix=${folder}${sep}=`);
}

// Into a folder beside the target first: a reader of js/src/wasm sees the old files or the new ones.
async function bind(compiled) {
  const bindgen = cargoTool("wasm-bindgen", wasmBindgenVersion());
  if (!bindgen) throw new Fault(`wasm-bindgen ${wasmBindgenVersion()} is missing`, "npm run setup");
  const fresh = inTree("target", "bound");
  rmSync(fresh, { recursive: true, force: true });
  await run(bindgen, [...BINDGEN, "--out-dir", fresh, compiled]);
  const wasm = join(fresh, "tabkms_bg.wasm");
  const optimiser = join(MODULES, "binaryen", "bin", "wasm-opt");
  await run(process.execPath, [optimiser, ...WASM_OPT, wasm, "-o", NAMED]);
  await run(process.execPath, [optimiser, ...STRIP, NAMED, "-o", wasm]);
  rmSync(WASM, { recursive: true, force: true });
  mkdirSync(inTree("js", "src"), { recursive: true });
  renameSync(fresh, WASM);
  checkSize();
}

async function buildPackage() {
  await unlessDone({
    name: "package",
    title: "compiling js/src: dist",
    hash: hashOf({
      paths: ["js/src", "tsconfig.base.json", "tsconfig.js.json", "package-lock.json"].map((path) =>
        inTree(path),
      ),
    }),
    outputs: [join(DIST, "wasm", "tabkms_bg.wasm")],
    work: async () => {
      emptyPackage();
      await run(
        process.execPath,
        [join(MODULES, "typescript", "bin", "tsc"), "-p", inTree("tsconfig.js.json")],
        {
          cwd: ROOT,
        },
      );
      cpSync(WASM, join(DIST, "wasm"), { recursive: true });
      for (const name of readdirSync(join(DIST, "wasm"))) {
        if (!/^tabkms(_bg\.wasm)?(\.js|\.d\.ts)$|^tabkms_bg\.wasm$/.test(name))
          rmSync(join(DIST, "wasm", name));
      }
    },
  });
}

// What a removed source file left behind would be published.
function emptyPackage() {
  mkdirSync(DIST, { recursive: true });
  for (const name of readdirSync(DIST)) {
    if (name !== "www") rmSync(join(DIST, name), { recursive: true, force: true });
  }
}

async function buildSite() {
  if (!existsSync(inTree("www", "index.html")))
    throw new Fault("www/index.html is missing", "git checkout www");
  await unlessDone({
    name: "site",
    title: "building www: dist/www",
    hash: hashOf({
      paths: ["www", "js/src", "vite.config.ts", "package-lock.json"].map((path) => inTree(path)),
      words: [headersFile()],
    }),
    outputs: [join(SITE, "index.html"), join(SITE, "_headers")],
    work: async () => {
      await run(
        process.execPath,
        [join(MODULES, "vite", "bin", "vite.js"), "build", "--logLevel", "warn"],
        {
          cwd: ROOT,
        },
      );
      writeFileSync(join(SITE, "_headers"), headersFile());
      checkSite();
    },
  });
}

// The page's policy allows neither inline scripts nor inline styles: better to fail here than in a browser.
function checkSite() {
  const page = readFileSync(join(SITE, "index.html"), "utf8");
  const inline = [
    /<script(?![^>]*\ssrc=)[^>]*>/i,
    /<style[\s>]/i,
    /<[^>]+\sstyle=/i,
    /<[^>]+\son[a-z]+=/i,
  ];
  for (const pattern of inline) {
    const found = pattern.exec(page);
    if (found)
      throw new Fault(
        `dist/www/index.html holds ${found[0]}, which the page's policy blocks`,
        "move it to a file",
      );
  }
}

await runMain(import.meta.url, async (args) => {
  const unknown = args.find((arg) => !(arg in STAGES));
  if (unknown)
    throw new Fault(
      `${unknown} is no stage`,
      `node scripts/build.mjs [${Object.keys(STAGES).join("] [")}]`,
    );
  await build(args.length > 0 ? args : undefined);
  say("  built");
});
