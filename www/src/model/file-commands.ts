/** The same decryption elsewhere: commands and programs that run as they are shown. */

import type { Call } from "./calls.ts";
import type { Message } from "./message.ts";

/** The endpoint's own address, unless it is told another. */
const ENDPOINT = "http://127.0.0.1:4599";

/** How the keys of this page come to an endpoint. `store.tabkms` is what the page exports. */
export const CARRY = `npx tabkms import store.tabkms --data keys
npx tabkms serve --data keys`;

interface Scene {
  /** Of the encrypted file. */
  readonly name: string;
  readonly plainName: string;
  readonly message: Message;
}

export function decryptCall(scene: Scene): Call {
  return {
    title: "Decrypt it elsewhere",
    tabs: [
      { id: "python", label: "Python", text: python(scene) },
      { id: "tabkms", label: "Command line", text: commandLine(scene) },
      { id: "javascript", label: "JavaScript", text: javaScript(scene) },
    ],
  };
}

function outputOf({ plainName }: Scene): string {
  return `decrypted-${plainName}`;
}

/** The first that KMS can be asked for. */
function arnOf({ message }: Scene): string {
  return message.keys.find((key) => key.provider === "aws-kms")?.info ?? "";
}

function regionOf(scene: Scene): string {
  return arnOf(scene).split(":")[3] || "us-east-1";
}

/** What the caller knows of the context; a signing suite adds a pair of its own, which is the reader's to check. */
function contextOf({ message }: Scene): Readonly<Record<string, string>> {
  const own = Object.entries(message.context).filter(([name]) => !name.startsWith("aws-crypto-"));
  return Object.fromEntries(own);
}

function python(scene: Scene): string {
  return `# pip install boto3 "aws-encryption-sdk[MPL]"
import aws_encryption_sdk, boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import CreateAwsKmsKeyringInput

kms = boto3.client(
    "kms",
    region_name="${regionOf(scene)}",
    endpoint_url="${ENDPOINT}",
    aws_access_key_id="any",
    aws_secret_access_key="any",
)
providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
keyring = providers.create_aws_kms_keyring(
    CreateAwsKmsKeyringInput(
        kms_key_id="${arnOf(scene)}",
        kms_client=kms,
    )
)

sdk = aws_encryption_sdk.EncryptionSDKClient()
with open(${quoted(scene.name)}, "rb") as sealed, open(${quoted(outputOf(scene))}, "wb") as plain:
    with sdk.stream(
        mode="decrypt",
        source=sealed,
        keyring=keyring,
        encryption_context=${quoted(contextOf(scene))},
    ) as frames:
        for frame in frames:
            plain.write(frame)
`;
}

function commandLine(scene: Scene): string {
  const pairs = Object.entries(contextOf(scene));
  return [
    `npx tabkms decrypt ${shell(scene.name)} --output ${shell(outputOf(scene))}`,
    `--key-id ${arnOf(scene)}`,
    ...pairs.map(([name, value]) => `--encryption-context ${shell(`${name}=${value}`)}`),
    `--endpoint-url ${ENDPOINT}`,
  ].join(" \\\n  ");
}

function javaScript(scene: Scene): string {
  return `// npm install tabkms @aws-sdk/client-kms
import { createReadStream, createWriteStream } from "node:fs";
import { Readable, Writable } from "node:stream";
import { KMS } from "@aws-sdk/client-kms";
import { Envelope } from "tabkms/envelope";

const kms = new KMS({
  region: "${regionOf(scene)}",
  endpoint: "${ENDPOINT}",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});
const envelope = new Envelope({ kms });
await Readable.toWeb(createReadStream(${quoted(scene.name)}))
  .pipeThrough(
    envelope.decryptStream({
      keyIds: ["${arnOf(scene)}"],
      context: ${quoted(contextOf(scene))},
    }),
  )
  .pipeTo(Writable.toWeb(createWriteStream(${quoted(outputOf(scene))})));
`;
}

/** JSON's strings are Python's and JavaScript's too. */
function quoted(value: string | Readonly<Record<string, string>>): string {
  return JSON.stringify(value, undefined, 1)
    .replace(/\n */g, " ")
    .replace(/^\{ \}$/, "{}");
}

/** For a POSIX shell; a name that begins with a hyphen is no option. */
function shell(text: string): string {
  const safe = text.startsWith("-") ? `./${text}` : text;
  return /^[\w./:=@%+,-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
