// Envelope encryption in headless Chromium: ours as it was built, beside WebCrypto alone and beside the Encryption SDK's
// half for browsers. By hand: node tests/bench/envelope/chromium.mjs [memory] [file] [signed]

import { randomFillSync } from "node:crypto";
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { Envelope, rawAes } from "../../../dist/envelope.js";
import { openPackage } from "../../lib/chromium.mjs";
import { sealNode } from "./bare.mjs";
import { ask, fastest, OURS, only, ranked, slowest } from "./question.mjs";
import { byHand, sayQuestion } from "./table.mjs";

const KIB = 1024;
const MIB = 1024 * KIB;
const LENGTH = 256 * MIB;
/** What the best of many is found with. */
const SHORT = 64 * MIB;
const ROUNDS = 5;
const SIGNED = 0x0578;
/** As the page has it. */
const KEYRING = { namespace: "bench", name: "key", key: new Uint8Array(32).fill(7) };
const SDK = "@aws-crypto/client-browser";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {(line: string) => void} say @param {string[]} [parts] */
export async function benchChromium(say, parts = Object.keys(PARTS)) {
  const tab = await openPackage({
    name: "bench-envelope",
    body: '<input type="file" multiple>',
    scripts: {
      "sdk.js": {
        entry: path("../../interop/browser/bench.mjs"),
        inject: [path("../../interop/browser/buffer.mjs")],
      },
      "page.js": { entry: path("page.mjs") },
    },
    ready: "bench",
    flags: ["--js-flags=--expose-gc"],
  });
  try {
    await tab.page.waitForFunction(() => globalThis.sdkWith);
    await tab.page.evaluate((length) => globalThis.bench.prepare(length), LENGTH);
    writeFileSync(join(tab.folder, "plain"), randomFillSync(new Uint8Array(LENGTH)));
    await giveFiles(tab, ["plain"]);
    const found = await bests(tab.page);
    say(`\n  Chromium ${tab.version}, what is best there:`);
    say(
      `  bare, encrypt: ${nameOf(found.bare.encrypt[0])}; decrypt: ${nameOf(found.bare.decrypt[0])}`,
    );
    say(
      `  frames of ${found.frameLength / KIB} KiB of ours; SHA-384 in pieces of ${found.hashPiece / KIB} KiB`,
    );
    const questions = [];
    for (const part of parts) {
      const question = await PARTS[part](tab, found);
      const asked = {
        host: "Chromium",
        part,
        unit: "MB/s",
        rounds: ROUNDS,
        before: collecting(tab.page),
      };
      const answer = await ask({ ...asked, ...question });
      await tab.page.evaluate(() => globalThis.bench.forget());
      sayQuestion(say, answer);
      questions.push(answer);
    }
    return { version: tab.version, questions };
  } finally {
    await tab.close();
  }
}

const PARTS = { memory, file, signed };

const collecting = (page) => () => page.evaluate(() => globalThis.bench.collect());

/** A contender of the page, both ways. */
function inPage(page, how, more = {}) {
  const measure = (way) => () =>
    page.evaluate((input) => globalThis.bench.rate(input), { ...how, way });
  return { encrypt: measure("encrypt"), decrypt: measure("decrypt"), ...more };
}

// ---- What is best: piece sizes, calls in flight, frame lengths ----

const BARE = [64, 128, 256, 384, 512, 768].flatMap((piece) =>
  [1, 2, 4, 8].map((inFlight) => ({ contender: "bare", piece: piece * KIB, inFlight })),
);

function nameOf({ piece, inFlight, slice, ahead }) {
  const calls = `WebCrypto, ${piece / KIB} KiB, ${inFlight} in flight`;
  if (ahead !== undefined) return `${calls}, slices of ${slice / MIB} MiB, ${ahead} ahead`;
  return slice === 0 ? `${calls}, the file's stream` : calls;
}

async function bests(page) {
  const [encrypt, decrypt] = [await bestBare(page, "encrypt"), await bestBare(page, "decrypt")];
  const frames = [256, 512, 1024].map((length) => ({
    contender: "ours",
    frameLength: length * KIB,
  }));
  const [{ frameLength }] = await best(page, frames, "encrypt");
  const hashes = [64, 256, 512, 1024].map((piece) => ({ contender: "hash", piece: piece * KIB }));
  const [{ piece: hashPiece }] = await best(page, hashes, "encrypt");
  await page.evaluate(() => globalThis.bench.forget());
  return { bare: { encrypt, decrypt }, frameLength, hashPiece };
}

/** Of each piece size the best number in flight, on little; of those, on all, the two best, which both go on. */
async function bestBare(page, way) {
  const finalists = [];
  const order = await best(page, BARE, way);
  for (const how of order) {
    if (!finalists.some(({ piece }) => piece === how.piece)) finalists.push(how);
  }
  return (await best(page, finalists, way, LENGTH, 3)).slice(0, 2);
}

/** The variants, the fastest first. */
async function best(page, variants, way, length = SHORT, rounds = 2) {
  const rate = (index) =>
    page.evaluate((input) => globalThis.bench.rate(input), { ...variants[index], way, length });
  const order = await ranked([...variants.keys()], rate, collecting(page), rounds);
  return order.map((index) => variants[index]);
}

/** Contenders by name: the best of the bare ones, each where it is one of the best. */
function bareOnes(page, found) {
  const contenders = {};
  for (const way of ["encrypt", "decrypt"]) {
    for (const how of found[way]) {
      const name = nameOf(how);
      contenders[name] = { ...contenders[name], role: "bare", [way]: inPage(page, how)[way] };
    }
  }
  return contenders;
}

// ---- The questions ----

