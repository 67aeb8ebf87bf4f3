/** What a refusal of the envelope means for whoever holds the file. */

import type { EnvelopeReason } from "../../../js/src/client.ts";

const NO_MESSAGE =
  "These bytes are not an Encryption SDK message, or their beginning is damaged. Inspect says what it can of them.";
const BROKEN_HEADER =
  "The header is damaged, or was not written by an Encryption SDK. Get an untouched copy.";
const CHANGED =
  "The file is not what was encrypted: bytes were changed, moved or left out. Nothing of it was given out; get an untouched copy.";
const LIMIT =
  "It is beyond what is read here without asking, so that a forged file cannot use up memory.";
const INPUT = "Nothing was computed; mend the input and try again.";

export const ENVELOPE_MEANINGS: Readonly<Record<EnvelopeReason, string>> = {
  UnknownVersion: NO_MESSAGE,
  UnknownSuite: NO_MESSAGE,
  SuiteOfOtherVersion: BROKEN_HEADER,
  SuiteNotAllowed:
    "It was written without key commitment, so one file could open to two contents under two keys. The page refuses it; the command line reads it with --allow-no-commitment.",
  MalformedHeader: BROKEN_HEADER,
  MalformedContext: BROKEN_HEADER,
  DuplicateContextKey: BROKEN_HEADER,
  ReservedContextKey: `Names that begin with aws-crypto- belong to the format. ${INPUT}`,
  ContextTooLong: `The format has room for 65,535 bytes of context. ${INPUT}`,
  ContextMismatch: "The file is bound to another context than the one that was asked for.",
  NoKeys: BROKEN_HEADER,
  TooManyKeys: LIMIT,
  KeyTooLong: BROKEN_HEADER,
  MalformedKey: BROKEN_HEADER,
  NoMatchingKey:
    "No data key in it is under a KMS key, so there is nobody to ask. Inspect names who encrypted them.",
  NoKeyOpens: "KMS was asked for each data key in the file and opened none.",
  HeaderTooLong: LIMIT,
  UnknownContentType: BROKEN_HEADER,
  ZeroFrameLength: BROKEN_HEADER,
  FrameTooLong: LIMIT,
  TooManyFrames: LIMIT,
  OutOfSequence: CHANGED,
  FrameIv: CHANGED,
  BodyTooLong: LIMIT,
  Commitment: CHANGED,
  HeaderTag: CHANGED,
  FrameTag: CHANGED,
  PublicKey: CHANGED,
  MalformedSignature: CHANGED,
  Signature: CHANGED,
  Truncated: "The end is missing: the file was cut short. Get the whole of it.",
  TrailingBytes: "Something was appended behind the message's end. Get an untouched copy.",
  LengthMismatch: "The file changed its length while it was read. Choose it again.",
  KeyService: "What KMS answered does not fit the request, so it is not used.",
  NoCryptography: "This browser has no cryptography for that suite.",
};
