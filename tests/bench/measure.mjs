// Measuring: rounds of calls, one after another, and the median of the rounds.

/** So many rounds, of which the median counts: what else the machine does hits some of them. */
const ROUNDS = 7;
/** Milliseconds that one round takes at least. */
const ROUND = 400;

/** @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many calls a second; `run` does so many of them, from number `from` on.
 * @param {(from: number, count: number) => unknown} run
 */
async function rate(run) {
  // Until the engine has compiled it for good, and to know how many make a round.
  let count = 0;
  const warm = performance.now() + 2 * ROUND;
  while (performance.now() < warm) await run(count++, 1);
  const batch = Math.max(10, Math.round(count / 2));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await run(0, batch);
    rounds.push((batch / (performance.now() - started)) * 1000);
  }
  return median(rounds);
}

/**
 * How many calls a second, one waiting for the other.
 * @param {(index: number) => unknown} call
 */
export function perSecond(call) {
  return rate(async (from, count) => {
    for (let index = from; index < from + count; index++) await call(index);
  });
}

/**
 * How many calls a second of either kind, in rounds by turns, so that what else the machine does hits both: the two
 * medians, and the median of what the second makes of the first's, round by round.
 * @param {() => unknown} first @param {() => unknown} second
 */
export async function sideBySide(first, second) {
  for (const call of [first, second, first, second]) await once(call);
  const rounds = [];
  for (let turn = 0; turn < 2 * ROUNDS; turn++)
    rounds.push([await once(first), await once(second)]);
  return {
    first: median(rounds.map(([rate]) => rate)),
    second: median(rounds.map(([, rate]) => rate)),
    ratio: median(rounds.map(([one, other]) => other / one)),
  };
}

/**
 * How many calls a second in one round, which takes at least so many milliseconds.
 * @param {() => unknown} call
 */
export async function once(call, least = ROUND) {
  const started = performance.now();
  let count = 0;
  do {
    await call();
    count += 1;
  } while (performance.now() - started < least);
  return (count / (performance.now() - started)) * 1000;
}

/**
 * As {@link perSecond}, for what answers at once.
 * @param {() => void} call
 */
export function perSecondSync(call) {
  return rate((_, count) => {
    for (let index = 0; index < count; index++) call();
  });
}
