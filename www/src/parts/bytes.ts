import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Artefact, Field, Inspection } from "../../../js/src/api.ts";
import { ownersOf, type Row, rowsOf } from "../model/fields.ts";
import { KINDS } from "../model/kinds.ts";
import { asciiOf, base64Of, hexByte, hexOf } from "../util/bytes.ts";
import { bytesText } from "../util/format.ts";
import { reveal } from "../util/scroll.ts";
import { EditEvent } from "./edit-event.ts";
import { glyph } from "./glyphs.ts";

const FIRST = 1024;
const MORE = 4096;
const NARROW = "(max-width: 700px)";

/** The selected artefact's bytes: hex and fields, each leading to the other. */
export class TkBytes extends LitElement {
  static override properties = {
    artefact: { attribute: false },
    name: {},
    note: {},
    inspect: { attribute: false },
    save: { attribute: false },
    editable: { type: Boolean },
    first: { type: Number },
    changed: { attribute: false },
    inspection: { state: true },
    limit: { state: true },
    columns: { state: true },
    row: { state: true },
    at: { state: true },
    copied: { state: true },
  };

  declare artefact: Artefact | undefined;
  declare name: string;
  /** Said instead of the kind's meaning, or where there is nothing yet. */
  declare note: string;
  declare inspect: ((bytes: Uint8Array) => Promise<Inspection>) | undefined;
  declare save: (() => void) | undefined;
  declare editable: boolean;
  /** Bytes that are drawn at first. */
  declare first: number;
  /** The byte that is not as it was stored. */
  declare changed: number | undefined;
  declare inspection: Inspection | undefined;
  declare limit: number;
  declare columns: 8 | 16;
  /** The field in question, by its row. */
  declare row: number;
  /** The byte that has the focus of the grid. */
  declare at: number;
  declare copied: string;

  readonly #narrow = matchMedia(NARROW);
  #rows: readonly Row[] = [];
  #owners: Int32Array = new Int32Array();
  #typed = "";

  constructor() {
    super();
    this.name = "";
    this.note = "";
    this.editable = false;
    this.first = FIRST;
    this.limit = FIRST;
    this.columns = this.#narrow.matches ? 8 : 16;
    this.row = -1;
    this.at = 0;
    this.copied = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#narrow.addEventListener("change", this.#fit);
  }

  override disconnectedCallback(): void {
    this.#narrow.removeEventListener("change", this.#fit);
    super.disconnectedCallback();
  }

