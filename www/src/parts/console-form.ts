import { html, type TemplateResult } from "lit";
import type { ConsoleChoice } from "../model/console-policy.ts";
import type { Person } from "../model/people.ts";
import { personGlyph } from "./person.ts";

function toggled(arns: readonly string[], arn: string, on: boolean): readonly string[] {
  const others = arns.filter((one) => one !== arn);
  return on ? [...others, arn] : others;
}

/** The console's default policy by ticks: who administers the key, who uses it. */
export function consoleForm(
  people: readonly Person[],
  choice: ConsoleChoice,
  change: (choice: ConsoleChoice) => void,
): TemplateResult {
  const tick = (person: Person, part: "administrators" | "users", label: string) => html`<label
    class="tick"
    ><input
      type="checkbox"
      aria-label="${person.name} ${label}"
      data-testid="${part}-${person.name}"
      .checked=${choice[part].includes(person.arn)}
      @change=${(event: Event) => {
        const on = (event.target as HTMLInputElement).checked;
        change({ ...choice, [part]: toggled(choice[part], person.arn, on) });
      }}
    />
    <span aria-hidden="true">${label}</span></label
  >`;
  return html`<details class="console-form" data-testid="console-form">
    <summary>The console's default policy, by ticks</summary>
    <p>
      AWS's console asks who administers the key and who uses it, and writes four statements. The
      root keeps everything; administrators get no use.
    </p>
    <ul>
      ${people
        .filter((person) => person.kind !== "root")
        .map(
          (person) => html`<li>
            <span class="who-row k-person">${personGlyph(person.kind)} ${person.name}</span>
            ${person.kind === "outsider" ? html`<span class="tick none">another account cannot</span>` : tick(person, "administrators", "administers")}
            ${tick(person, "users", "uses")}
          </li>`,
        )}
    </ul>
    <label class="tick"
      ><input
        type="checkbox"
        data-testid="console-deletion"
        .checked=${choice.deletion}
        @change=${(event: Event) =>
          change({ ...choice, deletion: (event.target as HTMLInputElement).checked })}
      />
      Administrators may delete the key</label
    >
    <p>The resulting text stands in the editor above; put it when it is right.</p>
  </details>`;
}
