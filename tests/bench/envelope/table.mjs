// What the questions found, in the terminal.

import { pathToFileURL } from "node:url";

const WAYS = ["encrypt", "decrypt"];
const RATE = 14;
const CELL = 40;

/** @param {(line: string) => void} say @param {Awaited<ReturnType<import("./question.mjs").ask>>} question */
export function sayQuestion(say, { host, title, unit, rows, notes }) {
  const name = Math.max(...rows.map((row) => row.name.length));
  const line = (first, cells) =>
    say(`  ${first.padEnd(name)}${cells.map((text) => text.padEnd(CELL)).join("")}`.trimEnd());
  say(`\n  ${host}: ${title}`);
  line(
    "",
    WAYS.map((way) => `${way} ${unit}`.padStart(RATE)),
  );
  for (const row of rows)
    line(
      row.name,
      WAYS.map((way) => cell(row[way])),
    );
  for (const note of notes) say(`  ${note}`);
}

function cell(figures) {
  if (!figures) return "-".padStart(RATE);
  const rate = Math.round(figures.rate).toLocaleString("en").padStart(RATE);
  if (figures.ratio === undefined) return rate;
  const ratio = `${rate}  × ${figures.ratio.toFixed(2)}`;
  if (figures.promised === undefined) return ratio;
  const verdict = figures.ratio >= figures.promised ? "reached" : "MISSED";
  return `${ratio} of ${figures.promised} ${verdict}`;
}

/** @param {(line: string) => void} say */
export function sayLegend(say) {
  say("  × says how many times as fast tabkms is in the same rounds, and what is promised of it.");
}

export function sayMemory(say, { beyond, seconds, promised }) {
  const verdict = beyond < promised ? "reached" : "MISSED";
  say("\n  Node: a stream of 4 GB, encrypted and decrypted");
  say(
    `  ${beyond.toFixed(0)} MB of memory beyond Node's own, under ${promised} promised: ${verdict}; ${seconds.toFixed(0)} s`,
  );
}

/** Runs `bench` where its file is what Node was started with: all its parts, or those that are named. */
export async function byHand(url, parts, bench) {
  if (process.argv[1] === undefined || pathToFileURL(process.argv[1]).href !== url) return;
  const asked = process.argv.slice(2);
  const unknown = asked.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new Error(`${unknown} is no part: ${parts.join(" ")}`);
  sayLegend(console.log);
  await bench(console.log, asked.length > 0 ? asked : parts);
}
