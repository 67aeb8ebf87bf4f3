// Broken messages, each named for what is broken in it, each with the reason that it is refused with: for whichever
// engine reads them.

import { envelopeFor, pattern } from "./messages.mjs";

/** What all of them were before. */
export const PLAINTEXT = pattern(250);
const FRAME = 100;
/** Of a frame that is not the last, and of what stands before the last one's ciphertext. */
const WHOLE = 4 + 12 + FRAME + 16;
const CONTEXT = { purpose: "test", owner: "me" };
const ID = { 2: 3, 1: 4 };

const written = {};
for (const suite of [0x0478, 0x0578, 0x0178, 0x0378, 0x0014]) {
  written[suite] = await envelopeFor(suite).encrypt(PLAINTEXT, {
    suite,
    context: CONTEXT,
    frameLength: FRAME,
  });
}

/** A fresh one that is whole. */
export function wholeMessage(suite) {
  return written[suite].slice();
}

/** Where the parts of a message of suite 0x0478 stand. */
function places(message) {
  const view = new DataView(message.buffer, message.byteOffset);
  const contextAt = 35;
  const keysAt = contextAt + 2 + view.getUint16(contextAt);
  let at = keysAt + 2;
  for (let part = 0; part < 3; part++) at += 2 + view.getUint16(at);
  const body = at + 1 + 4 + 32 + 16;
  return {
    context: contextAt,
    pairs: contextAt + 4,
    keys: keysAt,
    providerId: keysAt + 4,
    type: at,
    frameLength: at + 1,
    commitment: at + 5,
    tag: at + 37,
    body,
    last: body + 2 * WHOLE,
  };
}

const set = (message, at, ...bytes) => message.set(bytes, at);
const flip = (message, at) => set(message, at, message[at] ^ 1);
const without = (message, from, to) =>
  new Uint8Array([...message.subarray(0, from), ...message.subarray(to)]);
const u16 = (value) => [value >> 8, value & 255];

/** What is broken: the reason, and how; the way may answer another message. */
const BROKEN = {
  "a version that is none": ["UnknownVersion", (m) => set(m, 0, 3)],
  "a suite that is none": ["UnknownSuite", (m) => set(m, 1, 0x04, 0x79)],
  "a suite of version 1": ["SuiteOfOtherVersion", (m) => set(m, 1, 0x01, 0x78)],
  "a message id of another message": ["Commitment", (m) => flip(m, 3)],
  "a context of a pair too many": ["MalformedContext", (m, p) => set(m, p.context + 2, 0, 3)],
  "a context of a pair too few": ["MalformedContext", (m, p) => set(m, p.context + 2, 0, 1)],
  "a context that counts none": ["MalformedContext", (m, p) => set(m, p.context + 2, 0, 0)],
  "a context that is not UTF-8": ["MalformedContext", (m, p) => set(m, p.pairs + 2, 0xff)],
  "a context with a key longer than it": [
    "MalformedContext",
    (m, p) => set(m, p.pairs, 0xff, 0xff),
  ],
  "a context with one key twice": [
    "DuplicateContextKey",
    (m, p) => {
      // owner=me becomes ab=cdeme …: both pairs get the key "k".
      const pairs = [0, 2, 0, 1, 107, 0, 1, 97, 0, 1, 107, 0, 1, 98];
      const old = 2 + new DataView(m.buffer).getUint16(p.context);
      const rest = m.subarray(p.context + old);
      return new Uint8Array([...m.subarray(0, p.context), 0, pairs.length, ...pairs, ...rest]);
    },
  ],
  "a public key without a signature": [
    "ReservedContextKey",
    (m, p) => {
      const key = new TextEncoder().encode("aws-crypto-public-key");
      const pairs = [0, 1, ...u16(key.length), ...key, 0, 0];
      const old = 2 + new DataView(m.buffer).getUint16(p.context);
      const rest = m.subarray(p.context + old);
      return new Uint8Array([...m.subarray(0, p.context), ...u16(pairs.length), ...pairs, ...rest]);
    },
  ],
  "a changed context": ["NoKeyOpens", (m, p) => set(m, p.pairs + 2, 0x4f)],
  "no data key": ["NoKeys", (m, p) => set(m, p.keys, 0, 0)],
  "more data keys than the limit": ["TooManyKeys", (m, p) => set(m, p.keys, 0, 65)],
  "a provider id that is not UTF-8": ["MalformedKey", (m, p) => set(m, p.providerId, 0xff)],
  "another provider": ["NoMatchingKey", (m, p) => set(m, p.providerId, 0x54)],
  "a changed data key": ["NoKeyOpens", (m, p) => flip(m, p.type - 1)],
  "a content type that is none": ["UnknownContentType", (m, p) => set(m, p.type, 3)],
  "a frame length with content that is not framed": [
    "ZeroFrameLength",
    (m, p) => set(m, p.type, 1),
  ],
  "a frame length of 0": ["ZeroFrameLength", (m, p) => set(m, p.frameLength, 0, 0, 0, 0)],
  "a frame length beyond the limit": ["FrameTooLong", (m, p) => set(m, p.frameLength, 0xff)],
  "another frame length": ["HeaderTag", (m, p) => flip(m, p.frameLength + 3)],
  "another commitment": ["Commitment", (m, p) => flip(m, p.commitment + 31)],
  "a changed header tag": ["HeaderTag", (m, p) => flip(m, p.tag)],
  "a first frame of number 2": ["OutOfSequence", (m, p) => set(m, p.body + 3, 2)],
  "a frame left out": ["OutOfSequence", (m, p) => without(m, p.body, p.body + WHOLE)],
  "a frame twice": [
    "OutOfSequence",
    (m, p) => new Uint8Array([...m.subarray(0, p.body + WHOLE), ...m.subarray(p.body)]),
  ],
  "two frames swapped": [
    "OutOfSequence",
    (m, p) => {
      const first = m.slice(p.body, p.body + WHOLE);
      m.copyWithin(p.body, p.body + WHOLE, p.last);
      m.set(first, p.body + WHOLE);
    },
  ],
  "a last frame of another number": ["OutOfSequence", (m, p) => flip(m, p.last + 7)],
  "an IV of another number": ["FrameIv", (m, p) => flip(m, p.body + 15)],
  "an IV that is not padded with 0": ["FrameIv", (m, p) => flip(m, p.body + 4)],
  "a last frame's IV of another number": ["FrameIv", (m, p) => flip(m, p.last + 19)],
  "a changed ciphertext": ["FrameTag", (m, p) => flip(m, p.body + 16)],
  "a changed tag": ["FrameTag", (m, p) => flip(m, p.body + WHOLE - 1)],
  "a changed ciphertext in the last frame": ["FrameTag", (m, p) => flip(m, p.last + 24)],
  "a last frame longer than a frame": ["FrameTooLong", (m, p) => set(m, p.last + 23, FRAME + 1)],
  "a last frame longer than it is": ["Truncated", (m, p) => set(m, p.last + 23, FRAME)],
  "a last frame shorter than it is": ["FrameTag", (m, p) => set(m, p.last + 23, 10)],
  "no last frame": ["Truncated", (m, p) => m.subarray(0, p.last)],
  "nothing at all": ["Truncated", () => new Uint8Array()],
  "a byte behind the end": ["TrailingBytes", (m) => new Uint8Array([...m, 0])],
  "another message behind the end": ["TrailingBytes", (m) => new Uint8Array([...m, ...m])],
};

