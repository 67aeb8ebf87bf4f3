// tabkms/envelope, in Node and in Chromium, and the AWS Encryption SDK, for Python and for JavaScript in Node: each suite,
// both ways, under one AES key and under KMS keys. What the browser's engine makes of all else: envelope-chromium.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Envelope, rawAes } from "../../dist/envelope.js";
import { Kms } from "../../dist/index.js";
import { CONTEXT, SUITES } from "../lib/messages.mjs";
import { ACCOUNT, REGION } from "../lib/world.mjs";
import { Python } from "./clients.mjs";
import { endpointOf } from "./endpoint.mjs";
import { nodeMessages } from "./node/messages.mjs";
import { rawMessages } from "./node/raw.mjs";
import { openEnvelopes } from "./page.mjs";

const KEYRING = { kind: "raw", namespace: "tests", name: "of one's own", key: patterned(32) };

const node = rawMessages(KEYRING);
let python;
let tab;
before(async () => {
  python = new Python();
  tab = await openEnvelopes({ host: "localhost" });
});
after(async () => {
  await tab?.close();
  await python?.close();
});

const hex = (suite) => `0x${suite.toString(16).padStart(4, "0")}`;

function patterned(length) {
  return new Uint8Array(length).map((_, at) => at * 31 + (at >> 8));
}

function commitmentOf(suite) {
  return suite >= 0x0400 ? "REQUIRE_ENCRYPT_REQUIRE_DECRYPT" : "FORBID_ENCRYPT_ALLOW_DECRYPT";
}

function envelopeFor(suite) {
  return new Envelope({ dataKeys: rawAes(KEYRING), commitment: commitmentOf(suite) });
}

/** What is ours, where it runs. */
const PLACES = {
  Node: envelopeFor,
  Chromium: (suite) => tab.envelopeFor({ ...KEYRING, commitment: commitmentOf(suite) }),
};

/** Around each boundary of a frame length, as far as it is not too much. */
function lengthsFor(frameLength) {
  const frames = [0, 1, 2].map((count) => count * frameLength);
  const near = frames.flatMap((length) => [length - 1, length, length + 1]);
  return [...new Set([...near, 1])].filter((length) => length >= 0);
}

const SDKS = {
  Python: {
    /** It writes frame lengths that are multiples of 128. */
    writes: (frameLength) => frameLength % 128 === 0,
    async encrypt(plaintext, suite, frameLength, context = CONTEXT) {
      const input = { keyring: KEYRING, plaintext, context, suite, frame_length: frameLength };
      const { message, refused } = await python.ask("encrypt", { endpoint: "", ...input });
      assert.equal(refused, undefined);
      return message;
    },
    async decrypt(message) {
      const input = { endpoint: "", keyring: KEYRING, message };
      const { plaintext, refused } = await python.ask("decrypt", input);
      assert.equal(refused, undefined);
      return plaintext;
    },
  },
  Node: {
    writes: (frameLength) => frameLength > 0,
    encrypt: (plaintext, suite, frameLength, context = CONTEXT) =>
      node.encrypt(plaintext, { context, suite, frameLength }),
    decrypt: (message) => node.decrypt(message),
  },
};

for (const suite of SUITES) {
  for (const [place, envelopeThere] of Object.entries(PLACES)) {
    for (const [name, sdk] of Object.entries(SDKS)) {
      test(`${hex(suite)}: ${name} reads what we write in ${place}, and the other way round`, async () => {
        const envelope = envelopeThere(suite);
        for (const length of [0, 1, 4095, 4096, 4097, 100_001]) {
          const plaintext = patterned(length);
          const ours = await envelope.encrypt(plaintext, { suite, context: CONTEXT });
          assert.deepEqual(await sdk.decrypt(ours), plaintext, `${name} reads ${length} bytes`);
          const theirs = await sdk.encrypt(plaintext, suite, 4096);
          const opened = await envelope.decrypt(theirs, { context: CONTEXT });
          assert.deepEqual(opened.plaintext, plaintext, `${length} bytes of ${name}'s`);
        }
      });
    }

    test(`${hex(suite)}: what Python leaves unframed we read in ${place}`, async () => {
      const envelope = envelopeThere(suite);
      for (const length of [0, 1, 70_000]) {
        const message = await SDKS.Python.encrypt(patterned(length), suite, 0);
        const { plaintext, header } = await envelope.decrypt(message);
        assert.equal(header.content, "single");
        assert.deepEqual(plaintext, patterned(length));
      }
    });
  }
}

for (const frameLength of [1, 512, 4096, 65_536, 1024 * 1024]) {
  for (const [name, sdk] of Object.entries(SDKS)) {
    test(`frames of ${frameLength} bytes: ${name} and we read each other`, async () => {
      for (const suite of [0x0478, 0x0578]) {
        const envelope = envelopeFor(suite);
        for (const length of lengthsFor(frameLength)) {
          const plaintext = patterned(length);
          const ours = await envelope.encrypt(plaintext, { suite, frameLength, context: {} });
          assert.deepEqual(await sdk.decrypt(ours), plaintext, `${name} reads ${length} bytes`);
          if (!sdk.writes(frameLength)) continue;
          const theirs = await sdk.encrypt(plaintext, suite, frameLength, {});
          const { plaintext: opened } = await envelope.decrypt(theirs);
          assert.deepEqual(opened, plaintext, `${length} bytes of ${name}'s`);
        }
      }
    });
  }
}

test("under KMS keys, Python, Node and we read each other, by either of two keys", async () => {
  const kms = await Kms.open({ store: "memory", account: ACCOUNT, region: REGION });
  const endpoint = await endpointOf(kms);
  try {
    const arn = async () => (await kms.send("CreateKey")).KeyMetadata.Arn;
    const keyIds = [await arn(), await arn()];
    const keyring = { kind: "several", generator: keyIds[0], keys: [keyIds[1]] };
    const second = { kind: "one", key: keyIds[1] };
    const envelope = new Envelope({ kms });
    const plaintext = patterned(10_000);
    const ours = await envelope.encrypt(plaintext, { keyIds, context: CONTEXT, suite: 0x0578 });
    const asked = { endpoint: endpoint.url, keyring: second, message: ours };
    assert.deepEqual((await python.ask("decrypt", asked)).plaintext, plaintext);
    const node = nodeMessages(() => ({ requestHandler: kms.requestHandler() }));
    assert.deepEqual((await node.decrypt(second, ours)).plaintext, plaintext);

    const { message: pythons } = await python.ask("encrypt", {
      endpoint: endpoint.url,
      keyring,
      plaintext,
      context: CONTEXT,
    });
    const { message: nodes } = await node.encrypt(keyring, plaintext, CONTEXT);
    for (const theirs of [pythons, nodes]) {
      for (const options of [{}, { keyIds: [keyIds[1]] }, { keyIds }]) {
        const opened = await envelope.decrypt(theirs, { ...options, context: CONTEXT });
        assert.deepEqual(opened.plaintext, plaintext);
      }
    }
  } finally {
    await endpoint.close();
    await kms.close();
  }
});
