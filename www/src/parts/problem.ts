import { html, nothing, type TemplateResult } from "lit";
import type { Playground } from "../model/playground.ts";
import type { Failure } from "../model/refusal.ts";

interface Advice {
  readonly title: string;
  readonly text: string;
}

const ADVICE: Readonly<Record<string, Advice>> = {
  QuotaExceededError: {
    title: "The browser's storage is full",
    text: "Nothing was lost: what was stored before is as it was. Delete objects or other sites' data, then try again.",
  },
  SchemaTooNewError: {
    title: "This store was written by a newer tabkms",
    text: "Nothing was changed. Reload the page to get the newer version, or open the store where it was written.",
  },
  StorageRefusedError: {
    title: "The browser refuses storage",
    text: "Private windows and some settings do not let a page keep anything. You can go on in memory; everything is gone when the tab closes.",
  },
  CorruptStoreError: {
    title: "The store is damaged",
    text: "A record is not what was written, so nothing of it is used. Import an export of it, or erase this site's data and start anew.",
  },
};

/** What a store that will not open means. */
export function adviceOf(failure: Failure): Advice {
  return (
    ADVICE[failure.name] ?? {
      title: "The KMS did not start",
      text: "Nothing was changed. Reload the page; if it stays so, go on in memory, which leaves the store alone.",
    }
  );
}

/** A clear panel instead of a blank page. */
export function problem(play: Playground): TemplateResult {
  return play.phase === "locked" ? locked(play) : failed(play);
}

function exception(failure: Failure | undefined): TemplateResult | typeof nothing {
  if (failure === undefined) return nothing;
  return html`<div class="refusal" role="alert" data-testid="refusal">
    <p class="refusal-name"><span aria-hidden="true">✕</span> <code>${failure.name}</code></p>
    <p class="refusal-message">${failure.message}</p>
  </div>`;
}

function failed(play: Playground): TemplateResult {
  const failure = play.failure ?? { name: "Error", message: "" };
  const advice = adviceOf(failure);
  return html`<section class="problem" data-testid="problem">
    <h1>${advice.title}</h1>
    ${exception(failure)}
    <p>${advice.text}</p>
    <div class="row">
      <button type="button" class="primary" @click=${() => void play.open()}>Try again</button>
      <button type="button" data-testid="in-memory" @click=${() => void play.openInMemory()}>
        Go on in memory
      </button>
    </div>
  </section>`;
}

function locked(play: Playground): TemplateResult {
  const wrong = play.attempts > 0;
  return html`<section class="problem" data-testid="locked">
    <h1>This store is under a passphrase</h1>
    <p>
      The root key is derived from it at every opening and kept nowhere, so whoever has the disk
      cannot open the store. Neither can anybody help who has forgotten it.
    </p>
    <form
      class="row"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const data = new FormData(event.target as HTMLFormElement);
        void play.open(String(data.get("passphrase")));
      }}
    >
      <label
        >Passphrase
        <input name="passphrase" type="password" autocomplete="current-password" required data-testid="passphrase"
      /></label>
      <button type="submit" class="primary">Unlock</button>
      <button type="button" @click=${() => void play.openInMemory()}>Go on in memory</button>
    </form>
    ${wrong ? exception(play.failure) : nothing}
    ${wrong ? html`<p>That passphrase does not open this store. Nothing was changed.</p>` : nothing}
  </section>`;
}
