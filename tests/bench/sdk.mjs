// What @aws-sdk/client-kms does a second with our request handler, beside what it does with one that answers at once:
// the same answers, made beforehand. The difference is ours, the rest is the SDK's: middleware, signature, parsing.

import { randomBytes } from "node:crypto";
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
} from "@aws-sdk/client-kms";
import { Kms } from "../../dist/index.js";
import { clientOf } from "../lib/aws-sdk.mjs";
import { sideBySide } from "./measure.mjs";

/** What the project promises: this part of what the SDK does with a handler that answers at once. */
const PROMISED = 0.8;
/**
 * Calls that are under way together. One after another each finds the processor's caches full of the SDK's own code,
 * which takes ten times as much of them as ours.
 */
const IN_FLIGHT = [1, 8];

/** A handler that gives back what ours answered first. */
async function immediate(kms, command) {
  const requestHandler = kms.requestHandler();
  const handle = requestHandler.handle.bind(requestHandler);
  let kept;
  requestHandler.handle = async (...call) => {
    kept = (await handle(...call)).response;
    return { response: kept };
  };
  const client = clientOf(kms, { requestHandler });
  await client.send(command());
  const { statusCode, headers } = kept;
  const text = new TextDecoder().decode(kept.body);
  // Fresh each time, as an answer is: the SDK makes the body its own.
  requestHandler.handle = async () => ({
    response: { statusCode, headers: { ...headers }, body: new TextEncoder().encode(text) },
  });
  return client;
}

/** @param {(line: string) => void} say */
export async function benchSdk(say) {
  const kms = await Kms.open({ store: "memory" });
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  const Plaintext = randomBytes(32);
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId, Plaintext });
  const commands = {
    GenerateDataKey: () => new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }),
    "Encrypt, 32 bytes": () => new EncryptCommand({ KeyId, Plaintext }),
    "Decrypt, 32 bytes": () => new DecryptCommand({ CiphertextBlob }),
    DescribeKey: () => new DescribeKeyCommand({ KeyId }),
  };
  const ours = clientOf(kms);
  const results = [];
  for (const [name, command] of Object.entries(commands)) {
    const atOnce = await immediate(kms, command);
    for (const inFlight of IN_FLIGHT) {
      const many = (client) => () =>
        Promise.all(Array.from({ length: inFlight }, () => client.send(command())));
      const { first, second, ratio } = await sideBySide(many(atOnce), many(ours));
      const [theirs, perSecond] = [first, second].map((rate) => Math.round(rate * inFlight));
      results.push({ name, inFlight, atOnce: theirs, perSecond, ratio, promised: PROMISED });
      const verdict = ratio >= PROMISED ? "reached" : `MISSED ${PROMISED * 100} %`;
      say(
        `  ${`${name}, ${inFlight} in flight`.padEnd(32)} ${String(perSecond).padStart(9)}/s of ${String(theirs).padStart(6)}/s, ${Math.round(ratio * 100)} %  ${verdict}`,
      );
    }
  }
  await kms.close();
  return results;
}
