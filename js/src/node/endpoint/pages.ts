/** What the endpoint says of itself. */

import { randomUUID } from "node:crypto";
import type { KmsApi } from "../../api.ts";
import { JSON_TYPE, type OutgoingAnswer, outgoing } from "./message.ts";

/** Whether it is well: HTTP 200 as long as the store can be asked, 503 otherwise. */
export async function health(kms: Pick<KmsApi, "describe">): Promise<OutgoingAnswer> {
  const facts = { id: randomUUID(), operation: "GET /health" };
  try {
    const { version, store, keys } = await kms.describe();
    return json(200, { status: "ok", version, store, keys }, facts);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.name : "Error";
    return json(503, { status: "failing", error }, { ...facts, error });
  }
}

function json(status: number, members: object, facts: OutgoingAnswer["facts"]): OutgoingAnswer {
  return outgoing(status, JSON_TYPE, Buffer.from(`${JSON.stringify(members)}\n`), facts);
}

/** For whoever opens the address in a browser. `address` is the one that was asked. */
export function welcome(address: string): OutgoingAnswer {
  const text = `tabkms: the AWS KMS API on this machine. It is not AWS, and no place for production secrets.

Any AWS client speaks to it:

  aws --endpoint-url ${address} kms create-key
  AWS_ENDPOINT_URL_KMS=${address} aws kms list-keys
  boto3.client("kms", endpoint_url="${address}")
  new KMSClient({ endpoint: "${address}" })

While no credentials have been made for it, any access key is the account's root. STS answers GetCallerIdentity.
${address}/health tells how it is.
`;
  const facts = { id: randomUUID(), operation: "GET /" };
  return outgoing(200, "text/plain; charset=utf-8", Buffer.from(text), facts);
}
