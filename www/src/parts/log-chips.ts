/** Who, which key and what came of it, in a row of the log: the same tokens as elsewhere, and each leads somewhere. */

import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { CloudTrailRecord } from "../../../js/src/api.ts";
import {
  type Caller,
  type CallerKind,
  type KeyName,
  type LogFilter,
  logAddress,
} from "../model/log.ts";
import { keyHash } from "../model/route.ts";
import { glyph } from "./glyphs.ts";

const HEAD = svg`<circle class="fill" cx="12" cy="7" r="4" />`;
const BODY = svg`<path class="fill" d="M4.5 21.5c0-5.5 3-8.5 7.5-8.5s7.5 3 7.5 8.5z" />`;
const PERSON = svg`${HEAD}${BODY}`;

const SHAPES: Readonly<Record<CallerKind, SVGTemplateResult>> = {
  root: svg`<g transform="translate(-2.5 0)">${PERSON}</g><path class="line" d="M14.2 9V3.4l2.2 2.2L18.7 2.6l2.3 3 2.2-2.2V9z" />`,
  user: PERSON,
  role: svg`<path class="fill" d="M2.5 4h19v16h-19z" /><path class="hole" d="M4.5 8.5h15V18h-15z" />`,
  account: svg`<path class="line dashed" d="M12 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 21.5c0-5.5 3-8.5 7.5-8.5s7.5 3 7.5 8.5z" />`,
  service: svg`<path class="line" d="M12 2.5l8.5 4.9v9.2L12 21.5l-8.5-4.9V7.4z" /><circle class="dot" cx="12" cy="12" r="2.6" />`,
  nobody: svg`<circle class="line dashed" cx="12" cy="12" r="8.5" /><path class="line" d="M12 7v5l3.2 2" />`,
};

/** A tap shows what else they called. */
export function callerChip(caller: Caller, filter: LogFilter): TemplateResult {
  const inner = html`<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      ${SHAPES[caller.kind]}</svg
    ><span>${caller.name}</span>`;
  if (caller.principal === undefined) {
    return html`<span class="chip person k-person">${inner}</span>`;
  }
  return html`<a
    class="chip person k-person"
    href=${logAddress({ ...filter, principal: caller.principal })}
    title="${caller.name}, ${caller.what}: show what else they called"
    >${inner}<span class="hush">, ${caller.what}</span></a
  >`;
}

/** A tap leads to the key; of one that is gone, to its events. */
export function keyChip(id: string, key: KeyName, filter: LogFilter): TemplateResult {
  const href = key.here ? keyHash(id) : logAddress({ ...filter, key: id });
  const title = key.here ? `${id}: go to the key` : `${id}: gone, or elsewhere; show its events`;
  return html`<a class="chip k-key-material" href=${href} title=${title} data-testid="event-key">
    ${glyph("key-material", !key.here)}<span>${key.name}</span>${
      key.here ? nothing : html`<span class="hush">, gone or elsewhere</span>`
    }</a
  >`;
}

/** A long name may break before any of its words. */
export function breakable(name: string): TemplateResult {
  const [first = "", ...rest] = name.split(/(?=[A-Z][a-z])/);
  return html`${first}${rest.map((word) => html`<wbr />${word}`)}`;
}

export function outcomeWords(record: CloudTrailRecord): TemplateResult {
  if (record.errorCode !== undefined) {
    return html`<span class="outcome-refused" data-testid="event-outcome"
      ><span aria-hidden="true">✕</span> <span class="hush">refused: </span>${breakable(record.errorCode)}</span
    >`;
  }
  const word = record.eventType === "AwsServiceEvent" ? "done" : "allowed";
  return html`<span class="outcome-allowed" data-testid="event-outcome"
    ><span aria-hidden="true">✓</span> ${word}</span
  >`;
}
