import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Description, Inspection } from "../../../js/src/api.ts";
import { type Cmk, nameOf, readCmks, stateText } from "../model/cmk.ts";
import { type FileHoldings, holdingsOf, pickedOf } from "../model/file-tokens.ts";
import { type Files, type Held, plainName, type Way } from "../model/files.ts";
import type { Token } from "../model/holdings.ts";
import { beginningOf } from "../model/message.ts";
import type { Playground } from "../model/playground.ts";
import type { LongWork } from "../model/progress.ts";
import { logHash } from "../model/route.ts";
import "../parts/bytes.ts";
import { elsewhere } from "../parts/elsewhere.ts";
import { glyph } from "../parts/glyphs.ts";
import { personChip } from "../parts/person.ts";
import { failureNote } from "../parts/refusal-note.ts";
import { termed } from "../parts/term.ts";
import type { PickEvent } from "../parts/token.ts";
import { workBar } from "../parts/work-bar.ts";
import { blobOf, download } from "../util/bytes.ts";
import { bytesText, countText, sizeText } from "../util/format.ts";
import { pickTarget } from "../util/pick-target.ts";
import { contextForm } from "./roles-question.ts";

const FRAME_LENGTHS = [4096, 65_536, 524_288, 1_048_576];

const AHEAD =
  "KMS will make one [[datakey|data key]] for the file and return it twice. This tab encrypts with it, [[frame|frame]] by frame, then overwrites it; the encrypted copy goes into the file's header, and only KMS opens it. The result is an [[message|Encryption SDK message]], which other programs read too.";

