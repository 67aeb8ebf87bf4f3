// Envelope encryption in Node: ours beside the Encryption SDKs and beside the platform's bare cryptography. By hand:
// node tests/bench/envelope/node.mjs [messages] [kms] [small] [large] [signed] [memory]

import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { byHand, sayMemory, sayQuestion } from "./table.mjs";

const PARTS = ["messages", "kms", "small", "large", "signed", "memory"];

/** @param {(line: string) => void} say */
export async function benchNode(say, parts = PARTS) {
  const questions = [];
  for (const part of parts.filter((part) => part !== "memory")) {
    const question = await asked(part);
    sayQuestion(say, question);
    questions.push(question);
  }
  if (!parts.includes("memory")) return { questions };
  const measured = await memory();
  sayMemory(say, measured);
  return { questions, memory: measured };
}

/**
 * In a process that holds no more than it needs: whoever makes megabytes of fresh memory a second has the garbage collected
 * often, which takes the longer the more there is in all.
 */
async function asked(part) {
  const child = fork(fileURLToPath(new URL("node-questions.mjs", import.meta.url)), [part]);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${part} ended without an answer: ${code}`);
  });
  const [question] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => {});
  return question;
}

/** How far the memory of a process of its own goes beyond Node's own, and MB/s there and back. */
async function memory() {
  const script = fileURLToPath(new URL("memory.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script]);
  return { ...JSON.parse(stdout), promised: 64 };
}

await byHand(import.meta.url, PARTS, benchNode);
