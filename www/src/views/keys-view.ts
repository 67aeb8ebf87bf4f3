import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Description, Members } from "../../../js/src/api.ts";
import {
  type Cmk,
  nameOf,
  type Rotation,
  readCmks,
  readRotation,
  stateText,
} from "../model/cmk.ts";
import type { Playground } from "../model/playground.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import { keyHash } from "../model/route.ts";
import { glyph } from "../parts/glyphs.ts";
import { personChip } from "../parts/person.ts";
import { failureNote } from "../parts/refusal-note.ts";
import "../parts/store-panel.ts";
import { countText, dateText } from "../util/format.ts";
import { keyDetail } from "./key-detail.ts";

/** The keys at hand, and everything that their owner may do with them. */
export class TkKeys extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    keys: { state: true },
    rotation: { state: true },
    failure: { state: true },
    done: { state: true },
  };

  declare play: Playground;
  /** Changes with every change of the store, and so reads the keys again. */
  declare description: Description | undefined;
  declare keys: readonly Cmk[] | undefined;
  declare rotation: Rotation | undefined;
  declare failure: Failure | undefined;
  declare done: string;

  constructor() {
    super();
    this.done = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("description") || changed.has("play")) void this.#read();
  }

  async #read(): Promise<void> {
    const { kms } = this.play;
    if (kms === undefined) return;
    try {
      this.keys = await readCmks(kms);
      const key = this.#selected();
      this.rotation = key === undefined ? undefined : await readRotation(kms, key.id);
    } catch (error) {
      this.rotation = undefined;
      if (this.keys === undefined) this.failure = failureOf(error);
    }
  }

  #selected(): Cmk | undefined {
    const { route } = this.play;
    const wanted = route.view === "keys" ? route.key : undefined;
    return this.keys?.find((key) => key.id === wanted) ?? this.keys?.[0];
  }

  /** One operation; its exception, or what was done, in the same place. */
  readonly #call = async (operation: string, input: Members, done: string): Promise<void> => {
    const kms = this.play.as;
    if (kms === undefined) return;
    this.failure = undefined;
    this.done = "";
    try {
      const answer = await kms.send(operation, input);
      this.done = done;
      await this.#follow(operation, answer);
    } catch (error) {
      this.failure = failureOf(error);
    }
    await this.#read();
    await this.play.refresh();
  };

  /** A key that was just made is the one to look at. */
  async #follow(operation: string, answer: Members): Promise<void> {
    if (operation !== "CreateKey") return;
    const { KeyId } = answer["KeyMetadata"] as { readonly KeyId: string };
    location.hash = keyHash(KeyId);
  }

  protected override render(): TemplateResult {
    const selected = this.#selected();
    return html`<div class="keys">
      <section class="key-list" aria-label="the keys at hand">
        <h1>Keys</h1>
        <p class="lead">
          ${this.keys === undefined ? "" : countText(this.keys.length, "key")} in this account and
          Region. Their material stays in the KMS; what you do here is real and stays done.
        </p>
        <ul>
          ${this.keys?.map((key) => this.#row(key, key === selected)) ?? nothing}
        </ul>
        ${this.play.who.principal === undefined ? nothing : html`<p class="lead">You act as ${personChip(this.play.who)}</p>`}
        ${this.#create()}
        <div class="outcome" aria-live="polite">
          ${failureNote(this.failure)}
          ${this.done === "" ? nothing : html`<p class="done-note" data-testid="done">${this.done}</p>`}
        </div>
      </section>
      <section class="key-side" aria-label="the selected key">
        ${selected === undefined ? nothing : keyDetail(selected, this.rotation, this.#call)}
      </section>
      <tk-store .play=${this.play} .description=${this.description}></tk-store>
    </div>`;
  }

  #row(key: Cmk, selected: boolean): TemplateResult {
    const due =
      key.deletes === undefined
        ? nothing
        : html`<small>deleted on ${dateText(key.deletes)}</small>`;
    return html`<li>
      <a
        class="key-row k-key-material s-${key.state}"
        href=${keyHash(key.id)}
        aria-current=${selected ? "true" : "false"}
        data-testid="key"
        data-key=${key.id}
        @click=${() => void this.#readAfterRoute()}
      >
        ${glyph("key-material", key.state === "PendingDeletion")}
        <span class="key-name">${nameOf(key)}</span>
        <code class="key-id">${key.id}</code>
        <span class="key-state">${stateText(key.state)} ${due}</span>
      </a>
    </li>`;
  }

  async #readAfterRoute(): Promise<void> {
    this.failure = undefined;
    this.done = "";
    await new Promise((resolve) => setTimeout(resolve));
    await this.#read();
  }

  #create(): TemplateResult {
    return html`<form
      class="row create"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const form = event.target as HTMLFormElement;
        const description = String(new FormData(form).get("description"));
        form.reset();
        void this.#call("CreateKey", { Description: description }, "The key is made.");
      }}
    >
      <label>Description <input name="description" maxlength="8192" data-testid="description" /></label>
      <button type="submit" class="primary" data-testid="create-key">Create key</button>
    </form>`;
  }
}

customElements.define("tk-keys", TkKeys);
