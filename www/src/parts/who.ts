import { html, nothing, type TemplateResult } from "lit";
import { sceneMissing } from "../model/people.ts";
import type { Playground } from "../model/playground.ts";
import { personGlyph, personToken } from "./person.ts";

function close(event: Event): void {
  (event.target as HTMLElement).closest<HTMLElement>("[popover]")?.hidePopover();
}

/** Who makes the calls of this page, and everybody whom one can become. */
export function whoChooser(play: Playground): TemplateResult | typeof nothing {
  const { who, people } = play;
  if (people.length === 0) return nothing;
  const missing = sceneMissing(people);
  return html`<button
      type="button"
      class="who k-person ${who.principal === undefined ? "owner" : ""}"
      popovertarget="who"
      data-testid="who"
      aria-label="You act as ${who.name}, ${who.what}; choose who you are"
    >
      ${personGlyph(who.kind)}
      <span class="who-name">${who.principal === undefined ? "You, the account's root" : who.name}</span>
      ${who.principal === undefined || who.what === who.name ? nothing : html`<span class="who-what">${who.what}</span>`}
    </button>
    <div class="panel" id="who" popover role="dialog" aria-label="who you are">
      <h2>Who you are</h2>
      <p>Every call of this page goes out in this name: storing, reading, keys, policies.</p>
      <ul class="people">
        ${people.map(
          (person) => html`<li>
            ${personToken(
              person,
              person.arn === who.arn,
              (event) => {
                close(event);
                void play.become(person);
              },
              { testid: `be-${person.name}` },
            )}
          </li>`,
        )}
      </ul>
      ${
        missing.length === 0
          ? html`<p><a href="#/roles" @click=${close}>Who may what, and why</a></p>`
          : html`<p>
              IAM knows nobody else yet. Roles has an administrator, an application, a key user and
              an auditor to begin with.
            </p>
            <button type="button" data-testid="who-scene" @click=${() => void play.setScene()}>
              Make them
            </button>`
      }
    </div>`;
}
