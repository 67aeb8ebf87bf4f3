// tabkms/envelope in Chromium, as it was built: on a page that has WebCrypto, and on one over plain HTTP that has none. What
// it writes, Node's engine reads, and the other way round; broken messages are refused for the same reasons.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { suiteOf } from "../../dist/envelope/suites.js";
import { BROKEN_MESSAGES, PLAINTEXT, wholeMessage } from "../lib/broken.mjs";
import { CONTEXT, envelopeFor, hex, KEY, pattern, refused, SUITES } from "../lib/messages.mjs";
import { openEnvelopes } from "./page.mjs";

const MIB = 1024 * 1024;

const PAGES = {
  "a page with WebCrypto": { host: "localhost", engine: "web" },
  "a page over plain HTTP": { host: "tabkms.test", engine: "wasm" },
};

/** wasm derives by SHA-512 alone, and has AES of 192 and 256 bits: version 2, and two suites of version 1. */
function computes(engine, id) {
  const { kdf = "SHA-512", keyLength } = suiteOf(id);
  return engine === "web" || (kdf === "SHA-512" && keyLength > 16);
}

for (const [name, { host, engine }] of Object.entries(PAGES)) {
  describe(name, () => {
    let tab;
    before(async () => {
      tab = await openEnvelopes({ host });
    });
    after(() => tab?.close());

    /** In the page, as `envelopeFor` of tests/lib/messages.mjs is here. */
    const there = (suite = 0x0478) =>
      tab.envelopeFor({
        namespace: "tests",
        name: "key",
        key: KEY,
        commitment:
          suite >= 0x0400 ? "REQUIRE_ENCRYPT_ALLOW_DECRYPT" : "FORBID_ENCRYPT_ALLOW_DECRYPT",
      });

    test("it computes with what it has", async () => {
      const has = engine === "web";
      assert.deepEqual(await tab.call("platform"), { isSecureContext: has, subtle: has, engine });
    });

    for (const suite of SUITES) {
      if (!computes(engine, suite)) {
        test(`${hex(suite)} is refused both ways, for want of cryptography`, async () => {
          const message = await envelopeFor(suite).encrypt(pattern(10), { suite });
          await refused(there(suite).encrypt(pattern(10), { suite }), "NoCryptography");
          await refused(there(suite).decrypt(message), "NoCryptography");
        });
        continue;
      }

      test(`${hex(suite)}: the page and Node read each other`, async () => {
        const [here, page] = [envelopeFor(suite), there(suite)];
        for (const length of [0, 1, 4095, 4096, 4097, 100_001]) {
          const plaintext = pattern(length);
          const theirs = await page.encrypt(plaintext, { suite, context: CONTEXT });
          const opened = await here.decrypt(theirs, { context: CONTEXT });
          assert.deepEqual(opened.plaintext, plaintext, `${length} bytes of the page's`);
          const ours = await here.encrypt(plaintext, { suite, context: CONTEXT });
          const back = await page.decrypt(ours, { context: CONTEXT });
          assert.deepEqual(back.plaintext, plaintext, `the page reads ${length} bytes`);
          for (const [key, value] of Object.entries(CONTEXT))
            assert.equal(back.context[key], value);
        }
      });
    }

    for (const frameLength of [1, 512, 4096, 65_536, MIB]) {
      test(`frames of ${frameLength} bytes: the page and Node read each other`, async () => {
        const near = [0, 1, 2].flatMap((count) =>
          [-1, 0, 1].map((more) => count * frameLength + more),
        );
        const lengths = [...new Set(near)].filter((length) => length >= 0);
        for (const suite of [0x0478, 0x0578]) {
          const [here, page] = [envelopeFor(suite), there(suite)];
          for (const length of lengths) {
            const plaintext = pattern(length);
            const theirs = await page.encrypt(plaintext, { suite, frameLength });
            assert.deepEqual((await here.decrypt(theirs)).plaintext, plaintext, `${length} bytes`);
            const ours = await here.encrypt(plaintext, { suite, frameLength });
            assert.deepEqual((await page.decrypt(ours)).plaintext, plaintext, `${length} bytes`);
          }
        }
      });
    }

    for (const { what, suite, reason: itsReason, message } of BROKEN_MESSAGES) {
      if (!computes(engine, suite)) continue;
      test(`${what}: ${itsReason}`, async () => {
        const page = there(suite);
        await refused(page.decrypt(message), itsReason);
        for (const length of [1, 50, message.length || 1]) {
          for (const signed of ["hold", "release"]) {
            const { bytes, reason, verified } = await page.call(
              "decryptStream",
              message,
              length,
              signed,
            );
            assert.deepEqual([reason, verified], [itsReason, itsReason], `in chunks of ${length}`);
            assert.deepEqual(bytes, PLAINTEXT.subarray(0, bytes.length));
          }
        }
      });
    }

    test("a message that is whole is opened as a stream, whatever the chunks", async () => {
      for (const suite of [0x0478, 0x0578, 0x0014].filter((suite) => computes(engine, suite))) {
        for (const signed of ["hold", "release"]) {
          for (const length of [1, 50, 10_000]) {
            const { bytes, reason, verified } = await there(suite).call(
              "decryptStream",
              wholeMessage(suite),
              length,
              signed,
            );
            assert.deepEqual([reason, verified], [undefined, undefined]);
            assert.deepEqual(bytes, PLAINTEXT);
          }
        }
      }
    });

    test("cut anywhere, a message is Truncated; whichever bit is flipped, it is refused", async () => {
      const page = there();
      const whole = wholeMessage(0x0478);
      for (let at = 0; at < whole.length; at++) {
        await refused(page.decrypt(whole.subarray(0, at)), "Truncated");
        const flipped = whole.slice();
        flipped[at] ^= 1 << (at % 8);
        await assert.rejects(page.decrypt(flipped), { name: "EnvelopeError" }, `byte ${at}`);
      }
    });

    for (const frameLength of [4096, 65_536, 100_000, MIB]) {
      test(`frames of ${frameLength} bytes go through streams in order, whatever the chunks`, async () => {
        const size = 3 * MIB + 17;
        for (const length of [1000, 65_536, MIB + 1, size]) {
          const through = await there().call("through", size, frameLength, length);
          assert.equal(through.length, size);
          assert.equal(through.isTrue, true, `in chunks of ${length}`);
        }
      });
    }

    test("a stream reads no further than it is read", async () => {
      const ahead = await there().call("readAhead", 5 * MIB, 65_536);
      for (const way of ["encrypt", "decrypt"]) {
        assert.ok(ahead[way] > 0 && ahead[way] <= 1_000_000, `${way}: ${ahead[way]} bytes ahead`);
      }
    });

    test("an AbortSignal ends streams and Blobs with its reason", async () => {
      const heard = await there().call("abort", 40 * MIB);
      const both = { reader: "enough", source: "enough" };
      const alone = { reader: "enough" };
      assert.deepEqual(heard, {
        encryptStream: both,
        decryptStream: both,
        encryptBlob: alone,
        decryptBlob: alone,
      });
    });

    test("a File is read in pieces, and told of as it goes", async () => {
      const size = 20 * MIB + 17;
      const path = join(tab.folder, "file");
      writeFileSync(path, pattern(size));
      await tab.page.setInputFiles("input", path);
      for (const frameLength of [4096, 512 * 1024]) {
        const { longest, told, reason, isTrue } = await there().call("file", { frameLength });
        assert.equal(reason, undefined);
        assert.equal(isTrue, true);
        assert.ok(longest <= 8 * MIB, `${longest} bytes are read at a time`);
        assert.ok(told.length >= 3);
        assert.deepEqual(told.at(-1), { done: size, total: size });
        assert.ok(told.every(({ done }, at) => at === 0 || done > told[at - 1].done));
      }
    });
  });
}
