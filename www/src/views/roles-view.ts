import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Decision, Description, LayerKind } from "../../../js/src/api.ts";
import { actingAs } from "../model/acting.ts";
import { type Attempt, attempt, readKeyPolicy } from "../model/attempt.ts";
import { type Cmk, nameOf, readCmks } from "../model/cmk.ts";
import { consolePolicy, withoutStatement, withStatement } from "../model/console-policy.ts";
import { LESSONS, type LessonId, lessonKey } from "../model/lessons.ts";
import {
  type Context,
  matrixOf,
  OPERATIONS,
  type Operation,
  type Row,
  sentenceOf,
} from "../model/may.ts";
import { makeUser, type Person, putInline, removePerson, sceneMissing } from "../model/people.ts";
import type { Playground } from "../model/playground.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import { rolesHash } from "../model/route.ts";
import type { Progress } from "../parts/lesson-strip.ts";
import { lessonStrip } from "../parts/lesson-strip.ts";
import type { Cell } from "../parts/matrix.ts";
import "../parts/matrix.ts";
import { failureNote } from "../parts/refusal-note.ts";
import "../parts/why.ts";
import type { WhyActions } from "../parts/why.ts";
import { type Paper, papers } from "./roles-papers.ts";
import { contextForm, keyChooser } from "./roles-question.ts";

