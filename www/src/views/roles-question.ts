/** What is asked: of which key, with which encryption context. */

import { html, nothing, type TemplateResult } from "lit";
import { type Cmk, nameOf } from "../model/cmk.ts";
import type { Context } from "../model/may.ts";
import { keyHash, rolesHash } from "../model/route.ts";
import { glyph } from "../parts/glyphs.ts";
import { termButton } from "../parts/term.ts";

export function keyChooser(keys: readonly Cmk[], key: Cmk | undefined): TemplateResult {
  return html`<label class="k-key-material key-chooser">
      ${glyph("key-material")} Key
      <select
        data-testid="roles-key"
        @change=${(event: Event) => {
          location.hash = rolesHash((event.target as HTMLSelectElement).value);
        }}
      >
        ${keys.map(
          (one) => html`<option value=${one.id} ?selected=${one === key} .selected=${one === key}>
            ${nameOf(one)}
          </option>`,
        )}
      </select>
    </label>
    ${key === undefined ? nothing : html`<a class="to-key" href=${keyHash(key.id)}>Open it under Keys</a>`}`;
}

type Pair = readonly [string, string];

/** The context as pairs; an empty one at the end is for the next. */
export function contextForm(context: Context, change: (context: Context) => void): TemplateResult {
  const pairs: readonly Pair[] = [...Object.entries(context), ["", ""]];
  const put = (at: number, pair: Pair): void => {
    const next = pairs.map((one, index) => (index === at ? pair : one));
    change(Object.fromEntries(next.filter(([name]) => name !== "")));
  };
  const field = (at: number, part: 0 | 1, label: string) => html`<input
    size="8"
    autocomplete="off"
    spellcheck="false"
    aria-label="context ${label} ${at + 1}"
    placeholder=${label}
    data-testid="context-${label}-${at}"
    .value=${pairs[at]?.[part] ?? ""}
    ?disabled=${part === 1 && pairs[at]?.[0] === ""}
    @change=${(event: Event) => {
      const { value } = event.target as HTMLInputElement;
      const [name = "", old = ""] = pairs[at] ?? [];
      put(at, part === 0 ? [value, old] : [name, value]);
    }}
  />`;
  return html`<div class="context-form k-encryption-context" role="group" aria-label="encryption context">
    <span class="context-name">${glyph("encryption-context")} ${termButton("context", "Context")}</span>
    ${pairs.map(
      (_, at) => html`<span class="pair">${field(at, 0, "name")} = ${field(at, 1, "value")}</span>`,
    )}
  </div>`;
}
