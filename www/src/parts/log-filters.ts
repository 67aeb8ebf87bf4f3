/** What the log is narrowed to: a form to choose it, and a chip for each choice that takes it back. */

import { html, nothing, type TemplateResult } from "lit";
import { callerOf, keyName, type LogFilter, logAddress } from "../model/log.ts";
import type { LogReader } from "../model/log-reader.ts";
import { shortId } from "../util/format.ts";

export interface FilterScene {
  readonly filter: LogFilter;
  readonly reader: LogReader | undefined;
  readonly names: ReadonlyMap<string, string>;
  /** Where there is room the form stands open. */
  readonly wide: boolean;
}

type Option = { readonly value: string; readonly label: string };

function without(filter: LogFilter, member: keyof LogFilter): LogFilter {
  const { [member]: _, ...rest } = filter;
  return rest;
}

function set(filter: LogFilter, member: keyof LogFilter, value: string | boolean): void {
  const rest = without(filter, member);
  const empty = value === "" || value === false;
  location.hash = logAddress(empty ? rest : { ...rest, [member]: value });
}

/** `2026-11-24 15:07:19` */
export function instantText(instant: string): string {
  return instant.replace("T", " ").replace("Z", "");
}

export function filterForm(scene: FilterScene): TemplateResult {
  const { filter, reader, names } = scene;
  const ids = [...new Set([...names.keys(), ...(reader?.keys ?? [])])];
  const keys = ids.map((id) => ({ value: id, label: keyLabel(names, id) }));
  const people = [...(reader?.principals ?? [])].map((arn) => ({
    value: arn,
    label: whoLabel(arn),
  }));
  const operations = [...(reader?.operations ?? [])].map((name) => ({ value: name, label: name }));
  const form = html`<form
    class="filter-form"
    aria-label="filter"
    @submit=${(event: Event) => event.preventDefault()}
  >
    ${choice(filter, "operation", "Operation", "any", operations)}
    ${choice(filter, "key", "Key", "any", keys)}
    ${choice(filter, "principal", "Who", "anybody", people)}
    ${time(filter, "from", "From, UTC")} ${time(filter, "to", "To, UTC")}
    ${check(filter, "errors", "Refused only")}
    ${check(filter, "lookups", "This page's look-ups too")}
  </form>`;
  if (scene.wide) return form;
  return html`<details class="filters">
    <summary>Filter</summary>
    ${form}
  </details>`;
}

function keyLabel(names: ReadonlyMap<string, string>, id: string): string {
  const { name, here } = keyName(names, id);
  return here ? name : `${name}, gone or elsewhere`;
}

function whoLabel(arn: string): string {
  const { name, what } = callerOf(arn);
  return `${name}, ${what}`;
}

function choice(
  filter: LogFilter,
  member: "operation" | "key" | "principal",
  label: string,
  any: string,
  options: readonly Option[],
): TemplateResult {
  const chosen = filter[member] ?? "";
  const known = options.some((one) => one.value === chosen) || chosen === "";
  const all = known ? options : [...options, { value: chosen, label: shortId(chosen, 40) }];
  const sorted = [...all].sort((a, b) => a.label.localeCompare(b.label));
  return html`<label
    >${label}
    <select
      data-testid="filter-${member}"
      @change=${(event: Event) => set(filter, member, (event.target as HTMLSelectElement).value)}
    >
      <option value="" ?selected=${chosen === ""} .selected=${chosen === ""}>${any}</option>
      ${sorted.map(
        (one) =>
          html`<option value=${one.value} .selected=${one.value === chosen}>${one.label}</option>`,
      )}
    </select></label
  >`;
}

function time(filter: LogFilter, member: "from" | "to", label: string): TemplateResult {
  return html`<label
    >${label}
    <input
      type="datetime-local"
      step="1"
      data-testid="filter-${member}"
      .value=${filter[member]?.replace("Z", "") ?? ""}
      @change=${(event: Event) => {
        const { value } = event.target as HTMLInputElement;
        set(filter, member, value === "" ? "" : `${value}Z`);
      }}
  /></label>`;
}

function check(filter: LogFilter, member: "errors" | "lookups", label: string): TemplateResult {
  return html`<label class="check"
    ><input
      type="checkbox"
      data-testid="filter-${member}"
      .checked=${filter[member] === true}
      @change=${(event: Event) => set(filter, member, (event.target as HTMLInputElement).checked)}
    />
    ${label}</label
  >`;
}

/** Each choice in words. */
export function filterWords(
  filter: LogFilter,
  names: ReadonlyMap<string, string>,
): readonly { readonly member: keyof LogFilter; readonly text: string }[] {
  const words: { member: keyof LogFilter; text: string }[] = [];
  if (filter.operation !== undefined) words.push({ member: "operation", text: filter.operation });
  if (filter.key !== undefined) words.push({ member: "key", text: keyLabel(names, filter.key) });
  if (filter.principal !== undefined)
    words.push({ member: "principal", text: `by ${whoLabel(filter.principal)}` });
  if (filter.errors) words.push({ member: "errors", text: "refused only" });
  if (filter.from !== undefined)
    words.push({ member: "from", text: `from ${instantText(filter.from)}` });
  if (filter.to !== undefined) words.push({ member: "to", text: `to ${instantText(filter.to)}` });
  if (filter.lookups) words.push({ member: "lookups", text: "with look-ups" });
  return words;
}

export function filterChips(scene: FilterScene): TemplateResult | typeof nothing {
  const words = filterWords(scene.filter, scene.names);
  if (words.length === 0) return nothing;
  return html`<ul class="filter-chips" aria-label="the filter">
    ${words.map(
      ({ member, text }) => html`<li>
        <a class="filter-chip" href=${logAddress(without(scene.filter, member))} data-testid="chip-${member}"
          ><span class="hush">take back: </span>${text} <span aria-hidden="true">✕</span></a
        >
      </li>`,
    )}
    ${words.length < 2 ? nothing : html`<li><a href="#/log">Clear all</a></li>`}
  </ul>`;
}
