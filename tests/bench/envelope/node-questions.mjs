// The questions of node.mjs, one in each process that it starts.

import { createHash, randomFillSync } from "node:crypto";
import { Envelope, rawAes } from "../../../dist/envelope.js";
import { Python } from "../../interop/clients.mjs";
import { once } from "../measure.mjs";
import { platform, portable } from "./bare.mjs";
import { openssl, pythons, SdkProcess } from "./programs.mjs";
import { ask, fastest, OURS, only, slowest } from "./question.mjs";

const KEYRING = { namespace: "bench", name: "key", key: randomFillSync(new Uint8Array(32)) };
const COMMITTING = 0x0478;
const SIGNED = 0x0578;
const KIB = 1024;
const MIB = 1024 * KIB;
/** Milliseconds that a contender runs at least in each round. */
const LEAST = 150;

const SDK = "@aws-crypto/client-node";
const PYTHON = "aws-encryption-sdk, Python";

const envelope = new Envelope({ dataKeys: rawAes(KEYRING) });
const data = randomFillSync(new Uint8Array(32 * MIB));
const few = data.slice(0, 4 * MIB);
/** As long as Chromium's file: of a shorter stream the beginning and the end count for more than what is between. */
const long = () => randomFillSync(new Uint8Array(256 * MIB));
const options = (suite, frameLength) => ({ suite, frameLength, context: {} });

const QUESTIONS = { messages, kms, small, large, signed };

/** Of passes through `bytes` bytes: what they make in MB/s. */
function timed(passes, bytes, rounds) {
  const measured = (pass) =>
    pass &&
    (async () => {
      // The collection before each round has made the young generation small: it takes a while until it is as it was.
      await once(pass, LEAST);
      return (await once(pass, LEAST)) * (bytes / 1e6);
    });
  return {
    encrypt: measured(passes.encrypt),
    decrypt: measured(passes.decrypt),
    ...(rounds && { rounds }),
  };
}

async function messages(python, sdk) {
  const one = data.slice(0, KIB);
  const small = options(COMMITTING, 4096);
  const message = await envelope.encrypt(one, small);
  // 1e6 "bytes" make calls a second of MB/s.
  const calls = (passes) => timed(passes, 1e6);
  return {
    title: "messages of 1 KiB under an AES key",
    unit: "per s",
    contenders: {
      [OURS]: calls({
        encrypt: () => envelope.encrypt(one, small),
        decrypt: () => envelope.decrypt(message),
      }),
      [SDK]: sdk.passes(COMMITTING, KIB, 4096, LEAST),
      [PYTHON]: pythons(python, KEYRING, COMMITTING, KIB, 4096),
    },
    promises: [{ beside: only(SDK), least: 10 }],
  };
}

/** Apart: what a KMS holds makes each collection of garbage longer. */
async function kms() {
  const one = data.slice(0, KIB);
  const small = options(COMMITTING, 4096);
  const { Kms } = await import("../../../dist/index.js");
  const kms = await Kms.open({ store: "memory" });
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const under = new Envelope({ kms });
  const withKms = { ...small, keyIds: [KeyId] };
  const kmsMessage = await under.encrypt(one, withKms);
  const passes = {
    encrypt: () => under.encrypt(one, withKms),
    decrypt: () => under.decrypt(kmsMessage),
  };
  return {
    title: "messages of 1 KiB, a data key each from tabkms itself",
    unit: "per s",
    contenders: { [OURS]: timed(passes, 1e6) },
  };
}

async function small(python, sdk) {
  const contenders = { [OURS]: oursAtOnce(few, await sealed(few, 4 * KIB), 4 * KIB) };
  contenders[SDK] = theirs(sdk, few.length, 4 * KIB);
  contenders[PYTHON] = inMegabytes(
    pythons(python, KEYRING, COMMITTING, few.length, 4 * KIB),
    few.length,
  );
  const bare = await platform(KEYRING.key, few, 4 * KIB);
  for (const [name, passes] of Object.entries(bare))
    contenders[name] = { ...timed(passes, few.length), role: "bare" };
  Object.assign(contenders, await forScale(4 * KIB));
  return {
    title: "frames of 4 KiB, 4 MiB in memory",
    unit: "MB/s",
    contenders,
    promises: [{ beside: only(SDK), least: 3 }],
  };
}

