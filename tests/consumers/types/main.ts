import { type EncryptRequest, type KeyMetadata, Kms, type KmsApi, KmsError } from "tabkms";
import { connect } from "tabkms/client";
import { Kms as SlimKms } from "tabkms/slim";

export async function main(bytes: Uint8Array, name: string): Promise<void> {
  const all: KmsApi[] = [
    await Kms.open({ store: "memory" }),
    await Kms.open({ store: { directory: "store" } }),
    await connect({ passphrase: "correct horse" }),
    await SlimKms.open({ wasm: new URL("https://example.com/tabkms.wasm") }),
  ];
  for (const kms of all) {
    const { KeyMetadata } = await kms.send("CreateKey");
    const metadata: KeyMetadata | undefined = KeyMetadata;
    const created: Date | undefined = metadata?.CreationDate;
    const state: "Enabled" | "Disabled" | undefined =
      metadata?.KeyState === "Enabled" ? metadata.KeyState : "Disabled";
    const input: EncryptRequest = { KeyId: metadata?.KeyId ?? "", Plaintext: bytes };
    const { CiphertextBlob } = await kms.send("Encrypt", input, { region: "eu-west-1" });
    const sealed: Uint8Array | undefined = CiphertextBlob;
    await kms.send("ListKeys");
    await kms.send("ListKeys", { Limit: 10 });
    const GrantTokens: readonly string[] = ["a token"];
    await kms.send("GenerateDataKey", { KeyId: "alias/one", KeySpec: "AES_256", GrantTokens });
    const { answer, steps } = await kms.trace("Sign", {
      KeyId: "alias/one",
      Message: bytes,
      SigningAlgorithm: "ED25519_SHA_512",
    });
    console.log(created, state, sealed, answer?.Signature, steps[0]?.action);

    const file = new Blob([name]);
    const message = await kms.envelope.encryptFile(file, { keyIds: ["alias/one"] });
    await kms.envelope.decryptFile(message, { context: { a: "b" } }, { principal: name });
    // @ts-expect-error: keyIds are required
    await kms.envelope.encryptFile(file, {});

    // @ts-expect-error: KeyId is required
    await kms.send("Encrypt", { Plaintext: bytes });
    // @ts-expect-error: the input is required
    await kms.send("DescribeKey");
    // @ts-expect-error: no such member
    await kms.send("DescribeKey", { KeyId: "alias/one", NoMember: 1 });
    // @ts-expect-error: no such value
    await kms.send("CreateKey", { KeySpec: "AES_256" });
    // @ts-expect-error: bytes, not text
    await kms.send("Encrypt", { KeyId: "alias/one", Plaintext: "text" });
    // @ts-expect-error: no such member of the answer
    console.log((await kms.send("ListKeys")).Aliases);

    // What the model does not have may still be asked.
    const unknown = await kms.send("NoSuchOperation", { NoMember: 1 });
    console.log(unknown["Something"]);
    await kms.send(name);
    await kms.send(name, { NoMember: 1 });
    await kms.close();
  }
  await using kms = await Kms.open();
  await kms.send("ListKeys").catch((error: unknown) => {
    if (error instanceof KmsError) console.log(error.name);
  });
}
