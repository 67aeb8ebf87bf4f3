import { html, LitElement, type TemplateResult } from "lit";
import type { DueEvent } from "../../js/src/api.ts";
import { Playground } from "./model/playground.ts";
import { parseRoute } from "./model/route.ts";
import { acceptDrops } from "./parts/drop.ts";
import { header } from "./parts/header.ts";
import { problem } from "./parts/problem.ts";
import { termPopovers } from "./parts/term.ts";
import { flowView } from "./views/flow-view.ts";
import "./views/files-view.ts";
import "./views/inspect-view.ts";
import "./views/log-view.ts";
import "./views/keys-view.ts";
import "./views/roles-view.ts";

const DAY = 24 * 60 * 60 * 1000;

/** The page: header, one of the views, the live region. */
export class TkApp extends LitElement {
  readonly #play = new Playground();
  #due: readonly DueEvent[] | undefined;
  #moving = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const play = this.#play;
    play.addEventListener("change", () => this.requestUpdate());
    window.addEventListener("hashchange", () => void play.go(parseRoute(location.hash)));
    window.addEventListener("keydown", (event) => this.#key(event));
    acceptDrops((file) => {
      if (play.phase !== "ready") return;
      if (play.route.view === "flow") void play.setFile(file);
      if (play.route.view === "files") void play.files.take(file);
    });
    void play.open();
  }

  protected override render(): TemplateResult {
    const play = this.#play;
    // What a dropped file is for, said over the whole page.
    document.documentElement.dataset["view"] = play.route.view;
    return html`
      ${header(play, {
        busy: this.#moving,
        advance: (days) => void this.#advance(days),
        ...(this.#due === undefined ? {} : { due: this.#due }),
      })}
      <div class="view" data-phase=${play.phase} aria-busy=${play.busy ? "true" : "false"}>
        ${this.#view()}
      </div>
      <p class="live" aria-live="polite" data-testid="live">${play.said}</p>
      ${termPopovers()}
    `;
  }

  #view(): TemplateResult {
    const play = this.#play;
    if (play.phase === "failed" || play.phase === "locked") return problem(play);
    switch (play.route.view) {
      case "log":
        return html`<tk-log .play=${play} .description=${play.description} .route=${play.route}></tk-log>`;
      case "keys":
        return html`<tk-keys .play=${play} .description=${play.description}></tk-keys>`;
      case "roles":
        return html`<tk-roles
          .play=${play}
          .description=${play.description}
          .who=${play.who}
          keyid=${play.route.key ?? ""}
          operation=${play.route.operation ?? ""}
        ></tk-roles>`;
      case "files":
        return html`<tk-files .play=${play} .description=${play.description} .who=${play.who}></tk-files>`;
      case "inspect":
        return html`<tk-inspect .play=${play} .kms=${play.kms}></tk-inspect>`;
      default:
        return flowView(play);
    }
  }

  async #advance(days: number): Promise<void> {
    const { kms } = this.#play;
    if (kms === undefined) return;
    this.#moving = true;
    this.requestUpdate();
    try {
      this.#due = await kms.clock.advance(days * DAY);
      await this.#play.refresh();
    } finally {
      this.#moving = false;
      this.requestUpdate();
    }
  }

  /** Arrows step, space plays, Escape leaves a what-if: where nothing else wants the key. */
  #key(event: KeyboardEvent): void {
    const play = this.#play;
    if (play.route.view !== "flow" || play.phase !== "ready") return;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target as HTMLElement;
    if (target.closest("input, textarea, select, [data-arrows], [popover], dialog") !== null)
      return;
    if (event.key === "ArrowRight") {
      play.stop();
      play.next();
    } else if (event.key === "ArrowLeft") {
      play.stop();
      play.back();
    } else if (event.key === "Escape" && play.outcome !== undefined) play.toStep(play.outcome.step);
    else if (event.key === " " && target.closest("a, button, summary, pre") === null) play.play();
    else return;
    event.preventDefault();
  }
}

customElements.define("tk-app", TkApp);
