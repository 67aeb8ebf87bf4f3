/**
 * Signature Version 4 from its canonical request on, for who signs and who verifies. Source: AWS's "Create a signed AWS
 * API request".
 */

import { createHash, createHmac } from "node:crypto";

/** What a signing key is good for, beside its access key. */
export interface SigningScope {
  /** `20150830`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText(scope: SigningScope): string {
  return partsOf(scope).join("/");
}

/** The key of an access key for a scope; `secret`, in ASCII, is wiped. */
export function signingKey(secret: Uint8Array, scope: SigningScope): Buffer {
  const first = Buffer.concat([Buffer.from("AWS4"), secret]);
  secret.fill(0);
  return partsOf(scope).reduce<Buffer>((key, part) => {
    const next = hmac(key, part);
    key.fill(0);
    return next;
  }, first);
}

/** Over the string to sign; `date` as {@link dateOf} has it. */
export function signatureOf(
  key: Buffer,
  date: string,
  scope: SigningScope,
  canonical: string,
): Buffer {
  return hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scopeText(scope)}\n${sha256(canonical)}`);
}

/** In hexadecimal, as the canonical request has the body's. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Milliseconds since 1970 as `20150830T123600Z`. */
export function dateOf(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
}

function partsOf({ day, region, service }: SigningScope): readonly string[] {
  return [day, region, service, "aws4_request"];
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
