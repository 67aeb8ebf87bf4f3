import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Description, Members } from "../../../js/src/api.ts";
import { lookUp } from "../model/cmk.ts";
import type { Person } from "../model/people.ts";
import type { Playground } from "../model/playground.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import { shortId } from "../util/format.ts";
import { personChip } from "./person.ts";
import { failureNote } from "./refusal-note.ts";

const OPERATIONS = [
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "DescribeKey",
  "CreateGrant",
  "RetireGrant",
] as const;

interface Grant {
  readonly id: string;
  readonly grantee: string;
  readonly retiring: string | undefined;
  readonly operations: readonly string[];
  readonly constraint: string;
}

function constraintText(constraints: Members | undefined): string {
  const [kind, pairs] = Object.entries(constraints ?? {})[0] ?? [];
  if (kind === undefined) return "";
  const text = Object.entries(pairs as Members)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(", ");
  return kind.endsWith("Equals")
    ? `where the context is exactly ${text}`
    : `where the context has ${text}`;
}

function grantOf(entry: Members): Grant {
  return {
    id: String(entry["GrantId"]),
    grantee: String(entry["GranteePrincipal"]),
    retiring: entry["RetiringPrincipal"] as string | undefined,
    operations: (entry["Operations"] as string[] | undefined) ?? [],
    constraint: constraintText(entry["Constraints"] as Members | undefined),
  };
}

/** The grants on a key: made, revoked and retired by whoever you are. */
export class TkGrants extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    who: { attribute: false },
    arn: {},
    grants: { state: true },
    failure: { state: true },
    done: { state: true },
  };

  declare play: Playground;
  declare description: Description | undefined;
  declare who: Person;
  /** The key's. */
  declare arn: string;
  declare grants: readonly Grant[];
  declare failure: Failure | undefined;
  declare done: string;

  constructor() {
    super();
    this.grants = [];
    this.done = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("arn")) {
      this.failure = undefined;
      this.done = "";
    }
    if (changed.has("arn") || changed.has("description")) void this.#read();
  }

  async #read(): Promise<void> {
    const { kms } = this.play;
    if (kms === undefined || this.arn === "") return;
    const { arn } = this;
    try {
      const answer = await lookUp(kms, "ListGrants", { KeyId: arn, Limit: 100 });
      if (arn === this.arn) this.grants = (answer["Grants"] as Members[]).map(grantOf);
    } catch (error) {
      this.grants = [];
      this.failure = failureOf(error);
    }
  }

  async #call(operation: string, input: Members, done: string): Promise<void> {
    const kms = this.play.as;
    if (kms === undefined) return;
    this.failure = undefined;
    this.done = "";
    try {
      await kms.send(operation, input);
      this.done = done;
    } catch (error) {
      this.failure = failureOf(error);
    }
    await this.play.refresh();
    await this.#read();
  }

  #name(arn: string): TemplateResult {
    const person = this.play.people.find((one) => one.arn === arn || one.principal === arn);
    return person === undefined ? html`<code>${arn}</code>` : personChip(person);
  }

  protected override render(): TemplateResult {
    return html`<p class="lead">
        A grant allows somebody a few operations on this one key, without touching a policy: for a
        while, and often with a condition on the encryption context. It can only allow.
      </p>
      <ul class="grants">
        ${this.grants.map((grant) => this.#grant(grant))}
      </ul>
      ${this.grants.length === 0 ? html`<p class="kept-note" data-testid="no-grants">No grants on this key.</p>` : nothing}
      <div class="outcome" aria-live="polite">
        ${failureNote(this.failure)}
        ${this.done === "" ? nothing : html`<p class="done-note" data-testid="grant-done">${this.done}</p>`}
      </div>
      ${this.#form()}`;
  }

  #grant(grant: Grant): TemplateResult {
    const at = { KeyId: this.arn, GrantId: grant.id };
    return html`<li data-testid="grant">
      <p>
        ${this.#name(grant.grantee)} may ${grant.operations.join(", ")}
        ${grant.constraint === "" ? nothing : html`<span class="k-encryption-context constraint">${grant.constraint}</span>`}
        <small>grant <code>${shortId(grant.id)}</code>${grant.retiring === undefined ? nothing : html`, retired by ${this.#name(grant.retiring)}`}</small>
      </p>
      <span class="row">
        <button type="button" data-testid="revoke" aria-label="Revoke grant ${shortId(grant.id)}" @click=${() => void this.#call("RevokeGrant", at, "The grant is revoked.")}>Revoke</button>
        <button type="button" data-testid="retire" aria-label="Retire grant ${shortId(grant.id)}" @click=${() => void this.#call("RetireGrant", at, "The grant is retired.")}>Retire</button>
      </span>
    </li>`;
  }

  #people(name: string, label: string, none: boolean): TemplateResult {
    const people = this.play.people.filter((one) => one.kind !== "root");
    return html`<label>${label}
      <select name=${name} data-testid="grant-${name}">
        ${none ? html`<option value="">nobody</option>` : nothing}
        ${people.map((one) => html`<option value=${one.arn}>${one.name}</option>`)}
      </select></label>`;
  }

  #form(): TemplateResult {
    return html`<form class="grant-form" aria-label="a new grant" @submit=${this.#submit}>
      <h3>A new grant, made by ${personChip(this.who)}</h3>
      <div class="row">
        ${this.#people("grantee", "Grantee", false)}
        ${this.#people("retiring", "May be retired by", true)}
      </div>
      <fieldset>
        <legend>Operations</legend>
        ${OPERATIONS.map(
          (one) => html`<label class="tick"
            ><input type="checkbox" name="operation" value=${one} ?checked=${one === "Decrypt"} />
            ${one}</label
          >`,
        )}
      </fieldset>
      <div class="row">
        <span class="pair"><label>Only where the context has <input name="name" size="8" placeholder="name" aria-label="context name" data-testid="grant-context-name" autocomplete="off" spellcheck="false" /></label>
        <label>= <input name="value" size="8" placeholder="value" aria-label="context value" data-testid="grant-context-value" autocomplete="off" spellcheck="false" /></label></span>
        <button type="submit" class="primary" data-testid="create-grant">Create grant</button>
      </div>
    </form>`;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const input: Members = {
      KeyId: this.arn,
      GranteePrincipal: String(data.get("grantee")),
      Operations: data.getAll("operation").map(String),
    };
    const retiring = String(data.get("retiring"));
    if (retiring !== "") input["RetiringPrincipal"] = retiring;
    const name = String(data.get("name"));
    if (name !== "") {
      input["Constraints"] = { EncryptionContextSubset: { [name]: String(data.get("value")) } };
    }
    void this.#call("CreateGrant", input, "The grant is made, and works at once.");
  };
}

customElements.define("tk-grants", TkGrants);
