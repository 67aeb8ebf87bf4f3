import { html, LitElement, type TemplateResult } from "lit";
import type { Call } from "../model/calls.ts";

/** One call in three notations, and its answer. The notation chosen stays from step to step. */
export class TkCall extends LitElement {
  static override properties = { call: { attribute: false }, tab: { state: true } };

  declare call: Call;
  declare tab: string;

  constructor() {
    super();
    this.tab = "json";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { title, tabs, answer } = this.call;
    const shown = tabs.find((tab) => tab.id === this.tab) ?? tabs[0];
    return html`
      <h2 class="call-title">${title}</h2>
      <div class="tabs" role="tablist" aria-label="notation" data-arrows @keydown=${this.#key}>
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
      <pre
        class="code"
        id="call-text"
        role="tabpanel"
        tabindex="0"
        aria-labelledby="tab-${shown?.id ?? ""}"
      ><code>${shown?.text ?? ""}</code></pre>
      <h2 class="call-title">The answer</h2>
      <pre class="code answer" tabindex="0" aria-label="the answer"><code>${answer}</code></pre>
    `;
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
