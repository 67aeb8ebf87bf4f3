/** A policy's text cut where something is to be said of it, and the place that an exception names. */

import type { Decision, LayerOutcome, StatementOutcome } from "../../../js/src/api.ts";

/** A stretch of a policy's text; the stretches together are the text. */
export interface Stretch {
  readonly text: string;
  readonly statement?: StatementOutcome;
  /** The part of a statement that did not match. */
  readonly miss?: boolean;
}

export function stretchesOf(layer: LayerOutcome): readonly (readonly Stretch[])[] {
  const { document } = layer;
  const groups: Stretch[][] = [];
  let at = 0;
  const take = (from: number, to: number, more: Omit<Stretch, "text"> = {}): Stretch[] =>
    to > from ? [{ text: document.slice(from, to), ...more }] : [];
  for (const statement of [...layer.statements].sort((a, b) => a.start - b.start)) {
    const { start, end } = statement;
    groups.push(take(at, start));
    const from = statement.missStart ?? end;
    const to = statement.missEnd ?? end;
    groups.push([
      ...take(start, from, { statement }),
      ...take(from, to, { statement, miss: true }),
      ...take(to, end, { statement }),
    ]);
    at = end;
  }
  groups.push(take(at, document.length));
  return groups.filter((group) => group.length > 0);
}

const MISSES: Readonly<Record<NonNullable<StatementOutcome["miss"]>, string>> = {
  action: "its action is another",
  principal: "it names somebody else",
  resource: "its resource is another",
  condition: "its condition is not met",
};

const NAMES: Readonly<Record<NonNullable<StatementOutcome["names"]>, string>> = {
  user: "it names the user",
  role: "it names the role",
  session: "it names the session",
  service: "it names the service",
  account: "it names the whole account",
  everyone: "it names everybody",
  others: "it names everybody but a few",
};

export interface Said {
  readonly mark: "decides" | "applies" | "misses";
  readonly text: string;
}

/** What is said of one statement, beside its text. */
export function saidOf(
  decision: Decision,
  layer: number,
  statement: StatementOutcome,
  root: boolean,
): Said {
  const { decidedBy } = decision;
  const decides = decidedBy?.layer === layer && decidedBy.statement === statement.index;
  const effect = statement.effect === "Deny" ? "denies" : "allows";
  if (decides) return { mark: "decides", text: `this ${effect} it` };
  if (!statement.applies) {
    const why = statement.miss === undefined ? "" : `: ${MISSES[statement.miss]}`;
    return { mark: "misses", text: `does not apply${why}` };
  }
  if (statement.names === "account" && statement.effect === "Allow" && !root) {
    return { mark: "applies", text: "applies: leaves it to the account's IAM policies" };
  }
  const names = statement.names === undefined ? "" : `: ${NAMES[statement.names]}`;
  return { mark: "applies", text: `applies${names}` };
}

/** A place that an exception names, from 1. */
export interface ErrorPlace {
  readonly line: number;
  readonly column: number;
}

export function placeIn(message: string): ErrorPlace | undefined {
  const found = /at line (\d+), column (\d+)/.exec(message);
  if (found === null) return undefined;
  return { line: Number(found[1]), column: Number(found[2]) };
}

/** The stretch of `text` that is to be marked: the string or word that begins there, else one character. */
export function markedAt(
  text: string,
  place: ErrorPlace,
): { readonly start: number; readonly end: number } {
  const lines = text.split("\n");
  let start = 0;
  for (let at = 0; at < place.line - 1; at += 1) start += (lines[at]?.length ?? 0) + 1;
  start = Math.min(start + place.column - 1, text.length);
  const rest = text.slice(start);
  const token = /^("(?:[^"\\\n]|\\.)*"?|[\w.*:-]+)/.exec(rest)?.[0] ?? rest.slice(0, 1);
  const end = start + token.length;
  // At the text's end, or a line's, the mark goes on the character before.
  if (token === "" || token === "\n") return { start: Math.max(0, start - 1), end: start };
  return { start, end };
}
