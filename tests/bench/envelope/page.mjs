// In the page of chromium.mjs. What a contender is comes as an object; it goes through its data once and answers in MB/s.

import { gcm } from "@noble/ciphers/aes.js";
import { wasmEngine } from "../../../dist/envelope/engine-wasm.js";
import { Envelope, rawAes } from "../../../dist/envelope.js";

const KEYRING = { namespace: "bench", name: "key", key: new Uint8Array(32).fill(7) };
const COMMITTING = 0x0478;
const MIB = 1024 * 1024;
/** What is read or handed on at a time where nothing is said. */
const CHUNK = 4 * MIB;
const TAG = 16;
const IV = new Uint8Array(12);
const GCM = { name: "AES-GCM", iv: IV };

const envelope = new Envelope({ dataKeys: rawAes(KEYRING) });
let data;
let cryptoKey;
let sdk;
/** Messages in memory, by kind. */
const sealed = new Map();

globalThis.bench = {
  async prepare(length) {
    data = new Uint8Array(length);
    for (let at = 0; at < length; at += 65_536)
      crypto.getRandomValues(data.subarray(at, at + 65_536));
    sdk = await globalThis.sdkWith(KEYRING.key);
    cryptoKey = await crypto.subtle.importKey("raw", KEYRING.key, "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    await wasmEngine().cipher(KEYRING.key, 0);
  },
  forget: () => sealed.clear(),
  collect: () => globalThis.gc?.(),
  /** `length`: bytes of plaintext, all where it is not said. */
  async rate({ contender, way, length = data.length, ...how }) {
    const pass = await CONTENDERS[contender](way, length, how);
    const started = performance.now();
    await pass();
    return length / 1e3 / (performance.now() - started);
  },
};

/** Each prepares what a pass needs, and answers with the pass. */
const CONTENDERS = {
  /** Through a stream, from memory. */
  async ours(way, length, { frameLength, suite = COMMITTING }) {
    const stream =
      way === "encrypt"
        ? () => envelope.encryptStream({ frameLength, suite })
        : () => envelope.decryptStream({ signed: "release" });
    const parts =
      way === "encrypt"
        ? cut(data.subarray(0, length), CHUNK)
        : await message(length, frameLength, suite);
    return () => drained(readable(parts).pipeThrough(stream()));
  },

  /** All at once, as the SDK has it. */
  async "ours at once"(way, length, { frameLength }) {
    const plain = data.subarray(0, length);
    if (way === "encrypt") return () => envelope.encrypt(plain, { frameLength });
    const whole = await kept("at once", `${length} ${frameLength}`, () =>
      envelope.encrypt(plain, { frameLength }),
    );
    return () => envelope.decrypt(whole);
  },

  async "ours of a file"(way, length, { frameLength, suite = COMMITTING }) {
    return way === "encrypt"
      ? () => drained(envelope.encryptBlob(file("plain", length), { frameLength, suite }))
      : () => drained(envelope.decryptBlob(file("ours"), { signed: "release" }));
  },

  /** WebCrypto over pieces in memory, each into fresh memory, so many calls under way at a time. */
  async bare(way, length, { piece, inFlight }) {
    const all = await pieces(way, length, piece);
    return async () => {
      const line = lineOf(inFlight);
      for (const bytes of all) await line.add(crypto.subtle[way](GCM, cryptoKey, bytes));
      await line.end();
    };
  },

  /** The same, over a file that is read in slices, some of them ahead; or as its stream gives it, where no slice is said. */
  async "bare of a file"(way, length, { piece, inFlight, slice, ahead }) {
    const whole = way === "encrypt" ? piece : piece + TAG;
    const part = length < data.length ? Math.floor(length / piece) * whole : undefined;
    const blob = way === "encrypt" ? file("plain", length) : file("bare", part);
    const read = slice
      ? () => slices(blob, Math.floor(slice / piece) * whole, ahead)
      : () => chunks(blob, whole);
    return async () => {
      const line = lineOf(inFlight);
      for await (const bytes of read()) {
        for (let at = 0; at < bytes.length; at += whole) {
          await line.add(crypto.subtle[way](GCM, cryptoKey, bytes.subarray(at, at + whole)));
        }
      }
      await line.end();
    };
  },

  /** What the file costs before anything is encrypted. */
  async reading(_, length, { slice, ahead }) {
    return async () => {
      for await (const _ of slices(file("plain", length), slice, ahead));
    };
  },

  async sdk(way, length, { frameLength }) {
    const plain = data.subarray(0, length);
    const options = { suiteId: COMMITTING, frameLength, encryptionContext: {} };
    if (way === "encrypt") return () => sdk.encrypt(plain, options);
    const whole = await kept("sdk", `${length} ${frameLength}`, () => sdk.encrypt(plain, options));
    return () => sdk.decrypt(whole);
  },

  /** SHA-384 as a signed message is hashed. */
  async hash(_, length, { piece }) {
    const verifier = await wasmEngine().verifier({ curve: "P-384", hash: "SHA-384" }, POINT);
    return async () => {
      for (const bytes of cut(data.subarray(0, length), piece)) verifier.update(bytes);
      await verifier.verify(NONE);
    };
  },

  async wasm(way, length, { piece }) {
    const cipher = await wasmEngine().cipher(KEYRING.key, piece);
    const call =
      way === "encrypt" ? (of) => cipher.seal(IV, NONE, of) : (of) => cipher.open(IV, NONE, of);
    return each(await pieces(way, length, piece), call);
  },

  async noble(way, length, { piece }) {
    return each(await pieces(way, length, piece), (bytes) => gcm(KEYRING.key, IV)[way](bytes));
  },
};

const NONE = new Uint8Array();

/** P-384's base point, compressed (SEC 2, 2.5.1). */
const POINT = Uint8Array.from(
  "03aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
    .match(/../g)
    .map((pair) => Number.parseInt(pair, 16)),
);

// ---- What is made once, before a pass ----

/** One of a kind at a time: each is as long as the data. */
async function kept(kind, name, make) {
  if (sealed.get(kind)?.name !== name) {
    sealed.delete(kind);
    sealed.set(kind, { name, made: await make() });
  }
  return sealed.get(kind).made;
}

/** In memory, in the chunks that it came in. */
function message(length, frameLength, suite) {
  return kept("ours", `${length} ${frameLength} ${suite}`, async () => {
    const parts = [];
    const stream = envelope.encryptStream({ frameLength, suite });
    const source = readable(cut(data.subarray(0, length), CHUNK));
    for await (const part of read(source.pipeThrough(stream))) parts.push(part);
    return parts;
  });
}

async function sealedPieces(length, piece) {
  const sealing = cut(data.subarray(0, length), piece).map(async (bytes) => {
    return new Uint8Array(await crypto.subtle.encrypt(GCM, cryptoKey, bytes));
  });
  return Promise.all(sealing);
}

async function pieces(way, length, piece) {
  return way === "encrypt"
    ? cut(data.subarray(0, length), piece)
    : kept("bare", `${length} ${piece}`, () => sealedPieces(length, piece));
}

/** Of the page's input: `plain`, `ours` and `bare`, as long as is said. */
function file(name, length) {
  const found = [...document.querySelector("input").files].find((file) => file.name === name);
  return length === undefined || length >= found.size ? found : found.slice(0, length);
}

// ---- How it goes through ----

function cut(bytes, piece) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += piece) parts.push(bytes.subarray(at, at + piece));
  return parts;
}

