// Changes the root key again and again, until somebody kills it. By hand:
// node tests/npm/directory/keys.mjs DIRECTORY erase|passphrase

import { writeSync } from "node:fs";
import { Kms } from "../../../dist/node/index.js";

const [directory, way] = process.argv.slice(2);
const kms = await Kms.open({ store: { directory } });

function acknowledge(fact) {
  writeSync(1, `${JSON.stringify(fact)}\n`);
}

acknowledge({ ready: true });
if (way === "erase") {
  for (;;) await kms.erase();
}
const { KeyMetadata } = await kms.send("CreateKey", {});
await kms.send("CreateAlias", { AliasName: "alias/kept", TargetKeyId: KeyMetadata.KeyId });
acknowledge({ alias: "alias/kept" });
for (;;) {
  // The last one changes a key file for another.
  for (const passphrase of ["a passphrase", null, null]) await kms.setPassphrase(passphrase);
}