const length = (suite) => written[suite].length;
/** Those that sign end with it; version 1 has reserved bytes, and an IV in the header. */
const OTHERS = {
  "version 1, another type": [0x0178, "MalformedHeader", (m) => set(m, 1, 0x81)],
  "version 1, another message id": [0x0178, "HeaderTag", (m) => flip(m, ID[1])],
  "version 1, a suite of version 2": [0x0178, "SuiteOfOtherVersion", (m) => set(m, 2, 0x04, 0x78)],
  "version 1, reserved bytes in use": [
    0x0178,
    "MalformedHeader",
    (m) => flip(m, headerEnd(m) - 37),
  ],
  "version 1, an IV of another length": [
    0x0178,
    "MalformedHeader",
    (m) => flip(m, headerEnd(m) - 33),
  ],
  "version 1, another IV in the header": [0x0178, "HeaderTag", (m) => flip(m, headerEnd(m) - 17)],
  "version 1, a changed header tag": [0x0178, "HeaderTag", (m) => flip(m, headerEnd(m) - 1)],
  "without a derivation, another message id": [0x0014, "HeaderTag", (m) => flip(m, ID[1])],
  "signed, without its signature": [0x0578, "Truncated", (m) => m.subarray(0, signatureAt(m))],
  "signed, with half of it": [0x0578, "Truncated", (m) => m.subarray(0, length(0x0578) - 1)],
  "signed, with an empty one": [
    0x0578,
    "MalformedSignature",
    (m) => new Uint8Array([...m.subarray(0, signatureAt(m)), 0, 0]),
  ],
  "signed, with another": [0x0578, "Signature", (m) => flip(m, m.length - 1)],
  "signed, with one that is no DER": [0x0578, "Signature", (m) => flip(m, signatureAt(m) + 2)],
  "signed, with one of another message": [
    0x0378,
    "Signature",
    (m) => new Uint8Array([...m.subarray(0, signatureAt(m)), ...signatureOf(written[0x0578])]),
  ],
  "signed, and a byte behind it": [0x0578, "TrailingBytes", (m) => new Uint8Array([...m, 0])],
};

/** @type {{ what: string, suite: number, reason: string, message: Uint8Array }[]} */
export const BROKEN_MESSAGES = [
  ...Object.entries(BROKEN).map(([what, [reason, damage]]) => [what, 0x0478, reason, damage]),
  ...Object.entries(OTHERS).map(([what, rest]) => [what, ...rest]),
].map(([what, suite, reason, damage]) => {
  const whole = wholeMessage(suite);
  const message = damage(whole, suite === 0x0478 ? places(whole) : undefined) ?? whole;
  return { what, suite, reason, message };
});

/** From the first frame's beginning: 00000001, eight zeros, 00000001. */
function headerEnd(message) {
  const first = Buffer.from("00000001000000000000000000000001", "hex");
  return Buffer.from(message).indexOf(first);
}

function signatureAt(message) {
  return headerEnd(message) + 2 * WHOLE + 24 + 50 + 16;
}

function signatureOf(message) {
  return message.subarray(signatureAt(message));
}
