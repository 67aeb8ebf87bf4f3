import { Kms } from "tabkms";
import { connect } from "tabkms/client";

async function run() {
  const text = new TextEncoder().encode("text");
  const opened = [];
  // In the page itself, in the package's worker, and in a worker of one's own.
  const own = () => new Worker("worker.js", { type: "module" });
  for (const kms of [
    await Kms.open({ store: "memory" }),
    await connect({ store: "memory" }),
    await connect({ store: "memory", createWorker: own }),
  ]) {
    const { KeyMetadata } = await kms.send("CreateKey");
    const sealed = await kms.send("Encrypt", { KeyId: KeyMetadata.KeyId, Plaintext: text });
    const { Plaintext } = await kms.send("Decrypt", { CiphertextBlob: sealed.CiphertextBlob });
    opened.push(new TextDecoder().decode(Plaintext));
    await kms.close();
    await kms.close();
  }
  return opened.join(" ");
}

globalThis.result = await run().catch((error) => `${error.name}: ${error.message}`);
