/** A real call as somebody: its answer in a sentence, or its exception. */

import type { KmsApi, Members } from "../../../js/src/api.ts";
import { countText } from "../util/format.ts";
import { actingAs } from "./acting.ts";
import { askedInput, type Operation, type Question } from "./may.ts";
import type { Person } from "./people.ts";
import { type Failure, failureOf } from "./refusal.ts";

export interface Attempt {
  readonly person: Person;
  readonly operation: Operation;
  readonly answer?: string;
  readonly failure?: Failure;
}

const SECRET = "super secret text";

/** A ciphertext under the key, made by the first who may: somebody has to have encrypted before one can decrypt. */
export async function ciphertextFor(
  kms: KmsApi,
  people: readonly Person[],
  question: Question,
): Promise<Uint8Array | undefined> {
  for (const person of people) {
    try {
      const answer = await actingAs(kms, person.principal).send("Encrypt", {
        ...askedInput("Encrypt", question),
        Plaintext: new TextEncoder().encode(SECRET),
      });
      return answer["CiphertextBlob"] as Uint8Array;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

async function policyOf(kms: KmsApi, keyArn: string): Promise<string> {
  const [decision] = await kms.simulate("GetKeyPolicy", { KeyId: keyArn });
  return decision?.layers.find((layer) => layer.layer === "key-policy")?.document ?? "";
}

/** The key policy as it stands, whoever may read it: the page shows what it teaches. */
export { policyOf as readKeyPolicy };

async function inputOf(
  kms: KmsApi,
  people: readonly Person[],
  person: Person,
  operation: Operation,
  question: Question,
): Promise<Members> {
  const base = askedInput(operation, question);
  switch (operation) {
    case "Encrypt":
      return { ...base, Plaintext: new TextEncoder().encode(SECRET) };
    case "Decrypt": {
      const blob = await ciphertextFor(kms, people, question);
      if (blob === undefined)
        throw new Error("Nobody may encrypt under this key, so there is no ciphertext to decrypt.");
      return { ...base, CiphertextBlob: blob };
    }
    case "GenerateDataKey":
      return { ...base, KeySpec: "AES_256" };
    case "PutKeyPolicy":
      return { ...base, Policy: await policyOf(kms, question.keyArn) };
    case "ScheduleKeyDeletion":
      return { ...base, PendingWindowInDays: 30 };
    case "CreateGrant":
      return { ...base, GranteePrincipal: person.arn, Operations: ["DescribeKey"] };
    case "DescribeKey":
      return base;
  }
}

function sizeOf(value: unknown): string {
  return countText(value instanceof Uint8Array ? value.length : 0, "byte");
}

function said(operation: Operation, answer: Members): string {
  switch (operation) {
    case "Encrypt":
      return `A ciphertext of ${sizeOf(answer["CiphertextBlob"])}.`;
    case "Decrypt":
      return `The plaintext: “${new TextDecoder().decode(answer["Plaintext"] as Uint8Array)}”.`;
    case "GenerateDataKey":
      return `A data key, in plaintext (${sizeOf(answer["Plaintext"])}) and encrypted (${sizeOf(answer["CiphertextBlob"])}).`;
    case "PutKeyPolicy":
      return "The same policy is put again: nothing changes, and the log has it.";
    case "ScheduleKeyDeletion":
      return "Scheduled, on a copy of the state: here the key stays as it is. Real deletion is under Keys.";
    case "CreateGrant":
      return "A grant of DescribeKey to themselves; it stands under Grants and can be revoked.";
    case "DescribeKey":
      return `The key's description: ${String((answer["KeyMetadata"] as Members)["KeyState"])}.`;
  }
}

export async function attempt(
  kms: KmsApi,
  people: readonly Person[],
  person: Person,
  operation: Operation,
  question: Question,
): Promise<Attempt> {
  // A deletion that the page began in passing would be found too late.
  const fork = operation === "ScheduleKeyDeletion" ? await kms.fork() : undefined;
  try {
    const input = await inputOf(kms, people, person, operation, question);
    const answer = await actingAs(fork ?? kms, person.principal).send(operation, input);
    return { person, operation, answer: said(operation, answer) };
  } catch (error) {
    return { person, operation, failure: failureOf(error) };
  } finally {
    await fork?.close();
  }
}
