import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { AuditVerdict, KmsApi } from "../../../js/src/api.ts";
import { eventHash } from "../model/log.ts";
import { CHAIN_WORDS } from "../model/log-words.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import { countText, dateTimeText } from "../util/format.ts";
import { failureNote } from "./refusal-note.ts";

/** Nothing is said of work that is done by then. */
const PATIENCE_MS = 300;

/** Whether the log is as it was written: a quiet line while it is. */
export class TkChain extends LitElement {
  static override properties = {
    kms: { attribute: false },
    verdict: { state: true },
    failure: { state: true },
    slow: { state: true },
    asked: { state: true },
  };

  declare kms: KmsApi | undefined;
  declare verdict: AuditVerdict | undefined;
  declare failure: Failure | undefined;
  declare slow: boolean;
  /** Whether somebody pressed the button, and so hears the answer. */
  declare asked: boolean;

  constructor() {
    super();
    this.slow = false;
    this.asked = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("kms")) void this.#verify();
  }

  async #verify(): Promise<void> {
    const { kms } = this;
    if (kms === undefined) return;
    const timer = setTimeout(() => {
      this.slow = true;
    }, PATIENCE_MS);
    try {
      this.verdict = await kms.audit.verify();
      this.failure = undefined;
    } catch (error) {
      this.verdict = undefined;
      this.failure = failureOf(error);
    } finally {
      clearTimeout(timer);
      this.slow = false;
    }
  }

  protected override render(): TemplateResult {
    return html`<div class="chain">
      <div class="chain-line" role=${this.asked ? "status" : nothing} data-testid="chain">
        ${this.slow ? html`<p>Checking the chain</p>` : this.#line()}
      </div>
      <details class="chain-how">
        <summary>How the chain works, and what it cannot show</summary>
        <p>${CHAIN_WORDS}</p>
      </details>
      <p>${this.#button()}</p>
    </div>`;
  }

  #button(): TemplateResult {
    return html`<button
      type="button"
      class="plain"
      data-testid="verify"
      @click=${() => {
        this.asked = true;
        this.verdict = undefined;
        void this.#verify();
      }}
    >
      Verify${this.verdict === undefined ? "" : " again"}
    </button>`;
  }

  #line(): TemplateResult | typeof nothing {
    const { verdict } = this;
    if (verdict === undefined) return failureNote(this.failure) as TemplateResult;
    if (verdict.fault !== undefined) return this.#fault(verdict, verdict.fault);
    const since =
      verdict.from === undefined ? "" : `, complete since ${dateTimeText(verdict.from)} UTC`;
    return html`<p><span aria-hidden="true">✓</span> Chain unbroken: checked
      ${countText(verdict.events, "event")}${since}.</p>`;
  }

  #fault(verdict: AuditVerdict, fault: NonNullable<AuditVerdict["fault"]>): TemplateResult {
    const before =
      fault.at === 0
        ? "at the oldest event"
        : `after ${countText(fault.at, "event")} from the oldest`;
    return html`<div class="refusal" data-testid="fault">
      <p class="refusal-name"><span aria-hidden="true">✕</span> The chain is broken ${before}</p>
      <p class="refusal-message">${fault.what}</p>
      <p class="refusal-meaning">
        ${
          fault.eventID === undefined
            ? nothing
            : html`<a href=${eventHash(fault.eventID)}>Show the event.</a>`
        }
        ${
          fault.at === 0
            ? "Nothing of this log proves anything."
            : `The ${countText(fault.at, "event")} before it are as they were written; what stands from there on, of ${verdict.events}, proves nothing.`
        }
      </p>
    </div>`;
  }
}

customElements.define("tk-chain", TkChain);
