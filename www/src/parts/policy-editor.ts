import { html, LitElement, nothing, type TemplateResult } from "lit";
import { type ErrorPlace, markedAt, placeIn } from "../model/marks.ts";
import { type Failure, meaningOf } from "../model/refusal.ts";
import { failureNote } from "./refusal-note.ts";

const PAUSE_MS = 350;

export type Check = (text: string) => Promise<Failure | undefined>;

/** A policy as text: numbered lines, what is wrong marked where it stands, nothing put before one says so. */
export class TkPolicyEditor extends LitElement {
  static override properties = {
    subject: {},
    label: {},
    text: { attribute: false },
    proposal: { attribute: false },
    check: { attribute: false },
    put: { attribute: false },
    draft: { state: true },
    wrong: { state: true },
    refused: { state: true },
    checked: { state: true },
    busy: { state: true },
  };

  /** What the policy belongs to; another one forgets the draft. */
  declare subject: string;
  declare label: string;
  /** The policy in force. */
  declare text: string;
  /** A text that somebody else suggests, such as a form. */
  declare proposal: { readonly text: string } | undefined;
  /** Tries the text on a copy of the state. */
  declare check: Check;
  declare put: Check;
  declare draft: string;
  declare wrong: Failure | undefined;
  declare refused: Failure | undefined;
  declare checked: boolean;
  declare busy: boolean;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  /** The policy before the one in force. */
  #before: string | undefined;

  constructor() {
    super();
    this.subject = "";
    this.label = "";
    this.text = "";
    this.draft = "";
    this.checked = false;
    this.busy = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("subject")) {
      this.#before = undefined;
      this.#reset();
    } else if (changed.has("text")) {
      const was = changed.get("text") as string | undefined;
      if (was !== undefined && was !== "") this.#before = was;
      if (this.draft === was || this.draft === this.text) this.#reset();
    }
    if (changed.has("proposal") && this.proposal !== undefined) this.#edit(this.proposal.text);
  }

  #reset(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.draft = this.text;
    this.wrong = undefined;
    this.refused = undefined;
    this.checked = false;
  }

  #edit(text: string): void {
    this.draft = text;
    this.refused = undefined;
    this.checked = false;
    clearTimeout(this.#timer);
    if (text === this.text) this.#reset();
    else this.#timer = setTimeout(() => void this.#try(), PAUSE_MS);
  }

  async #try(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const wrong = await this.check(this.draft);
    if (turn !== this.#turn) return;
    this.wrong = wrong;
    this.checked = true;
  }

  async #put(text: string): Promise<void> {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.busy = true;
    const failure = await this.put(text);
    this.busy = false;
    if (failure === undefined) {
      this.draft = text;
      this.wrong = undefined;
      this.checked = false;
    } else this.wrong = failure;
    this.refused = failure;
  }

  get #place(): ErrorPlace | undefined {
    return this.wrong === undefined ? undefined : placeIn(this.wrong.message);
  }

  protected override render(): TemplateResult {
    const lines = this.draft.split("\n").length;
    const place = this.#place;
    const dirty = this.draft !== this.text;
    const id = `pe-${this.label.replace(/\W+/g, "-")}`;
    return html`
      <div class="pe-box ${this.wrong === undefined ? "" : "wrong"}">
        <div class="pe-lines" aria-hidden="true">
          ${Array.from({ length: lines }, (_, at) =>
            at + 1 === place?.line
              ? html`<span class="pe-bad">✕ ${at + 1}</span>`
              : html`<span>${at + 1}</span>`,
          )}
        </div>
        <div class="pe-stack">
          <pre class="pe-back" aria-hidden="true">${this.#marked(place)}</pre>
          <textarea
            rows=${lines}
            spellcheck="false"
            autocomplete="off"
            autocapitalize="off"
            aria-label=${this.label}
            aria-describedby=${id}
            aria-invalid=${this.wrong === undefined ? "false" : "true"}
            data-testid="policy-text"
            .value=${this.draft}
            @input=${(event: Event) => this.#edit((event.target as HTMLTextAreaElement).value)}
          ></textarea>
        </div>
      </div>
      <div class="pe-status" id=${id} role="status" data-testid="policy-status">
        ${this.#status(dirty)}
      </div>
      ${failureNote(this.refused)}
      <div class="row">
        <button
          type="button"
          class="primary"
          data-testid="policy-put"
          ?disabled=${!dirty || this.busy}
          @click=${() => void this.#put(this.draft)}
        >
          Put
        </button>
        <button
          type="button"
          data-testid="policy-undo"
          ?disabled=${!dirty}
          @click=${() => this.#reset()}
        >
          Undo
        </button>
        ${
          this.#before === undefined || dirty
            ? nothing
            : html`<button
                type="button"
                data-testid="policy-back"
                ?disabled=${this.busy}
                @click=${() => this.#before !== undefined && void this.#put(this.#before)}
              >
                Put back the one before
              </button>`
        }
      </div>
    `;
  }

  #marked(place: ErrorPlace | undefined): TemplateResult {
    const { draft } = this;
    if (place === undefined) return html`${draft}\n`;
    const { start, end } = markedAt(draft, place);
    return html`${draft.slice(0, start)}<mark class="pe-mark" data-testid="policy-mark">${draft.slice(start, end)}</mark>${draft.slice(end)}\n`;
  }

  #status(dirty: boolean): TemplateResult | string {
    const { wrong } = this;
    if (this.refused !== undefined) return "";
    if (wrong !== undefined) {
      return html`<p class="pe-wrong"><span aria-hidden="true">✕</span> ${wrong.message}</p>
        ${placeIn(wrong.message) === undefined ? html`<p>${meaningOf(wrong)}</p>` : nothing}`;
    }
    if (!dirty) return "This is in force.";
    return this.checked
      ? "It would be accepted. Nothing changes before you put it."
      : "Not put yet.";
  }
}

customElements.define("tk-policy-editor", TkPolicyEditor);