async function memory({ page }, { bare, frameLength }) {
  const { length, notes } = await sdkLength(page);
  const lengths = [64, 256, 512, 1024].map((each) => ({
    contender: "sdk",
    frameLength: each * KIB,
  }));
  const [{ frameLength: theirs }] = await best(page, lengths, "encrypt", 32 * MIB);
  await page.evaluate(() => globalThis.bench.forget());
  const limits = bareOnes(page, bare);
  const defaults = `${SDK}, its defaults (4 KiB)`;
  const atBest = `${SDK}, its best (${theirs / KIB} KiB)`;
  const piece = 512 * KIB;
  return {
    title: `256 MiB in memory, frames of ${frameLength / KIB} KiB, through a stream`,
    contenders: {
      [OURS]: inPage(page, { contender: "ours", frameLength }),
      ...limits,
      [defaults]: inPage(page, { contender: "sdk", frameLength: 4 * KIB, length }, { rounds: 2 }),
      [atBest]: inPage(page, { contender: "sdk", frameLength: theirs, length }, { rounds: 3 }),
      "tabkms, in one call": inPage(
        page,
        { contender: "ours at once", frameLength },
        { role: "aside" },
      ),
      "aes-gcm in wasm": inPage(
        page,
        { contender: "wasm", piece, length: 16 * MIB },
        { rounds: 3 },
      ),
      "@noble/ciphers": inPage(
        page,
        { contender: "noble", piece, length: 16 * MIB },
        { rounds: 3 },
      ),
    },
    promises: [
      { beside: fastest(...Object.keys(limits)), least: 0.8 },
      { beside: only(defaults), least: 6 },
      { beside: only(atBest), least: 3 },
    ],
    notes,
  };
}

/** The most bytes that the SDK takes with its defaults, and what it says of more: it keeps all in memory, several times. */
async function sdkLength(page) {
  const notes = [];
  for (let length = LENGTH; ; length /= 2) {
    try {
      const how = { contender: "sdk", frameLength: 4 * KIB, length, way: "decrypt" };
      await page.evaluate((input) => globalThis.bench.rate(input), how);
      return { length, notes };
    } catch (error) {
      if (length <= 32 * MIB) throw error;
      const [why] = String(error.message).replace("page.evaluate: ", "").split("\n");
      notes.push(
        `${SDK} does not take ${length / MIB} MiB with its defaults (${why}): it has ${length / 2 / MIB}`,
      );
      await page.evaluate(() => globalThis.bench.forget());
    }
  }
}

async function file({ page, folder }, { bare, frameLength }) {
  const [{ piece }] = bare.decrypt;
  await writeFiles(folder, frameLength, piece);
  await giveFiles({ page, folder }, ["plain", "ours", "bare"]);
  const found = {};
  for (const way of ["encrypt", "decrypt"]) {
    // What was written is of one piece size.
    const calls = bare[way].filter((how) => way === "encrypt" || how.piece === piece);
    const variants = calls.flatMap(({ piece, inFlight }) =>
      READINGS.map((reading) => ({ contender: "bare of a file", piece, inFlight, ...reading })),
    );
    found[way] = (await best(page, variants, way)).slice(0, 2);
  }
  const [{ slice, ahead = 2 }] = found.encrypt;
  const limits = bareOnes(page, found);
  return {
    title: `a file of 256 MiB, frames of ${frameLength / KIB} KiB`,
    contenders: {
      [OURS]: inPage(page, { contender: "ours of a file", frameLength }),
      ...limits,
      "the file, read alone": {
        encrypt: inPage(page, { contender: "reading", slice: slice || 8 * MIB, ahead }).encrypt,
      },
    },
    promises: [{ beside: fastest(...Object.keys(limits)), least: 0.8 }],
  };
}

/** Slices of so many bytes, so many ahead; or as the file's stream comes. */
const READINGS = [
  ...[1, 4, 8, 16].flatMap((slice) => [1, 3].map((ahead) => ({ slice: slice * MIB, ahead }))),
  { slice: 0 },
];

function giveFiles({ page, folder }, names) {
  return page.setInputFiles(
    "input",
    names.map((name) => join(folder, name)),
  );
}

/** Our message of the plaintext, and bare pieces of it, each with its tag. */
async function writeFiles(folder, frameLength, piece) {
  const plain = readFileSync(join(folder, "plain"));
  const envelope = new Envelope({ dataKeys: rawAes(KEYRING) });
  await pipeline(
    Readable.fromWeb(envelope.encryptBlob(new Blob([plain]), { frameLength })),
    createWriteStream(join(folder, "ours")),
  );
  const pieces = (function* () {
    for (let at = 0; at < LENGTH; at += piece)
      yield sealNode(KEYRING.key, plain.subarray(at, at + piece));
  })();
  await pipeline(Readable.from(pieces), createWriteStream(join(folder, "bare")));
}

async function signed({ page }, { bare, frameLength, hashPiece }) {
  const limits = bareOnes(page, bare);
  const hash = "SHA-384 in wasm";
  return {
    title: `signed (ECDSA P-384), 256 MiB in memory, frames of ${frameLength / KIB} KiB`,
    contenders: {
      [OURS]: inPage(page, { contender: "ours", frameLength, suite: SIGNED }),
      [hash]: inPage(page, { contender: "hash", piece: hashPiece }),
      ...limits,
      "tabkms, a file": {
        encrypt: inPage(page, { contender: "ours of a file", frameLength, suite: SIGNED }).encrypt,
        role: "aside",
      },
    },
    promises: [{ beside: slowest(only(hash), fastest(...Object.keys(limits))), least: 0.85 }],
  };
}

await byHand(import.meta.url, Object.keys(PARTS), benchChromium);
