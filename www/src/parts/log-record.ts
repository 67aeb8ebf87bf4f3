import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { CloudTrailRecord } from "../../../js/src/api.ts";
import {
  callerOf,
  keyArnOf,
  keyIdOf,
  keyName,
  type LogFilter,
  logAddress,
  madeBy,
} from "../model/log.ts";
import { sentenceOf } from "../model/log-words.ts";
import { refusalOf } from "../model/refusal.ts";
import { keyHash, stepHash } from "../model/route.ts";
import { jsonTree } from "./json-tree.ts";
import { refusalNote } from "./refusal-note.ts";

/** One event, whole: what happened in a sentence, where it leads, the record as CloudTrail has it. */
export class TkRecord extends LitElement {
  static override properties = {
    record: { attribute: false },
    names: { attribute: false },
    filter: { attribute: false },
    close: { attribute: false },
    open: { state: true },
    copied: { state: true },
  };

  declare record: CloudTrailRecord;
  declare names: ReadonlyMap<string, string>;
  declare filter: LogFilter;
  declare close: () => void;
  /** The members that are explained; the next record explains the same ones. */
  declare open: ReadonlySet<string>;
  declare copied: boolean;

  constructor() {
    super();
    this.names = new Map();
    this.filter = {};
    this.open = new Set();
    this.copied = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("record")) this.copied = false;
  }

  protected override render(): TemplateResult {
    const { record } = this;
    const arn = keyArnOf(record);
    const key = arn === undefined ? undefined : keyName(this.names, keyIdOf(arn));
    return html`<section class="record-inner" aria-label="${record.eventName}, the whole record">
      <header class="record-head">
        <h2>${record.eventName}</h2>
        <button type="button" class="plain" data-testid="copy-record" @click=${this.#copy}>
          ${this.copied ? "Copied" : "Copy as JSON"}
        </button>
        <button type="button" class="plain" data-testid="close-record" @click=${() => this.close()}>
          Close
        </button>
      </header>
      <p data-testid="sentence">${sentenceOf(record, key?.name)}</p>
      ${this.#refusal()}
      <p class="record-links">
        ${this.#step()}
        ${
          arn === undefined
            ? nothing
            : html`${
                key?.here ? html`<a href=${keyHash(keyIdOf(arn))}>Go to the key</a>` : nothing
              } <a href=${logAddress({ ...this.filter, key: keyIdOf(arn) })}>All events of the key</a>`
        }
      </p>
      <p class="record-hint">Tap a name to read what it is; follow a value to see its events only.</p>
      ${jsonTree(record, {
        open: this.open,
        toggle: (path) => {
          const open = new Set(this.open);
          if (!open.delete(path)) open.add(path);
          this.open = open;
        },
        link: (path, value) => this.#link(path, value),
      })}
    </section>`;
  }

  #refusal(): TemplateResult | typeof nothing {
    const { errorCode, errorMessage } = this.record;
    if (errorCode === undefined) return nothing;
    return refusalNote(refusalOf({ name: errorCode, message: errorMessage ?? "" }, "kms"));
  }

  #step(): TemplateResult | typeof nothing {
    const made = madeBy(this.record);
    if (made === undefined) return nothing;
    return html`<a href=${stepHash(made.step)} data-testid="record-step"
      >Step ${made.step} of the flow, ${made.name}</a
    >`;
  }

  /** The value as a filter, beside those that hold already. */
  #link(path: string, value: unknown): { href: string; title: string } | undefined {
    if (typeof value !== "string") return undefined;
    const to = (more: LogFilter, title: string) => ({
      href: logAddress({ ...this.filter, ...more }),
      title,
    });
    switch (path) {
      case "eventName":
        return to({ operation: value }, `Show ${value} only`);
      case "userIdentity.arn":
      case "userIdentity.sessionContext.sessionIssuer.arn":
        return to({ principal: value }, `Show only what ${callerOf(value).name} called`);
      case "resources.ARN":
        return to({ key: keyIdOf(value) }, "Show the events of this key only");
      case "errorCode":
        return to({ errors: true }, "Show only what was refused");
      case "eventTime":
        return to({ from: value }, "Show this second and what came after");
      default:
        return undefined;
    }
  }

  readonly #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(JSON.stringify(this.record, null, 2));
    this.copied = true;
  };
}

customElements.define("tk-record", TkRecord);
