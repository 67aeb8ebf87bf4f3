/**
 * KMS over HTTP: AWS JSON 1.1, where blobs are base64 and times seconds since 1970. One request in, one answer out,
 * without a socket: what speaks HTTP for others stands on this.
 *
 * Source: Smithy's specification, "AWS JSON 1.1 protocol"; AWS's API reference of KMS, "Common Errors".
 */

import type { CallerOptions, KmsApi, Members } from "./api.ts";
import { KmsError } from "./errors.ts";
import { BLOB_MEMBERS, MAP_MEMBERS } from "./shapes.ts";

export const CONTENT_TYPE = "application/x-amz-json-1.1";

/** What stands before the operation's name in `x-amz-target`. */
const TARGET = "TrentService.";

/** The exceptions that are the service's own fault. All others are the caller's, HTTP 400. */
const FAULTS: ReadonlySet<string> = new Set([
  "DependencyTimeoutException",
  "KMSInternalException",
  "KeyUnavailableException",
]);

/** Deeper than any request of the service model: what is deeper is left as it is, and nobody looks at it. */
const DEEPEST = 16;

export interface WireRequest {
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without it the `host` header tells. */
  readonly hostname?: string | undefined;
  /** Text, or its UTF-8. */
  readonly body?: unknown;
}

export interface WireAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  /** UTF-8; nothing where the operation answers nothing. */
  readonly body: Uint8Array;
}

/** A KMS; one that takes JSON itself is asked so, since what is between is then not made. */
export interface Answering extends Pick<KmsApi, "send"> {
  sendJson?(
    operation: string,
    json: string,
    options: CallerOptions,
  ): Promise<Uint8Array | undefined>;
}

/**
 * Answers a request: an exception of AWS's is an answer too. `caller` says who calls, and with `region` where the
 * call goes if the request does not say. Rejects where there is no answer: the store is closed or cannot be written.
 */
export async function answer(
  kms: Answering,
  request: WireRequest,
  caller: CallerOptions = {},
): Promise<WireAnswer> {
  try {
    const operation = operationOf(request);
    const text = textOf(request.body);
    const region = regionOf(request) ?? caller.region;
    const options = region === undefined ? caller : { ...caller, region };
    const body = await kms.sendJson?.(operation, text, options);
    if (body) return success(body);
    return success(utf8(encode(await kms.send(operation, decode(text), options))));
  } catch (thrown) {
    // AWS's names all end so; whatever else was thrown is no answer.
    if (thrown instanceof KmsError && thrown.name.endsWith("Exception")) return failure(thrown);
    throw thrown;
  }
}

// ---- What the request says ----

function operationOf({ headers }: WireRequest): string {
  const type = header(headers, "content-type") ?? "";
  const target = header(headers, "x-amz-target") ?? "";
  if (!isJson(type) || !target.startsWith(TARGET)) {
    throw new KmsError("UnknownOperationException", "");
  }
  return target.slice(TARGET.length);
}

/** Parameters such as a charset may follow. */
function isJson(type: string): boolean {
  return type === CONTENT_TYPE || type.split(";", 1)[0]?.trim().toLowerCase() === CONTENT_TYPE;
}

/** The Region that the request was signed for, or else that its host's name tells. */
export function regionOf({ headers, hostname }: WireRequest): string | undefined {
  return (
    scopeOf(header(headers, "authorization")) ??
    HOST.exec(hostname ?? header(headers, "host") ?? "")?.[1]
  );
}

const CREDENTIAL = "Credential=";

/** `Credential=AKID/20250101/us-east-1/kms/aws4_request`: AWS's "Create a signed AWS API request". */
function scopeOf(authorization = ""): string | undefined {
  const at = authorization.indexOf(CREDENTIAL);
  if (at < 0) return undefined;
  const [id, date, region, service, end] = authorization
    .slice(at + CREDENTIAL.length, at + LONGEST)
    .split("/", 5);
  const isScope = id && date?.length === 8 && region && service && end?.startsWith("aws4_request");
  return isScope ? region : undefined;
}

/** Of what is looked at: an access key has at most 128 letters, a Region and a service 64. */
const LONGEST = 320;

