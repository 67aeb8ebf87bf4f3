// A process of its own: 4 GB through encryptStream and decryptStream. Prints how far its memory went beyond what it had
// once a few megabytes had gone through, which is Node's own with the code compiled.

import { Envelope, rawAes } from "../../../dist/envelope.js";

const MIB = 1024 * 1024;
const envelope = new Envelope({
  dataKeys: rawAes({ namespace: "bench", name: "key", key: new Uint8Array(32) }),
});

async function through(length) {
  let peak = 0;
  let left = length;
  const source = new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      // Fresh ones, as a file's are.
      controller.enqueue(new Uint8Array(64 * 1024).fill(left & 255));
      left -= 64 * 1024;
    },
  });
  let count = 0;
  let bytes = 0;
  const sealed = source.pipeThrough(envelope.encryptStream());
  for await (const part of sealed.pipeThrough(envelope.decryptStream())) {
    bytes += part.length;
    if (count++ % 16 === 0) peak = Math.max(peak, process.memoryUsage().rss);
  }
  if (bytes !== length) throw new Error(`${bytes} of ${length} bytes came out`);
  return peak;
}

await through(MIB);
globalThis.gc?.();
const idle = process.memoryUsage().rss;
const started = performance.now();
const peak = await through(Number(process.argv[2] ?? 4096) * MIB);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ beyond: (peak - idle) / 1e6, seconds }));
