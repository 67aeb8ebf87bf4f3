/**
 * STS GetCallerIdentity, which clients ask before anything else, over the AWS Query protocol: a form or a query in, XML
 * out.
 *
 * Source: AWS's API reference of STS, "GetCallerIdentity" and "Common Errors"; Smithy's "AWS Query protocol".
 */

import { randomUUID } from "node:crypto";
import type { KmsApi, Members } from "../../api.ts";
import { type Facts, type Head, type OutgoingAnswer, outgoing, pathOf } from "./message.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const VERSION = "2011-06-15";
const FORM = "application/x-www-form-urlencoded";

/** Whether a request speaks the Query protocol. */
export function isQuery({ method, url, headers }: Head): boolean {
  if (pathOf(url) !== "/" || headers["x-amz-target"] !== undefined) return false;
  if (method === "POST") return headers["content-type"]?.toLowerCase().startsWith(FORM) ?? false;
  return method === "GET" && /[?&]Action=/.test(url);
}

/** The action and the version that a request names, in its query or in its form. */
export function actionOf(url: string, body: Uint8Array): { action?: string; version?: string } {
  const query = new URLSearchParams(url.slice(pathOf(url).length));
  const form = new URLSearchParams(Buffer.from(body).toString());
  const value = (name: string) => form.get(name) ?? query.get(name) ?? undefined;
  const [action, version] = [value("Action"), value("Version")];
  return { ...(action !== undefined && { action }), ...(version !== undefined && { version }) };
}

/** What STS answers to a caller who is known: `principal`, or the account's root. */
export async function answerQuery(
  kms: Pick<KmsApi, "describe" | "iam">,
  { action, version }: { action?: string; version?: string },
  facts: Omit<Facts, "id">,
  principal: string | undefined,
): Promise<OutgoingAnswer> {
  if (action === undefined) return queryError(400, "MissingAction", NO_ACTION, facts);
  if (action !== "GetCallerIdentity" || version !== VERSION) {
    const asked = version ?? "NO_VERSION_SPECIFIED";
    const message = `Could not find operation ${action.slice(0, LONGEST)} for version ${asked.slice(0, LONGEST)}`;
    return queryError(400, "InvalidAction", message, facts);
  }
  const { arn, account, id } = await identityOf(kms, principal);
  return xml(200, facts, (request) =>
    element("GetCallerIdentityResponse", NAMESPACE, [
      nested("GetCallerIdentityResult", [
        text("Arn", arn),
        text("UserId", id),
        text("Account", account),
      ]),
      nested("ResponseMetadata", [text("RequestId", request)]),
    ]),
  );
}

const NO_ACTION = "The request is missing an action or a required parameter";

/** Letters of a name that is given back. */
const LONGEST = 256;

/** The names that the Query protocol has for what an {@link Authenticator} throws, and their status. */
const QUERY_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  MissingAuthenticationTokenException: [403, "MissingAuthenticationToken"],
  IncompleteSignatureException: [400, "IncompleteSignature"],
  InvalidSignatureException: [403, "SignatureDoesNotMatch"],
  UnrecognizedClientException: [403, "InvalidClientTokenId"],
  ExpiredTokenException: [403, "ExpiredToken"],
  AccessDeniedException: [403, "AccessDenied"],
};

/** An exception of the JSON protocol in the words of this one. */
export function asQueryError(
  { name, message }: { name: string; message: string },
  facts: Omit<Facts, "id">,
): OutgoingAnswer {
  const [status, code] = QUERY_ERRORS[name] ?? [500, "InternalFailure"];
  return queryError(status, code, message, facts);
}

function queryError(
  status: number,
  code: string,
  message: string,
  facts: Omit<Facts, "id">,
): OutgoingAnswer {
  return xml(status, { ...facts, error: code }, (request) =>
    element("ErrorResponse", NAMESPACE, [
      nested("Error", [
        text("Type", status < 500 ? "Sender" : "Receiver"),
        text("Code", code),
        text("Message", message),
      ]),
      text("RequestId", request),
    ]),
  );
}

interface Identity {
  readonly arn: string;
  readonly account: string;
  /** AWS's "Unique identifiers": the account for its root, `AIDA…` for a user, `AROA…:name` for a session. */
  readonly id: string;
}

async function identityOf(
  kms: Pick<KmsApi, "describe" | "iam">,
  principal: string | undefined,
): Promise<Identity> {
  if (principal === undefined) {
    const { account } = await kms.describe();
    return { arn: `arn:aws:iam::${account}:root`, account, id: account };
  }
  const [, account = "", path = ""] = PRINCIPAL.exec(principal) ?? [];
  const parts = path.split("/");
  const [kind, role = ""] = parts;
  const last = parts.at(-1) ?? "";
  if (kind === "user")
    return { arn: principal, account, id: (await idOf(kms, "User", last)) ?? account };
  const id = kind === "assumed-role" ? await idOf(kms, "Role", role) : undefined;
  return { arn: principal, account, id: id === undefined ? account : `${id}:${last}` };
}

/** Its account, and what it is: `root`, `user/path/name`, `assumed-role/role/session`. */
const PRINCIPAL = /^arn:[^:]+:(?:iam|sts)::(\d{12}):(.*)$/;

/** A principal that IAM does not know has no id of its own. */
async function idOf(
  { iam }: Pick<KmsApi, "iam">,
  kind: "User" | "Role",
  name: string,
): Promise<string | undefined> {
  try {
    const found = await iam.send(`Get${kind}`, { [`${kind}Name`]: name });
    const id = (found[kind] as Members | undefined)?.[`${kind}Id`];
    return typeof id === "string" ? id : undefined;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "NoSuchEntity") return undefined;
    throw thrown;
  }
}

// ---- XML ----

function xml(
  status: number,
  facts: Omit<Facts, "id">,
  document: (requestId: string) => string,
): OutgoingAnswer {
  const id = randomUUID();
  return outgoing(status, "text/xml", Buffer.from(document(id)), { ...facts, id });
}

function element(name: string, namespace: string, children: readonly string[]): string {
  const indented = children.map((child) => indent(child));
  return `<${name} xmlns="${namespace}">\n${indented.join("")}</${name}>\n`;
}

function nested(name: string, children: readonly string[]): string {
  return `<${name}>\n${children.map((child) => indent(child)).join("")}</${name}>\n`;
}

function text(name: string, value: string): string {
  return `<${name}>${escaped(value)}</${name}>\n`;
}

function indent(lines: string): string {
  return lines.replace(/^(?=.)/gm, "  ");
}

/** What XML 1.0 (section 2.2) has no place for, references included, becomes U+FFFD. */
function escaped(value: string): string {
  return value
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g, "\uFFFD")
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
