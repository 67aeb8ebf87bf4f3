/** A record as JSON, line by line: a name explains itself on tap, a value that narrows the log is a link. */

import { html, nothing, type TemplateResult } from "lit";
import { memberMeaning } from "../model/log-words.ts";

export interface TreeOptions {
  /** The paths that are explained at present. */
  readonly open: ReadonlySet<string>;
  readonly toggle: (path: string) => void;
  /** Where a value leads, if it narrows the log. */
  readonly link: (path: string, value: unknown) => { href: string; title: string } | undefined;
}

interface Line {
  readonly path: string;
  readonly name: string | undefined;
  readonly depth: number;
  readonly comma: string;
}

export function jsonTree(value: object, options: TreeOptions): TemplateResult {
  return html`<div class="json" data-testid="json">
    <div class="json-line">{</div>
    ${members(value, "", 1, options)}
    <div class="json-line">}</div>
  </div>`;
}

function members(
  value: object,
  path: string,
  depth: number,
  options: TreeOptions,
): readonly TemplateResult[] {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return entries.map(([name, one], at) => {
    const within = path === "" ? name : `${path}.${name}`;
    const comma = at + 1 < entries.length ? "," : "";
    return node(one, { path: within, name, depth, comma }, options);
  });
}

function node(value: unknown, line: Line, options: TreeOptions): TemplateResult {
  const { depth, comma, path } = line;
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    return row(line, options, html`${leaf(path, value, options)}${comma}`);
  }
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const inside = Array.isArray(value)
    ? value.map((one, at) =>
        node(
          one,
          { path, name: undefined, depth: depth + 1, comma: at + 1 < value.length ? "," : "" },
          options,
        ),
      )
    : members(value, path, depth + 1, options);
  return html`${row(line, options, html`${open}`)} ${inside}
    <div class="json-line j${Math.min(depth, 5)}">${close}${comma}</div>`;
}

function row(line: Line, options: TreeOptions, value: TemplateResult): TemplateResult {
  const { name, path, depth } = line;
  const level = `j${Math.min(depth, 5)}`;
  if (name === undefined) return html`<div class="json-line ${level}">${value}</div>`;
  const meaning = memberMeaning(path);
  if (meaning === undefined) {
    return html`<div class="json-line ${level}"><span class="json-name">"${name}"</span>: ${value}</div>`;
  }
  const open = options.open.has(path);
  return html`<div class="json-line ${level}"
      ><button
        type="button"
        class="json-name term"
        aria-expanded=${open ? "true" : "false"}
        data-member=${path}
        @click=${() => options.toggle(path)}
        >"${name}"</button
      >: ${value}</div
    >${open ? html`<p class="json-meaning ${level}">${meaning}</p>` : nothing}`;
}

function leaf(path: string, value: unknown, options: TreeOptions): TemplateResult {
  const text = JSON.stringify(value);
  const to = options.link(path, value);
  if (to === undefined) return html`<span class="json-value">${text}</span>`;
  return html`<a class="json-value" href=${to.href} title=${to.title} data-testid="json-link">${text}</a>`;
}