function each(pieces, call) {
  return async () => {
    for (const bytes of pieces) await call(bytes);
  };
}

/** At most so many promises under way. */
function lineOf(most) {
  const waiting = [];
  return {
    async add(promise) {
      waiting.push(promise);
      if (waiting.length >= most) await waiting.shift();
    },
    end: () => Promise.all(waiting),
  };
}

async function* slices(blob, length, ahead) {
  const waiting = [];
  let asked = 0;
  for (let at = 0; at < blob.size; at += length) {
    while (asked < blob.size && waiting.length <= ahead) {
      waiting.push(blob.slice(asked, asked + length).arrayBuffer());
      asked += length;
    }
    yield new Uint8Array(await waiting.shift());
  }
}

/** As the stream comes, but for what is missing of a whole piece: the caller cuts it. */
async function* chunks(blob, whole) {
  let rest = new Uint8Array();
  for await (const chunk of read(blob.stream())) {
    const joined = new Uint8Array(rest.length + chunk.length);
    joined.set(rest);
    joined.set(chunk, rest.length);
    const end = joined.length - (joined.length % whole);
    yield joined.subarray(0, end);
    rest = joined.subarray(end);
  }
  yield rest;
}

async function* read(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

function readable(parts) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === parts.length) controller.close();
      else controller.enqueue(parts[at++]);
    },
  });
}

async function drained(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read());
}
