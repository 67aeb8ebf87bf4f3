// A store in a directory, closed and opened again; or the error's name and message.

import { Kms } from "tabkms";

const store = { directory: "store" };

async function work() {
  let kms = await Kms.open({ store });
  const { KeyMetadata } = await kms.send("CreateKey", {});
  const Plaintext = new Uint8Array([1, 2, 3]);
  const { CiphertextBlob } = await kms.send("Encrypt", { KeyId: KeyMetadata.KeyId, Plaintext });
  await kms.close();
  kms = await Kms.open({ store });
  await kms.send("Decrypt", { CiphertextBlob });
  const { events } = await kms.audit.events({ limit: 1 });
  const { store: kind, rootKey } = await kms.describe();
  await kms.close();
  return `${kind} ${rootKey.mode} ${events[0].eventName}`;
}

console.log(await work().catch(({ name, message }) => `${name}: ${message}`));
