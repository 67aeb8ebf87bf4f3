import { KMSClient } from "@aws-sdk/client-kms";
import { connect } from "tabkms/client";
import { throughSdk } from "./sdk.js";

async function run() {
  const kms = await connect({ store: "memory" });
  const said = await throughSdk(kms, KMSClient);
  await kms.close();
  return said;
}

run()
  .catch((error) => `${error.name}: ${error.message}`)
  .then((result) => Object.assign(globalThis, { result }));
