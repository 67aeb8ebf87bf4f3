/** Somebody, the same everywhere: one colour for people, one shape for what they are to the keys. */

import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { Person, PersonKind } from "../model/people.ts";

const HEAD = svg`<circle class="fill" cx="9.5" cy="7" r="4" />`;
const BODY = svg`<path class="fill" d="M2 21.5c0-5.5 3-8.5 7.5-8.5s7.5 3 7.5 8.5z" />`;

/** A badge at the right, on which the kinds differ. */
const BADGES: Readonly<Record<PersonKind, SVGTemplateResult>> = {
  root: svg`${HEAD}${BODY}<path class="line" d="M14.2 9V3.4l2.2 2.2L18.7 2.6l2.3 3 2.2-2.2V9z" />`,
  administrator: svg`${HEAD}${BODY}<path class="line" d="M19 4.2v9.6M14.9 6.6l8.2 4.8M14.9 11.4l8.2-4.8" /><circle class="hole rim" cx="19" cy="9" r="2.6" />`,
  application: svg`<path class="fill" d="M2.5 4h19v16h-19z" /><path class="hole" d="M4.5 8.5h15V18h-15z" /><path class="line" d="M7.5 11l2.5 2.3-2.5 2.3M12.5 15.8h4" />`,
  "key-user": svg`${HEAD}${BODY}<circle class="line" cx="18.3" cy="5.6" r="2.5" /><path class="line" d="M18.3 8.1v7.4M18.3 12.2h2.6M18.3 15h2.6" />`,
  auditor: svg`${HEAD}${BODY}<circle class="line" cx="18.4" cy="7" r="3.6" /><path class="line" d="M20.8 9.8l2.6 3.4" />`,
  made: svg`${HEAD}${BODY}`,
  outsider: svg`<path class="line dashed" d="M9.5 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM2 21.5c0-5.5 3-8.5 7.5-8.5s7.5 3 7.5 8.5z" /><path class="line" d="M20.5 2.5v19" />`,
};

export function personGlyph(kind: PersonKind): TemplateResult {
  return html`<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${BADGES[kind]}
  </svg>`;
}

/** In a line of text. */
export function personChip(person: Person): TemplateResult {
  return html`<span class="chip person k-person"
    >${personGlyph(person.kind)}<span>${person.name}</span></span
  >`;
}

/** To choose. */
export function personToken(
  person: Person,
  chosen: boolean,
  choose: (event: Event) => void,
  extra: { readonly name?: string; readonly testid?: string } = {},
): TemplateResult {
  return html`<button
    type="button"
    class="token k-person"
    aria-pressed=${chosen ? "true" : "false"}
    data-testid=${extra.testid ?? nothing}
    @click=${choose}
  >
    ${personGlyph(person.kind)}
    <span class="token-name">${extra.name ?? person.name}</span>
    <span class="token-note">${person.what}</span>
  </button>`;
}
