/** The log's filter as an address, and what one record says: who, which key, through whom, which step made it. */

import type { AuditQuery, CloudTrailRecord } from "../../../js/src/api.ts";
import { shortId } from "../util/format.ts";
import { LOOK_UP } from "./cmk.ts";
import { BUCKET } from "./flow.ts";
import { STEPS } from "./words.ts";

/** What the list shows; what is not given does not narrow it. */
export interface LogFilter {
  /** A key's id. */
  readonly key?: string;
  /** The ARN of who called. */
  readonly principal?: string;
  readonly operation?: string;
  /** Only what was refused. */
  readonly errors?: boolean;
  /** Instants, as records write them. */
  readonly from?: string;
  readonly to?: string;
  /** With the calls by which the page draws itself. */
  readonly lookups?: boolean;
}

export interface LogRoute {
  readonly view: "log";
  readonly filter: LogFilter;
  /** The event that is open. */
  readonly event?: string;
}

function instant(text: string | null): string | undefined {
  if (text === null || text === "") return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : `${date.toISOString().slice(0, 19)}Z`;
}

/** `#/log?key=…&errors=1`; what does not make sense is left out. */
export function parseLog(hash: string): LogRoute | undefined {
  const match = /^#\/?log(?:\?(.*))?$/.exec(hash);
  if (match === null) return undefined;
  const asked = new URLSearchParams(match[1] ?? "");
  const key = asked.get("key")?.split("/").at(-1) ?? "";
  const principal = asked.get("principal") ?? "";
  const operation = asked.get("operation") ?? "";
  const event = asked.get("event") ?? "";
  const from = instant(asked.get("from"));
  const to = instant(asked.get("to"));
  const filter: LogFilter = {
    ...(key === "" ? {} : { key }),
    ...(principal === "" ? {} : { principal }),
    ...(operation === "" ? {} : { operation }),
    ...(asked.get("errors") === "1" ? { errors: true } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(asked.get("lookups") === "1" ? { lookups: true } : {}),
  };
  return { view: "log", filter, ...(event === "" ? {} : { event }) };
}

export function logAddress(filter: LogFilter, event?: string): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value === true) asked.set(name, "1");
    else if (typeof value === "string") asked.set(name, value);
  }
  if (event !== undefined) asked.set("event", event);
  // Colons and slashes are harmless in a fragment, and an ARN stays readable.
  const text = asked.toString().replaceAll("%3A", ":").replaceAll("%2F", "/");
  return text === "" ? "#/log" : `#/log?${text}`;
}

/** One event, whatever the filter. */
export function eventHash(eventID: string): string {
  return logAddress({}, eventID);
}

/** The filter as the log itself takes it; it does not know which calls are the page's own. */
export function queryOf(filter: LogFilter): AuditQuery {
  const { key, principal, operation, errors, from, to } = filter;
  return {
    ...(key === undefined ? {} : { key }),
    ...(principal === undefined ? {} : { principal }),
    ...(operation === undefined ? {} : { operation }),
    ...(errors === undefined ? {} : { errors }),
    ...(from === undefined ? {} : { from: new Date(from) }),
    // A record tells whole seconds; the second that is named belongs to it.
    ...(to === undefined ? {} : { to: new Date(new Date(to).getTime() + 999) }),
  };
}

/** Whether the page made this call to draw itself, and nobody asked for it. */
export function isLookUp(record: CloudTrailRecord): boolean {
  return record.userAgent === LOOK_UP && record.readOnly;
}

export function shows(filter: LogFilter, record: CloudTrailRecord): boolean {
  return filter.lookups === true || !isLookUp(record);
}

/** The ARN of the key that it was about, if it was about one. */
export function keyArnOf(record: CloudTrailRecord): string | undefined {
  return record.resources?.[0]?.ARN;
}

export function keyIdOf(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}

/** `S3`, where S3 called for somebody. */
export function viaOf(record: CloudTrailRecord): string | undefined {
  const { type, invokedBy } = record.userIdentity;
  if (type === undefined || type === "AWSService" || invokedBy === undefined) return undefined;
  const [service = ""] = invokedBy.split(".");
  return service.length <= 3 ? service.toUpperCase() : service;
}

export type CallerKind = "root" | "user" | "role" | "account" | "service" | "nobody";

export interface Caller {
  readonly kind: CallerKind;
  readonly name: string;
  /** What the name is of. */
  readonly what: string;
  /** What finds everything that they called; nobody and services have none. */
  readonly principal?: string;
}

/** Who is meant by an ARN. */
export function callerOf(arn: string): Caller {
  const account = arn.split(":")[4] ?? "";
  const [kind = "", ...names] = (arn.split(":")[5] ?? "").split("/");
  const principal = arn;
  if (kind === "root") return { kind: "root", name: "root", what: `of ${account}`, principal };
  if (kind === "user") return { kind: "user", name: names.at(-1) ?? arn, what: "user", principal };
  if (kind === "assumed-role") {
    const [role = arn, session = ""] = names;
    return { kind: "role", name: role, what: `role, session ${session}`, principal };
  }
  if (kind === "role") return { kind: "role", name: names.at(-1) ?? arn, what: "role", principal };
  return { kind: "account", name: arn, what: "principal", principal };
}

export function callerOfRecord(record: CloudTrailRecord): Caller {
  const { arn, accountId, invokedBy, type } = record.userIdentity;
  if (record.eventType === "AwsServiceEvent") {
    return { kind: "nobody", name: "nobody", what: "KMS did it by itself" };
  }
  if (arn !== undefined) return callerOf(arn);
  if (type === "AWSService") {
    return { kind: "service", name: invokedBy ?? "a service", what: "AWS service" };
  }
  return { kind: "account", name: accountId ?? "unknown", what: "account" };
}

export function isRefused(record: CloudTrailRecord): boolean {
  return record.errorCode !== undefined;
}

export interface MadeBy {
  readonly step: 2 | 6;
  readonly name: string;
  /** The object's name. */
  readonly object: string;
}

const STEP_OF: Readonly<Record<string, 2 | 6>> = { GenerateDataKey: 2, Decrypt: 6 };
const OBJECTS = `arn:aws:s3:::${BUCKET}/`;

function contextArn(record: CloudTrailRecord): string {
  const context = record.requestParameters?.["encryptionContext"] as
    | Readonly<Record<string, unknown>>
    | null
    | undefined;
  const arn = context?.["aws:s3:arn"];
  return typeof arn === "string" ? arn : "";
}

/** The step of the flow that made it: S3 called, for an object of the page's bucket. */
export function madeBy(record: CloudTrailRecord): MadeBy | undefined {
  const step = STEP_OF[record.eventName];
  const arn = contextArn(record);
  if (step === undefined || viaOf(record) !== "S3" || !arn.startsWith(OBJECTS)) return undefined;
  return { step, name: STEPS[step - 1]?.name ?? "", object: arn.slice(OBJECTS.length) };
}

/** A key's name, as far as the page knows it. */
export interface KeyName {
  readonly name: string;
  /** Whether it is among the keys of this account and Region. */
  readonly here: boolean;
}

export function keyName(names: ReadonlyMap<string, string>, id: string): KeyName {
  const name = names.get(id);
  if (name === undefined) return { name: `key ${shortId(id)}`, here: false };
  return { name: name === "" ? `key ${shortId(id)}` : name, here: true };
}
