// All the tests, stage by stage. By hand: node scripts/test.mjs [--long] [STAGE…]
//
// A stage that fails does not stop the next ones; one whose needs failed fails with them. The last line
// counts: the single tests of the stages that run tests, one for every other stage.

import { delimiter, dirname, join } from "node:path";
import { build } from "./build.mjs";
import { checkSize } from "./check-size.mjs";
import { inTree, MODULES, ROOT, TARGET } from "./lib/paths.mjs";
import { duration, Fault, runMain, say } from "./lib/report.mjs";
import { exitCode } from "./lib/run.mjs";
import { filesBelow } from "./lib/stamp.mjs";
import {
  cargoTool,
  chromedriver,
  chromium,
  WASM_PACK_VERSION,
  WASM_TARGET,
  wasmBindgenVersion,
} from "./lib/tools.mjs";
import { setup } from "./setup.mjs";

const DENY_WARNINGS = ["--", "-D", "warnings"];
// Seconds that one wasm test binary may take; wasm-bindgen's own limit is 20.
const WASM_TEST_TIMEOUT = "600";

/**
 * In the order in which they run: what is quick to fail comes first.
 * `tests` marks a stage that runs single tests: their numbers are read from its output, and none is a failure.
 */
const STAGES = [
  { name: "rustfmt", run: cargo(["fmt", "--all", "--check"]) },
  {
    name: "biome",
    run: node(["@biomejs", "biome", "bin", "biome"], ["check", "--error-on-warnings", "."]),
  },
  {
    name: "clippy",
    run: cargo(["clippy", "--workspace", "--all-targets", "--locked", ...DENY_WARNINGS]),
  },
  {
    name: "clippy-wasm",
    run: cargo([
      "clippy",
      "-p",
      "tabkms-wasm",
      "--all-targets",
      "--locked",
      "--target",
      WASM_TARGET,
      ...DENY_WARNINGS,
    ]),
  },
  { name: "rust", tests: true, run: cargo(["test", "--workspace", "--locked"]) },
  { name: "build-wasm", run: () => build(["wasm"]) },
  { name: "size", needs: ["build-wasm"], run: () => checkSize({ shares: true }) },
  {
    name: "types",
    needs: ["build-wasm"],
    run: node(["typescript", "bin", "tsc"], ["-p", "tsconfig.json"]),
  },
  { name: "build", needs: ["build-wasm"], run: () => build(["js", "www"]) },
  { name: "node", tests: true, needs: ["build"], run: nodeTests("npm") },
  { name: "interop", tests: true, needs: ["build"], run: nodeTests("interop") },
  { name: "consumers", tests: true, needs: ["build"], run: nodeTests("consumers") },
  { name: "wasm", tests: true, run: wasmTests },
  { name: "e2e", tests: true, needs: ["build"], run: nodeTests("e2e") },
];

/** What a runner's closing lines say, summed: cargo's and wasm-bindgen's first, then Node's. */
const COUNTS = [
  { pattern: /^test result: \w+\. (\d+) passed; (\d+) failed/, passed: 1, failed: 2 },
  { pattern: /^\W*pass (\d+)$/, passed: 1 },
  { pattern: /^\W*fail (\d+)$/, failed: 1 },
];

class Tally {
  passed = 0;
  failed = 0;

  /** @param {string} line */
  read(line) {
    for (const { pattern, passed, failed } of COUNTS) {
      const found = pattern.exec(line);
      if (passed && found) this.passed += Number(found[passed]);
      if (failed && found) this.failed += Number(found[failed]);
    }
  }
}

function cargo(args) {
  return (onLine) => exitCode("cargo", args, { cwd: ROOT, onLine });
}

function node(script, args) {
  return () => exitCode(process.execPath, [join(MODULES, ...script), ...args], { cwd: ROOT });
}