/** Who may what with a key, why, and everything that changes it. */
export class TkRoles extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    who: { attribute: false },
    keyid: {},
    operation: {},
    keys: { state: true },
    policy: { state: true },
    rows: { state: true },
    context: { state: true },
    cell: { state: true },
    paper: { state: true },
    proposal: { state: true },
    attempt: { state: true },
    lesson: { state: true },
    failure: { state: true },
    busy: { state: true },
  };

  declare play: Playground;
  declare description: Description | undefined;
  declare who: Person;
  declare keyid: string;
  /** What the address asks about. */
  declare operation: string;
  declare keys: readonly Cmk[];
  declare policy: string;
  declare rows: readonly Row[];
  declare context: Context;
  declare cell: Cell | undefined;
  declare paper: Paper;
  declare proposal: { readonly text: string } | undefined;
  declare attempt: Attempt | undefined;
  declare lesson: Progress | undefined;
  declare failure: Failure | undefined;
  declare busy: boolean;

  #turn = 0;
  /** Whether a cell was chosen by hand. */
  #chose = false;

  constructor() {
    super();
    this.keyid = "";
    this.operation = "";
    this.keys = [];
    this.policy = "";
    this.rows = [];
    this.context = {};
    this.paper = "key";
    this.busy = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("keyid")) {
      this.attempt = undefined;
      this.proposal = undefined;
    }
    const was = changed.get("who") as Person | undefined;
    if ((changed.has("who") && was?.arn !== this.who.arn) || changed.has("operation")) {
      this.#chose = false;
      this.#settle();
    }
    if (changed.has("policy")) this.proposal = undefined;
    if (["description", "keyid", "context"].some((name) => changed.has(name))) void this.#read();
  }

  get #key(): Cmk | undefined {
    const { keys, keyid } = this;
    return (
      keys.find((key) => key.id === keyid) ??
      keys.find((key) => key.id === this.play.cmk?.id) ??
      keys[0]
    );
  }

  async #read(): Promise<void> {
    const { kms, people } = this.play;
    if (kms === undefined) return;
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const keys = (await readCmks(kms)).filter((key) => key.manager !== "AWS");
      if (turn !== this.#turn) return;
      this.keys = keys;
      const key = this.#key;
      if (key === undefined) return;
      const question = { keyArn: key.arn, context: this.context };
      const [policy, rows] = await Promise.all([
        readKeyPolicy(kms, key.arn),
        matrixOf(kms, people, question),
      ]);
      if (turn !== this.#turn) return;
      this.policy = policy;
      this.rows = rows;
      this.#settle();
    } catch (error) {
      this.failure = failureOf(error);
    }
  }

  /** A cell is always chosen: at first one's own call, or for the root the one that teaches most. */
  #settle(): void {
    const there = this.rows.some((row) => row.person.arn === this.cell?.arn);
    if (there && this.#chose) return;
    const own = this.who.principal === undefined ? undefined : this.who.arn;
    const first =
      this.rows.find((row) => row.person.arn === own) ??
      this.rows.find((row) => row.person.kind === "administrator") ??
      this.rows[0];
    const operation = OPERATIONS.find((one) => one === this.operation) ?? "Decrypt";
    if (first !== undefined) this.cell = { arn: first.person.arn, operation };
  }

  #choose(cell: Cell): void {
    this.#chose = true;
    this.cell = cell;
    this.attempt = undefined;
    const row = this.rows.find((one) => one.person.arn === cell.arn);
    const decision = row?.decisions[cell.operation];
    if (row === undefined || decision === undefined) return;
    this.play.say(`${sentenceOf(row.person, cell.operation, decision)}.`);
  }

  /** One change; its exception shows above the table. */
  async #do(work: () => Promise<unknown>): Promise<void> {
    this.failure = undefined;
    this.busy = true;
    try {
      await work();
    } catch (error) {
      this.failure = failureOf(error);
    }
    this.busy = false;
    await this.play.refresh();
  }

  async #put(text: string): Promise<Failure | undefined> {
    const { as } = this.play;
    const key = this.#key;
    if (as === undefined || key === undefined) return undefined;
    try {
      await as.send("PutKeyPolicy", { KeyId: key.arn, Policy: text });
    } catch (error) {
      return failureOf(error);
    } finally {
      await this.play.refresh();
    }
    this.play.say("The key policy is put.");
    return undefined;
  }

  /** The same, on a copy of the state that is dropped. */
  async #check(text: string): Promise<Failure | undefined> {
    const { kms, who } = this.play;
    const key = this.#key;
    if (kms === undefined || key === undefined) return undefined;
    const fork = await kms.fork();
    try {
      const input = { KeyId: key.arn, Policy: text };
      await actingAs(fork, who.principal).send("PutKeyPolicy", input);
    } catch (error) {
      return failureOf(error);
    } finally {
      await fork.close();
    }
    return undefined;
  }

  async #add(
    person: Person,
    operation: Operation,
    statement: string,
    layer: LayerKind,
  ): Promise<void> {
    const { kms } = this.play;
    const { identity } = person;
    await this.#do(async () => {
      if (layer === "key-policy") {
        const failure = await this.#put(withStatement(this.policy, statement));
        if (failure !== undefined) this.failure = failure;
      } else if (kms !== undefined && identity !== undefined) {
        const document = withStatement('{"Version":"2012-10-17"}', statement);
        await putInline(kms, identity, `allow-${operation}`, document);
      }
    });
  }

  async #attempt(person: Person, operation: Operation): Promise<void> {
    const { kms, people } = this.play;
    const key = this.#key;
    if (kms === undefined || key === undefined) return;
    this.busy = true;
    const question = { keyArn: key.arn, context: this.context };
    this.attempt = await attempt(kms, people, person, operation, question);
    this.busy = false;
    await this.play.refresh();
  }

  async #start(id: LessonId): Promise<void> {
    const { kms, play } = { kms: this.play.kms, play: this.play };
    if (kms === undefined) return;
    await this.#do(async () => {
      await play.setScene();
      const keyArn = await lessonKey(kms);
      this.lesson = { id, keyArn, results: [], busy: false };
      location.hash = rolesHash(keyArn.split("/").at(-1) ?? "");
    });
  }

  async #step(): Promise<void> {
    const { lesson, play } = this;
    const { kms, description } = play;
    if (lesson === undefined || kms === undefined || description === undefined) return;
    const step = LESSONS.find((one) => one.id === lesson.id)?.steps[lesson.results.length];
    if (step === undefined) return;
    this.lesson = { ...lesson, busy: true };
    try {
      const { people } = play;
      const stage = { kms, account: description.account, people, keyArn: lesson.keyArn };
      const result = await step.run(stage);
      this.lesson = { ...lesson, results: [...lesson.results, result], busy: false };
      this.attempt = undefined;
      if (result.context !== undefined) this.context = result.context;
      const look = play.people.find((one) => one.name === result.look?.name);
      if (look !== undefined && result.look !== undefined) {
        this.#chose = true;
        this.cell = { arn: look.arn, operation: result.look.operation };
      }
    } catch (error) {
      this.lesson = { ...lesson, busy: false, failure: failureOf(error) };
    }
    await play.refresh();
  }

  protected override render(): TemplateResult {
    const key = this.#key;
    return html`<div class="roles">
      <section class="roles-head" aria-label="the question">
        <h1>Who may what, and why</h1>
        <p class="lead">
          A call to KMS is allowed by the key policy, by an IAM policy where the key policy leaves it
          to the account, or by a grant. A deny wins. What nothing allows is refused.
        </p>
        <div class="row">
          ${keyChooser(this.keys, key)}
          ${contextForm(this.context, (context) => {
            this.context = context;
          })}
        </div>
      </section>
      ${lessonStrip(this.lesson, {
        start: (id) => void this.#start(id),
        step: () => void this.#step(),
        leave: () => {
          this.lesson = undefined;
        },
      })}
      <section class="table-area" aria-label="who may what">
        <tk-matrix
          .rows=${this.rows}
          .cell=${this.cell}
          .who=${this.who}
          .choose=${(cell: Cell) => this.#choose(cell)}
          .open=${(person: Person) => {
            this.paper = "iam";
            this.#choose({ arn: person.arn, operation: this.cell?.operation ?? "Decrypt" });
          }}
        ></tk-matrix>
        ${this.#people()}
        <div class="outcome" aria-live="polite" data-testid="roles-failure">${failureNote(this.failure)}</div>
      </section>
      <section class="why-area" aria-label="why">${key === undefined ? nothing : this.#why(key)}</section>
      ${key === undefined ? nothing : this.#papers(key)}
    </div>`;
  }

  get #chosen(): Row | undefined {
    return this.rows.find((row) => row.person.arn === this.cell?.arn);
  }

  #why(key: Cmk): TemplateResult | typeof nothing {
    const row = this.#chosen;
    const { cell } = this;
    const decision: Decision | undefined = cell && row?.decisions[cell.operation];
    if (cell === undefined || row === undefined || decision === undefined) return nothing;
    const { person } = row;
    const { operation } = cell;
    const actions: WhyActions = {
      attempt: () => void this.#attempt(person, operation),
      become: () => void this.play.become(person),
      add: (statement, layer) => void this.#add(person, operation, statement, layer),
      drop: (index) => this.#propose(withoutStatement(this.policy, index)),
    };
    return html`<tk-why
      .person=${person}
      .operation=${operation}
      .keyname=${nameOf(key)}
      .decision=${decision}
      .attempt=${this.attempt}
      .actions=${actions}
      ?you=${person.arn === this.who.arn}
      ?busy=${this.busy}
    ></tk-why>`;
  }

  #propose(text: string): void {
    this.paper = "key";
    this.proposal = { text };
  }

  #papers(key: Cmk): TemplateResult {
    return papers({
      play: this.play,
      description: this.description,
      who: this.who,
      key,
      paper: this.paper,
      person: this.#chosen?.person ?? this.who,
      policy: this.policy,
      proposal: this.proposal,
      open: (paper) => {
        this.paper = paper;
      },
      check: (text) => this.#check(text),
      put: (text) => this.#put(text),
      choose: (choice) => this.#propose(consolePolicy(choice)),
    });
  }

  #people(): TemplateResult {
    const { kms, people } = this.play;
    if (kms === undefined) return html``;
    const missing = sceneMissing(people);
    const known = people.filter((one) => one.identity !== undefined);
    return html`<div class="row people-row">
      ${
        missing.length === 0
          ? nothing
          : html`<button
              type="button"
              class="primary"
              data-testid="set-scene"
              ?disabled=${this.busy}
              @click=${() => void this.#do(() => this.play.setScene())}
            >
              Set the scene: make ${missing.join(", ")}
            </button>`
      }
      <form
        class="row"
        aria-label="make your own"
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          const form = event.target as HTMLFormElement;
          const name = String(new FormData(form).get("name"));
          form.reset();
          void this.#do(() => makeUser(kms, name));
        }}
      >
        <label
          >Your own
          <input name="name" required maxlength="64" size="10" pattern="[\\w+=,.@\\-]+" autocomplete="off" spellcheck="false" data-testid="new-person"
        /></label>
        <button type="submit" data-testid="make-person" ?disabled=${this.busy}>Make</button>
      </form>
      ${
        known.length === 0
          ? nothing
          : html`<button
              type="button"
              class="plain"
              data-testid="remove-people"
              ?disabled=${this.busy}
              @click=${() =>
                void this.#do(async () => {
                  for (const person of known) await removePerson(kms, person);
                })}
            >
              Remove everybody again
            </button>`
      }
    </div>`;
  }
}

customElements.define("tk-roles", TkRoles);