/** AWS's "AWS KMS endpoints and quotas": plain, FIPS, dual-stack, and China's. */
const HOST = /^kms(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)(?::\d+)?$/;

function header(headers: WireRequest["headers"], name: string): string | undefined {
  const value = headers[name];
  if (value !== undefined) return value;
  for (const other in headers) if (other.toLowerCase() === name) return headers[other];
  return undefined;
}

// ---- Members in ----

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  if (body === undefined || body === null) return "";
  if (!(body instanceof Uint8Array || body instanceof ArrayBuffer))
    throw new TypeError("the request's body is neither text nor bytes");
  try {
    strictUtf8 ??= new TextDecoder("utf-8", { fatal: true });
    return strictUtf8.decode(body);
  } catch {
    throw unreadable("the body is not UTF-8");
  }
}

/** Making one takes longer than all that it then does. */
let strictUtf8: TextDecoder | undefined;

/**
 * The members of a JSON document, the blobs among them as bytes. Times stay seconds, which `send` takes as well.
 * An empty document has none. Throws `SerializationException` where it is no JSON, or a blob is no base64.
 */
export function decode(text: string): Members {
  if (text === "") return {};
  let members: unknown;
  try {
    members = JSON.parse(text);
  } catch {
    throw unreadable("the body is not JSON");
  }
  if (typeof members !== "object" || members === null || Array.isArray(members))
    throw unreadable("the body is not a JSON object");
  decodeMembers(members as Members, 0);
  return members as Members;
}

function decodeMembers(members: Members, depth: number): void {
  for (const name in members) {
    const value = members[name];
    if (typeof value === "string") {
      if (BLOB_MEMBERS.has(name)) members[name] = fromBase64(value);
    } else if (typeof value === "object" && value !== null && !MAP_MEMBERS.has(name)) {
      decodeValue(value, depth + 1);
    }
  }
}

function decodeValue(value: object, depth: number): void {
  if (depth > DEEPEST) return;
  if (!Array.isArray(value)) decodeMembers(value as Members, depth);
  else
    for (const item of value)
      if (typeof item === "object" && item !== null) decodeValue(item, depth + 1);
}

// ---- Members out ----

function success(body: Uint8Array): WireAnswer {
  return { statusCode: 200, headers: responseHeaders(), body };
}

function failure({ name, message }: KmsError): WireAnswer {
  const body = utf8(JSON.stringify({ __type: name, message }));
  return { statusCode: FAULTS.has(name) ? 500 : 400, headers: responseHeaders(), body };
}

/** No `date`: the store's clock may stand elsewhere, and the SDKs would sign by it from then on. */
function responseHeaders(): Record<string, string> {
  return { "content-type": CONTENT_TYPE, "x-amzn-requestid": crypto.randomUUID() };
}

/** An answer as a JSON document; no text at all where it has no members. Spends `output`: it is converted in place. */
export function encode(output: Members): string {
  let empty = true;
  for (const name in output) {
    output[name] = encodeValue(output[name]);
    empty = false;
  }
  return empty ? "" : JSON.stringify(output);
}

function encodeValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Date) return value.getTime() / 1000;
  const members = value as Members;
  for (const name in members) members[name] = encodeValue(members[name]);
  return members;
}

// ---- Base64 (RFC 4648, section 4), in whichever way the host is fastest ----

interface Host {
  readonly Buffer?: typeof Buffer;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !BASE64.test(text)) throw unreadable("a blob is not base64");
  const { Buffer } = globalThis as Host;
  if (Buffer) return Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  const { Buffer } = globalThis as Host;
  if (Buffer) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  }
  // As many arguments at once as every engine takes.
  const PIECE = 8192;
  let letters = "";
  for (let at = 0; at < bytes.length; at += PIECE)
    letters += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(letters);
}

// Of a short text Node makes a Buffer in half the time.
function utf8(text: string): Uint8Array {
  const { Buffer } = globalThis as Host;
  return Buffer ? Buffer.from(text) : new TextEncoder().encode(text);
}

function unreadable(why: string): KmsError {
  return new KmsError("SerializationException", why);
}
