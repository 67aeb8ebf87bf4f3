// The AWS Encryption SDK's half for Node, from this folder's own packages.

import * as sdk from "@aws-crypto/client-node";
import { KMS } from "@aws-sdk/client-kms";
import { messagesOf } from "../messages.mjs";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "none" };

/** Behind AWS's own client; `config` says where its calls go: `requestHandler`, `endpoint`. */
export function nodeMessages(config) {
  return messagesOf(sdk, "Node", (region) => new KMS({ region, credentials, ...config() }));
}
