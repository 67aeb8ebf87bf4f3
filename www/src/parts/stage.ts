import { html, LitElement, nothing, type TemplateResult } from "lit";
import { type Cmk, nameOf, stateText } from "../model/cmk.ts";
import type { Holdings, Token } from "../model/holdings.ts";
import type { Place, Refusal } from "../model/refusal.ts";
import { shortId } from "../util/format.ts";
import { glyph } from "./glyphs.ts";
import "./token.ts";
import { Mover } from "./mover.ts";
import { refusalNote } from "./refusal-note.ts";

export interface Wire {
  readonly from: Place;
  readonly to: Place;
  readonly label: string;
}

const PLACES: readonly { readonly id: Place; readonly name: string; readonly what: string }[] = [
  { id: "you", name: "You", what: "any client" },
  { id: "s3", name: "S3", what: "the service" },
  { id: "kms", name: "KMS", what: "key management" },
  { id: "storage", name: "Storage", what: "at rest" },
];

const ORDER: readonly Place[] = ["you", "s3", "kms", "storage"];

/** The one picture: four places, what each holds, and what moves between them. */
export class TkStage extends LitElement {
  static override properties = {
    holdings: { attribute: false },
    wires: { attribute: false },
    cmk: { attribute: false },
    gone: { type: Boolean },
    refusal: { attribute: false },
    picked: {},
    scene: {},
    aside: { attribute: false },
  };

  declare holdings: Holdings;
  declare wires: readonly Wire[];
  declare cmk: Cmk | undefined;
  /** The CMK has been deleted. */
  declare gone: boolean;
  declare refusal: Refusal | undefined;
  declare picked: string;
  /** Changes where the tokens should move, and not on every redraw. */
  declare scene: string;
  /** What stands under a place's tokens: the text to send, the list of objects. */
  declare aside: Readonly<Partial<Record<Place, TemplateResult>>>;

  readonly #mover = new Mover(this);

  constructor() {
    super();
    this.wires = [];
    this.picked = "";
    this.scene = "";
    this.gone = false;
    this.aside = {};
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("scene") && this.hasUpdated) this.#mover.remember();
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("scene")) this.#mover.move(this.holdings);
  }

  protected override render(): TemplateResult {
    return html`
      <div class="wires" aria-hidden="true">${this.wires.map((wire) => this.#wire(wire))}</div>
      <div class="places">${PLACES.map((place) => this.#place(place))}</div>
    `;
  }

  #wire(wire: Wire): TemplateResult {
    const from = ORDER.indexOf(wire.from);
    const to = ORDER.indexOf(wire.to);
    const way = from < to ? "there" : "back";
    return html`<div class="wire ${way} w${Math.min(from, to)}${Math.max(from, to)}">
      <span>${wire.label}</span>
    </div>`;
  }

  #place({ id, name, what }: (typeof PLACES)[number]): TemplateResult {
    const tokens = this.holdings[id];
    const held = tokens.filter((token) => !token.gone);
    const gone = tokens.filter((token) => token.gone);
    const refused = this.refusal?.place === id;
    return html`<section
      class="place place-${id} ${refused ? "refuses" : ""}"
      data-place=${id}
      aria-label="${name}, ${what}"
    >
      <h2>${name} <small>${what}</small></h2>
      ${id === "kms" ? this.#hsm() : nothing}
      <ul class="tokens" aria-label="${name} holds">
        ${held.map((token) => this.#token(id, token))}
      </ul>
      ${
        gone.length === 0
          ? nothing
          : html`<p class="no-longer">no longer holds</p>
            <ul class="tokens" aria-label="${name} no longer holds">
              ${gone.map((token) => this.#token(id, token))}
            </ul>`
      }
      ${this.aside[id] ?? nothing}
      ${refused && this.refusal !== undefined ? refusalNote(this.refusal) : nothing}
    </section>`;
  }

  #token(place: Place, token: Token): TemplateResult {
    return html`<li data-token=${token.id}>
      <kms-token
        .token=${token}
        place=${place}
        ?selected=${this.picked === `${place}:${token.id}`}
      ></kms-token>
    </li>`;
  }

  /** The wall, and what never leaves it. */
  #hsm(): TemplateResult {
    const { cmk } = this;
    return html`<div class="hsm">
      <p class="hsm-name">
        <button type="button" class="term" popovertarget="term-hsm">HSM boundary</button>
        <small>simulated</small>
      </p>
      <ul class="tokens">
        <li>${this.#keptToken("root-key", "root key", "never leaves", false)}</li>
        <li>${this.#cmkToken(cmk)}</li>
      </ul>
      ${cmk === undefined || this.gone ? nothing : this.#materials(cmk)}
    </div>`;
  }

  #cmkToken(cmk: Cmk | undefined): TemplateResult {
    const gone = this.gone || cmk === undefined;
    const note = gone ? "deleted" : stateText(cmk.state);
    return this.#keptToken("key-material", cmk === undefined ? "CMK" : nameOf(cmk), note, gone);
  }

  #keptToken(
    kind: "root-key" | "key-material",
    name: string,
    note: string,
    gone: boolean,
  ): TemplateResult {
    const what = kind === "root-key" ? "root key" : "key material";
    const token: Token = {
      id: kind,
      kind,
      name,
      note,
      about: kind === "root-key" ? "in the HSM" : "CMK",
      gone,
      artefact: { kind, label: name, kept: { what, bits: 256 } },
    };
    return html`<kms-token
      .token=${token}
      place="kms"
      ?selected=${this.picked === `kms:${kind}`}
    ></kms-token>`;
  }

  #materials(cmk: Cmk): TemplateResult {
    return html`<ol class="materials" aria-label="versions of the key material">
      ${cmk.materials.map(
        (material) => html`<li class=${material.current ? "current" : "old"}>
          ${glyph("key-material")}<code>${shortId(material.id, 6)}</code>
          <span>${material.current ? "current" : "decrypts only"}</span>
        </li>`,
      )}
    </ol>`;
  }
}

customElements.define("tk-stage", TkStage);
