/** Exceptions, by AWS's names, and what each means for the person who meets it. */

import type { Action, Actor, Step } from "../../../js/src/api.ts";
import { EnvelopeError, type EnvelopeReason } from "../../../js/src/client.ts";
import { ENVELOPE_MEANINGS } from "./envelope-words.ts";

export type Place = "you" | "s3" | "kms" | "storage";

export interface Refusal {
  readonly place: Place;
  /** AWS's name. */
  readonly name: string;
  /** AWS's message; some are empty on purpose. */
  readonly message: string;
  /** One sentence: what it means, what to do. */
  readonly meaning: string;
}

export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Of an EnvelopeError. */
  readonly reason?: EnvelopeReason;
}

const MEANINGS: Readonly<Record<string, string>> = {
  InvalidCiphertextException:
    "The tag does not fit: ciphertext or context is not what was encrypted. KMS does not say which, since every hint would help a forger; get an untouched copy, and the context that was used.",
  DisabledException:
    "The CMK is switched off, so nothing under it opens or closes. Enable it under Keys and try again: nothing is lost.",
  KMSInvalidStateException:
    "The CMK cannot be used in its present state. While a deletion is pending it can still be cancelled under Keys.",
  NotFoundException:
    "There is no such key or alias in this account and Region. Look under Keys for what there is.",
  AccessDeniedException:
    "The key that sealed this is gone, elsewhere, or not yours to use, and the answer is the same for all three, so that nobody can probe for keys.",
  ValidationException:
    "The request breaks a limit of the API. Nothing was computed; mend the input and call again.",
  IncorrectKeyException:
    "This ciphertext was made under another CMK than the one named. Name the right one, or none.",
  AlreadyExistsException: "The name is taken. Choose another, or point the alias elsewhere.",
  LimitExceededException: "A quota is used up. Delete something you no longer need.",
  UnsupportedOperationException: "This kind of key does not have this operation.",
  InvalidAliasNameException:
    "An alias begins with alias/ and has letters, digits, slash, underscore and hyphen after it.",
  InvalidKeyUsageException: "The key is of a kind that does not do this.",
  UnknownOperationException: "This operation is not built yet.",
  EntityAlreadyExists: "Somebody has this name already. Choose another.",
  NoSuchEntity: "IAM keeps nobody of this name. Set the scene again, or choose somebody else.",
  ValidationError: "IAM does not take this. Nothing was changed; mend the input and try again.",
  NoSuchKey: "There is no object of that name in the bucket. Store one first.",
  EnvelopeError:
    "What is stored is not what was written: S3 gives out nothing of it. Restore the object from a copy.",
  WrongPassphraseError: "The passphrase does not open it. Nothing was changed.",
  CorruptStoreError: "The file is damaged or not an export. Nothing was changed.",
  QuotaExceededError:
    "The browser's storage is full. What was stored before is as it was; delete something, then try again.",
  NotReadableError:
    "The file was changed, moved or deleted since it was chosen, or may not be read. Nothing was made of it; choose it again.",
  NotFoundError: "The file is not there any more, or is a folder. Nothing was made of it.",
  NotAllowedError: "The browser may not write the file that you picked. Nothing was changed.",
  AbortError: "You stopped it. Nothing was stored that was not there before.",
};

/** Whether policies and grants refused it, so that Roles can say why. */
export function isUnauthorised(failure: Failure): boolean {
  return / is not authorized to perform: /.test(failure.message);
}

const UNAUTHORISED =
  "No policy and no grant lets this person make this call. Become somebody else in the header, or change who may.";
const DENIED = "A statement denies it, and a deny wins over everything that allows.";
const LOCKOUT =
  "Under this policy you could not put another one, and nobody could help you. Leave kms:PutKeyPolicy to yourself: keep the root's statement, or name who you are.";
const PLACE = "The text is no policy at the marked place. Nothing was put; mend it there.";

/** One sentence on an exception. */
export function meaningOf(failure: Failure): string {
  const { name, message } = failure;
  if (isUnauthorised(failure)) return / explicit deny /.test(message) ? DENIED : UNAUTHORISED;
  if (/^MalformedPolicyDocument/.test(name)) {
    return message.includes("in the future") ? LOCKOUT : PLACE;
  }
  if (failure.reason !== undefined) return envelopeMeaning(failure.reason, message);
  return MEANINGS[name] ?? "The call did not go through, and nothing was changed by it.";
}

/** Where KMS refused to open the data key, its exception says more than the envelope's. */
function envelopeMeaning(reason: EnvelopeReason, message: string): string {
  const said = / ([A-Z]\w+Exception): /.exec(message)?.[1];
  return MEANINGS[said ?? ""] ?? ENVELOPE_MEANINGS[reason];
}

export function failureOf(error: unknown): Failure {
  if (error instanceof EnvelopeError) {
    return { name: error.name, message: error.message, reason: error.reason };
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}

const PLACES: Readonly<Record<Actor, Place>> = {
  you: "you",
  s3: "s3",
  kms: "kms",
  hsm: "kms",
  storage: "storage",
};

/** Where an exception was thrown: the last actor who refused, else the last who acted. */
export function placeOf(steps: readonly Step[], fallback: Place): Place {
  const refused = findLast(steps, "refuse") ?? steps.at(-1);
  return refused === undefined ? fallback : PLACES[refused.actor];
}

function findLast(steps: readonly Step[], action: Action): Step | undefined {
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    if (steps[at]?.action === action) return steps[at];
  }
  return undefined;
}

export function refusalOf(failure: Failure, place: Place, meaning?: string): Refusal {
  return { place, ...failure, meaning: meaning ?? meaningOf(failure) };
}
