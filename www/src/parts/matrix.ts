import { html, LitElement, type TemplateResult } from "lit";
import type { Decision } from "../../../js/src/api.ts";
import {
  OPERATIONS,
  type Operation,
  type Row,
  sentenceOf,
  verdictOf,
  wordOf,
} from "../model/may.ts";
import type { Person } from "../model/people.ts";
import { personGlyph } from "./person.ts";

export interface Cell {
  readonly arn: string;
  readonly operation: Operation;
}

const SIGNS = { yes: "✓", no: "–", deny: "✕" } as const;

/** People by operations. Arrow keys move, and what has the focus is what is explained. */
export class TkMatrix extends LitElement {
  static override properties = {
    rows: { attribute: false },
    cell: { attribute: false },
    who: { attribute: false },
    choose: { attribute: false },
    open: { attribute: false },
  };

  declare rows: readonly Row[];
  declare cell: Cell | undefined;
  declare who: Person;
  declare choose: (cell: Cell) => void;
  /** Leads to what IAM keeps of somebody. */
  declare open: (person: Person) => void;

  constructor() {
    super();
    this.rows = [];
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<div class="matrix-frame">
      <table class="matrix" role="grid" aria-label="who may what; arrow keys move" data-arrows @keydown=${this.#key}>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader"><span class="hush">person</span></th>
            ${OPERATIONS.map(
              (one) => html`<th
                scope="col"
                role="columnheader"
                class=${one === this.cell?.operation ? "on" : ""}
              >
                <span class="op">${one.split(/(?=[A-Z])/).map((word) => html`${word}<wbr />`)}</span>
              </th>`,
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${this.rows.map((row) => this.#row(row))}
        </tbody>
      </table>
    </div>
    <p class="matrix-words">
      <strong>key</strong>, <strong>IAM</strong>, <strong>grant</strong>: what allows it.
      <strong>no</strong>: nothing does. <strong>deny</strong>: a statement forbids it.
    </p>`;
  }

  #row({ person, decisions }: Row): TemplateResult {
    const you = person.arn === this.who.arn;
    return html`<tr role="row" class=${person.arn === this.cell?.arn ? "on" : ""} data-person=${person.name}>
      <th scope="row" role="rowheader">
        <button
          type="button"
          class="who-row k-person"
          tabindex="-1"
          data-testid="open-${person.name}"
          @click=${() => this.open(person)}
        >
          ${personGlyph(person.kind)}
          <span class="who-row-name">${person.name}</span>
          <small>${person.kind === "root" ? "the account's root" : person.what}${you ? html` · <strong>you</strong>` : ""}</small>
        </button>
      </th>
      ${OPERATIONS.map((operation) => this.#cell(person, operation, decisions[operation]))}
    </tr>`;
  }

  #cell(person: Person, operation: Operation, decision: Decision | undefined): TemplateResult {
    if (decision === undefined) return html`<td role="gridcell"></td>`;
    const on = person.arn === this.cell?.arn && operation === this.cell.operation;
    const verdict = verdictOf(decision);
    return html`<td role="gridcell" aria-selected=${on ? "true" : "false"}>
      <button
        type="button"
        class="may v-${verdict} ${on ? "on" : ""}"
        tabindex=${on ? 0 : -1}
        aria-label="${wordOf(decision)}: ${sentenceOf(person, operation, decision)}"
        data-cell="${person.name} ${operation}"
        data-verdict=${verdict}
        @click=${() => this.choose({ arn: person.arn, operation })}
      >
        <span class="sign" aria-hidden="true">${SIGNS[verdict]}</span>
        <span class="by" aria-hidden="true">${wordOf(decision)}</span>
      </button>
    </td>`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Home: [0, -OPERATIONS.length],
      End: [0, OPERATIONS.length],
    };
    const move = moves[event.key];
    const { cell } = this;
    if (move === undefined || cell === undefined) return;
    event.preventDefault();
    const row = this.rows.findIndex((one) => one.person.arn === cell.arn) + move[0];
    const column = OPERATIONS.indexOf(cell.operation) + move[1];
    const person = this.rows[Math.min(Math.max(row, 0), this.rows.length - 1)]?.person;
    const operation = OPERATIONS[Math.min(Math.max(column, 0), OPERATIONS.length - 1)];
    if (person === undefined || operation === undefined) return;
    this.choose({ arn: person.arn, operation });
    requestAnimationFrame(() => this.querySelector<HTMLElement>(".may.on")?.focus());
  };
}

customElements.define("tk-matrix", TkMatrix);
