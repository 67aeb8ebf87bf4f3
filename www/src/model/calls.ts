/** Each step's call in three notations with its real values, and the answer. */

import { base64Of, hexOf } from "../util/bytes.ts";
import { artefactOf, BUCKET, contextOf, type Run } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Failure } from "./refusal.ts";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

export interface Call {
  /** What is called, and by whom. */
  readonly title: string;
  readonly tabs: readonly Tab[];
  readonly answer?: string;
}

type Json = string | number | boolean | null | Uint8Array | Date | { readonly [key: string]: Json };

function plain(value: Json): unknown {
  if (value instanceof Uint8Array) return base64Of(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
  }
  return value;
}

export function json(value: Json): string {
  return JSON.stringify(plain(value), null, 2);
}

/** An exception as it travels: `__type` and `message`. */
export function answerText(error: Failure | undefined): string {
  return error === undefined ? "{}" : json({ __type: error.name, message: error.message });
}

/** JavaScript source of a value: blobs as `Buffer.from("…", "base64")`. */
function source(value: Json, indent = ""): string {
  if (value instanceof Uint8Array) return `Buffer.from("${base64Of(value)}", "base64")`;
  if (value instanceof Date) return `new Date("${value.toISOString()}")`;
  if (typeof value === "object" && value !== null) {
    const inner = `${indent}  `;
    const members = Object.entries(value).map(([key, one]) => {
      const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
      return `${inner}${name}: ${source(one, inner)},\n`;
    });
    return `{\n${members.join("")}${indent}}`;
  }
  return JSON.stringify(value);
}

function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

function shell(value: Json): string {
  if (value instanceof Uint8Array) return base64Of(value);
  if (typeof value === "object" && value !== null) return `'${JSON.stringify(plain(value))}'`;
  return String(value);
}

function cli(service: string, operation: string, input: { readonly [key: string]: Json }): string {
  const options = Object.entries(input).map(([key, value]) => `--${kebab(key)} ${shell(value)}`);
  return [`aws ${service} ${kebab(operation)}`, ...options].join(" \\\n  ");
}

/** A call of the KMS API. */
export function kmsCall(
  who: string,
  operation: string,
  input: { readonly [key: string]: Json },
  answer: string,
): Call {
  return {
    title: `${who} ${who === "You" ? "call" : "calls"} ${operation}`,
    answer,
    tabs: [
      { id: "json", label: "JSON", text: json(input) },
      { id: "cli", label: "AWS CLI", text: cli("kms", operation, input) },
      {
        id: "sdk",
        label: "SDK",
        text: `await kms.send(new ${operation}Command(${source(input)}));`,
      },
    ],
  };
}

/** A call of S3; the body goes beside the JSON. */
function s3Call(
  operation: string,
  input: { readonly [key: string]: Json },
  body: { cli: string; sdk?: string },
  answer: string,
): Call {
  const sdk = body.sdk === undefined ? source(input) : source(input).replace(/\}$/, body.sdk);
  return {
    title: `You call ${operation}`,
    answer,
    tabs: [
      { id: "json", label: "JSON", text: json(input) },
      {
        id: "cli",
        label: "AWS CLI",
        text: `${cli("s3api", operation, input)} \\\n  ${body.cli}`,
      },
      { id: "sdk", label: "SDK", text: `await s3.send(new ${operation}Command(${sdk}));` },
    ],
  };
}

/** What S3 computes by itself: no call, so parameters and code. */
function local(title: string, parameters: Json, code: string, answer: string): Call {
  return {
    title,
    answer,
    tabs: [
      { id: "json", label: "Parameters", text: json(parameters) },
      { id: "sdk", label: "WebCrypto", text: code },
    ],
  };
}

export interface CallScene {
  readonly step: number;
  readonly run: Run;
  readonly input: Input;
  readonly keyArn: string;
  readonly refusal?: Failure | undefined;
}