  readonly #fit = (): void => {
    this.columns = this.#narrow.matches ? 8 : 16;
  };

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("artefact")) {
      this.inspection = undefined;
      this.limit = this.first;
      this.row = -1;
      this.at = this.changed ?? 0;
      this.copied = "";
      this.#rows = [];
      this.#own();
      void this.#look();
    }
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("inspection") && this.changed !== undefined) this.#reveal(this.changed);
  }

  async #look(): Promise<void> {
    const { artefact, inspect } = this;
    if (artefact?.shown === undefined || inspect === undefined) return;
    try {
      const inspection = await inspect(artefact.shown);
      if (artefact !== this.artefact) return;
      this.#rows = rowsOf(inspection.fields);
      this.#own();
      this.inspection = inspection;
      this.row = this.#owners[this.at] ?? -1;
    } catch {
      this.inspection = { format: "unknown", fields: [] };
    }
  }

  #own(): void {
    this.#owners = ownersOf(this.#rows, this.artefact?.shown?.length ?? 0);
  }

  protected override render(): TemplateResult {
    const { artefact } = this;
    if (artefact === undefined) {
      return html`<p class="bytes-none">${this.note}</p>`;
    }
    const info = KINDS[artefact.kind];
    const length = artefact.length ?? artefact.shown?.length ?? 0;
    return html`
      <header class="bytes-head k-${artefact.kind}">
        ${glyph(artefact.kind)}
        <h2>${this.name === "" ? info.name : this.name}</h2>
        <span class="bytes-size">
          ${artefact.shown === undefined ? `${artefact.kept?.bits ?? 0} bits, kept` : bytesText(length)}
        </span>
        ${artefact.shown === undefined ? nothing : this.#copies(artefact.shown, length)}
      </header>
      ${artefact.shown === undefined ? this.#kept(artefact) : this.#open(artefact.shown, length)}
    `;
  }

  #kept(artefact: Artefact): TemplateResult {
    const info = KINDS[artefact.kind];
    return html`<div class="kept">
      <p>${info.meaning}</p>
      <p>${info.kept ?? "Nothing to see: this secret stays where it is."}</p>
    </div>`;
  }

  #open(bytes: Uint8Array, length: number): TemplateResult {
    const shown = Math.min(this.limit, bytes.length);
    return html`<div class="bytes-body">
      <div class="hex-side">
        <div
          class="hex c${this.columns}"
          role="grid"
          aria-label="bytes of ${this.name}; arrow keys move${this.editable ? ", two hex digits overwrite" : ""}"
          data-arrows
          @keydown=${this.#key}
          @focusin=${this.#point}
          @pointerover=${this.#point}
          @click=${this.#tap}
        >
          ${this.#lines(bytes, shown)}
        </div>
        ${shown < bytes.length ? this.#more(bytes.length - shown) : nothing}
        ${
          bytes.length < length
            ? html`<p class="hex-cut">
                The first ${bytesText(bytes.length)} of ${bytesText(length)}; the file has all.
              </p>`
            : nothing
        }
      </div>
      <div class="field-side">${this.#detail(bytes)} ${this.#list()}</div>
    </div>`;
  }

  #lines(bytes: Uint8Array, shown: number): TemplateResult[] {
    const lines: TemplateResult[] = [];
    for (let at = 0; at < shown; at += this.columns) {
      lines.push(this.#line(bytes.subarray(at, Math.min(at + this.columns, shown)), at));
    }
    return lines;
  }

  #line(bytes: Uint8Array, from: number): TemplateResult {
    const cells = Array.from(bytes, (byte, index) => this.#cell(byte, from + index));
    return html`<div class="hex-line" role="row">
      <span class="hex-offset" role="rowheader">${from.toString(16).padStart(4, "0")}</span>
      ${cells}
      <span class="hex-ascii" aria-hidden="true">${Array.from(bytes, asciiOf).join("")}</span>
    </div>`;
  }

  #cell(byte: number, at: number): TemplateResult {
    const owner = this.#owners[at] ?? -1;
    const row = this.#rows[owner];
    const active = this.#inRow(at) ? "on" : "";
    const tint = row === undefined ? "" : `t${row.tint}`;
    const altered = this.changed === at ? "altered" : "";
    const focusable = at === this.at;
    const label = focusable
      ? `byte ${at}, ${hexByte(byte)}${row === undefined ? "" : `, ${row.field.title}`}`
      : nothing;
    return html`<span
      class="byte ${tint} ${active} ${altered}"
      role="gridcell"
      data-at=${at}
      tabindex=${focusable ? 0 : -1}
      aria-label=${label}
      >${hexByte(byte)}</span
    >`;
  }

  #inRow(at: number): boolean {
    const field = this.#rows[this.row]?.field;
    return field !== undefined && at >= field.offset && at < field.offset + field.length;
  }

  #more(left: number): TemplateResult {
    return html`<button
      type="button"
      class="plain"
      @click=${() => {
        this.limit += MORE;
      }}
    >
      Show ${bytesText(Math.min(left, MORE))} more
    </button>`;
  }

  #list(): TemplateResult {
    if (this.inspection === undefined) return html`<ul class="fields"></ul>`;
    if (this.#rows.length === 0) {
      return html`<p class="fields-none">${this.note === "" ? KINDS[this.artefact?.kind ?? "plaintext"].meaning : this.note}</p>`;
    }
    return html`<ul class="fields" aria-label="fields" @pointerover=${this.#pointField}>
      ${this.#rows.map(
        (row, index) => html`<li class="d${row.depth}">
          <button
            type="button"
            class="field ${row.leaf ? `t${row.tint}` : "branch"} ${index === this.row ? "on" : ""}"
            data-row=${index}
            data-field=${row.field.name}
            aria-pressed=${index === this.row ? "true" : "false"}
            @focus=${() => this.#show(index)}
            @click=${() => this.#show(index, true)}
          >
            <span class="swatch" aria-hidden="true"></span>
            <span class="field-title">${row.field.title}</span>
            <span class="field-length">${row.field.length}</span>
          </button>
        </li>`,
      )}
    </ul>`;
  }

  #detail(bytes: Uint8Array): TemplateResult {
    const field = this.#rows[this.row]?.field;
    return html`<div class="detail" aria-live="off">
      ${field === undefined ? this.#unnamed() : this.#named(field)}
      ${this.editable ? this.#editor(bytes) : nothing}
    </div>`;
  }

  #unnamed(): TemplateResult {
    if (this.inspection === undefined || this.#rows.length === 0) return html``;
    return html`<p class="detail-hint">Point at a byte or a field.</p>`;
  }

  #named(field: Field): TemplateResult {
    return html`
      <h3>${field.title}</h3>
      <p class="detail-where">
        ${bytesText(field.length)} at ${field.offset}${field.value === undefined ? nothing : html` · <code>${field.value}</code>`}
      </p>
      <p>${field.meaning}</p>
      <p class="detail-source">Source: ${field.source}</p>
    `;
  }

  #editor(bytes: Uint8Array): TemplateResult {
    const { at } = this;
    return html`<form class="editor" @submit=${this.#submit}>
      <label>Byte ${at} is
        <input
          name="byte"
          maxlength="2"
          size="2"
          pattern="[0-9A-Fa-f]{2}"
          autocomplete="off"
          spellcheck="false"
          .value=${hexByte(bytes[at] ?? 0)}
        />
      </label>
      <button type="submit">What if it were this?</button>
    </form>`;
  }

  #copies(bytes: Uint8Array, length: number): TemplateResult {
    const copy = (what: string, text: () => string) => async () => {
      await navigator.clipboard.writeText(text());
      this.copied = what;
    };
    const button = (what: string, text: () => string) => html`<button
      type="button"
      class="plain"
      @click=${copy(what, text)}
    >
      ${this.copied === what ? "Copied" : what}
    </button>`;
    const part = bytes.length < length ? ` (first ${bytesText(bytes.length)})` : "";
    return html`<span class="copies" role="group" aria-label="copy${part}">
      ${button("Hex", () => hexOf(bytes))} ${button("Base64", () => base64Of(bytes))}
      <button type="button" class="plain" @click=${() => this.save?.()}>File</button>
    </span>`;
  }

  #show(row: number, move = false): void {
    this.row = row;
    const offset = this.#rows[row]?.field.offset;
    if (offset === undefined) return;
    if (move) {
      this.at = offset;
      this.limit = Math.max(this.limit, Math.ceil((offset + 1) / MORE) * MORE);
    }
    this.#reveal(offset);
  }

  /** Scrolls the bytes and the list of fields, not the page. */
  #reveal(offset: number): void {
    reveal(this.querySelector(".hex-side"), this.querySelector(`[data-at="${offset}"]`));
    reveal(this.querySelector(".fields"), this.querySelector(`[data-row="${this.row}"]`));
  }

  readonly #point = (event: Event): void => {
    const at = Number((event.target as HTMLElement).dataset["at"] ?? Number.NaN);
    if (Number.isNaN(at)) return;
    this.row = this.#owners[at] ?? -1;
    if (event.type === "focusin") this.at = at;
  };

  readonly #pointField = (event: Event): void => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (button !== null) this.row = Number(button.dataset["row"]);
  };

  readonly #tap = (event: Event): void => {
    const at = Number((event.target as HTMLElement).dataset["at"] ?? Number.NaN);
    if (!Number.isNaN(at)) void this.#focus(at);
  };

  async #focus(at: number): Promise<void> {
    const last = Math.min(this.limit, this.artefact?.shown?.length ?? 0) - 1;
    this.at = Math.min(Math.max(at, 0), last);
    this.#typed = "";
    await this.updateComplete;
    this.querySelector<HTMLElement>(`[data-at="${this.at}"]`)?.focus();
  }

  readonly #key = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.columns,
      ArrowDown: this.columns,
      PageUp: -8 * this.columns,
      PageDown: 8 * this.columns,
    };
    const move = moves[event.key];
    if (move !== undefined) void this.#focus(this.at + move);
    else if (event.key === "Home") void this.#focus(0);
    else if (event.key === "End") void this.#focus(Number.MAX_SAFE_INTEGER);
    else if (this.editable && /^[0-9a-f]$/i.test(event.key) && !event.ctrlKey && !event.metaKey) {
      this.#type(event.key);
    } else return;
    event.preventDefault();
  };

  #type(digit: string): void {
    this.#typed += digit;
    if (this.#typed.length < 2) return;
    const value = Number.parseInt(this.#typed, 16);
    this.#typed = "";
    this.dispatchEvent(new EditEvent(this.at, value));
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get("byte"));
    const value = Number.parseInt(text, 16);
    if (!Number.isNaN(value)) this.dispatchEvent(new EditEvent(this.at, value));
  };
}

customElements.define("tk-bytes", TkBytes);
