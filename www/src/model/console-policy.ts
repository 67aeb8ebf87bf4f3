/** The key policy that AWS's console writes when a key is made there: root, administrators, users, services. */

import { rootArn } from "./people.ts";

export interface ConsoleChoice {
  readonly account: string;
  /** ARNs. */
  readonly administrators: readonly string[];
  readonly users: readonly string[];
  /** Whether administrators may delete the key; the console asks. */
  readonly deletion: boolean;
}

const ADMINISTER = [
  "kms:Create*",
  "kms:Describe*",
  "kms:Enable*",
  "kms:List*",
  "kms:Put*",
  "kms:Update*",
  "kms:Revoke*",
  "kms:Disable*",
  "kms:Get*",
  "kms:Delete*",
  "kms:TagResource",
  "kms:UntagResource",
] as const;

const DELETE = ["kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"] as const;

export const USE = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncrypt*",
  "kms:GenerateDataKey*",
  "kms:DescribeKey",
] as const;

const GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"] as const;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: unknown;
}

function named(arns: readonly string[]): { readonly AWS: string | readonly string[] } {
  const [only = ""] = arns;
  return { AWS: arns.length === 1 ? only : arns };
}

export function rootStatement(account: string): Statement {
  return {
    Sid: "Enable IAM User Permissions",
    Effect: "Allow",
    Principal: { AWS: rootArn(account) },
    Action: "kms:*",
    Resource: "*",
  };
}

function administer(arns: readonly string[], deletion: boolean): Statement {
  return {
    Sid: "Allow access for Key Administrators",
    Effect: "Allow",
    Principal: named(arns),
    Action: deletion ? [...ADMINISTER, ...DELETE] : ADMINISTER,
    Resource: "*",
  };
}

export function useStatement(arns: readonly string[]): Statement {
  return {
    Sid: "Allow use of the key",
    Effect: "Allow",
    Principal: named(arns),
    Action: USE,
    Resource: "*",
  };
}

function attach(arns: readonly string[]): Statement {
  return {
    Sid: "Allow attachment of persistent resources",
    Effect: "Allow",
    Principal: named(arns),
    Action: GRANTS,
    Resource: "*",
    Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
  };
}

export function policyText(statements: readonly Statement[], id = "key-consolepolicy-3"): string {
  const policy = { Version: "2012-10-17", Id: id, Statement: statements };
  return JSON.stringify(policy, null, 2);
}

export function consoleStatements(choice: ConsoleChoice): readonly Statement[] {
  const { account, administrators, users, deletion } = choice;
  return [
    rootStatement(account),
    ...(administrators.length === 0 ? [] : [administer(administrators, deletion)]),
    ...(users.length === 0 ? [] : [useStatement(users), attach(users)]),
  ];
}

export function consolePolicy(choice: ConsoleChoice): string {
  return policyText(consoleStatements(choice));
}

interface PolicyShape {
  Statement?: unknown;
  [name: string]: unknown;
}

function parsed(document: string): PolicyShape {
  return JSON.parse(document) as PolicyShape;
}

function statementsOf(policy: PolicyShape): unknown[] {
  const { Statement } = policy;
  if (Array.isArray(Statement)) return Statement;
  return Statement === undefined ? [] : [Statement];
}

/** The document with one more statement. */
export function withStatement(document: string, statement: string | Statement): string {
  const policy = parsed(document);
  const added = typeof statement === "string" ? JSON.parse(statement) : statement;
  return JSON.stringify({ ...policy, Statement: [...statementsOf(policy), added] }, null, 2);
}

/** The document without the statement at `index`. */
export function withoutStatement(document: string, index: number): string {
  const policy = parsed(document);
  const left = statementsOf(policy).filter((_, at) => at !== index);
  return JSON.stringify({ ...policy, Statement: left }, null, 2);
}

/** What the form shows of a policy that it could have written; nothing is ticked otherwise. */
export function choiceOf(document: string, account: string): ConsoleChoice {
  const arns = (sid: string): readonly string[] => {
    const found = statements.find((one) => (one as { Sid?: unknown }).Sid === sid) as
      | { Principal?: { AWS?: string | string[] } }
      | undefined;
    const aws = found?.Principal?.AWS ?? [];
    return typeof aws === "string" ? [aws] : aws;
  };
  let statements: unknown[] = [];
  try {
    statements = statementsOf(parsed(document)).filter(
      (one) => typeof one === "object" && one !== null,
    );
  } catch {
    // Text that is being edited need not be JSON.
  }
  const administrators = arns("Allow access for Key Administrators");
  return {
    account,
    administrators,
    users: arns("Allow use of the key"),
    deletion: administrators.length === 0 || document.includes("kms:ScheduleKeyDeletion"),
  };
}
