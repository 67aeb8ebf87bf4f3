import type { AuditVerdict, DueEvent, Members, ObjectDescription } from "./api.ts";
import { TIME_MEMBERS } from "./shapes.ts";

// The core's times are seconds since 1970. A Date on the way in is converted where the request is read.

/** The members of IAM's answers that are times. */
export const IAM_TIMES: ReadonlySet<string> = new Set(["CreateDate", "UpdateDate"]);

/** A time of the core's as a Date. */
export function dateOf(seconds: number): Date {
  return new Date(Math.round(seconds * 1000));
}

/** Gives the members that are times, KMS's by default, their Dates, in place, at every depth. */
export function withDates(answer: Members, times = TIME_MEMBERS): Members {
  for (const name in answer) {
    const value = answer[name];
    if (typeof value === "number") {
      if (times.has(name)) answer[name] = dateOf(value);
    } else if (typeof value === "object") convert(value, times);
  }
  return answer;
}

function convert(value: unknown, times: ReadonlySet<string>): void {
  if (Array.isArray(value)) for (const item of value) convert(item, times);
  else if (value !== null && typeof value === "object" && !ArrayBuffer.isView(value)) {
    withDates(value as Members, times);
  }
}

/** As wasm has it: with the time in seconds. */
export type RawDescription = Omit<ObjectDescription, "LastModified"> & {
  readonly LastModified: number;
};

export function objectDescription(raw: RawDescription): ObjectDescription {
  return { ...raw, LastModified: dateOf(raw.LastModified) };
}

export type RawVerdict = Omit<AuditVerdict, "from"> & { readonly from?: number };

export function auditVerdict({ from, ...verdict }: RawVerdict): AuditVerdict {
  return from === undefined ? verdict : { ...verdict, from: dateOf(from) };
}

export type RawEvent = Omit<DueEvent, "time"> & { readonly time: number };

export function dueEvent(raw: RawEvent): DueEvent {
  return { ...raw, time: dateOf(raw.time) };
}
