/** `tabkms import`: a store that a page or a program has exported, into a folder that the endpoint serves. */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { type Command, type CommandLine, Failure, UsageError } from "../command.ts";
import { defaultDataDirectory } from "../directories.ts";
import { Kms } from "../index.ts";
import { fileFault } from "../message-files.ts";

export const command: Command = {
  name: "import",
  summary: "puts an exported store, the page's say, into a folder for serve --data",
  operands: "FILE",
  options: {
    data: { value: "DIR", help: `the store's folder; ${defaultDataDirectory()} by default` },
    replace: { help: "replaces the keys that are there" },
  },
  notes: `The passphrase of the export is that of TABKMS_PASSPHRASE, else the first line of standard input. Afterwards the folder's
keys are those of the file, and its own key file protects them. No endpoint may have the folder open.`,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const [file, ...more] = line.operands;
  if (file === undefined || more.length > 0) throw new UsageError("One FILE is wanted.");
  const exported = await readFile(resolve(file)).catch(() => {
    throw new Failure(`${file} cannot be read.`);
  });
  const directory = resolve(line.value("data") ?? defaultDataDirectory());
  const passphrase = process.env["TABKMS_PASSPHRASE"] ?? (await asked());
  const kms = await Kms.open({ store: { directory } });
  try {
    const { keys } = await kms.describe();
    if (keys > 0 && !line.has("replace"))
      throw new Failure(`There are keys in ${directory}, which this would destroy: see --replace.`);
    await kms.importStore(new Blob([exported]), passphrase).catch(fileFault);
    const after = await kms.describe();
    process.stdout.write(
      `${after.keys === 1 ? "1 key is" : `${after.keys} keys are`} in ${directory}\n`,
    );
    return 0;
  } finally {
    await kms.close();
  }
}

/** A line of standard input, which a terminal does not show. */
async function asked(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { stdin, stderr } = process;
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  if (stdin.isTTY) stderr.write("Passphrase of the export: ");
  try {
    return await lines.question("");
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write("\n");
  }
}
