// The AWS Encryption SDK's half for browsers, from this folder's own packages; a test calls it in a page.

import * as sdk from "@aws-crypto/client-browser";
import { KMS } from "@aws-sdk/client-kms";
import { connect } from "tabkms/client";
import { messagesOf } from "../messages.mjs";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "none" };

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** Over HTTP, at `endpoint`; bytes come and go as base64, which a page can be handed. */
globalThis.overHttp = {
  async encrypt(endpoint, keyring, plaintext, context) {
    const { message, refused } = await at(endpoint).encrypt(
      keyring,
      fromBase64(plaintext),
      context,
    );
    return refused === undefined ? { message: toBase64(message) } : { refused };
  },
  async decrypt(endpoint, keyring, message) {
    const { plaintext, context, refused } = await at(endpoint).decrypt(
      keyring,
      fromBase64(message),
    );
    return refused === undefined ? { plaintext: toBase64(plaintext), context } : { refused };
  },
};

function at(endpoint) {
  return messagesOf(sdk, "Browser", (region) => new KMS({ region, credentials, endpoint }));
}

/** Behind the request handler of a KMS in this page's worker: what comes back, and what is refused. */
globalThis.inThePage = async () => {
  const kms = await connect({ store: "memory" });
  const messages = messagesOf(
    sdk,
    "Browser",
    (region) => new KMS({ region, credentials, requestHandler: kms.requestHandler() }),
  );
  const region = "us-east-1";
  const arns = [];
  for (let count = 0; count < 2; count++) {
    const { KeyMetadata } = await kms.send("CreateKey", {}, { region });
    arns.push(KeyMetadata.Arn);
  }
  const [generator, other] = arns;
  const several = { kind: "several", generator, keys: [other] };
  const text = new TextEncoder().encode("what the page sealed");
  const { message, refused } = await messages.encrypt(several, text, { purpose: "test" });
  if (refused) return { refused };
  await kms.send("DisableKey", { KeyId: generator }, { region });
  const opened = await messages.decrypt(several, message);
  await kms.send("DisableKey", { KeyId: other }, { region });
  const disabled = await messages.decrypt(several, message);
  await kms.close();
  return {
    text: new TextDecoder().decode(opened.plaintext),
    purpose: opened.context?.purpose,
    error: opened.refused,
    disabled: disabled.refused,
  };
};
