// The Encryption SDK for JavaScript, in a process of its own: once it is loaded, all that is large goes half as fast in its
// process, WebCrypto by itself as well. Answers `{ id, way, suite, length, frameLength, least }` with passes a second.

import { randomFillSync } from "node:crypto";
import { rawMessages } from "../../interop/node/raw.mjs";
import { once } from "../measure.mjs";

const sdk = rawMessages({
  namespace: "bench",
  name: "key",
  key: randomFillSync(new Uint8Array(32)),
});
const known = new Map();

async function passes({ suite, length, frameLength }) {
  const name = `${suite} ${length} ${frameLength}`;
  if (!known.has(name)) {
    const bytes = randomFillSync(new Uint8Array(length));
    const how = { suite, frameLength, context: {} };
    const message = await sdk.encrypt(bytes, how);
    known.set(name, {
      encrypt: () => sdk.encrypt(bytes, how),
      decrypt: () => sdk.decrypt(message),
    });
  }
  return known.get(name);
}

process.on("message", async ({ id, way, least, ...what }) => {
  const pass = (await passes(what))[way];
  await once(pass, least);
  const rate = await once(pass, least);
  process.send({ id, rate });
});
