/** Which KMS a command asks: a store's folder, an endpoint, or AWS. */

import { resolve } from "node:path";
import type { AnyKms, KeyService } from "../envelope/kms.ts";
import { KmsError } from "../errors.ts";
import { type CommandLine, Failure, type Option, UsageError } from "./command.ts";
import { Kms } from "./index.ts";
import { remoteKms } from "./remote-kms.ts";

export const SOURCE_OPTIONS: Readonly<Record<string, Option>> = {
  data: { value: "DIR", help: "asks the store in this folder, while no endpoint holds it" },
  "endpoint-url": {
    value: "URL",
    help: "asks this endpoint; AWS_ENDPOINT_URL_KMS or AWS_ENDPOINT_URL by default, else AWS",
  },
  region: { value: "NAME", help: "of keys that are not named by an ARN; AWS_REGION by default" },
};

export const SOURCE_NOTES = `A request to an endpoint is signed with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, where they are set. For AWS itself
@aws-sdk/client-kms has to be installed, which finds credentials as it always does.`;

/** Hands the chosen KMS to `work`, and closes it. */
export async function withKeySource<T>(
  line: CommandLine,
  work: (kms: AnyKms) => Promise<T>,
): Promise<T> {
  const { env } = process;
  const directory = line.value("data");
  const given = line.value("endpoint-url");
  if (directory !== undefined && given !== undefined)
    throw new UsageError("--data and --endpoint-url name two places: give one.");
  const region = line.value("region") ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  if (directory !== undefined) {
    const kms = await Kms.open({
      store: { directory: resolve(directory) },
      ...(region && { region }),
    });
    try {
      return await work(kms);
    } finally {
      await kms.close();
    }
  }
  const url = given ?? env["AWS_ENDPOINT_URL_KMS"] ?? env["AWS_ENDPOINT_URL"];
  if (url) {
    if (!URL.canParse(url)) throw new UsageError(`${JSON.stringify(url)} is no URL.`);
    return work((named) =>
      remoteKms({ url, region: named ?? region ?? "us-east-1", credentials: credentials() }),
    );
  }
  return work(await awsKms(region));
}

function credentials() {
  const { env } = process;
  return {
    // An endpoint without access keys checks no signature.
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "AKIDEXAMPLE",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "none",
    sessionToken: env["AWS_SESSION_TOKEN"],
  };
}

async function awsKms(region: string | undefined): Promise<AnyKms> {
  const sdk = await import("@aws-sdk/client-kms").catch(() => {
    throw new Failure(
      "AWS itself is asked through @aws-sdk/client-kms, which is not installed: npm install @aws-sdk/client-kms. " +
        "For another KMS give --endpoint-url URL or --data DIR.",
    );
  });
  return (named): KeyService => {
    const of = named ?? region;
    const client = new sdk.KMS(of === undefined ? {} : { region: of });
    return {
      generateDataKey: (input) => client.generateDataKey(input).catch(said),
      encrypt: (input) => client.encrypt(input).catch(said),
      decrypt: (input) => client.decrypt(input).catch(said),
    };
  };
}

/** What the SDK misses (a Region, credentials, a network) is a sentence too. */
function said(thrown: Error): never {
  throw new KmsError(thrown.name, thrown.message);
}
