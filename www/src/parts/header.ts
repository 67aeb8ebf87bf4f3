import { html, nothing, type TemplateResult } from "lit";
import type { Description, DueEvent } from "../../../js/src/api.ts";
import type { Playground } from "../model/playground.ts";
import { VIEWS } from "../model/route.ts";
import { countText, dateText, dateTimeText, shortId } from "../util/format.ts";
import { whoChooser } from "./who.ts";

export interface ClockState {
  readonly due?: readonly DueEvent[];
  readonly busy: boolean;
  readonly advance: (days: number) => void;
}

/** Name, views, who and where, the clock, where the keys are. */
export function header(play: Playground, clock: ClockState): TemplateResult {
  const about = play.description;
  return html`<header class="top">
    <a class="name" href="#/flow/1">tabkms</a>
    <nav aria-label="views">
      ${VIEWS.map(
        (view) => html`<a
          href=${view.hash}
          aria-current=${play.route.view === view.id ? "page" : "false"}
          >${view.name}</a
        >`,
      )}
    </nav>
    ${whoChooser(play)}
    <p class="account">
      ${about === undefined ? nothing : html`<span>account <code>${about.account}</code></span> <span>${about.region}</span>`}
    </p>
    <button type="button" class="plain clock" popovertarget="clock" data-testid="clock">
      ${about === undefined ? "clock" : html`<span class="glyph-clock" aria-hidden="true">◷</span> ${dateText(about.now)}`}
    </button>
    ${about === undefined ? nothing : html`<a class="where" href="#/keys" data-testid="where">${where(about)}</a>`}
    ${clockPanel(play, clock)}
  </header>`;
}

function where(about: Description): string {
  const kept = `${countText(about.keys, "key")}, ${countText(about.objects, "object")}`;
  const place: Readonly<Record<typeof about.rootKey.mode, string>> = {
    browser: "kept in this browser, no passphrase",
    file: "kept in a directory, no passphrase",
    passphrase: "kept in this browser, under a passphrase",
    memory: "in this tab only, gone when it closes",
  };
  return `${kept}, ${place[about.rootKey.mode]}`;
}

function clockPanel(play: Playground, clock: ClockState): TemplateResult {
  const now = play.description?.now;
  return html`<div class="panel" id="clock" popover role="dialog" aria-label="the clock">
    <h2>The clock of this KMS</h2>
    <p>${now === undefined ? "" : html`<strong>${dateTimeText(now)}</strong> UTC.`}
      It moves forward only. What falls due on the way, rotations and deletions, happens at its date.</p>
    <div class="row" role="group" aria-label="move the clock">
      ${[1, 7, 30, 365].map(
        (days) => html`<button
          type="button"
          ?disabled=${clock.busy}
          data-testid="advance-${days}"
          @click=${() => clock.advance(days)}
        >
          + ${countText(days, "day")}
        </button>`,
      )}
    </div>
    ${clock.due === undefined ? nothing : dueList(clock.due)}
  </div>`;
}

function dueList(due: readonly DueEvent[]): TemplateResult {
  if (due.length === 0) return html`<p role="status">Nothing fell due.</p>`;
  return html`<ul class="due" role="status" data-testid="due">
    ${due.map(
      (one) => html`<li>
        ${dateText(one.time)} <code>${one.event}</code>
        <a href="#/keys">${shortId(one.keyArn.split("/").at(-1) ?? "")}</a>
      </li>`,
    )}
  </ul>`;
}
