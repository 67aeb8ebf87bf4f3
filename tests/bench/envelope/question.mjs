// One question of the benchmark: contenders that do the same, measured in rounds by turns, so that what else the machine
// does hits all of them, and what is promised of ours beside some of them.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { median } from "../measure.mjs";

export const OURS = "tabkms";
const WAYS = ["encrypt", "decrypt"];
const ROUNDS = 7;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/**
 * A contender measures itself once and answers with its rate; `rounds` where it is too slow for all of them. `bare` is the
 * platform's cryptography without a format, the limit; what is `aside` is not in the plot.
 * @typedef {{ encrypt?: () => unknown, decrypt?: () => unknown, rounds?: number, role?: "bare" | "aside" }} Contender
 *
 * What is promised: at least so much of the rate of the contender that `beside` picks, once all rates are known.
 * @typedef {{ beside: Pick, least: number }} Promised
 * @typedef {(rateOf: (name: string) => number) => string} Pick
 */

/** @returns {Pick} */
export const only = (name) => () => name;

/** Whichever of them is faster in this run, each way by itself. @param {string[]} names @returns {Pick} */
export function fastest(...names) {
  return (rateOf) => names.reduce((best, name) => (rateOf(name) > rateOf(best) ? name : best));
}

/** @param {Pick[]} picks @returns {Pick} */
export function slowest(...picks) {
  return (rateOf) =>
    picks
      .map((pick) => pick(rateOf))
      .reduce((worst, name) => (rateOf(name) < rateOf(worst) ? name : worst));
}

/**
 * @param {object} question
 * @param {string} question.host Node or Chromium
 * @param {string} question.part of those that run by hand
 * @param {string} question.title what is encrypted and decrypted
 * @param {string} question.unit of the rates
 * @param {Record<string, Contender>} question.contenders ours is `tabkms`; what stands by no promise is there for scale
 * @param {Promised[]} [question.promises]
 * @param {string[]} [question.notes] to be said below the rows
 * @returns the rows: medians, and how many times as fast ours is (the median of the ratios, round by round)
 */
export async function ask({
  host,
  part,
  title,
  unit,
  contenders,
  promises = [],
  notes = [],
  rounds = ROUNDS,
  before = collect,
}) {
  const names = Object.keys(contenders);
  const rows = names.map((name) => ({ name, role: contenders[name].role }));
  for (const way of WAYS) {
    const rates = await inTurns(
      names.filter((name) => contenders[name][way]),
      (name) => contenders[name][way](),
      (name) => contenders[name].rounds ?? rounds,
      before,
    );
    const rateOf = (name) => median(rates.get(name) ?? [0]);
    for (const row of rows) {
      const own = rates.get(row.name);
      if (!own) continue;
      row[way] = { rate: rateOf(row.name) };
      const ours = rates.get(OURS);
      if (ours && row.name !== OURS) {
        row[way].ratio = median(own.map((rate, round) => ours[round] / rate));
      }
    }
    for (const { beside, least } of promises) {
      const name = beside(rateOf);
      const row = rows.find((row) => row.name === name);
      if (row?.[way]) row[way].promised = Math.max(least, row[way].promised ?? 0);
    }
  }
  return { host, part, title, unit, rows, notes };
}

/**
 * Round by round, each round beginning with another. One round before the first is not counted, without those that are
 * too slow for all of them.
 */
async function inTurns(names, measure, roundsOf, before) {
  const rates = new Map(names.map((name) => [name, []]));
  const most = Math.max(...names.map(roundsOf));
  for (const name of names) if (roundsOf(name) === most) await measure(name);
  for (let round = 0; round < most; round++) {
    const from = round % names.length;
    for (const name of [...names.slice(from), ...names.slice(0, from)]) {
      if (round >= roundsOf(name)) continue;
      await before();
      rates.get(name).push(await measure(name));
    }
  }
  return rates;
}

/**
 * The names in the order of what they measure, the fastest first: a few rounds by turns on less than the whole.
 * @param {string[]} names @param {(name: string) => Promise<number>} measure
 */
export async function ranked(names, measure, before, rounds) {
  const rates = await inTurns(names, measure, () => rounds, before);
  return [...names].sort((one, other) => median(rates.get(other)) - median(rates.get(one)));
}
