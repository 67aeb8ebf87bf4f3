import { html, LitElement, type TemplateResult } from "lit";
import type { Token } from "../model/holdings.ts";
import { glyph } from "./glyphs.ts";

/** Told when a token is opened. */
export class PickEvent extends Event {
  readonly token: Token;

  constructor(token: Token) {
    super("pick", { bubbles: true });
    this.token = token;
  }
}

/** One artefact, the same everywhere: its colour, shape, texture and name. A tap opens its bytes. */
export class KmsToken extends LitElement {
  static override properties = {
    token: { attribute: false },
    place: {},
    selected: { type: Boolean },
  };

  declare token: Token;
  declare place: string;
  declare selected: boolean;

  constructor() {
    super();
    this.place = "";
    this.selected = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { token } = this;
    return html`<button
      type="button"
      class="token k-${token.kind} ${token.gone ? "gone" : "held"}"
      aria-pressed=${this.selected ? "true" : "false"}
      @click=${() => this.dispatchEvent(new PickEvent(token))}
    >
      ${glyph(token.kind, token.gone)}
      <span class="token-name">${token.name}<span class="hush">, ${token.about},</span></span>
      <span class="token-note">${token.note}</span>
    </button>`;
  }
}

customElements.define("kms-token", KmsToken);

declare global {
  interface HTMLElementTagNameMap {
    "kms-token": KmsToken;
  }
}
