/** How a decision came about: every policy and grant that was asked, and what it said. */

/** A statement of a policy that was asked. Places are in UTF-16 units of the layer's document. */
export interface StatementOutcome {
  readonly index: number;
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly start: number;
  readonly end: number;
  readonly applies: boolean;
  /** How it names the caller, where it applies. `account` delegates to the account's own policies. */
  readonly names?: "user" | "role" | "session" | "service" | "account" | "everyone" | "others";
  /** The first element that does not match, and its place. */
  readonly miss?: "action" | "principal" | "resource" | "condition";
  readonly missStart?: number;
  readonly missEnd?: number;
}

export type LayerKind =
  | "key-policy"
  | "identity-policy"
  | "permissions-boundary"
  | "session-policy"
  | "grant";

/** A policy or a grant that was asked. */
export interface LayerOutcome {
  readonly layer: LayerKind;
  /** The key's ARN, the policy's name or ARN, the grant's id. */
  readonly source: string;
  /** The policy's text; a grant in a line. */
  readonly document: string;
  readonly outcome: "allows" | "denies" | "silent" | "other-operations" | "constraint";
  readonly statements: readonly StatementOutcome[];
}

/** A layer by its place in `layers`, and a statement of it by its index. */
export interface Place {
  readonly layer: number;
  readonly statement?: number;
}

/** The answer to "may this principal do this, on that?", and how it came about. */
export interface Decision {
  readonly allowed: boolean;
  /** `kms:Decrypt`. */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly principal: string;
  /** AWS's message, where it is refused. */
  readonly message?: string;
  readonly layers: readonly LayerOutcome[];
  /** What decided. */
  readonly decidedBy?: Place;
  /** The smallest thing that is missing, or in the way. */
  readonly missing?: {
    readonly in: LayerKind;
    readonly kind: "allow" | "remove-deny";
    /** A statement that would allow it, as JSON. */
    readonly statement?: string;
    /** The statement that denies, or that came nearest to allowing. */
    readonly nearest?: Place;
  };
}
