// Envelope encryption: ours beside the Encryption SDKs and beside the platform's bare cryptography, in Node and in headless
// Chromium, in rounds by turns. What is promised is a ratio, so that what else the machine does hits both.

import { benchChromium } from "./chromium.mjs";
import { benchNode } from "./node.mjs";
import { sayLegend } from "./table.mjs";

/** @param {(line: string) => void} say */
export async function benchEnvelope(say) {
  sayLegend(say);
  const node = await benchNode(say);
  const chromium = await benchChromium(say);
  return {
    chromium: chromium.version,
    questions: [...node.questions, ...chromium.questions],
    memory: node.memory,
  };
}
