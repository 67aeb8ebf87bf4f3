import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  NotFoundException,
  paginateListKeys,
} from "@aws-sdk/client-kms";

/** What AWS's own client makes of this KMS, in a few words. */
export async function throughSdk(kms, KMSClient) {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const requestHandler = kms.requestHandler();
  const client = new KMSClient({ region: "eu-central-1", credentials, requestHandler });
  const { KeyMetadata } = await client.send(new CreateKeyCommand());
  const { KeyId, CreationDate } = KeyMetadata;
  // Long enough for base64 in pieces.
  const Plaintext = new Uint8Array(4096).map((_, at) => at * 31);
  const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext }));
  const opened = await client.send(new DecryptCommand({ CiphertextBlob }));
  const same = opened.Plaintext.every((byte, at) => byte === Plaintext[at]);
  const error = await client
    .send(new DescribeKeyCommand({ KeyId: "alias/none" }))
    .catch((thrown) => thrown);
  let keys = 0;
  for await (const page of paginateListKeys({ client }, {})) keys += page.Keys.length;
  return [
    KeyMetadata.Arn.split(":")[3],
    CreationDate instanceof Date,
    opened.Plaintext.length,
    same,
    error instanceof NotFoundException,
    keys,
  ].join(" ");
}
