/** The log in words: what a record says as a sentence, and what each of its members is. */

import type { CloudTrailRecord } from "../../../js/src/api.ts";
import { callerOfRecord, isRefused, viaOf } from "./log.ts";

const BY_ITSELF: Readonly<Record<string, string>> = {
  RotateKey:
    "Nobody called this. KMS gave the key new material by itself, when its rotation fell due.",
  DeleteKey:
    "Nobody called this. The waiting period of ScheduleKeyDeletion was over, and KMS deleted the key by itself.",
  DeleteExpiredKeyMaterial:
    "Nobody called this. The imported key material had an expiry date, and KMS deleted it on that day.",
  SynchronizeMultiRegionKey:
    "Nobody called this. KMS carried a change of the primary key over to its replica.",
};

/** What happened, as a sentence. */
export function sentenceOf(record: CloudTrailRecord, key: string | undefined): string {
  if (record.eventType === "AwsServiceEvent") {
    return BY_ITSELF[record.eventName] ?? "Nobody called this. KMS did it by itself.";
  }
  const { name } = callerOfRecord(record);
  const via = viaOf(record);
  const who = via === undefined ? `${name} called` : `For ${name}, ${via} called`;
  const under = key === undefined ? "" : ` on ${key}`;
  const end = isRefused(record) ? "and KMS refused" : "and KMS did it";
  return `${who} ${record.eventName}${under}, ${end}.`;
}

const SECRETS =
  "No plaintext and no ciphertext stands here, nor in any other member: the log proves that a call was made, and must not become a copy of what it protected.";

const MEMBERS: Readonly<Record<string, string>> = {
  eventVersion: "The version of CloudTrail's record format.",
  userIdentity: "Who called, as far as AWS knows: what kind of principal, its ARN, its account.",
  "userIdentity.type":
    "Root is the account itself, IAMUser a user, AssumedRole a session in a role, AWSAccount another account, AWSService a service.",
  "userIdentity.principalId":
    "An id that stays with the principal and is never given to another of the same name.",
  "userIdentity.arn": "The ARN of who called. Follow it to see everything that they called.",
  "userIdentity.accountId": "The account of who called.",
  "userIdentity.userName": "The user's name within the account.",
  "userIdentity.invokedBy":
    "The service that made the call on the principal's behalf: you asked S3, and S3 asked KMS.",
  "userIdentity.sessionContext":
    "Which role the session is in, and whether a second factor was used.",
  eventTime: "When it happened, by the clock of this KMS, in UTC and to the second.",
  eventSource: "The service that was called. Here it is always KMS.",
  eventName: "The operation that was called, or the name of the event that KMS made by itself.",
  awsRegion: "The Region that the call went to. Keys and logs are Regional.",
  sourceIPAddress: "Where the call came from: an address, or the service that made it.",
  userAgent: "The program that called, as it names itself.",
  errorCode: "The exception. A record without it is of a call that was allowed and done.",
  errorMessage: "The exception's message, as the caller read it.",
  requestParameters: `What was asked for, with the encryption context in the clear: it is not secret. ${SECRETS}`,
  "requestParameters.encryptionContext":
    "Names and values bound to the ciphertext. They stand in the log in the clear, so never put a secret there.",
  "requestParameters.encryptionAlgorithm":
    "The algorithm by KMS's name. SYMMETRIC_DEFAULT is AES-256-GCM.",
  "requestParameters.keyId":
    "The key as the caller named it: an id, an ARN or an alias. Decrypt needs none, since the ciphertext names it.",
  "requestParameters.keySpec": "What kind of key was asked for.",
  responseElements: `What a call that changes something answered. It is null for cryptographic operations: their answers are the secrets. ${SECRETS}`,
  additionalEventData: "What neither the request nor the answer says.",
  "additionalEventData.keyMaterialId":
    "Which version of the key's material was used. After a rotation new calls show a new one, and old ciphertexts still the old.",
  requestID: "The id of the request. The caller gets the same one with the answer.",
  eventID: "The id of this record alone. GetKeyLastUsage names it for a key's last use.",
  readOnly:
    "Whether the call changed nothing in KMS. It is true for Encrypt, Decrypt and GenerateDataKey too: they compute, and KMS is afterwards as it was before.",
  resources: "The keys that the call was about, by ARN, whatever name the caller used.",
  eventType: "AwsApiCall is a call; AwsServiceEvent is what KMS did by itself, and nobody called.",
  managementEvent:
    "CloudTrail counts every event of KMS as a management event, cryptographic ones included.",
  recipientAccountId: "The account whose log this is.",
  sharedEventID: "The same in both accounts' records, where a call went across accounts.",
  serviceEventDetails: "What KMS did by itself: which key, which material before and after.",
  "serviceEventDetails.keyId": "The key to which it happened.",
  eventCategory: "Management: the category that a trail selects by.",
};

/** One sentence on a member, by its path; those inside others share their outermost's, if they have none. */
export function memberMeaning(path: string): string | undefined {
  return MEMBERS[path];
}

/** What keeps the log honest, and what does not. */
export const CHAIN_WORDS =
  "The events of each commit are stored with a SHA-256 over themselves and over the hash before them, and the store keeps the last hash: an event that is altered, taken out, put in or moved breaks the chain at its place. It cannot show that the whole store was put back to an earlier state, or the whole chain made anew by somebody who has the store's key: for that the last hash would have to be kept elsewhere, as CloudTrail's digest files are.";