/** Files of the person's own: encrypted, explained byte by byte, decrypted again. */
export class TkFiles extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    keys: { state: true },
  };

  declare play: Playground;
  /** Changes with every change of the store, and so reads the keys again. */
  declare description: Description | undefined;
  declare keys: readonly Cmk[];

  constructor() {
    super();
    this.keys = [];
  }

  readonly #changed = (): void => this.requestUpdate();
  #held: readonly unknown[] = [];
  #holdings: FileHoldings = { you: [], kms: [], file: [] };

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.play.addEventListener("change", this.#changed);
  }

  override disconnectedCallback(): void {
    this.play.removeEventListener("change", this.#changed);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("description")) void this.#read();
  }

  async #read(): Promise<void> {
    const { kms } = this.play;
    if (kms !== undefined) this.keys = await readCmks(kms).catch(() => []);
  }

  get #files(): Files {
    return this.play.files;
  }

  /** The chosen key, while it is there; else the demo's. */
  get #key(): Cmk | undefined {
    const { keyArn } = this.#files;
    const of = (arn: string | undefined) => this.keys.find((key) => key.arn === arn);
    return of(keyArn) ?? of(this.play.cmk?.arn) ?? this.keys[0];
  }

  /** Made anew where something changed hands, and not as work goes on: bytes that are shown are drawn once. */
  #who(): FileHoldings {
    const { plain, sealed, opened } = this.#files;
    const key = this.#key;
    // The keys are read anew with every call: the same one is another object then.
    const held = [plain, sealed, opened, key?.arn, key && nameOf(key)];
    if (held.some((one, at) => one !== this.#held[at])) {
      this.#held = held;
      this.#holdings = holdingsOf(this.#files, key);
    }
    return this.#holdings;
  }

  protected override render(): TemplateResult {
    const files = this.#files;
    const holdings = this.#who();
    const picked = pickedOf(holdings, files.picked);
    return html`<div class="files" aria-busy=${files.busy ? "true" : "false"}>
      <section class="files-in" aria-labelledby="files-title">
        <h1 id="files-title">Encrypt a file of any size</h1>
        <p>It is read and encrypted in this tab. Nothing is sent anywhere.</p>
        ${this.#choice()} ${files.plain === undefined ? nothing : this.#encrypting()}
        ${this.#failure("read")}
      </section>
      <section class="files-out" aria-label="who holds what" @pick=${this.#pick}>
        ${this.#place("You, in this tab", holdings.you, "Nothing of it.")}
        ${this.#place("KMS", holdings.kms, "No key.")}
        ${this.#place("The encrypted file", holdings.file, "Not made yet.")} ${this.#result()}
      </section>
      <section class="bytes-area" aria-label="the bytes" data-testid="bytes">
        <tk-bytes
          first="512"
          .artefact=${picked?.artefact}
          .name=${picked?.name ?? ""}
          .note=${picked === undefined ? "The bytes and their fields show here." : picked.gone ? "Overwritten with zeros: this is all that is left of it." : ""}
          .inspect=${this.#inspect}
          .save=${() => picked && this.#save(picked)}
        ></tk-bytes>
      </section>
      ${this.#elsewhere()}
    </div>`;
  }

  /** Which file: its token stands at the right. */
  #choice(): TemplateResult {
    const files = this.#files;
    const { plain, sealed } = files;
    const brought = plain ?? sealed;
    return html`<div class="files-choice">
      <p class="file-name" data-testid="files-name">
        ${
          brought === undefined
            ? "No file yet."
            : html`${brought.name} <small>${sizeText(brought.blob.size)}${files.isExample ? ", an example" : ""}</small>`
        }
      </p>
      <div class="row">
        <label class="file button"
          ><span>Choose a file</span>
          <input type="file" data-testid="files-file" @change=${this.#chosen}
        /></label>
        <span class="or">or drop one anywhere</span>
        ${
          files.isExample
            ? nothing
            : html`<button type="button" class="plain" @click=${() => files.example()}>The example</button>`
        }
      </div>
    </div>`;
  }

  readonly #chosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file !== undefined) void this.#files.take(file);
    field.value = "";
  };

  #encrypting(): TemplateResult {
    const files = this.#files;
    const key = this.#key;
    const begin = (into?: FileSystemFileHandle) => key && void files.encrypt(key.arn, into);
    return html`<div class="files-form">
        <label class="k-key-material key-chooser">
          ${glyph("key-material")} Key
          <select
            data-testid="files-key"
            @change=${(event: Event) => files.set({ keyArn: (event.target as HTMLSelectElement).value })}
          >
            ${this.keys.map(
              (
                one,
              ) => html`<option value=${one.arn} ?selected=${one === key} .selected=${one === key}>
                ${nameOf(one)}${one.state === "Enabled" ? "" : `, ${stateText(one.state)}`}
              </option>`,
            )}
          </select>
        </label>
        ${contextForm(files.context, (context) => files.set({ context }))}
        <label class="frame-chooser"
          >${termed("[[frame|Frames]]")} of
          <select
            data-testid="files-frame"
            @change=${(event: Event) => files.set({ frameLength: Number((event.target as HTMLSelectElement).value) })}
          >
            ${FRAME_LENGTHS.map(
              (length) => html`<option value=${length} ?selected=${length === files.frameLength}>
                ${bytesText(length)}
              </option>`,
            )}
          </select></label
        >
      </div>
      ${this.#begin("encrypt", "Encrypt", `${files.plain?.name}.enc`, key === undefined, begin)}`;
  }

  /** The button, the way into a picked file where the browser has one, the bar, the refusal. */
  #begin(
    way: Way,
    label: string,
    name: string,
    disabled: boolean,
    begin: (into?: FileSystemFileHandle) => void,
    more?: TemplateResult,
  ): TemplateResult {
    const files = this.#files;
    const { who } = this.play;
    const work = this.#working(way);
    const pick = pickTarget();
    const buttons = html`<div class="row">
      <button
        type="button"
        class="primary"
        data-testid=${way}
        ?disabled=${disabled || files.busy}
        @click=${() => begin()}
      >
        ${label}
      </button>
      ${
        pick === undefined
          ? nothing
          : html`<button
              type="button"
              data-testid="${way}-into"
              ?disabled=${disabled || files.busy}
              @click=${async () => {
                const into = await pick(name);
                if (into !== undefined) begin(into);
              }}
            >
              ${label} into a file…
            </button>`
      }
      ${more ?? nothing}
      ${who.principal === undefined ? nothing : html`<span class="as">as ${personChip(who)}</span>`}
    </div>`;
    // The bar stands in the buttons' place, so that nothing moves.
    return html`<div class="begin">
        ${work?.work.visible ? workBar(work, () => files.cancel()) : buttons}
      </div>
      ${this.#failure(way)}`;
  }

  #working(way: Way): LongWork | undefined {
    const { work } = this.#files;
    return work !== undefined && (way === "encrypt") === (work.work.what === "Encrypting")
      ? work
      : undefined;
  }

  #failure(way: Way): TemplateResult | typeof nothing {
    const files = this.#files;
    if (files.failure === undefined || files.failedAt !== way) return nothing;
    return html`<div data-testid="refusal">${failureNote(files.failure)}</div>`;
  }

  #place(title: string, tokens: readonly Token[], none: string): TemplateResult {
    const files = this.#files;
    return html`<div class="holder">
      <h2>${title}</h2>
      ${
        tokens.length === 0
          ? html`<p class="holds-none">${none}</p>`
          : html`<ul class="tokens">
              ${tokens.map(
                (token) => html`<li>
                  <kms-token .token=${token} ?selected=${token.id === files.picked}></kms-token>
                </li>`,
              )}
            </ul>`
      }
    </div>`;
  }

  readonly #pick = (event: Event): void => this.#files.pick((event as PickEvent).token.id);

  /** What was made, and the way back. */
  #result(): TemplateResult | typeof nothing {
    const files = this.#files;
    const { sealed, plain, opened } = files;
    if (sealed === undefined) {
      const isPlain = plain !== undefined;
      return isPlain
        ? html`<div class="files-result ahead"><p>${termed(AHEAD)}</p></div>`
        : nothing;
    }
    const made = plain !== undefined;
    return html`<div class="files-result" data-testid="sealed">
      <p>${made ? this.#made(sealed) : this.#brought()}</p>
      ${this.#begin(
        "decrypt",
        made ? "Decrypt it again" : "Decrypt",
        plainName(sealed.name),
        false,
        (into) => void files.decrypt(into),
        made
          ? html`<button
              type="button"
              data-testid="save-sealed"
              @click=${() => download(sealed.blob, sealed.name)}
            >
              Save ${sealed.name}
            </button>`
          : html`<button type="button" @click=${() => files.encryptAnyway()}>
              Encrypt it as it is
            </button>`,
      )}
      ${opened === undefined ? nothing : this.#opened(opened)}
      ${
        [made ? sealed : undefined, opened].some((held) => held?.scratch === true)
          ? html`<p class="scratch">
              What is this large stands in the browser's private files until it is saved; choosing
              another file, or opening the page anew, removes it.
            </p>`
          : nothing
      }
    </div>`;
  }

  #made(sealed: NonNullable<Files["sealed"]>): TemplateResult {
    const { message, blob } = sealed;
    const plain = this.#files.plain?.blob.size ?? 0;
    const frames = Math.max(1, Math.ceil(plain / (message?.frameLength || plain || 1)));
    return html`<strong data-testid="sealed-name">${sealed.name}</strong>, ${bytesText(blob.size)}:
      ${bytesText(blob.size - plain)} more than the data, for the header and
      ${countText(frames, "frame")}${speed(sealed, plain)}. The call for its data key is in the
      <a href=${logHash(this.#key?.arn ?? "")}>log</a>.`;
  }

  #brought(): TemplateResult {
    const { sealed } = this.#files;
    if (sealed?.message === undefined) {
      return html`Its name says that it is encrypted; its first bytes are not those of an
        ${termed("[[message|Encryption SDK message]]")}.`;
    }
    const [key] = sealed.message.keys;
    const known = this.keys.find((one) => one.arn === key?.info);
    return html`An ${termed("[[message|Encryption SDK message]]")}.
    ${key === undefined ? nothing : html`Its data key is under ${known === undefined ? html`<code>${key.info}</code>, which is not in this store` : html`<code>${nameOf(known)}</code>`}.`}`;
  }

  #opened(opened: Held): TemplateResult {
    const { comparison } = this.#files;
    const words: Readonly<Record<typeof comparison, string>> = {
      same: "Compared byte by byte: identical to the original.",
      other: "Not the same as the original.",
      comparing: "Every tag fits. Comparing it with the original…",
      none: "Every tag fits: this is what was encrypted.",
    };
    return html`<p class="verdict" data-testid="opened">
      <span>${words[comparison]}${speed(opened, opened.blob.size)}</span>
      <button type="button" data-testid="save-opened" @click=${() => download(opened.blob, opened.name)}>
        Save ${opened.name}
      </button>
    </p>`;
  }

  #elsewhere(): TemplateResult | typeof nothing {
    const { sealed } = this.#files;
    const { kms } = this.play;
    if (sealed?.message === undefined || sealed.message.keys.length === 0 || kms === undefined)
      return nothing;
    return elsewhere(kms, sealed, sealed.message);
  }

  readonly #inspect = async (bytes: Uint8Array): Promise<Inspection> => {
    const { kms } = this.play;
    if (kms === undefined) return { format: "unknown", fields: [] };
    return beginningOf(await kms.inspect(bytes));
  };

  #save(token: Token): void {
    const files = this.#files;
    const whole = { data: files.plain, object: files.sealed, opened: files.opened }[token.id];
    if (whole !== undefined) download(whole.blob, whole.name);
    else if (token.artefact.shown !== undefined) {
      download(blobOf(token.artefact.shown), `${token.kind}.bin`);
    }
  }
}

/** Of what takes long enough to have a speed. */
function speed({ seconds = 0 }: Held, bytes: number): string {
  if (bytes < 1_000_000 || seconds === 0) return "";
  return `; ${seconds.toFixed(seconds < 10 ? 1 : 0)}\u00a0s, ${sizeText(bytes / seconds)}/s`;
}

customElements.define("tk-files", TkFiles);
