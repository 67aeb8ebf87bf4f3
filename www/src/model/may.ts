/** Who may what with one key: a decision for each person and operation, and what decided it. */

import type { Decision, KmsApi, LayerKind, Members } from "../../../js/src/api.ts";
import { accountOf, type Person } from "./people.ts";

export const OPERATIONS = [
  "Encrypt",
  "Decrypt",
  "GenerateDataKey",
  "DescribeKey",
  "PutKeyPolicy",
  "ScheduleKeyDeletion",
  "CreateGrant",
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** What a policy may allow to another account; nothing else crosses, whatever a policy says. */
const CROSSING: ReadonlySet<Operation> = new Set([
  "Encrypt",
  "Decrypt",
  "GenerateDataKey",
  "DescribeKey",
  "CreateGrant",
]);

const WITH_CONTEXT: ReadonlySet<Operation> = new Set(["Encrypt", "Decrypt", "GenerateDataKey"]);

export function takesContext(operation: Operation): boolean {
  return WITH_CONTEXT.has(operation);
}

export type Context = Readonly<Record<string, string>>;

export interface Question {
  readonly keyArn: string;
  readonly context: Context;
}

/** As much of the call as policies look at. */
export function askedInput(operation: Operation, { keyArn, context }: Question): Members {
  const input: Members = { KeyId: keyArn };
  if (takesContext(operation) && Object.keys(context).length > 0) {
    input["EncryptionContext"] = context;
  }
  return input;
}

export async function decide(
  kms: KmsApi,
  person: Person,
  operation: Operation,
  question: Question,
): Promise<Decision | undefined> {
  const options = person.principal === undefined ? {} : { principal: person.principal };
  const decisions = await kms.simulate(operation, askedInput(operation, question), options);
  return decisions.find((one) => !one.allowed) ?? decisions[0];
}

export interface Row {
  readonly person: Person;
  readonly decisions: Readonly<Partial<Record<Operation, Decision>>>;
}

/** So many people have a row; a larger account is for the terminal. */
const MOST_PEOPLE = 16;

export async function matrixOf(
  kms: KmsApi,
  people: readonly Person[],
  question: Question,
): Promise<readonly Row[]> {
  return Promise.all(
    people.slice(0, MOST_PEOPLE).map(async (person) => {
      const decisions = await Promise.all(
        OPERATIONS.map(async (one) => [one, await decide(kms, person, one, question)] as const),
      );
      return { person, decisions: Object.fromEntries(decisions) };
    }),
  );
}

const BY: Readonly<Record<LayerKind, string>> = {
  "key-policy": "key",
  "identity-policy": "IAM",
  "permissions-boundary": "limit",
  "session-policy": "session",
  grant: "grant",
};

export type Verdict = "yes" | "no" | "deny";

export function verdictOf(decision: Decision): Verdict {
  if (decision.allowed) return "yes";
  return decision.missing?.kind === "remove-deny" ? "deny" : "no";
}

/** What decided, in a word that fits a cell. */
export function wordOf(decision: Decision): string {
  const verdict = verdictOf(decision);
  if (verdict !== "yes") return verdict;
  const layer = decision.layers[decision.decidedBy?.layer ?? -1];
  return layer === undefined ? "yes" : BY[layer.layer];
}

const SAYS: Readonly<Record<LayerKind, string>> = {
  "key-policy": "the key policy",
  "identity-policy": "an IAM policy",
  "permissions-boundary": "a permissions boundary",
  "session-policy": "a session policy",
  grant: "a grant",
};

/** The same as a sentence for whoever hears the table. */
export function sentenceOf(person: Person, operation: Operation, decision: Decision): string {
  if (decision.allowed) {
    const layer = decision.layers[decision.decidedBy?.layer ?? -1];
    const by = layer === undefined ? "" : `, by ${SAYS[layer.layer]}`;
    return `${person.name} may ${operation}${by}`;
  }
  const how = verdictOf(decision) === "deny" ? ", a statement denies it" : "";
  return `${person.name} may not ${operation}${how}`;
}

/** Whether the call cannot be allowed to another account at all. */
export function neverCrosses(decision: Decision, operation: Operation): boolean {
  const foreign = accountOf(decision.principal) !== accountOf(decision.resource);
  return foreign && decision.resource !== "*" && !CROSSING.has(operation);
}
