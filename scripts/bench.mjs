// How fast it is: one run, side by side, medians. By hand: npm run bench, or node scripts/bench.mjs [operations]
// [authorisation] [sdk] [opening] [endpoint] [envelope]. A benchmark and no test: nothing fails here for being slow, each
// promise is told as reached or missed.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { build } from "./build.mjs";
import { inTree } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";
import { setup } from "./setup.mjs";

await runMain(import.meta.url, async (args) => {
  const parts = {
    operations: "benchOperations",
    authorisation: "benchAuthorisation",
    sdk: "benchSdk",
    opening: "benchOpening",
    endpoint: "benchEndpoint",
    envelope: "benchEnvelope",
  };
  const unknown = args.find((arg) => !(arg in parts));
  if (unknown) throw new Fault(`${unknown} is no part`, Object.keys(parts).join(" "));
  await setup({ test: true });
  await build(["wasm", "js"]);
  const results = { node: process.version, processor: cpus()[0]?.model ?? "" };
  for (const [part, run] of Object.entries(parts)) {
    if (args.length > 0 && !args.includes(part)) continue;
    say(`\n== ${part}`);
    results[part] = await (await import(`../tests/bench/${part}.mjs`))[run](say);
  }
  mkdirSync(inTree("tests", ".tmp"), { recursive: true });
  const file = inTree("tests", ".tmp", "bench.json");
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  say(`\n  the figures: tests/.tmp/bench.json`);
});
