// How fast it is: one run, side by side, medians. By hand: npm run bench, or node scripts/bench.mjs [operations]
// [authorisation] [sdk] [opening] [endpoint] [envelope]. A benchmark and no test: nothing fails here for being slow, each
// promise is told as reached or missed. The halves of envelope run by hand, without set-up: node tests/bench/envelope/node.mjs,
// chromium.mjs.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { build } from "./build.mjs";
import { inTree } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";
import { plotBench } from "./plot-bench.mjs";
import { setup } from "./setup.mjs";

await runMain(import.meta.url, async (args) => {
  const parts = {
    operations: ["operations", "benchOperations"],
    authorisation: ["authorisation", "benchAuthorisation"],
    sdk: ["sdk", "benchSdk"],
    opening: ["opening", "benchOpening"],
    endpoint: ["endpoint", "benchEndpoint"],
    envelope: ["envelope/all", "benchEnvelope"],
  };
  const unknown = args.find((arg) => !(arg in parts));
  if (unknown) throw new Fault(`${unknown} is no part`, Object.keys(parts).join(" "));
  await setup({ test: true });
  await build(["wasm", "js"]);
  const results = {
    node: process.version,
    processor: cpus()[0]?.model.trim() ?? "",
    cores: cpus().length,
  };
  for (const [part, [file, run]] of Object.entries(parts)) {
    if (args.length > 0 && !args.includes(part)) continue;
    say(`\n== ${part}`);
    results[part] = await (await import(`../tests/bench/${file}.mjs`))[run](say);
  }
  mkdirSync(inTree("tests", ".tmp"), { recursive: true });
  const file = inTree("tests", ".tmp", "bench.json");
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  say(`\n  the figures: tests/.tmp/bench.json`);
  if (results.envelope) say(`  the plots: ${plotBench(results).join(", ")}`);
});
