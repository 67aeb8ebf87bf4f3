// tests/interop/browser in headless Chromium: the Encryption SDK, bundled with its own packages, and tabkms/envelope, with
// the built package beside them.

import { fileURLToPath } from "node:url";
import { EnvelopeError } from "../../dist/envelope.js";
import { openPackage } from "../lib/chromium.mjs";

const inBrowser = (name) => fileURLToPath(new URL(`browser/${name}`, import.meta.url));

/**
 * Opens the page; `endpoints` are the URLs that it may speak to beside its own site.
 * @param {{ endpoints: string[] }} options
 */
export function openPage({ endpoints }) {
  return openPackage({
    name: "interop",
    scripts: { "main.js": { entry: inBrowser("main.mjs"), inject: [inBrowser("buffer.mjs")] } },
    ready: "overHttp",
    connect: endpoints,
  });
}

/**
 * tabkms/envelope in a page. On `localhost` that is a secure context; by another name it is a page over plain HTTP, which
 * has no WebCrypto.
 * @param {{ host: string }} options
 */
export async function openEnvelopes({ host }) {
  const tab = await openPackage({
    name: `envelopes-${host}`,
    body: '<input type="file">',
    scripts: { "main.js": { entry: inBrowser("envelope.mjs") } },
    ready: "envelopes",
    host,
  });
  /** Calls a function of the page; bytes go as base64 and come back as bytes. */
  const call = async (name, ...input) => {
    const answer = await tab.page.evaluate(
      ([name, input]) => globalThis.envelopes[name](...input),
      [name, input.map(packed)],
    );
    if (answer.thrown !== undefined) throw new Error(`in the page: ${answer.thrown}`);
    if (typeof answer.bytes !== "string") return answer;
    return { ...answer, bytes: new Uint8Array(Buffer.from(answer.bytes, "base64")) };
  };
  return { ...tab, call, envelopeFor: (made) => envelopeIn(call, made) };
}

/** An Envelope as far as these tests know one; `made` are the options of its AES key and its own. */
function envelopeIn(call, { key, ...rest }) {
  const made = { ...rest, key: packed(key) };
  const granted = (answer) => {
    if (answer.reason !== undefined) throw new EnvelopeError(answer.reason);
    return answer;
  };
  return {
    encrypt: async (plaintext, options = {}) =>
      granted(await call("encrypt", made, plaintext, options)).bytes,
    async decrypt(message, options = {}) {
      const { bytes, context, content } = granted(await call("decrypt", made, message, options));
      return { plaintext: bytes, context, header: { content } };
    },
    /** What else the page does with streams. */
    call: (name, ...input) => call(name, made, ...input),
  };
}

function packed(value) {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
