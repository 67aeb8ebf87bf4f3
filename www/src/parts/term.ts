import { html, type TemplateResult } from "lit";
import { TERMS } from "../model/words.ts";

const MARK = /\[\[(\w+)\|([^\]]+)\]\]/g;

/** Text with its `[[term|words]]` marks as buttons that explain the term. */
export function termed(text: string): TemplateResult {
  const parts: (TemplateResult | string)[] = [];
  let at = 0;
  for (const match of text.matchAll(MARK)) {
    const [whole, term = "", words = ""] = match;
    parts.push(text.slice(at, match.index), termButton(term, words));
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  return html`${parts}`;
}

export function termButton(term: string, words: string): TemplateResult {
  return html`<button type="button" class="term" popovertarget="term-${term}">${words}</button>`;
}

/** The explanations themselves, once on the page. */
export function termPopovers(): TemplateResult[] {
  return Object.entries(TERMS).map(
    ([id, term]) => html`<div class="explain" id="term-${id}" popover role="note">
      <strong>${term.name}</strong>
      <p>${term.meaning}</p>
    </div>`,
  );
}