function nodeTests(folder) {
  return (onLine) => {
    const files = filesBelow(inTree("tests", folder)).filter((file) => file.endsWith(".test.mjs"));
    if (files.length === 0)
      throw new Fault(`there is no test in tests/${folder}`, "git checkout tests");
    // One file at a time: two browsers at once on two cores make each other's tests slow.
    const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
    return exitCode(process.execPath, args, {
      cwd: ROOT,
      onLine,
      env: { CHROME: chromium() ?? "" },
    });
  };
}

// In a page and in a worker: each file of tests says which. The flags for Chromium: crate/wasm/webdriver.json.
function wasmTests(onLine) {
  const [pack, bindgen, driver, browser] = [
    cargoTool("wasm-pack", WASM_PACK_VERSION),
    cargoTool("wasm-bindgen", wasmBindgenVersion()),
    chromedriver(),
    chromium(),
  ];
  if (!pack || !bindgen || !driver || !browser)
    throw new Fault("a tool of the wasm tests is missing", "npm run setup -- --test");
  const args = [
    "test",
    "--headless",
    "--chrome",
    "--chromedriver",
    driver,
    "--mode",
    "no-install",
    inTree("crate", "wasm"),
  ];
  return exitCode(pack, [...args, "--locked"], {
    cwd: ROOT,
    onLine,
    env: {
      CARGO_TARGET_DIR: TARGET,
      // wasm-pack takes wasm-bindgen, and that its test runner, from PATH.
      PATH: [dirname(bindgen), process.env.PATH].join(delimiter),
      WASM_BINDGEN_TEST_TIMEOUT: WASM_TEST_TIMEOUT,
    },
  });
}

/** The stages of these names and what they need, in the order in which they run. */
function chosen(names) {
  if (names.length === 0) return STAGES;
  const wanted = new Set(names);
  for (const stage of [...STAGES].reverse()) {
    if (wanted.has(stage.name)) for (const need of stage.needs ?? []) wanted.add(need);
  }
  return STAGES.filter((stage) => wanted.has(stage.name));
}

async function runStage(stage, failedStages) {
  const started = performance.now();
  const tally = new Tally();
  let error = "";
  const missing = (stage.needs ?? []).find((need) => failedStages.has(need));
  if (missing) {
    error = `${missing} failed`;
  } else {
    say(`\n== ${stage.name}`);
    try {
      const code = (await stage.run(stage.tests ? (line) => tally.read(line) : undefined)) ?? 0;
      if (code !== 0) error = `exit code ${code}`;
      else if (stage.tests && tally.passed === 0) error = "it ran no test";
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      error = thrown.remedy ? `${thrown.message}; ${thrown.remedy}` : thrown.message;
    }
  }
  if (!stage.tests && !error) tally.passed = 1;
  if (error && tally.failed === 0) tally.failed = 1;
  return { name: stage.name, ...tally, error, time: performance.now() - started };
}

function summary(results) {
  say("\n== summary");
  for (const { name, passed, failed, error, time } of results) {
    const counts = failed > 0 ? `${passed} passed, ${failed} failed` : `${passed} passed`;
    say(
      `${error || failed > 0 ? "FAILED" : "ok    "} ${name.padEnd(12)} ${duration(time).padStart(10)}  ${counts}${error && `  (${error})`}`,
    );
  }
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  say(`\n${total("passed")} passed, ${total("failed")} failed`);
  return total("failed");
}

await runMain(import.meta.url, async (args) => {
  const names = args.filter((arg) => arg !== "--long");
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown)
    throw new Fault(`${unknown} is no stage`, STAGES.map((stage) => stage.name).join(" "));
  // The tests read it: what takes longer than it should at every change runs only with it.
  if (args.includes("--long")) process.env.TABKMS_LONG = "1";

  say("== setup");
  await setup({ test: true });
  const results = [];
  const failed = new Set();
  for (const stage of chosen(names)) {
    const result = await runStage(stage, failed);
    if (result.error || result.failed > 0) failed.add(stage.name);
    results.push(result);
  }
  if (summary(results) > 0) process.exitCode = 1;
});
