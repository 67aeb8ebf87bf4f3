import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Decision, LayerKind, LayerOutcome } from "../../../js/src/api.ts";
import type { Attempt } from "../model/attempt.ts";
import { type Stretch, saidOf, stretchesOf } from "../model/marks.ts";
import { neverCrosses, type Operation } from "../model/may.ts";
import { accountOf, type Person } from "../model/people.ts";
import { hasView, logHash } from "../model/route.ts";
import { shortId } from "../util/format.ts";
import { reveal } from "../util/scroll.ts";
import { personChip } from "./person.ts";
import { failureNote } from "./refusal-note.ts";

export interface WhyActions {
  readonly attempt: () => void;
  readonly become: () => void;
  /** Adds the missing statement where it is missing. */
  readonly add: (statement: string, layer: LayerKind) => void;
  /** Proposes the key policy without one statement. */
  readonly drop: (index: number) => void;
}

const LAYERS: Readonly<Record<LayerKind, string>> = {
  "key-policy": "Key policy",
  "identity-policy": "IAM policy",
  "permissions-boundary": "Permissions boundary",
  "session-policy": "Session policy",
  grant: "Grant",
};

/** Underlined line by line: the indentation is not what failed. */
function missed(text: string): TemplateResult {
  const parts = text.split(/(\n\s*)/);
  return html`<span data-testid="miss">${parts.map((part, at) =>
    at % 2 === 1 ? part : html`<span class="miss">${part}</span>`,
  )}</span>`;
}

/** Why somebody may or may not: every policy that was asked, in order, and what of its text decided. */
export class TkWhy extends LitElement {
  static override properties = {
    person: { attribute: false },
    operation: {},
    keyname: {},
    decision: { attribute: false },
    attempt: { attribute: false },
    actions: { attribute: false },
    you: { type: Boolean },
    busy: { type: Boolean },
  };