const SUITE = {
  suite: "0x0478 AES-256-GCM, HKDF-SHA-512, key commitment",
  keyDerivation: "HKDF-SHA-512(data key, salt = message id)",
} as const;

const ENCRYPT_CODE = `// one frame; the IV is its sequence number
const frame = await crypto.subtle.encrypt(
  { name: "AES-GCM", iv, additionalData, tagLength: 128 },
  messageKey, // HKDF from the data key
  data,
);
dataKey.fill(0);`;

const DECRYPT_CODE = `const data = await crypto.subtle.decrypt(
  { name: "AES-GCM", iv, additionalData, tagLength: 128 },
  messageKey, // HKDF from the data key
  frame,
); // throws where a tag does not fit
dataKey.fill(0);`;

/** The call of one step; where it was refused, the exception is the answer. */
export function callOf(scene: CallScene): Call {
  const call = acceptedCall(scene);
  return scene.refusal === undefined ? call : { ...call, answer: answerText(scene.refusal) };
}

function acceptedCall(scene: CallScene): Call {
  const { step, run, input, keyArn } = scene;
  const steps = (step <= 4 ? run.put : run.get)?.steps ?? [];
  const key = step <= 4 ? input.name : (run.stored?.description.Key ?? input.name);
  const dataKey = artefactOf(steps, "data-key")?.shown;
  const blob = artefactOf(steps, "encrypted-data-key")?.shown;
  const context = contextOf(key);
  const object = run.stored?.description;
  const secret = dataKey ?? "…";
  switch (step) {
    case 1:
      return s3Call(
        "PutObject",
        {
          Bucket: BUCKET,
          Key: key,
          ContentType: input.type,
          ServerSideEncryption: "aws:kms",
          SSEKMSKeyId: keyArn,
        },
        { cli: `--body ${key}`, sdk: `  Body: data, // ${input.size} bytes\n}` },
        "The answer comes after step 4, when the object is stored.",
      );
    case 2:
      return kmsCall(
        "S3",
        "GenerateDataKey",
        { KeyId: keyArn, KeySpec: "AES_256", EncryptionContext: context },
        json({ KeyId: keyArn, Plaintext: secret, CiphertextBlob: blob ?? "…" }),
      );
    case 3:
      return local(
        "S3 computes; nobody is called",
        { ...SUITE, dataKey: secret, plaintextLength: input.size },
        ENCRYPT_CODE,
        json({
          storedLength: object?.StoredLength ?? "…",
          dataKey: hexOf(new Uint8Array(dataKey?.length ?? 32)),
        }),
      );
    case 4:
      return {
        ...s3Call(
          "PutObject",
          { Bucket: BUCKET, Key: key },
          { cli: `--body ${key}` },
          json({
            ETag: object?.ETag ?? "…",
            ServerSideEncryption: "aws:kms",
            SSEKMSKeyId: object?.SSEKMSKeyId ?? keyArn,
          }),
        ),
        title: "S3 stores, and answers your PutObject",
      };
    case 5:
      return s3Call(
        "GetObject",
        { Bucket: BUCKET, Key: key },
        { cli: key },
        "The answer comes after step 7, when the object is open.",
      );
    case 6:
      return kmsCall(
        "S3",
        "Decrypt",
        { CiphertextBlob: blob ?? "…", EncryptionContext: context },
        json({
          KeyId: object?.SSEKMSKeyId ?? keyArn,
          Plaintext: secret,
          EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        }),
      );
    default:
      return local(
        "S3 computes, and answers your GetObject",
        { ...SUITE, dataKey: secret },
        DECRYPT_CODE,
        json({
          ContentType: object?.ContentType ?? input.type,
          ContentLength: object?.ContentLength ?? input.size,
          ServerSideEncryption: "aws:kms",
          SSEKMSKeyId: object?.SSEKMSKeyId ?? keyArn,
        }),
      );
  }
}
