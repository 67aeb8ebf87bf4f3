import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Description } from "../../../js/src/api.ts";
import type { Playground } from "../model/playground.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import { download } from "../util/bytes.ts";
import { countText } from "../util/format.ts";
import { failureNote } from "./refusal-note.ts";

/** Where the keys are, what protects them, and how to take them along or destroy them. */
export class TkStore extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    failure: { state: true },
    done: { state: true },
    busy: { state: true },
  };

  declare play: Playground;
  declare description: Description | undefined;
  declare failure: Failure | undefined;
  declare done: string;
  declare busy: boolean;

  constructor() {
    super();
    this.done = "";
    this.busy = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  async #run(work: () => Promise<string>): Promise<void> {
    this.failure = undefined;
    this.done = "";
    this.busy = true;
    try {
      this.done = await work();
    } catch (error) {
      this.failure = failureOf(error);
    }
    this.busy = false;
    await this.play.refresh();
  }

  protected override render(): TemplateResult {
    const about = this.description;
    return html`<section class="store" aria-label="where the keys are">
      <h2>Where the keys are</h2>
      ${about === undefined ? nothing : this.#facts(about)}
      <div class="outcome" aria-live="polite">
        ${failureNote(this.failure)}
        ${this.done === "" ? nothing : html`<p class="done-note" data-testid="store-done">${this.done}</p>`}
      </div>
      ${about?.rootKey.mode === "memory" ? nothing : this.#passphrase(about)} ${this.#carry()}
      ${this.#erase()}
    </section>`;
  }

  #facts(about: Description): TemplateResult {
    return html`<dl class="facts">
      <div>
        <dt>Kept</dt>
        <dd>${countText(about.keys, "key")}, ${countText(about.objects, "object")}, ${about.store === "memory" ? "in this tab" : "in this browser"}</dd>
      </div>
      <div><dt>Root key</dt><dd data-testid="root-key">${about.rootKey.meaning}</dd></div>
      <div><dt>Eviction</dt><dd data-testid="persistence">${about.persistence.meaning}</dd></div>
    </dl>`;
  }

  #form(
    label: string,
    button: string,
    name: string,
    fields: TemplateResult,
    work: (data: FormData) => Promise<string>,
  ): TemplateResult {
    return html`<form
      class="row"
      aria-label=${label}
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const form = event.target as HTMLFormElement;
        const data = new FormData(form);
        form.reset();
        void this.#run(() => work(data));
      }}
    >
      ${fields}
      <button type="submit" data-testid=${name} ?disabled=${this.busy}>${button}</button>
    </form>`;
  }

  #passphrase(about: Description | undefined): TemplateResult {
    const { kms } = this.play;
    const under = about?.rootKey.mode === "passphrase";
    const set = this.#form(
      "passphrase",
      under ? "Change the passphrase" : "Set a passphrase",
      "set-passphrase",
      html`<label>Passphrase <input name="passphrase" type="password" required autocomplete="new-password" data-testid="new-passphrase" /></label>`,
      async (data) => {
        await kms?.setPassphrase(String(data.get("passphrase")));
        return "The store is under the passphrase. It is asked for at every opening, and nobody can recover it.";
      },
    );
    return html`<h3>Passphrase</h3>
      ${set}
      ${
        under
          ? html`<button
              type="button"
              data-testid="remove-passphrase"
              ?disabled=${this.busy}
              @click=${() =>
                void this.#run(async () => {
                  await kms?.setPassphrase(null);
                  return "The passphrase is removed: the browser keeps the root key.";
                })}
            >
              Remove it
            </button>`
          : nothing
      }`;
  }

  #carry(): TemplateResult {
    return html`<h3>Take it along</h3>
      <p>The whole store as one file, encrypted under a passphrase of its own.</p>
      ${this.#form(
        "export",
        "Export",
        "export",
        html`<label>Passphrase <input name="passphrase" type="password" required autocomplete="new-password" data-testid="export-passphrase" /></label>`,
        async (data) => {
          const file = await this.play.kms?.exportStore(String(data.get("passphrase")));
          if (file !== undefined) download(file, "store.tabkms");
          return "The store is exported.";
        },
      )}
      ${this.#form(
        "import",
        "Import, replacing this store",
        "import",
        html`<label>File <input name="file" type="file" required data-testid="import-file" /></label>
          <label>Passphrase <input name="passphrase" type="password" required autocomplete="off" data-testid="import-passphrase" /></label>`,
        async (data) => {
          const file = data.get("file");
          if (file instanceof File) {
            await this.play.importStore(file, String(data.get("passphrase")));
          }
          return "The store is replaced by the imported one.";
        },
      )}`;
  }

  #erase(): TemplateResult {
    return html`<h3>Erase everything</h3>
      <p>
        Destroys the root key and everything under it. A deleted key is gone for every program; traces
        on the disk are the browser's business.
      </p>
      <button
        type="button"
        class="danger"
        data-testid="erase"
        @click=${() => this.querySelector("dialog")?.showModal()}
      >
        Erase everything
      </button>
      <dialog aria-labelledby="erase-title" data-testid="erase-dialog">
        <h2 id="erase-title">Erase every key and every object?</h2>
        <p>There is no way back, unless you have an export.</p>
        <form method="dialog" class="row">
          <button
            type="submit"
            class="danger"
            data-testid="erase-yes"
            @click=${() =>
              void this.#run(async () => {
                await this.play.erase();
                return "Everything is erased, and a fresh demo key made.";
              })}
          >
            Erase
          </button>
          <button type="submit" autofocus>Keep everything</button>
        </form>
      </dialog>`;
  }
}

customElements.define("tk-store", TkStore);
