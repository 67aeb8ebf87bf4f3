/** Every step and every what-if has an address. */

import { type LogRoute, parseLog } from "./log.ts";
import { WHAT_IFS, type WhatIfId } from "./whatif.ts";
import { LAST_STEP } from "./words.ts";

export type Route =
  | LogRoute
  | { readonly view: "flow"; readonly step: number; readonly whatIf?: WhatIfId }
  | { readonly view: "keys"; readonly key?: string }
  | { readonly view: "inspect" };

export function parseRoute(hash: string): Route {
  const log = parseLog(hash);
  if (log !== undefined) return log;
  const [view = "", second = "", third = ""] = hash.replace(/^#\/?/, "").split("/");
  if (view === "keys") {
    return second === "" ? { view } : { view, key: decodeURIComponent(second) };
  }
  if (view === "inspect") return { view };
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

export function keyHash(id: string): string {
  return `#/keys/${encodeURIComponent(id)}`;
}
