/** Makes the page alive on opening: a CMK, its alias and a bucket, if they are not there yet. */

import type { KmsApi } from "../../../js/src/api.ts";
import { type Cmk, lookUp, readCmk } from "./cmk.ts";
import { ALIAS, BUCKET } from "./flow.ts";
import { failureOf } from "./refusal.ts";

async function missing(kms: KmsApi): Promise<boolean> {
  try {
    await lookUp(kms, "DescribeKey", { KeyId: ALIAS });
    return false;
  } catch (error) {
    // Whoever may not describe it knows that it is there.
    if (failureOf(error).name === "AccessDeniedException") return false;
    if (failureOf(error).name === "NotFoundException") return true;
    throw error;
  }
}

async function makeKey(kms: KmsApi): Promise<void> {
  const answer = await kms.send("CreateKey", { Description: "Made when the page first opened" });
  const metadata = answer["KeyMetadata"] as { readonly KeyId: string };
  await kms.send("CreateAlias", { AliasName: ALIAS, TargetKeyId: metadata.KeyId });
}

async function makeBucket(kms: KmsApi): Promise<void> {
  try {
    await kms.s3.createBucket({ Bucket: BUCKET });
  } catch (error) {
    if (!failureOf(error).name.startsWith("BucketAlready")) throw error;
  }
}

/** Under a lock, so that two tabs that open at once make one key. */
export async function ensureDemo(kms: KmsApi): Promise<Cmk> {
  const make = async (): Promise<void> => {
    if (await missing(kms)) await makeKey(kms);
    await makeBucket(kms);
  };
  // Where storage is refused locks are too, but a store in memory is this tab's alone.
  const shared = (await kms.describe()).store === "indexeddb";
  if (shared && "locks" in navigator) await navigator.locks.request("tabkms-demo", make);
  else await make();
  return readCmk(kms, ALIAS);
}