  declare person: Person;
  declare operation: Operation;
  declare keyname: string;
  declare decision: Decision;
  declare attempt: Attempt | undefined;
  declare actions: WhyActions;
  declare you: boolean;
  declare busy: boolean;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (!changed.has("decision")) return;
    for (const text of this.querySelectorAll<HTMLElement>(".policy-text")) {
      reveal(text, text.querySelector(".st.decides") ?? text.querySelector(".st.applies, .miss"));
    }
  }

  protected override render(): TemplateResult {
    const { decision, person, operation } = this;
    return html`
      <h2 class="why-title" data-testid="verdict" data-allowed=${decision.allowed ? "true" : "false"}>
        ${personChip(person)} ${decision.allowed ? "may" : "may not"} ${operation}
        <span class="with">with ${this.keyname}</span>
      </h2>
      ${decision.message === undefined ? nothing : this.#message(decision.message)}
      ${this.#doing()}
      <h3>Asked in this order</h3>
      <ol class="layers">
        ${decision.layers.map((layer, at) => this.#layer(layer, at))} ${this.#nothingFrom()}
      </ol>
      ${this.#missing()}
    `;
  }

  #message(message: string): TemplateResult {
    return html`<div class="refusal" data-testid="why-message">
      <p class="refusal-name"><span aria-hidden="true">✕</span> <code>AccessDenied<wbr />Exception</code></p>
      <p class="refusal-message">${message}</p>
    </div>`;
  }

  #doing(): TemplateResult {
    const { attempt } = this;
    const copy = this.operation === "ScheduleKeyDeletion" ? ", on a copy" : "";
    return html`<div class="row">
        <button type="button" class="primary" data-testid="do-it" ?disabled=${this.busy} @click=${this.actions.attempt}>
          Do it${copy}, as ${this.person.name}
        </button>
        ${
          this.you
            ? nothing
            : html`<button type="button" data-testid="become" @click=${this.actions.become}>
                Become ${this.person.name}
              </button>`
        }
      </div>
      <div class="outcome" aria-live="polite" data-testid="attempt">
        ${attempt?.answer === undefined ? nothing : html`<p class="done-note">${attempt.answer}</p>`}
        ${failureNote(attempt?.failure)}
        ${
          attempt === undefined || copy !== "" || !hasView("log")
            ? nothing
            : html`<p><a href=${logHash(this.decision.resource)}>It stands in the log</a></p>`
        }
      </div>`;
  }

  get #root(): boolean {
    return this.decision.principal.endsWith(":root");
  }

  #says(layer: LayerOutcome): string {
    const { outcome } = layer;
    if (outcome === "allows") {
      const direct = layer.statements.some(
        (one) => one.applies && one.effect === "Allow" && one.names !== "account",
      );
      const delegates = layer.layer === "key-policy" && !direct && !this.#root;
      return delegates ? "leaves it to IAM" : "allows";
    }
    const words = {
      denies: "denies",
      silent: "says nothing of it",
      "other-operations": "is for other operations",
      constraint: "its constraint is not met",
    } as const;
    return words[outcome];
  }

  #name(layer: LayerOutcome): string {
    switch (layer.layer) {
      case "key-policy":
        return `Key policy of ${this.keyname}`;
      case "grant":
        return `Grant ${shortId(layer.source)}`;
      default:
        return `${LAYERS[layer.layer]} ${layer.source}`;
    }
  }

  #layer(layer: LayerOutcome, at: number): TemplateResult {
    const decides = this.decision.decidedBy?.layer === at;
    return html`<li class="layer o-${layer.outcome} ${decides ? "decides" : ""}" data-layer=${layer.layer}>
      <p class="layer-name">
        <span>${this.#name(layer)}</span> <strong>${this.#says(layer)}</strong>
      </p>
      <pre class="code policy-text" tabindex="0" role="group" aria-label="the text of ${this.#name(layer)}">${stretchesOf(
        layer,
      ).map((group) => this.#group(group, at))}</pre>
    </li>`;
  }

  #group(group: readonly Stretch[], layer: number): TemplateResult {
    const statement = group[0]?.statement;
    if (statement === undefined) return html`${group.map((one) => one.text)}`;
    const said = saidOf(this.decision, layer, statement, this.#root);
    const deny = statement.effect === "Deny" && said.mark === "decides" ? "denies" : "";
    return html`<span class="st ${said.mark} ${deny}" data-statement=${statement.index}><span
      class="st-text">${group.map((one) =>
        one.miss === true ? missed(one.text) : one.text,
      )}</span><span class="st-note"><span class="hush">: </span>${said.text}</span></span>`;
  }

  /** Where IAM was to decide and has nothing of this person. */
  #nothingFrom(): TemplateResult | typeof nothing {
    const { decision, person } = this;
    const asked = decision.layers.some((layer) => layer.layer === "identity-policy");
    if (decision.allowed || asked || decision.missing?.in !== "identity-policy") return nothing;
    return html`<li class="layer o-silent">
      <p class="layer-name"><span>IAM policies</span> <strong>${person.name} has none</strong></p>
    </li>`;
  }

  #missing(): TemplateResult | typeof nothing {
    const { decision, operation, person } = this;
    const { missing } = decision;
    if (missing === undefined) return nothing;
    if (neverCrosses(decision, operation)) {
      return html`<h3>What is missing</h3>
        <p data-testid="missing">
          Nothing that could be added: ${operation} never crosses accounts. It belongs to the account
          that owns the key, whatever a policy says.
        </p>`;
    }
    if (missing.kind === "remove-deny") {
      const index = missing.nearest?.statement;
      return html`<h3>What is in the way</h3>
        <p data-testid="missing">
          The statement marked above. A deny wins over everything that allows, so nothing that is
          added helps.
        </p>
        ${
          missing.in === "key-policy" && index !== undefined
            ? html`<p>
                <button type="button" data-testid="drop-it" @click=${() => this.actions.drop(index)}>
                  Propose the key policy without it
                </button>
              </p>`
            : nothing
        }`;
    }
    const { statement } = missing;
    if (statement === undefined) return nothing;
    const where = missing.in === "key-policy" ? "the key policy" : `${person.name}'s IAM policies`;
    const mine = missing.in === "key-policy" || person.identity !== undefined;
    return html`<h3>The smallest thing that is missing</h3>
      <pre class="code policy-text" tabindex="0" role="group" aria-label="the missing statement" data-testid="missing">${JSON.stringify(JSON.parse(statement), null, 2)}</pre>
      ${
        mine && (missing.in === "key-policy" || missing.in === "identity-policy")
          ? html`<p>
              <button
                type="button"
                data-testid="add-it"
                ?disabled=${this.busy}
                @click=${() => this.actions.add(statement, missing.in)}
              >
                Add it to ${where}
              </button>
            </p>`
          : html`<p>It belongs into a ${LAYERS[missing.in].toLowerCase()} in account ${accountOf(decision.principal)}.</p>`
      }`;
  }
}

customElements.define("tk-why", TkWhy);
