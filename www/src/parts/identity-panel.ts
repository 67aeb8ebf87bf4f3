import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Description } from "../../../js/src/api.ts";
import {
  deleteInline,
  type Inline,
  identityPolicy,
  type Person,
  putInline,
  readAttached,
  readBoundary,
  readInline,
  removePerson,
  setBoundary,
} from "../model/people.ts";
import type { Playground } from "../model/playground.ts";
import { type Failure, failureOf } from "../model/refusal.ts";
import { personChip } from "./person.ts";
import "./policy-editor.ts";
import { failureNote } from "./refusal-note.ts";

interface Held {
  readonly inline: readonly Inline[];
  readonly attached: readonly string[];
  readonly boundary: string | undefined;
}

const NOTHING: Held = { inline: [], attached: [], boundary: undefined };

/** What IAM keeps of somebody: inline policies to edit, a boundary, and the person. */
export class TkIdentity extends LitElement {
  static override properties = {
    play: { attribute: false },
    description: { attribute: false },
    person: { attribute: false },
    held: { state: true },
    failure: { state: true },
  };

  declare play: Playground;
  declare description: Description | undefined;
  declare person: Person;
  declare held: Held;
  declare failure: Failure | undefined;

  constructor() {
    super();
    this.held = NOTHING;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("person")) {
      const was = changed.get("person") as Person | undefined;
      if (was?.arn !== this.person.arn) {
        this.failure = undefined;
        this.held = NOTHING;
      }
    }
    if (changed.has("person") || changed.has("description")) void this.#read();
  }

  async #read(): Promise<void> {
    const { kms } = this.play;
    const { identity, arn } = this.person;
    if (kms === undefined || identity === undefined) return;
    try {
      const [inline, attached, boundary] = await Promise.all([
        readInline(kms, identity),
        readAttached(kms, identity),
        readBoundary(kms, identity),
      ]);
      if (arn === this.person.arn) this.held = { inline, attached, boundary };
    } catch (error) {
      this.failure = failureOf(error);
    }
  }

  async #do(work: () => Promise<void>): Promise<Failure | undefined> {
    this.failure = undefined;
    try {
      await work();
    } catch (error) {
      return failureOf(error);
    } finally {
      await this.play.refresh();
      await this.#read();
    }
    return undefined;
  }

  /** The same, and the exception shows under the list. */
  async #shown(work: () => Promise<void>): Promise<void> {
    this.failure = await this.#do(work);
  }

  protected override render(): TemplateResult {
    const { person } = this;
    const { kms } = this.play;
    if (person.identity === undefined) {
      return html`<p class="lead">
        ${personChip(person)} has no IAM policies:
        ${
          person.kind === "root"
            ? "an account's root may whatever its account may. Only a key policy builds a wall before it."
            : "another account keeps its own, and this page does not see them. Its root may whatever the account may."
        }
        Choose somebody else in the table.
      </p>`;
    }
    const { identity } = person;
    return html`<p class="lead">
        They count for a key only where its key policy leaves it to the account. ${personChip(person)}
        is a ${identity.type === "User" ? "user" : "role"}, <code>${person.arn}</code>.
      </p>
      ${this.held.inline.map((policy) => this.#policy(policy))}
      ${this.held.inline.length === 0 ? html`<p class="kept-note">No IAM policies yet.</p>` : nothing}
      ${this.held.attached.map((arn) => html`<p>Attached: <code>${arn}</code></p>`)}
      <form class="row" aria-label="a new IAM policy" @submit=${this.#create}>
        <label>Name <input name="name" required maxlength="128" pattern="[\\w+=,.@\\-]+" value="allow-decrypt" autocomplete="off" spellcheck="false" data-testid="new-policy" /></label>
        <button type="submit" data-testid="create-policy">New policy</button>
      </form>
      <div class="row">
        <button
          type="button"
          data-testid="boundary"
          aria-pressed=${this.held.boundary === undefined ? "false" : "true"}
          @click=${() => kms && void this.#shown(() => setBoundary(kms, identity, this.description?.account ?? "", this.held.boundary === undefined))}
        >
          Permissions boundary: look only
        </button>
        <button
          type="button"
          class="danger"
          data-testid="remove-person"
          @click=${() => kms && void this.#shown(() => removePerson(kms, person))}
        >
          Remove ${person.name}
        </button>
      </div>
      <p class="kept-note">
        ${
          this.held.boundary === undefined
            ? "A boundary allows nothing; it limits what policies may allow."
            : html`Limited by <code>${this.held.boundary}</code>. A key policy that names a user is not limited by it; one that names a role is.`
        }
      </p>
      <div class="outcome" aria-live="polite">${failureNote(this.failure)}</div>`;
  }

  #policy(policy: Inline): TemplateResult {
    const { kms } = this.play;
    const { identity } = this.person;
    if (kms === undefined || identity === undefined) return html``;
    const label = `IAM policy ${policy.name} of ${this.person.name}`;
    return html`<section class="inline-policy" data-policy=${policy.name}>
      <h3>
        ${policy.name}
        <button
          type="button"
          class="plain"
          aria-label="Delete ${policy.name}"
          @click=${() => void this.#shown(() => deleteInline(kms, identity, policy.name))}
        >
          Delete
        </button>
      </h3>
      <tk-policy-editor
        .subject=${`${this.person.arn}/${policy.name}`}
        .label=${label}
        .text=${policy.document}
        .check=${async (text: string) => {
          const fork = await kms.fork();
          try {
            await putInline(fork, identity, policy.name, text);
          } catch (error) {
            return failureOf(error);
          } finally {
            await fork.close();
          }
          return undefined;
        }}
        .put=${(text: string) => this.#do(() => putInline(kms, identity, policy.name, text))}
      ></tk-policy-editor>
    </section>`;
  }

  readonly #create = (event: SubmitEvent): void => {
    event.preventDefault();
    const { kms } = this.play;
    const { identity } = this.person;
    const name = String(new FormData(event.target as HTMLFormElement).get("name"));
    if (kms === undefined || identity === undefined) return;
    void this.#shown(() => putInline(kms, identity, name, identityPolicy(["kms:Decrypt"])));
  };
}

customElements.define("tk-identity", TkIdentity);
