import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CloudTrailRecord, Description } from "../../../js/src/api.ts";
import { readNames } from "../model/cmk.ts";
import { type LogRoute, logAddress } from "../model/log.ts";
import { LogReader } from "../model/log-reader.ts";
import type { Playground } from "../model/playground.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import type { Route } from "../model/route.ts";
import "../parts/log-chain.ts";
import { filterChips, filterForm } from "../parts/log-filters.ts";
import { failureNote } from "../parts/refusal-note.ts";
import { termed } from "../parts/term.ts";
import { download } from "../util/bytes.ts";
import { countText } from "../util/format.ts";
import { daysOf, logRow, type RowScene, recordOf } from "./log-row.ts";

/** Calls that change nothing are committed without a word, so the log is looked at. */
const POLL_MS = 1500;
/** What comes is said at most so often. */
const SAY_MS = 15_000;
const WIDE = "(min-width: 1101px)";
const FILE = "tabkms-cloudtrail.json";

/** What CloudTrail would have recorded: live, filtered, each event open to its last member. */
export class TkLog extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    route: { attribute: false },
    names: { state: true },
    live: { state: true },
    found: { state: true },
    failure: { state: true },
    exported: { state: true },
  };

  declare play: Playground;
  /** Changes with every change of the store. */
  declare description: Description | undefined;
  declare route: Route;
  declare names: ReadonlyMap<string, string>;
  /** Whether what comes is shown at once. */
  declare live: boolean;
  /** The open event where the list does not show it; `null` where the log does not have it. */
  declare found: CloudTrailRecord | null | undefined;
  declare failure: Failure | undefined;
  declare exported: string;

  #reader: LogReader | undefined;
  #opened = "";
  #sought = "";
  #own = false;
  #said = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #wide = matchMedia(WIDE);

  constructor() {
    super();
    this.names = new Map();
    this.live = true;
    this.exported = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    this.addEventListener("keydown", this.#key);
    this.#wide.addEventListener("change", this.#resized);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.removeEventListener("keydown", this.#key);
    this.#wide.removeEventListener("change", this.#resized);
  }

  readonly #resized = (): void => this.requestUpdate();

  get #log(): LogRoute {
    return this.route.view === "log" ? this.route : { view: "log", filter: {} };
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const { kms } = this.play;
    if (kms === undefined) return;
    if (this.#reader === undefined) {
      const reader = new LogReader(kms);
      this.#reader = reader;
      reader.addEventListener("change", () => this.requestUpdate());
      void this.#try(() => reader.look());
    }
    if (changed.has("description")) void this.#changed();
    if (changed.has("route")) void this.#follow(this.#reader);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failure = undefined;
    } catch (error) {
      this.failure = failureOf(error);
    }
  }

  async #changed(): Promise<void> {
    const { kms } = this.play;
    if (kms === undefined) return;
    await this.#try(async () => {
      this.names = await readNames(kms);
    });
    await this.#poll();
  }

  /** Reads what the address asks for. */
  async #follow(reader: LogReader): Promise<void> {
    const { filter, event } = this.#log;
    const address = `at ${logAddress(filter)}`;
    if (address !== this.#opened) {
      const first = this.#opened === "";
      this.#opened = address;
      this.exported = "";
      await this.#try(() => reader.open(filter));
      await this.updateComplete;
      if (!first) this.#arrived(reader);
    }
    if (event !== this.#sought) await this.#seek(reader, event);
  }

  /** Another filter: says what there is, and keeps the reader where the list begins. */
  #arrived(reader: LogReader): void {
    const { length } = reader.events;
    this.play.say(`${reader.more ? "More than " : ""}${countText(length, "event")}.`);
    const head = this.querySelector<HTMLElement>(".log-title");
    if (head === null || this.#log.event !== undefined) return;
    if (document.activeElement === document.body) head.focus({ preventScroll: true });
    const list = this.querySelector(".log-list");
    if (list !== null && list.getBoundingClientRect().top < 0) list.scrollIntoView();
  }

  async #seek(reader: LogReader, event: string | undefined): Promise<void> {
    this.#sought = event ?? "";
    const own = this.#own;
    this.#own = false;
    this.found = undefined;
    if (event === undefined) return;
    if (reader.fresh.some((record) => record.eventID === event)) reader.take();
    if (!reader.events.some((record) => record.eventID === event)) {
      await this.#try(async () => {
        const found = await reader.find(event);
        if (this.#sought === event) this.found = found ?? null;
      });
    }
    await this.updateComplete;
    if (own || this.#sought !== event) return;
    const row = this.querySelector<HTMLElement>(".event.open .event-open, .event-alone");
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }

  async #poll(): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined || document.visibilityState !== "visible") return;
    await this.#try(() => reader.poll());
    if (reader.fresh.length === 0) return;
    const reading = !this.live || this.#reading();
    const count = countText(reader.fresh.length, "new event");
    if (!reading) reader.take();
    if (Date.now() - this.#said < SAY_MS) return;
    this.#said = Date.now();
    this.play.say(reading ? `${count} wait at the head of the list.` : `${count}.`);
  }

  /** Whether what comes would push away what is being read. */
  #reading(): boolean {
    const list = this.querySelector<HTMLElement>(".events");
    if (list === null) return false;
    if (list.contains(document.activeElement)) return true;
    if (!this.#wide.matches && this.#log.event !== undefined) return true;
    return list.getBoundingClientRect().top < 0;
  }

  readonly #toggle = (eventID: string): void => {
    this.#own = true;
    const { filter, event } = this.#log;
    // In place of the address before: going back leads out of the log, not through every event.
    location.replace(logAddress(filter, event === eventID ? undefined : eventID));
  };

  readonly #close = (): void => {
    const { filter, event } = this.#log;
    if (event === undefined) return;
    this.#own = true;
    this.#row(event)?.focus();
    location.replace(logAddress(filter));
  };

  #row(eventID: string): HTMLElement | null {
    return this.querySelector(`[data-event="${CSS.escape(eventID)}"] .event-open`);
  }

  /** Up and down walk the rows; Escape closes the record. */
  readonly #key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && this.#log.event !== undefined) {
      this.#close();
      return;
    }
    const target = event.target as HTMLElement;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move === undefined || !target.classList.contains("event-open")) return;
    const rows = [...this.querySelectorAll<HTMLElement>(".event-open")];
    const next = rows[rows.indexOf(target) + move];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };

  async #export(): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined) return;
    await this.#try(async () => {
      const { file, count } = await reader.export();
      download(file, FILE);
      this.exported = `${countText(count, "record")} in ${FILE}, oldest first.`;
    });
  }

  protected override render(): TemplateResult {
    const reader = this.#reader;
    const { filter, event } = this.#log;
    const scene: RowScene = {
      filter,
      names: this.names,
      open: event,
      toggle: this.#toggle,
      close: this.#close,
    };
    const filters = { filter, reader, names: this.names, wide: this.#wide.matches };
    return html`<div class="log" data-ready=${reader?.ready === true ? "true" : "false"}>
      <div class="log-top">
        <div class="log-lead">
          <h1>Log</h1>
          <p>
            What CloudTrail would have recorded: one event for every call to this KMS, refused ones
            too. It stays in this browser. What-ifs run on a copy, and leave no event here.
          </p>
        </div>
        <tk-chain .kms=${this.play.kms}></tk-chain>
      </div>
      ${filterForm(filters)}
      ${failureNote(this.failure)}
      <section class="log-list" aria-label="events">
        <div class="log-head">
          <h2 class="log-title" tabindex="-1">Events <small>newest first, UTC</small></h2>
          ${this.#fresh(reader)}
          <p class="log-exported" role="status" data-testid="exported">${this.exported}</p>
          <span class="log-acts">
            <button
              type="button"
              aria-pressed=${this.live ? "true" : "false"}
              class="switch"
              data-testid="live-switch"
              @click=${() => {
                this.live = !this.live;
                void this.#poll();
              }}
            >
              <span aria-hidden="true">${this.live ? "●" : "○"}</span> Live
            </button>
            <button type="button" class="switch" data-testid="export-log" @click=${() => void this.#export()}>
              Export
            </button>
          </span>
        </div>
        ${filterChips(filters)}
        <div class="events ${event === undefined ? "" : "reading"}" data-testid="events">
          ${this.#alone(scene)} ${reader === undefined ? nothing : this.#days(reader, scene)}
          ${event === undefined ? this.#idle() : nothing}
        </div>
        ${
          reader?.more !== true
            ? nothing
            : html`<button
                type="button"
                class="older"
                data-testid="older"
                ?disabled=${reader.busy}
                @click=${() => void this.#try(() => reader.older())}
              >
                Older events
              </button>`
        }
      </section>
    </div>`;
  }

  #fresh(reader: LogReader | undefined): TemplateResult | typeof nothing {
    const count = reader?.fresh.length ?? 0;
    if (reader === undefined || count === 0) return nothing;
    return html`<button
      type="button"
      class="switch fresh"
      data-testid="fresh"
      @click=${() => {
        reader.take();
        const title = this.querySelector<HTMLElement>(".log-title");
        title?.focus({ preventScroll: true });
        const list = this.querySelector(".log-list");
        if (list !== null && list.getBoundingClientRect().top < 0) list.scrollIntoView();
      }}
    >
      <span aria-hidden="true">↑</span> ${countText(count, "new event")}
    </button>`;
  }

  #days(reader: LogReader, scene: RowScene): TemplateResult {
    if (reader.ready && reader.events.length === 0) return this.#empty();
    return html`${repeat(
      daysOf(reader.events),
      (day) => day.day,
      (day) => html`<h3 class="event-day">${day.name}</h3>
        <ul>
          ${repeat(
            day.events,
            (record) => record.eventID,
            (record) => logRow(record, scene),
          )}
        </ul>`,
    )}`;
  }

  /** An event that the filter leaves out, or that is far back. */
  #alone(scene: RowScene): TemplateResult | typeof nothing {
    if (this.found === undefined || scene.open === undefined) return nothing;
    if (this.found === null) {
      return html`<p class="event-alone missing" tabindex="-1" data-testid="event-missing">
        There is no such event in this log. Older events make room for new ones, and another browser
        has another log.
      </p>`;
    }
    return html`<div class="event-alone" tabindex="-1" data-testid="event-alone">
      <p>The open event stands outside of this list: the filter leaves it out, or it is older.</p>
      ${recordOf(this.found, scene)}
    </div>`;
  }

  #empty(): TemplateResult {
    const { filter } = this.#log;
    if (Object.keys(filter).length === 0) {
      return html`<p class="events-none" data-testid="no-events">
        No events yet. <a href="#/flow/2">Walk the flow</a> or <a href="#/keys">make a key</a>: each
        call to KMS comes here.
      </p>`;
    }
    const refused = filter.errors
      ? html`To see a refusal, <a href="#/keys">disable a key</a>, then
          <a href="#/flow/2">walk the flow</a>.`
      : html`Take back a part of it, or <a href="#/log">clear it</a>.`;
    return html`<p class="events-none" data-testid="no-events">No event fits this filter. ${refused}</p>`;
  }

  /** What stands beside the list while no record does. */
  #idle(): TemplateResult {
    return html`<aside class="log-idle" aria-label="about the records"><div>
      <p><strong>Open an event</strong> to read its whole record, each member explained.</p>
      <p>
        ${termed(
          "A record says who called what, when, on which key, and what came of it. It holds the [[context|encryption context]] in the clear. Plaintext, ciphertext and keys it never holds.",
        )}
      </p>
      <p>
        What KMS does by itself stands here too: move the clock, and rotations and deletions that
        fall due are events that nobody called. The look-ups by which this page draws itself are
        recorded as well; the filter leaves them out until you ask for them.
      </p>
    </div></aside>`;
  }
}

customElements.define("tk-log", TkLog);
