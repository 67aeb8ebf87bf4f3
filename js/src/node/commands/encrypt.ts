/** `tabkms encrypt`: a file in the Encryption SDK's message format. */

import { Envelope } from "../../envelope.ts";
import { type Command, type CommandLine, UsageError } from "../command.ts";
import { SOURCE_NOTES, SOURCE_OPTIONS, withKeySource } from "../key-source.ts";
import { contextOf, filesOf, sizeOf, through } from "../message-files.ts";

export const command: Command = {
  name: "encrypt",
  summary: "encrypts a file under KMS keys, as the AWS Encryption SDK does",
  operands: "FILE",
  options: {
    "key-id": {
      value: "KEY",
      multiple: true,
      help: "an ARN, an id or an alias; may be repeated: each key can open the file",
    },
    output: { value: "FILE", help: "where the encrypted file goes" },
    "encryption-context": {
      value: "K=V",
      multiple: true,
      help: "a pair that is bound to the file, in clear; may be repeated",
    },
    suite: {
      value: "NUMBER",
      help: "the algorithm suite: 0x0478 by default, 0x0578 to sign as well; others have no commitment",
    },
    "frame-length": { value: "BYTES", help: "bytes of plaintext a frame; 524288 by default" },
    ...SOURCE_OPTIONS,
  },
  notes: SOURCE_NOTES,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const files = filesOf(line, "FILE.enc");
  const keyIds = line.values("key-id");
  if (keyIds.length === 0) throw new UsageError("--key-id is wanted: --key-id alias/NAME.");
  const suite = numberOf(line, "suite");
  const frameLength = numberOf(line, "frame-length");
  const context = contextOf(line);
  const size = await sizeOf(files.input);
  await withKeySource(line, (kms) => {
    const isOld = suite !== undefined && suite < 0x0400;
    const commitment = isOld ? "FORBID_ENCRYPT_ALLOW_DECRYPT" : "REQUIRE_ENCRYPT_REQUIRE_DECRYPT";
    const stream = new Envelope({ kms, commitment }).encryptStream({
      keyIds,
      context,
      size,
      ...(suite !== undefined && { suite }),
      ...(frameLength !== undefined && { frameLength }),
    });
    return through(files, stream);
  });
  return 0;
}

function numberOf(line: CommandLine, name: string): number | undefined {
  const given = line.value(name);
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(
      `${JSON.stringify(given)} is no number: --${name} ${command.options[name]?.value}.`,
    );
  return number;
}
