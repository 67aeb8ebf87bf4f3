import { html, nothing, type TemplateResult } from "lit";
import type { Action, Actor, Artefact, Step } from "../../../js/src/api.ts";
import { KINDS } from "../model/kinds.ts";
import { bytesText } from "../util/format.ts";
import { glyph } from "./glyphs.ts";

const ACTORS: Readonly<Record<Actor, string>> = {
  you: "You",
  s3: "S3",
  kms: "KMS",
  hsm: "HSM",
  storage: "Storage",
};

const ACTIONS: Readonly<Record<Action, string>> = {
  send: "sends",
  check: "checks",
  generate: "generates",
  unseal: "unseals",
  derive: "derives",
  encrypt: "encrypts",
  decrypt: "decrypts",
  discard: "discards",
  store: "stores",
  load: "loads",
  refuse: "refuses",
};

/** The core's own report of the step, line by line; an artefact opens its bytes. */
export function how(
  steps: readonly Step[],
  pick: (id: string, artefact: Artefact) => void,
): TemplateResult | typeof nothing {
  if (steps.length === 0) return nothing;
  return html`<details class="how" open>
    <summary>Inside this step</summary>
    <ol>
      ${steps.map(
        (step) => html`<li class="a-${step.action}">
          <span class="how-actor">${ACTORS[step.actor]}</span>
          <span class="how-what">
            ${ACTIONS[step.action]}${step.to === undefined ? "" : ` to ${ACTORS[step.to]}`}
            ${step.detail === "" ? nothing : html`<span class="how-detail">${step.detail}</span>`}
            ${artefacts(step).map((artefact) => chip(artefact, pick))}
          </span>
        </li>`,
      )}
    </ol>
  </details>`;
}

function artefacts(step: Step): readonly Artefact[] {
  return step.makes.length > 0 ? step.makes : step.uses;
}

function chip(artefact: Artefact, pick: (id: string, artefact: Artefact) => void): TemplateResult {
  const { name } = KINDS[artefact.kind];
  const size =
    artefact.kept === undefined
      ? bytesText(artefact.length ?? artefact.shown?.length ?? 0)
      : "kept";
  return html`<button
    type="button"
    class="chip k-${artefact.kind}"
    aria-label="${name}, ${size}"
    title="${name}, ${size}"
    @click=${() => pick(`how:${artefact.kind}`, artefact)}
  >
    ${glyph(artefact.kind)}<span>${name}</span>
  </button>`;
}
