/** `tabkms decrypt`: the file of a message of the Encryption SDK's format. */

import { Envelope } from "../../envelope.ts";
import type { Command, CommandLine } from "../command.ts";
import { SOURCE_NOTES, SOURCE_OPTIONS, withKeySource } from "../key-source.ts";
import { contextOf, filesOf, through } from "../message-files.ts";

export const command: Command = {
  name: "decrypt",
  summary: "decrypts a file that this or the AWS Encryption SDK has encrypted",
  operands: "FILE",
  options: {
    output: { value: "FILE", help: "where the decrypted file goes, once all of it is verified" },
    "key-id": {
      value: "ARN",
      multiple: true,
      help: "asks no other key than this; may be repeated; without it, those that the file names",
    },
    "encryption-context": {
      value: "K=V",
      multiple: true,
      help: "a pair that the file's context has to have; may be repeated",
    },
    "allow-no-commitment": { help: "takes suites without key commitment, as version 1 has them" },
    ...SOURCE_OPTIONS,
  },
  notes: SOURCE_NOTES,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const files = filesOf(line, "FILE");
  const keyIds = line.values("key-id");
  const context = contextOf(line);
  const commitment = line.has("allow-no-commitment")
    ? "REQUIRE_ENCRYPT_ALLOW_DECRYPT"
    : "REQUIRE_ENCRYPT_REQUIRE_DECRYPT";
  await withKeySource(line, (kms) => {
    const stream = new Envelope({ kms, commitment }).decryptStream({
      ...(keyIds.length > 0 && { keyIds }),
      context,
      // Nobody sees the file before its signature is verified.
      signed: "release",
    });
    return through(files, stream);
  });
  return 0;
}
