import { html, nothing, type TemplateResult } from "lit";
import type { Failure, Refusal } from "../model/refusal.ts";
import { isUnauthorised, meaningOf } from "../model/refusal.ts";
import { rolesHash } from "../model/route.ts";

/** A long name may break before its last word. */
function breakable(name: string): TemplateResult {
  const [first = "", ...rest] = name.split(/(?=[A-Z][a-z]+$)/);
  return html`${first}<wbr />${rest.join("")}`;
}

/** Where policies refused: the way to the reasons, unless one is there already. */
function whyLink(failure: Failure): TemplateResult | typeof nothing {
  if (!isUnauthorised(failure) || location.hash.startsWith("#/roles")) return nothing;
  const asked = / perform: kms:(\w+) on resource: \S+?key\/([\w-]+)/.exec(failure.message);
  const [, operation, key] = asked ?? [];
  const hash = key === undefined ? "#/roles" : rolesHash(key, operation);
  return html`<a href=${hash}>See why, under Roles</a>`;
}

/** An exception where it was thrown: AWS's name and message, then what it means. */
export function refusalNote(refusal: Refusal): TemplateResult {
  return html`<div class="refusal" data-testid="refusal" data-place-of=${refusal.place}>
    <p class="refusal-name"><span aria-hidden="true">✕</span> <code>${breakable(refusal.name)}</code></p>
    ${
      refusal.message === ""
        ? html`<p class="refusal-message empty">(the message is empty, on purpose)</p>`
        : html`<p class="refusal-message">${refusal.message}</p>`
    }
    <p class="refusal-meaning">${refusal.meaning} ${whyLink(refusal)}</p>
  </div>`;
}

/** The same for an exception outside of the stage. */
export function failureNote(failure: Failure | undefined): TemplateResult | typeof nothing {
  if (failure === undefined) return nothing;
  return html`<div class="refusal" role="alert">
    <p class="refusal-name">
      <span aria-hidden="true">✕</span> <code>${breakable(failure.name)}</code>
      ${failure.reason === undefined ? nothing : html`<code>${failure.reason}</code>`}
    </p>
    <p class="refusal-message">${failure.message}</p>
    <p class="refusal-meaning">${meaningOf(failure)} ${whyLink(failure)}</p>
  </div>`;
}
