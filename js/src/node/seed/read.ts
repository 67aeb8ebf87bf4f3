/** A seed file's text: JSON, or YAML where the package `yaml` is there. */

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { requireSeed, type Seed, SeedError } from "./shape.ts";

/** Rejects with a {@link SeedError}. */
export async function readSeed(file: string): Promise<Seed> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new SeedError(`The seed file cannot be read: ${message}`);
  }
  const value = extname(file).toLowerCase() === ".json" ? fromJson(text) : await fromYaml(text);
  requireSeed(value);
  return value;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new SeedError(`The seed file is not JSON: ${(thrown as Error).message}`);
  }
}

async function fromYaml(text: string): Promise<unknown> {
  const yaml = await import("yaml").catch(() => {
    throw new SeedError("A seed file in YAML needs the package yaml: npm install yaml.");
  });
  try {
    // YAML 1.2's core schema: a date stays text, and so does `yes`.
    return yaml.parse(text, { maxAliasCount: 100 });
  } catch (thrown) {
    throw new SeedError(
      `The seed file is not YAML: ${(thrown as Error).message.split("\n", 1)[0]}`,
    );
  }
}
