// Uses a key of a directory once and stays, or says why it cannot. By hand: node tests/npm/directory/used.mjs DIRECTORY

import { Kms } from "../../../dist/node/index.js";

const [directory] = process.argv.slice(2);
try {
  const kms = await Kms.open({ store: { directory } });
  const { KeyId } = (await kms.send("CreateKey")).KeyMetadata;
  await kms.send("Encrypt", { KeyId, Plaintext: new Uint8Array(1) });
  console.log(KeyId);
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(error.name);
}
