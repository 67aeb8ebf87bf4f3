/** What decides: the key policy, somebody's IAM policies, the grants; one of them open. */

import { html, type TemplateResult } from "lit";
import type { Description } from "../../../js/src/api.ts";
import { type Cmk, nameOf } from "../model/cmk.ts";
import { type ConsoleChoice, choiceOf } from "../model/console-policy.ts";
import type { Person } from "../model/people.ts";
import type { Playground } from "../model/playground.ts";
import { consoleForm } from "../parts/console-form.ts";
import "../parts/grants-panel.ts";
import "../parts/identity-panel.ts";
import { personChip } from "../parts/person.ts";
import type { Check } from "../parts/policy-editor.ts";
import "../parts/policy-editor.ts";

export type Paper = "key" | "iam" | "grants";

export interface Papers {
  readonly play: Playground;
  readonly description: Description | undefined;
  readonly who: Person;
  readonly key: Cmk;
  readonly paper: Paper;
  readonly person: Person;
  readonly policy: string;
  readonly proposal: { readonly text: string } | undefined;
  readonly open: (paper: Paper) => void;
  readonly check: Check;
  readonly put: Check;
  readonly choose: (choice: ConsoleChoice) => void;
}

const NAMES: Readonly<Record<Paper, string>> = {
  key: "Key policy",
  iam: "IAM policies",
  grants: "Grants",
};
const ALL: readonly Paper[] = ["key", "iam", "grants"];

function move(event: KeyboardEvent, scene: Papers): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const next = ALL[(ALL.indexOf(scene.paper) + step + ALL.length) % ALL.length] ?? "key";
  scene.open(next);
  document.getElementById(`paper-${next}`)?.focus();
}

export function papers(scene: Papers): TemplateResult {
  return html`<section class="papers" aria-label="policies and grants">
    <div
      class="tabs"
      role="tablist"
      aria-label="policies and grants"
      data-arrows
      @keydown=${(event: KeyboardEvent) => move(event, scene)}
    >
      ${ALL.map(
        (one) => html`<button
          type="button"
          role="tab"
          id="paper-${one}"
          data-testid="paper-${one}"
          aria-controls="paper"
          aria-selected=${one === scene.paper ? "true" : "false"}
          tabindex=${one === scene.paper ? 0 : -1}
          @click=${() => scene.open(one)}
        >
          ${NAMES[one]}
        </button>`,
      )}
    </div>
    <div class="paper" id="paper" role="tabpanel" aria-labelledby="paper-${scene.paper}">
      ${paper(scene)}
    </div>
  </section>`;
}

function paper(scene: Papers): TemplateResult {
  switch (scene.paper) {
    case "key":
      return keyPolicy(scene);
    case "iam":
      return html`<h2>IAM policies of ${scene.person.name}</h2>
        <tk-identity
          .play=${scene.play}
          .description=${scene.description}
          .person=${scene.person}
        ></tk-identity>`;
    case "grants":
      return html`<h2>Grants on ${nameOf(scene.key)}</h2>
        <tk-grants
          .play=${scene.play}
          .description=${scene.description}
          .who=${scene.who}
          .arn=${scene.key.arn}
        ></tk-grants>`;
  }
}

function keyPolicy(scene: Papers): TemplateResult {
  const { policy, proposal, key } = scene;
  const choice = choiceOf(proposal?.text ?? policy, scene.description?.account ?? "");
  return html`<h2>Key policy of ${nameOf(key)}</h2>
    <p class="lead">
      Every key has exactly one, and without it nobody may anything. You put it as ${personChip(scene.who)}.
    </p>
    <tk-policy-editor
      .subject=${key.arn}
      .label=${`key policy of ${nameOf(key)}`}
      .text=${policy}
      .proposal=${proposal}
      .check=${scene.check}
      .put=${scene.put}
    ></tk-policy-editor>
    ${consoleForm(scene.play.people, choice, scene.choose)}`;
}
