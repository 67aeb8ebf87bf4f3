/**
 * The three operations of envelope encryption at an endpoint, over HTTP, signed with Signature Version 4 (AWS's "Create a
 * signed AWS API request").
 */

import type { KeyService } from "../envelope/kms.ts";
import { KmsError } from "../errors.ts";
import { dateOf, scopeText, sha256, signatureOf, signingKey } from "./signing.ts";

export interface RemoteOptions {
  /** The endpoint's URL. */
  readonly url: string;
  readonly region: string;
  readonly credentials: RemoteCredentials;
}

export interface RemoteCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

type Answer = Record<"KeyId" | "Plaintext" | "CiphertextBlob", string | undefined>;

export function remoteKms(options: RemoteOptions): KeyService {
  const call = async (operation: string, input: object) => {
    const { KeyId, Plaintext, CiphertextBlob } = await post(options, operation, input);
    return { KeyId, Plaintext: bytesOf(Plaintext), CiphertextBlob: bytesOf(CiphertextBlob) };
  };
  return {
    generateDataKey: (input) => call("GenerateDataKey", input),
    encrypt: (input) => call("Encrypt", input),
    decrypt: (input) => call("Decrypt", input),
  };
}

async function post(options: RemoteOptions, operation: string, input: object): Promise<Answer> {
  const body = JSON.stringify(input, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
  const url = new URL(options.url);
  const headers = signed(options, url, body, {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `TrentService.${operation}`,
  });
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", headers, body });
  } catch (cause) {
    throw new KmsError("ConnectionError", `Nothing answers at ${url.origin}: ${reasonOf(cause)}`);
  }
  const answer = (await response.json().catch(() => ({}))) as Answer & {
    __type?: string;
    message?: string;
  };
  if (response.ok) return answer;
  const name = answer.__type?.split("#").pop() ?? `HTTP ${response.status}`;
  throw new KmsError(name, answer.message ?? "");
}

function reasonOf(thrown: unknown): string {
  const { cause, message } = thrown as Error & { cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message;
}

function signed(
  { region, credentials }: RemoteOptions,
  url: URL,
  body: string,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = dateOf(Date.now());
  const headers: Record<string, string> = {
    ...given,
    "x-amz-date": date,
    ...(sessionToken && { "x-amz-security-token": sessionToken }),
  };
  const all: Record<string, string> = { ...headers, host: url.host };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]}\n`).join("");
  const list = names.join(";");
  const canonical = `POST\n${url.pathname}\n\n${lines}\n${list}\n${sha256(body)}`;
  const scope = { day: date.slice(0, 8), region, service: "kms" };
  const key = signingKey(Buffer.from(secretAccessKey), scope);
  const signature = signatureOf(key, date, scope, canonical).toString("hex");
  const credential = `${accessKeyId}/${scopeText(scope)}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${list}, Signature=${signature}`,
  };
}

function bytesOf(base64: string | undefined): Uint8Array | undefined {
  return base64 === undefined ? undefined : new Uint8Array(Buffer.from(base64, "base64"));
}
