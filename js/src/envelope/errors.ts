/** Why a message is not written or not read: one name for each reason. The core has the same (`envelope/error.rs`). */

export type EnvelopeReason =
  | "UnknownVersion"
  | "UnknownSuite"
  | "SuiteOfOtherVersion"
  | "SuiteNotAllowed"
  | "MalformedHeader"
  | "MalformedContext"
  | "DuplicateContextKey"
  | "ReservedContextKey"
  | "ContextTooLong"
  | "ContextMismatch"
  | "NoKeys"
  | "TooManyKeys"
  | "KeyTooLong"
  | "MalformedKey"
  | "NoMatchingKey"
  | "NoKeyOpens"
  | "HeaderTooLong"
  | "UnknownContentType"
  | "ZeroFrameLength"
  | "FrameTooLong"
  | "TooManyFrames"
  | "OutOfSequence"
  | "FrameIv"
  | "BodyTooLong"
  | "Commitment"
  | "HeaderTag"
  | "FrameTag"
  | "PublicKey"
  | "MalformedSignature"
  | "Signature"
  | "Truncated"
  | "TrailingBytes"
  | "LengthMismatch"
  | "KeyService"
  | "NoCryptography";

const MESSAGES: Readonly<Record<EnvelopeReason, string>> = {
  UnknownVersion: "The first byte is no version of the message format.",
  UnknownSuite: "The specification has no such algorithm suite.",
  SuiteOfOtherVersion: "The algorithm suite belongs to another version of the message format.",
  SuiteNotAllowed: "The commitment policy does not allow the algorithm suite.",
  MalformedHeader: "The header is not of the format's form.",
  MalformedContext: "The encryption context is malformed.",
  DuplicateContextKey: "The encryption context has one key twice.",
  ReservedContextKey: "The encryption context has a key that the format keeps for itself.",
  ContextTooLong: "The encryption context is longer than its length can say.",
  ContextMismatch: "The message's encryption context is not the one that was asked for.",
  NoKeys: "There is no encrypted data key.",
  TooManyKeys: "There are more encrypted data keys than the limit.",
  KeyTooLong: "An encrypted data key is longer than its length can say.",
  MalformedKey: "An encrypted data key is malformed.",
  NoMatchingKey: "None of the message's data keys is under a key that may be used.",
  NoKeyOpens: "No key could open the message's data key.",
  HeaderTooLong: "The header is longer than the limit.",
  UnknownContentType: "The content is neither framed nor non-framed.",
  ZeroFrameLength: "The frame length does not fit the content type.",
  FrameTooLong: "A frame is longer than the limit or than the header's frame length.",
  TooManyFrames: "There are more frames than the limit.",
  OutOfSequence: "A frame's sequence number does not follow the one before.",
  FrameIv: "A frame's IV is not its sequence number.",
  BodyTooLong: "What is to be held back until it is verified is longer than the limit.",
  Commitment: "The data key is not the one that the message commits to.",
  HeaderTag: "The header's tag does not fit.",
  FrameTag: "A frame's tag does not fit.",
  PublicKey:
    "The public key that the message should be verified with is missing or no point of its curve.",
  MalformedSignature: "The signature is malformed.",
  Signature: "The signature does not fit the message.",
  Truncated: "The message ends too early.",
  TrailingBytes: "Bytes follow the message's end.",
  LengthMismatch: "The plaintext is not as long as was said.",
  KeyService: "The key service's answer cannot be used.",
  NoCryptography: "This host has no cryptography for that.",
};

export interface EnvelopeErrorOptions extends ErrorOptions {
  /** What is said beyond the reason's own sentence. */
  readonly detail?: string;
}

/** A message that is not written or not read. */
export class EnvelopeError extends Error {
  readonly reason: EnvelopeReason;
  readonly detail: string | undefined;

  constructor(reason: EnvelopeReason, { detail, ...options }: EnvelopeErrorOptions = {}) {
    super(detail ? `${MESSAGES[reason]} ${detail}` : MESSAGES[reason], options);
    this.name = "EnvelopeError";
    this.reason = reason;
    this.detail = detail;
  }
}

/** A tag that does not fit, from a cipher that knows not whose. */
export class Forged extends Error {}
