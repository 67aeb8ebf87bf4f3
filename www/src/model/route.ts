/** Every step and every what-if has an address. */

import { type LogRoute, parseLog } from "./log.ts";
import { WHAT_IFS, type WhatIfId } from "./whatif.ts";
import { LAST_STEP } from "./words.ts";

/** The views in the header's order; a link to one that is not here yet is not drawn. */
export const VIEWS = [
  { id: "flow", name: "Flow", hash: "#/flow/1" },
  { id: "keys", name: "Keys", hash: "#/keys" },
  { id: "roles", name: "Roles", hash: "#/roles" },
  { id: "log", name: "Log", hash: "#/log" },
  { id: "files", name: "Files", hash: "#/files" },
  { id: "inspect", name: "Inspect", hash: "#/inspect" },
] as const;

export function hasView(id: string): boolean {
  return VIEWS.some((view) => view.id === id);
}

export type Route =
  | LogRoute
  | { readonly view: "flow"; readonly step: number; readonly whatIf?: WhatIfId }
  | { readonly view: "keys"; readonly key?: string }
  | { readonly view: "roles"; readonly key?: string; readonly operation?: string }
  | { readonly view: "files" | "inspect" };

export function parseRoute(hash: string): Route {
  const log = parseLog(hash);
  if (log !== undefined) return log;
  const [view = "", second = "", third = ""] = hash.replace(/^#\/?/, "").split("/");
  if (view === "roles") {
    return {
      view,
      ...(second === "" ? {} : { key: decodeURIComponent(second) }),
      ...(third === "" ? {} : { operation: decodeURIComponent(third) }),
    };
  }
  if (view === "keys") {
    return second === "" ? { view } : { view, key: decodeURIComponent(second) };
  }
  if (view === "inspect" || view === "files") return { view };
  if (second === "if") {
    const whatIf = WHAT_IFS.find((one) => one.id === third);
    if (whatIf !== undefined) return { view: "flow", step: LAST_STEP, whatIf: whatIf.id };
  }
  const step = Number.parseInt(second, 10);
  return { view: "flow", step: step >= 1 && step <= LAST_STEP ? step : 1 };
}

export function stepHash(step: number): string {
  return `#/flow/${step}`;
}

export function whatIfHash(id: WhatIfId): string {
  return `#/flow/if/${id}`;
}

export function rolesHash(id: string, operation?: string): string {
  const key = `#/roles/${encodeURIComponent(id)}`;
  return operation === undefined ? key : `${key}/${operation}`;
}

/** The log, of one key. */
export function logHash(arn: string): string {
  return `#/log?key=${encodeURIComponent(arn)}`;
}

export function keyHash(id: string): string {
  return `#/keys/${encodeURIComponent(id)}`;
}
