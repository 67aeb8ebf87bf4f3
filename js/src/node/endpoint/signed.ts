/**
 * What a request says of its signature, in its `authorization` header or in its query, and what the signature is of.
 *
 * Source: AWS's "Create a signed AWS API request".
 */

import { KmsError } from "../../errors.ts";
import { type IncomingRequest, pathOf } from "./message.ts";

export interface Signed {
  readonly accessKeyId: string;
  /** The scope: `20150830`, `us-east-1`, `kms`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** When it was signed: `20150830T123600Z`. */
  readonly date: string;
  /** For how long it may be used, in milliseconds, where the query says. */
  readonly expires?: number;
  /** In hexadecimal. */
  readonly signature: string;
  /** Whether a session's token came with it. */
  readonly hasToken: boolean;
  /** What was signed, given the body's SHA-256 in hexadecimal. */
  canonical(bodyHash: string): string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** A presigned request may be used for seven days at the most. */
const LONGEST = 7 * 86_400;

/** Reads it. Throws under AWS's names where there is none or it is not whole. */
export function signedOf(request: IncomingRequest): Signed {
  const { authorization } = request.headers;
  if (authorization !== undefined) return ofHeader(request, authorization);
  const query = new URLSearchParams(request.url.slice(pathOf(request.url).length));
  if (query.has("X-Amz-Signature")) return ofQuery(request, query);
  throw new KmsError("MissingAuthenticationTokenException", "Missing Authentication Token");
}

function ofHeader(request: IncomingRequest, authorization: string): Signed {
  const space = authorization.indexOf(" ");
  if (authorization.slice(0, space) !== ALGORITHM)
    throw incomplete(
      `Unsupported AWS 'algorithm': '${authorization.slice(0, Math.max(space, 0))}'.`,
    );
  const parameters = new Map<string, string>();
  for (const part of authorization.slice(space + 1).split(",")) {
    const equals = part.indexOf("=");
    if (equals > 0) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const date = request.headers["x-amz-date"];
  const missing = ["Credential", "Signature", "SignedHeaders"].filter(
    (name) => !parameters.get(name),
  );
  const faults = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined)
    faults.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  if (faults.length > 0) throw incomplete(faults.join(" "));
  const names = parameters.get("SignedHeaders") ?? "";
  return {
    ...scopeOf(parameters.get("Credential") ?? ""),
    date: dated(date ?? ""),
    signature: parameters.get("Signature") ?? "",
    hasToken: request.headers["x-amz-security-token"] !== undefined,
    canonical: canonicalOf(request, names),
  };
}

function ofQuery(request: IncomingRequest, query: URLSearchParams): Signed {
  const value = (name: string) => query.get(name) ?? "";
  if (value("X-Amz-Algorithm") !== ALGORITHM)
    throw incomplete(`Unsupported AWS 'algorithm': '${value("X-Amz-Algorithm").slice(0, 64)}'.`);
  const seconds = Number(query.get("X-Amz-Expires") ?? "300");
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LONGEST)
    throw incomplete(`X-Amz-Expires is a number of seconds from 0 to ${LONGEST}.`);
  return {
    ...scopeOf(value("X-Amz-Credential")),
    date: dated(value("X-Amz-Date")),
    expires: seconds * 1000,
    signature: value("X-Amz-Signature"),
    hasToken: query.has("X-Amz-Security-Token"),
    canonical: canonicalOf(request, value("X-Amz-SignedHeaders")),
  };
}

/** `AKID/20150830/us-east-1/kms/aws4_request`. */
function scopeOf(credential: string) {
  const [accessKeyId = "", day = "", region = "", service = "", end, ...more] =
    credential.split("/");
  if (end !== "aws4_request" || more.length > 0 || !/^\d{8}$/.test(day) || !accessKeyId || !region)
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential.slice(0, 200)}'.`,
    );
  return { accessKeyId, day, region, service };
}

function dated(date: string): string {
  if (/^\d{8}T\d{6}Z$/.test(date)) return date;
  throw incomplete(
    `Date must be in ISO-8601 'basic format'. Got '${date.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}

/** AWS's "canonical request". What the service acts on has to be signed with the rest. */
function canonicalOf(
  request: IncomingRequest,
  signedHeaders: string,
): (bodyHash: string) => string {
  const names = signedHeaders.toLowerCase().split(";");
  if (!names.includes("host"))
    throw invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  for (const name in request.headers)
    if (name.startsWith("x-amz-") && !names.includes(name))
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
  const { method, url, headers } = request;
  return (bodyHash) => {
    let text = `${method}\n${encoded(pathOf(url), "/")}\n${canonicalQuery(url)}\n`;
    for (const name of names) text += `${name}:${trimmed(headers[name] ?? "")}\n`;
    return `${text}\n${signedHeaders}\n${bodyHash}`;
  };
}

function canonicalQuery(url: string): string {
  if (!url.includes("?")) return "";
  const query = new URLSearchParams(url.slice(pathOf(url).length));
  query.delete("X-Amz-Signature");
  const pairs = [...query].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.sort((a, b) => (a < b ? -1 : 1)).join("&");
}

/** All but RFC 3986's unreserved characters, and what stands in `kept`, as `%XX`. */
function encoded(text: string, kept = ""): string {
  return encodeURIComponent(text).replace(/[!'()*]|%2F/g, (letter) => {
    if (letter === "%2F") return kept.includes("/") ? "/" : letter;
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function trimmed(value: string): string {
  return value.trim().replace(/ {2,}/g, " ");
}

function incomplete(message: string): KmsError {
  return new KmsError("IncompleteSignatureException", message);
}

function invalid(message: string): KmsError {
  return new KmsError("InvalidSignatureException", message);
}
