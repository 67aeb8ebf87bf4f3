import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Call, Tab } from "../model/calls.ts";

/** One call in three notations, and its answer. The notation chosen stays from step to step. */
export class TkCall extends LitElement {
  static override properties = {
    call: { attribute: false },
    copyable: { type: Boolean },
    tab: { state: true },
    copied: { state: true },
  };

  declare call: Call;
  declare copyable: boolean;
  declare tab: string;
  /** The notation that was copied last. */
  declare copied: string;

  constructor() {
    super();
    this.copyable = false;
    this.tab = "json";
    this.copied = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { title, tabs, answer } = this.call;
    const shown = tabs.find((tab) => tab.id === this.tab) ?? tabs[0];
    return html`
      <h2 class="call-title">${title}</h2>
      <div class="tab-row"><div class="tabs" role="tablist" aria-label="notation" data-arrows @keydown=${this.#key}>
        ${tabs.map(
          (tab) => html`<button
            type="button"
            role="tab"
            id="tab-${tab.id}"
            aria-controls="call-text"
            aria-selected=${tab === shown ? "true" : "false"}
            tabindex=${tab === shown ? 0 : -1}
            @click=${() => {
              this.tab = tab.id;
            }}
          >
            ${tab.label}
          </button>`,
        )}
      </div>
      ${this.copyable && shown !== undefined ? this.#copy(shown) : nothing}</div>
      <pre
        class="code"
        id="call-text"
        role="tabpanel"
        tabindex="0"
        aria-labelledby="tab-${shown?.id ?? ""}"
      ><code>${shown?.text ?? ""}</code></pre>
      ${
        answer === undefined
          ? nothing
          : html`<h2 class="call-title">The answer</h2>
              <pre class="code answer" tabindex="0" aria-label="the answer"><code>${answer}</code></pre>`
      }
    `;
  }

  #copy(shown: Tab): TemplateResult {
    return html`<button
      type="button"
      class="plain copy"
      @click=${async () => {
        await navigator.clipboard.writeText(shown.text);
        this.copied = shown.id;
      }}
    >
      ${this.copied === shown.id ? "Copied" : "Copy"}
    </button>`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const { tabs } = this.call;
    const at = tabs.findIndex((tab) => tab.id === this.tab);
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const next = tabs[(Math.max(at, 0) + move + tabs.length) % tabs.length];
    if (next === undefined) return;
    this.tab = next.id;
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus(),
    );
  };
}

customElements.define("tk-call", TkCall);
