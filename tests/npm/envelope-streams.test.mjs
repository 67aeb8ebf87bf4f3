// tabkms/envelope as streams: back-pressure, cancelling, progress, Blobs, Node's own streams, what is held back.

import assert from "node:assert/strict";
import { Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { cut, envelopeFor, gathered, pattern, readableOf, refused } from "../lib/messages.mjs";

const MIB = 1024 * 1024;
const PLAINTEXT = pattern(5 * MIB + 17);

const through = (bytes, stream, ...lengths) =>
  gathered(readableOf(cut(bytes, ...lengths)).pipeThrough(stream));

for (const frameLength of [4096, 65_536, 100_000, MIB]) {
  test(`frames of ${frameLength} bytes go through streams in order, whatever the chunks`, async () => {
    const envelope = envelopeFor();
    for (const length of [1000, 65_536, MIB + 1, PLAINTEXT.length]) {
      const sealed = await through(PLAINTEXT, envelope.encryptStream({ frameLength }), length);
      assert.equal(sealed.error, undefined);
      const opened = await through(sealed.bytes, envelope.decryptStream(), length);
      assert.equal(opened.error, undefined);
      assert.deepEqual(opened.bytes, PLAINTEXT);
    }
  });
}

test("a stream reads no further than it is read", async () => {
  const envelope = envelopeFor();
  const message = await envelope.encrypt(PLAINTEXT, { frameLength: 65_536 });
  const streams = { encrypt: [PLAINTEXT, envelope.encryptStream({ frameLength: 65_536 })] };
  streams.decrypt = [message, envelope.decryptStream()];
  for (const [way, [bytes, stream]] of Object.entries(streams)) {
    let pulled = 0;
    const chunks = cut(bytes, 100_000);
    const source = new ReadableStream({
      pull(controller) {
        const { value, done } = chunks.next();
        if (done) return controller.close();
        pulled += value.length;
        controller.enqueue(value);
      },
    });
    const reader = source.pipeThrough(stream).getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    // What is in flight, and what the streams between keep: far from all.
    assert.ok(pulled <= 1_000_000, `${way}: ${pulled} bytes are read ahead`);
    await reader.cancel();
  }
});

test("an AbortSignal ends both sides with its reason", async () => {
  const envelope = envelopeFor();
  const message = await envelope.encrypt(PLAINTEXT);
  for (const make of ["encryptStream", "decryptStream"]) {
    const controller = new AbortController();
    const { signal } = controller;
    const stream = envelope[make]({ signal });
    const bytes = make === "encryptStream" ? PLAINTEXT : message;
    let cancelled;
    const chunks = cut(bytes, 65_536);
    const source = new ReadableStream({
      pull: (to) => to.enqueue(chunks.next().value),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const reader = source.pipeThrough(stream).getReader();
    await reader.read();
    controller.abort(new Error("enough"));
    await assert.rejects(async () => {
      for (;;) await reader.read();
    }, /enough/);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.match(String(cancelled), /enough/);
  }
  const signal = AbortSignal.abort(new Error("too late"));
  await assert.rejects(envelope.encrypt(PLAINTEXT, { signal }), /too late/);
  await assert.rejects(envelope.decrypt(message, { signal }), /too late/);
  const { error } = await gathered(envelope.encryptBlob(new Blob([PLAINTEXT]), { signal }));
  assert.match(String(error), /too late/);
});

test("progress counts bytes of plaintext up to the whole", async () => {
  const envelope = envelopeFor();
  const size = PLAINTEXT.length;
  const said = { encrypt: [], decrypt: [], blob: [] };
  const onProgress = (name) => (progress) => said[name].push(progress);
  const sealing = envelope.encryptStream({ size, onProgress: onProgress("encrypt") });
  const { bytes } = await through(PLAINTEXT, sealing, MIB);
  await through(bytes, envelope.decryptStream({ onProgress: onProgress("decrypt") }), MIB);
  await gathered(envelope.encryptBlob(new Blob([PLAINTEXT]), { onProgress: onProgress("blob") }));
  for (const [name, all] of Object.entries(said)) {
    assert.equal(all.at(-1).done, size, name);
    assert.ok(all.every(({ done }, at) => at === 0 || done >= all[at - 1].done));
  }
  assert.ok(said.encrypt.every(({ total }) => total === size));
});

test("a size that was said is held to", async () => {
  const envelope = envelopeFor();
  for (const size of [99, 101]) {
    const { error } = await through(pattern(100), envelope.encryptStream({ size }), 10);
    await refused(Promise.reject(error), "LengthMismatch");
  }
});

test("a Blob is read piece by piece, as its stream is", async () => {
  const envelope = envelopeFor();
  const whole = new Blob(Array(10).fill(PLAINTEXT));
  const slices = [];
  const blob = {
    size: whole.size,
    slice(from, to) {
      slices.push(to - from);
      return whole.slice(from, to);
    },
  };
  const stream = envelope.encryptBlob(blob);
  const reader = stream.getReader();
  const parts = [(await reader.read()).value];
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(slices.length <= 3, `${slices.length} pieces are read ahead`);
  for (let next = await reader.read(); !next.done; next = await reader.read())
    parts.push(next.value);
  assert.ok(Math.max(...slices) <= 8 * MIB);
  const { bytes, error } = await gathered(envelope.decryptBlob(new Blob(parts)));
  assert.equal(error, undefined);
  assert.deepEqual(bytes, new Uint8Array(await whole.arrayBuffer()));
});

test("an empty Blob is a message too", async () => {
  const envelope = envelopeFor();
  const { bytes } = await gathered(envelope.encryptBlob(new Blob([])));
  assert.equal((await envelope.decrypt(bytes)).plaintext.length, 0);
  assert.equal((await gathered(envelope.decryptBlob(new Blob([bytes])))).bytes.length, 0);
});

test("Node's own streams are fitted in with toWeb and fromWeb", async () => {
  const envelope = envelopeFor();
  const parts = [];
  await pipeline(
    Readable.from(cut(PLAINTEXT, 65_536)),
    Duplex.fromWeb(envelope.encryptStream()),
    Duplex.fromWeb(envelope.decryptStream()),
    async (source) => {
      for await (const part of source) parts.push(part);
    },
  );
  assert.deepEqual(new Uint8Array(Buffer.concat(parts)), PLAINTEXT);
});

test("a signed message is held back as far as maxBodySize, or released as it comes", async () => {
  const suite = 0x0578;
  const envelope = envelopeFor(suite, { limits: { maxBodySize: MIB } });
  const long = await envelope.encrypt(PLAINTEXT, { suite });
  const held = await through(long, envelope.decryptStream(), 65_536);
  await refused(Promise.reject(held.error), "BodyTooLong");
  assert.equal(held.bytes.length, 0);
  const decrypting = envelope.decryptStream({ signed: "release" });
  let isVerified = false;
  decrypting.verified.then(() => {
    isVerified = true;
  });
  const reader = readableOf(cut(long, 65_536)).pipeThrough(decrypting).getReader();
  const { value } = await reader.read();
  assert.deepEqual(value, PLAINTEXT.subarray(0, value.length));
  assert.equal(isVerified, false);
  for (let next = await reader.read(); !next.done; ) next = await reader.read();
  await decrypting.verified;
  assert.equal((await decrypting.header).suite.id, suite);
  const short = await envelope.encrypt(pattern(MIB), { suite });
  const { bytes, error } = await through(short, envelope.decryptStream(), 65_536);
  assert.equal(error, undefined);
  assert.deepEqual(bytes, pattern(MIB));
});

test("what is written to a stream is bytes", async () => {
  const { error } = await gathered(readableOf(["text"]).pipeThrough(envelopeFor().encryptStream()));
  assert.ok(error instanceof TypeError);
});
