// Broken messages (tests/lib/broken.mjs), each refused with its own reason: at once and as a stream, in chunks of any
// length. What is not refused before comes out true.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvelopeError } from "../../dist/envelope.js";
import { BROKEN_MESSAGES, PLAINTEXT, wholeMessage } from "../lib/broken.mjs";
import { cut, envelopeFor, gathered, hex, readableOf, refused } from "../lib/messages.mjs";

for (const { what, suite, reason, message } of BROKEN_MESSAGES) {
  test(`${what}: ${reason}`, async () => {
    const envelope = envelopeFor(suite);
    await refused(envelope.decrypt(message), reason);
    for (const lengths of [[1], [50], [message.length || 1]]) {
      for (const signed of ["hold", "release"]) {
        const decrypting = envelope.decryptStream({ signed });
        const { bytes, error } = await gathered(
          readableOf(cut(message, ...lengths)).pipeThrough(decrypting),
        );
        assert.ok(error instanceof EnvelopeError, String(error));
        assert.equal(error.reason, reason, `in chunks of ${lengths}`);
        await refused(decrypting.verified, reason);
        // Of a signed message nothing comes before its signature is verified.
        const isHeld = signed === "hold" && (suite & 0xff00) >= 0x0200 && suite !== 0x0478;
        if (isHeld && reason !== "TrailingBytes") assert.equal(bytes.length, 0);
        assert.deepEqual(bytes, PLAINTEXT.subarray(0, bytes.length));
      }
    }
  });
}

for (const suite of [0x0478, 0x0578, 0x0378, 0x0014]) {
  const whole = wholeMessage(suite);
  test(`${hex(suite)}: cut anywhere, it is Truncated`, async () => {
    const envelope = envelopeFor(suite);
    for (let end = 0; end < whole.length; end++) {
      await refused(envelope.decrypt(whole.subarray(0, end)), "Truncated");
    }
  });

  test(`${hex(suite)}: whichever bit is flipped, it is refused`, async () => {
    const envelope = envelopeFor(suite);
    for (let at = 0; at < whole.length; at++) {
      const message = whole.slice();
      message[at] ^= 1 << (at % 8);
      await assert.rejects(envelope.decrypt(message), EnvelopeError, `byte ${at}`);
    }
  });
}
