import {
  type DecryptCommandInput,
  type DescribeKeyCommandOutput,
  KMS,
  KMSClient,
  type ListGrantsCommandOutput,
} from "@aws-sdk/client-kms";
import type { HttpHandler } from "@smithy/core/protocols";
import type { DecryptRequest, KmsApi } from "tabkms";

/** Ours is a handler of theirs, and the members have the same types on both sides. */
export async function main(kms: KmsApi): Promise<void> {
  const requestHandler: HttpHandler = kms.requestHandler({
    principal: "any",
    requestTimeout: 1000,
  });
  const client = new KMSClient({ region: "us-east-1", requestHandler });
  const all = new KMS({ region: "us-east-1", requestHandler: kms.requestHandler() });
  const key = await kms.send("DescribeKey", { KeyId: "alias/one" });
  const described: DescribeKeyCommandOutput = { ...key, $metadata: {} };
  const grants = await kms.send("ListGrants", { KeyId: "alias/one" });
  const listed: ListGrantsCommandOutput = { ...grants, $metadata: {} };
  const input: DecryptCommandInput = { CiphertextBlob: new Uint8Array(1) };
  const { answer } = await kms.trace("Decrypt", input satisfies DecryptRequest);
  console.log(client, all, described, listed, answer?.Plaintext);
}
