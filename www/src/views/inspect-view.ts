import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Artefact, Inspection, KmsApi } from "../../../js/src/api.ts";
import type { Playground } from "../model/playground.ts";
import "../parts/bytes.ts";
import { artefactOf } from "../model/flow.ts";
import { base64Of, blobOf, download, parseBytes } from "../util/bytes.ts";
import { sizeText } from "../util/format.ts";

const MOST = 64 * 1024;

const FORMATS: Readonly<Record<Inspection["format"], string>> = {
  "kms-ciphertext": "A KMS ciphertext, in the layout that AWS's own have. Nothing here opens it.",
  "encryption-sdk-message":
    "An AWS Encryption SDK message: header, encrypted data keys, frames. This is how objects are stored here; real S3's storage format is its own.",
  unknown: "Neither a KMS ciphertext nor an Encryption SDK message.",
};

/** Any bytes, named field by field. */
export class TkInspect extends LitElement {
  static override properties = {
    play: { attribute: false },
    kms: { attribute: false },
    artefact: { state: true },
    format: { state: true },
    problem: { state: true },
    text: { state: true },
  };

  declare play: Playground;
  declare kms: KmsApi | undefined;
  declare artefact: Artefact | undefined;
  declare format: Inspection["format"] | undefined;
  declare problem: string;
  declare text: string;

  constructor() {
    super();
    this.problem = "";
    this.text = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<div class="inspect" @drop=${this.#drop} @dragover=${(e: Event) => e.preventDefault()}>
      <section class="inspect-in">
        <h1>What is in these bytes?</h1>
        <p>
          Paste a ciphertext as base64 or hex, one of AWS's too, or drop a file. Nothing is sent
          anywhere.
        </p>
        <label for="inspect-text">Base64 or hex</label>
        <textarea
          id="inspect-text"
          rows="6"
          spellcheck="false"
          autocomplete="off"
          placeholder="AQIDAHh…"
          data-testid="inspect-text"
          .value=${this.text}
          @input=${(event: Event) => this.#read((event.target as HTMLTextAreaElement).value)}
        ></textarea>
        <div class="row">
          <label class="file button"
            ><span>Open a file</span>
            <input type="file" data-testid="inspect-file" @change=${this.#file}
          /></label>
          <button type="button" ?disabled=${this.kms === undefined} @click=${() => void this.#example()}>
            A fresh example
          </button>
        </div>
        ${this.problem === "" ? nothing : html`<p class="wrong" role="alert">${this.problem}</p>`}
        ${this.format === undefined ? nothing : html`<p role="status" data-testid="format">${FORMATS[this.format]}</p>`}
      </section>
      <section class="bytes-area" aria-label="the bytes">
        <tk-bytes
          .artefact=${this.artefact}
          .name=${this.artefact?.label ?? ""}
          .note=${this.artefact === undefined ? "The bytes and their fields show here." : ""}
          .inspect=${this.kms === undefined ? undefined : this.#inspect}
          .save=${() => {
            const bytes = this.artefact?.shown;
            if (bytes !== undefined) download(blobOf(bytes), "bytes.bin");
          }}
        ></tk-bytes>
      </section>
    </div>`;
  }

  readonly #inspect = async (bytes: Uint8Array): Promise<Inspection> => {
    if (this.kms === undefined) return { format: "unknown", fields: [] };
    const inspection = await this.kms.inspect(bytes);
    this.format = inspection.format;
    return inspection;
  };

  #read(text: string): void {
    this.text = text;
    const bytes = parseBytes(text);
    this.problem =
      bytes === undefined && text.trim() !== "" ? "This is neither base64 nor hex." : "";
    if (bytes === undefined) {
      this.artefact = undefined;
      this.format = undefined;
    } else this.#show(bytes, bytes.length, "pasted bytes");
  }

  #show(bytes: Uint8Array, length: number, label: string): void {
    this.problem = "";
    this.artefact = { kind: "ciphertext", label, shown: bytes.slice(0, MOST), length };
  }

  async #open(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.slice(0, MOST).arrayBuffer());
    this.text = "";
    this.#show(bytes, file.size, `${file.name}, ${sizeText(file.size)}`);
  }

  readonly #file = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file !== undefined) void this.#open(file);
    field.value = "";
  };

  readonly #drop = (event: DragEvent): void => {
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    void this.#open(file);
  };

  async #example(): Promise<void> {
    const keyId = this.play.cmk?.arn;
    if (this.kms === undefined || keyId === undefined) return;
    const made = await this.kms.trace("GenerateDataKey", { KeyId: keyId, KeySpec: "AES_256" });
    const blob =
      made.answer?.["CiphertextBlob"] ?? artefactOf(made.steps, "encrypted-data-key")?.shown;
    if (blob instanceof Uint8Array) this.#read(base64Of(blob));
    else this.problem = `${made.error?.name ?? "Error"}: ${made.error?.message ?? ""}`;
  }
}

customElements.define("tk-inspect", TkInspect);
