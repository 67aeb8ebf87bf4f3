/** The log, in the form of CloudTrail's. */

import type { Members } from "../api.ts";

/** Who made a call, as CloudTrail says it. What a kind of principal does not have is not there. */
export interface CloudTrailIdentity {
  readonly type: "Root" | "IAMUser" | "AssumedRole" | "AWSAccount" | "AWSService";
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly userName?: string;
  /** The AWS service that called: itself, or on the principal's behalf. */
  readonly invokedBy?: string;
  readonly sessionContext?: {
    readonly sessionIssuer?: {
      readonly type: "Role";
      readonly principalId?: string;
      readonly arn: string;
      readonly accountId: string;
      readonly userName: string;
    };
    readonly attributes?: { readonly mfaAuthenticated: "true" | "false" };
  };
}

/**
 * One record of the log, in the form and under the names of CloudTrail's event version 1.11. It is plain JSON, times
 * included, so that a tool that reads CloudTrail reads it. It never holds a plaintext, a ciphertext or a key.
 */
export interface CloudTrailRecord {
  readonly eventVersion: "1.11";
  readonly userIdentity: CloudTrailIdentity;
  /** As in `2026-01-31T12:00:00Z`. */
  readonly eventTime: string;
  readonly eventSource: "kms.amazonaws.com";
  /** The operation, or the service event: `RotateKey`, `DeleteKey`. */
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Members | null;
  readonly responseElements: Members | null;
  readonly additionalEventData?: Members;
  readonly requestID?: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly {
    readonly accountId: string;
    readonly type: "AWS::KMS::Key";
    readonly ARN: string;
  }[];
  readonly eventType: "AwsApiCall" | "AwsServiceEvent";
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  /** The same in both accounts' records of a call across accounts. */
  readonly sharedEventID?: string;
  readonly serviceEventDetails?: Members;
  readonly eventCategory: "Management";
}

/** Which records; what is not given does not narrow. */
export interface AuditQuery {
  /** From this instant on. */
  readonly from?: Date;
  /** Up to and including this instant. */
  readonly to?: Date;
  /** A KMS key, by its ARN or its id. */
  readonly key?: string;
  /** Who called, by ARN. A role's names all sessions in it. */
  readonly principal?: string;
  /** As in `Encrypt`. */
  readonly operation?: string;
  /** `true`: only what was refused; `false`: only what was not. */
  readonly errors?: boolean;
}

export interface AuditPage {
  /** Newest first. */
  readonly events: readonly CloudTrailRecord[];
  /** What `before` is for the page after this one; absent on the last. */
  readonly next?: string;
}

/** Whether the log is as it was written. */
export interface AuditVerdict {
  readonly ok: boolean;
  /** How many records stand in the log. */
  readonly events: number;
  /** The time of the oldest one: the log is complete from then on. Older ones have made room. */
  readonly from?: Date;
  readonly fault?: {
    /** How many records, from the oldest, stand before the fault. */
    readonly at: number;
    /** The first record that is not as it was written or does not follow; absent where one is missing at the end. */
    readonly eventID?: string;
    /** What is wrong, as a sentence. */
    readonly what: string;
  };
}

/** What CloudTrail would have recorded: one record a call, refused ones too, chained by hash. */
export interface AuditApi {
  /** The records of a query, newest first, those not yet committed included; at most `limit` (default 50). */
  events(
    query?: AuditQuery & { readonly limit?: number; readonly before?: string },
  ): Promise<AuditPage>;
  /** Reads the whole stored log, and says whether a record was altered, removed, added or moved, and where. */
  verify(): Promise<AuditVerdict>;
  /** The records of a query, oldest first, as a CloudTrail log file: `{"Records":[…]}`. */
  export(query?: AuditQuery): Promise<Blob>;
}
