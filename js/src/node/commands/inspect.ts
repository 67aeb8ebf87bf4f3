/** `tabkms inspect`: the header of a message, field by field. It asks no KMS and needs no key. */

import { open } from "node:fs/promises";
import { describeHeader } from "../../envelope/describe.ts";
import { EnvelopeError } from "../../envelope/errors.ts";
import { type Command, type CommandLine, UsageError } from "../command.ts";
import { fileFault } from "../message-files.ts";

export const command: Command = {
  name: "inspect",
  summary: "tells the header of an encrypted file, field by field, unverified",
  operands: "FILE",
  options: {},
  run,
};

/** Bytes that are read first: a header is seldom longer. */
const FIRST = 64 * 1024;
const MOST = 64 * 1024 * 1024;

async function run(line: CommandLine): Promise<number> {
  const [path, ...more] = line.operands;
  if (path === undefined || more.length > 0) throw new UsageError("One FILE is wanted.");
  try {
    process.stdout.write(await describe(path));
  } catch (thrown) {
    fileFault(thrown);
  }
  return 0;
}

async function describe(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for (let length = FIRST; ; length *= 16) {
      const { buffer, bytesRead } = await file.read(
        new Uint8Array(Math.min(length, size)),
        0,
        Math.min(length, size),
        0,
      );
      try {
        return text(buffer.subarray(0, bytesRead), size);
      } catch (thrown) {
        const isShort = thrown instanceof EnvelopeError && thrown.reason === "Truncated";
        if (!isShort || length >= size || length > MOST) throw thrown;
      }
    }
  } finally {
    await file.close();
  }
}

function text(bytes: Uint8Array, size: number): string {
  const { fields, header } = describeHeader(bytes);
  const rows = fields.map(({ name, at, length, value }) => [
    String(at),
    String(length),
    name,
    value,
  ]);
  rows.push([String(header.length), String(size - header.length), "body", bodyOf(header)]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map(([at = "", length = "", name = "", value = ""]) =>
    [
      at.padStart(widths[0] ?? 0),
      length.padStart(widths[1] ?? 0),
      name.padEnd(widths[2] ?? 0),
      value,
    ].join("  "),
  );
  return `${lines.join("\n")}\n`;
}

function bodyOf({ content, suite }: ReturnType<typeof describeHeader>["header"]): string {
  const what = content === "framed" ? "frames" : "one block";
  return suite.signature ? `${what}, then the signature` : what;
}