async function large(python, sdk) {
  const frame = 512 * KIB;
  const file = long();
  const contenders = {
    [OURS]: oursAsStream(file, await sealed(file, frame), options(COMMITTING, frame)),
    "tabkms, in one call": {
      ...oursAtOnce(data, await sealed(data, frame), frame),
      role: "aside",
    },
  };
  const bare = await platform(KEYRING.key, file, frame);
  for (const [name, passes] of Object.entries(bare))
    contenders[name] = { ...timed(passes, file.length), role: "bare" };
  for (const length of [4 * KIB, 64 * KIB, 256 * KIB, frame, MIB]) {
    const name = `${SDK}, frames of ${length / KIB} KiB`;
    contenders[name] = theirs(sdk, data.length, length, 3);
    if (length !== frame) contenders[name].role = "aside";
  }
  contenders[PYTHON] = inMegabytes(
    pythons(python, KEYRING, COMMITTING, data.length, frame),
    data.length,
  );
  Object.assign(contenders, await forScale(frame));
  return {
    title: "frames of 512 KiB, 256 MiB through a stream",
    notes: ["32 MiB in one call, and of whatever is slower"],
    unit: "MB/s",
    contenders,
    promises: [{ beside: fastest(...Object.keys(bare)), least: 0.7 }],
  };
}

async function signed() {
  const frame = 512 * KIB;
  const large = options(SIGNED, frame);
  const file = long();
  const message = await envelope.encrypt(file, large);
  const hash = () => createHash("sha384").update(file).digest();
  const bare = await platform(KEYRING.key, file, frame);
  const contenders = {
    [OURS]: oursAsStream(file, message, large),
    "SHA-384 of node:crypto": timed({ encrypt: hash, decrypt: hash }, file.length),
  };
  for (const [name, passes] of Object.entries(bare))
    contenders[name] = { ...timed(passes, file.length), role: "bare" };
  return {
    title: "signed (ECDSA P-384), frames of 512 KiB, 256 MiB through a stream",
    unit: "MB/s",
    contenders,
    promises: [
      {
        beside: slowest(only("SHA-384 of node:crypto"), fastest(...Object.keys(bare))),
        least: 0.85,
      },
    ],
  };
}

function sealed(bytes, frameLength) {
  return envelope.encrypt(bytes, options(COMMITTING, frameLength));
}

function oursAtOnce(bytes, message, frameLength) {
  const how = options(COMMITTING, frameLength);
  const passes = {
    encrypt: () => envelope.encrypt(bytes, how),
    decrypt: () => envelope.decrypt(message),
  };
  return timed(passes, bytes.length);
}

/** Through a stream, in chunks of 1 MiB, as a file would be read. */
function oursAsStream(bytes, message, how) {
  const passes = {
    encrypt: () => drained(bytes, envelope.encryptStream(how)),
    decrypt: () => drained(message, envelope.decryptStream({ signed: "release" })),
  };
  return timed(passes, bytes.length);
}

async function drained(bytes, stream) {
  let at = 0;
  const source = new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + MIB));
      at += MIB;
    },
  });
  for await (const _ of source.pipeThrough(stream));
}

function theirs(sdk, length, frameLength, rounds) {
  const passes = sdk.passes(COMMITTING, length, frameLength, LEAST);
  return inMegabytes({ ...passes, ...(rounds && { rounds }) }, length);
}

/** What is slow by itself, in few rounds, and OpenSSL where there is one. */
async function forScale(piece) {
  const contenders = {};
  const slow = await portable(KEYRING.key, few, piece);
  for (const [name, passes] of Object.entries(slow)) {
    contenders[name] = timed(passes, few.length, 3);
  }
  const speed = openssl(piece);
  if (speed) contenders["openssl speed"] = { ...inMegabytes(speed, 1), role: "aside" };
  return contenders;
}

function inMegabytes({ encrypt, decrypt, rounds }, bytes) {
  const scaled = (measure) => async () => (await measure()) * (bytes / 1e6);
  return { encrypt: scaled(encrypt), decrypt: scaled(decrypt), rounds };
}

const [part] = process.argv.slice(2);
const python = new Python();
const sdk = new SdkProcess();
const question = await ask({ host: "Node", part, ...(await QUESTIONS[part](python, sdk)) });
sdk.close();
await python.close();
process.send(question);
process.disconnect();
