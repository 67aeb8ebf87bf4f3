/** Three short lessons on a key of their own, `alias/roles-lesson`: everything in them is really done. */

import type { KmsApi, Members } from "../../../js/src/api.ts";
import { actingAs } from "./acting.ts";
import { ciphertextFor } from "./attempt.ts";
import { lookUp } from "./cmk.ts";
import {
  consoleStatements,
  policyText,
  rootStatement,
  type Statement,
  useStatement,
} from "./console-policy.ts";
import type { Context, Operation } from "./may.ts";
import { OTHER_ACCOUNT, type Person, rootArn } from "./people.ts";
import { type Failure, failureOf } from "./refusal.ts";

export const LESSON_ALIAS = "alias/roles-lesson";

export type LessonId = "separation" | "accounts" | "context";

/** Something that was tried, by whom, and how it ended. */
export interface Outcome {
  readonly who: string;
  readonly what: string;
  readonly failure?: Failure;
  readonly answer?: string;
}

export interface StepResult {
  readonly outcomes: readonly Outcome[];
  /** The cell of the table to look at. */
  readonly look?: { readonly name: string; readonly operation: Operation };
  readonly context?: Context;
}

export interface Stage {
  readonly kms: KmsApi;
  readonly account: string;
  readonly people: readonly Person[];
  /** The lesson's key. */
  readonly keyArn: string;
}

export interface LessonStep {
  readonly name: string;
  readonly text: string;
  readonly button: string;
  /** Said once it is done. */
  readonly after: string;
  /** Whether what follows is in the log. */
  readonly logged?: true;
  run(stage: Stage): Promise<StepResult>;
}

export interface Lesson {
  readonly id: LessonId;
  readonly label: string;
  readonly title: string;
  readonly steps: readonly LessonStep[];
}

async function keyOf(kms: KmsApi): Promise<string | undefined> {
  try {
    const answer = await lookUp(kms, "DescribeKey", { KeyId: LESSON_ALIAS });
    const metadata = answer["KeyMetadata"] as Members;
    return metadata["KeyState"] === "Enabled" ? String(metadata["Arn"]) : undefined;
  } catch {
    return undefined;
  }
}

/** The lesson's key, made if it is not there or cannot be used. */
export async function lessonKey(kms: KmsApi): Promise<string> {
  const there = await keyOf(kms);
  if (there !== undefined) return there;
  const made = await kms.send("CreateKey", { Description: "Made for the lessons under Roles" });
  const { KeyId, Arn } = made["KeyMetadata"] as { readonly KeyId: string; readonly Arn: string };
  const point = { AliasName: LESSON_ALIAS, TargetKeyId: KeyId };
  try {
    await kms.send("CreateAlias", point);
  } catch (error) {
    if (failureOf(error).name !== "AlreadyExistsException") throw error;
    await kms.send("UpdateAlias", point);
  }
  return Arn;
}

function named(stage: Stage, name: string): Person {
  const found = stage.people.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not there; set the scene first`);
  return found;
}

async function tried(
  stage: Stage,
  who: { readonly name: string; readonly principal: string | undefined },
  operation: string,
  input: Members,
  what = operation,
): Promise<Outcome> {
  try {
    const answer = await actingAs(stage.kms, who.principal).send(operation, input);
    const plain = answer["Plaintext"];
    return {
      who: who.name,
      what,
      answer:
        operation === "Decrypt" && plain instanceof Uint8Array
          ? `“${new TextDecoder().decode(plain)}”`
          : "done",
    };
  } catch (error) {
    return { who: who.name, what, failure: failureOf(error) };
  }
}

function put(stage: Stage, who: Person, statements: readonly Statement[]): Promise<Outcome> {
  const input = { KeyId: stage.keyArn, Policy: policyText(statements) };
  return tried(stage, who, "PutKeyPolicy", input);
}

/** The console's policy: key-admin administers, app and clerk use. */
function separated(stage: Stage): readonly Statement[] {
  return consoleStatements({
    account: stage.account,
    administrators: [named(stage, "key-admin").arn],
    users: [named(stage, "app").arn, named(stage, "clerk").arn],
    deletion: true,
  });
}

function guard(account: string): Statement {
  return {
    Sid: "Only the root changes who may",
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: ["kms:PutKeyPolicy", "kms:CreateGrant"],
    Resource: "*",
    Condition: { StringNotEquals: { "aws:PrincipalArn": rootArn(account) } },
  };
}

async function decrypt(
  stage: Stage,
  who: { readonly name: string; readonly principal: string | undefined },
  made: Context = {},
  given: Context = made,
): Promise<Outcome> {
  const { keyArn } = stage;
  const first = named(stage, "clerk");
  const makers = [first, ...stage.people.filter((one) => one !== first)];
  const blob = await ciphertextFor(stage.kms, makers, { keyArn, context: made });
  const entries = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  const what = entries.length === 0 ? "Decrypt" : `Decrypt with ${entries.join(", ")}`;
  const input: Members = { KeyId: keyArn, CiphertextBlob: blob ?? new Uint8Array(1) };
  if (entries.length > 0) input["EncryptionContext"] = given;
  return tried(stage, who, "Decrypt", input, what);
}

const SEPARATION: Lesson = {
  id: "separation",
  label: "The administrator",
  title: "The administrator who cannot decrypt",
  steps: [
    {
      name: "Separate",
      text: "A key of its own gets the console's default policy: key-admin administers it, app and clerk use it.",
      button: "Put the policy",
      after:
        "In the table key-admin has PutKeyPolicy, and no Decrypt. Who runs the keys need not read the data.",
      run: async (stage) => ({
        outcomes: [await put(stage, named(stage, "root"), separated(stage))],
        look: { name: "key-admin", operation: "PutKeyPolicy" },
        context: {},
      }),
    },
    {
      name: "Refused",
      text: "clerk has encrypted something. key-admin, who may do almost anything else to this key, tries to decrypt it.",
      button: "Decrypt as key-admin",
      after:
        "No statement names kms:Decrypt for key-admin: the administrators' actions leave it out. The answer is no.",
      run: async (stage) => ({
        outcomes: [await decrypt(stage, named(stage, "key-admin"))],
        look: { name: "key-admin", operation: "Decrypt" },
      }),
    },
    {
      name: "The way round",
      text: "But kms:Put* covers PutKeyPolicy. key-admin adds himself to the users of the key, in his own name.",
      button: "Put a policy as key-admin",
      after:
        "Allowed: whoever may change the policy may, in the end, do everything that it can allow.",
      run: async (stage) => {
        const admin = named(stage, "key-admin");
        const statements = [...separated(stage), { ...useStatement([admin.arn]), Sid: "Me too" }];
        return {
          outcomes: [await put(stage, admin, statements)],
          look: { name: "key-admin", operation: "Decrypt" },
        };
      },
    },
    {
      name: "Read",
      text: "The same call as before, by the same person.",
      button: "Decrypt as key-admin again",
      after:
        "Separation by this policy slows an administrator down; it does not stop him. What it does give is a trace.",
      run: async (stage) => ({
        outcomes: [await decrypt(stage, named(stage, "key-admin"))],
        look: { name: "key-admin", operation: "Decrypt" },
      }),
    },
    {
      name: "The trace",
      text: "Three calls by key-admin stand in the log, and he cannot take them out: Decrypt refused, PutKeyPolicy, Decrypt. To look innocent, he puts the old policy back.",
      button: "Put the old policy back as key-admin",
      after:
        "That was a fourth. PutKeyPolicy by key-admin, then Decrypt by key-admin: an alarm on that pair is what makes the separation worth something. Taking the right back does not take the events back.",
      logged: true,
      run: async (stage) => ({
        outcomes: [await put(stage, named(stage, "key-admin"), separated(stage))],
        look: { name: "key-admin", operation: "Decrypt" },
      }),
    },
    {
      name: "Prevent",
      text: "A deny wins over every allow. The root adds one: nobody else changes the policy, nor makes a grant, for Create* covers CreateGrant, the other way round. Then key-admin tries again.",
      button: "Add the deny, then try as key-admin",
      after:
        "Now who runs the key does not decide who uses it. Here the editor is the root; better is one person who neither runs nor uses the key. Keep one such editor, or the key is locked for good.",
      run: async (stage) => {
        const admin = named(stage, "key-admin");
        const statements = [...separated(stage), guard(stage.account)];
        const grant = { KeyId: stage.keyArn, GranteePrincipal: admin.arn, Operations: ["Decrypt"] };
        return {
          outcomes: [
            await put(stage, named(stage, "root"), statements),
            await put(stage, admin, [...separated(stage), useStatement([admin.arn])]),
            await tried(stage, admin, "CreateGrant", grant),
          ],
          look: { name: "key-admin", operation: "PutKeyPolicy" },
        };
      },
    },
  ],
};

const ACCOUNTS: Lesson = {
  id: "accounts",
  label: "Another account",
  title: "Across accounts both sides must allow",
  steps: [
    {
      name: "Share",
      text: `The key policy allows account ${OTHER_ACCOUNT} to use the key. Its root, its user carol, and then its root once more try.`,
      button: "Share the key, then try",
      after:
        "The key policy opens the door to the account; inside, its own IAM policies say who goes through: carol has none. Deleting never crosses, whatever a policy says.",
      run: async (stage) => {
        const { keyArn } = stage;
        const partner = named(stage, OTHER_ACCOUNT);
        const carol = { name: "carol", principal: `arn:aws:iam::${OTHER_ACCOUNT}:user/carol` };
        const shared: Statement = {
          ...useStatement([partner.arn]),
          Sid: "The other account uses it",
          Action: "kms:*",
        };
        return {
          outcomes: [
            await put(stage, named(stage, "root"), [rootStatement(stage.account), shared]),
            await decrypt(stage, { ...partner, name: `${OTHER_ACCOUNT}, root` }),
            await tried(stage, { ...carol, name: `${OTHER_ACCOUNT}, carol` }, "DescribeKey", {
              KeyId: keyArn,
            }),
            await tried(
              stage,
              { ...partner, name: `${OTHER_ACCOUNT}, root` },
              "ScheduleKeyDeletion",
              { KeyId: keyArn, PendingWindowInDays: 30 },
            ),
          ],
          look: { name: OTHER_ACCOUNT, operation: "ScheduleKeyDeletion" },
          context: {},
        };
      },
    },
  ],
};

const BILLING: Context = { app: "billing" };

const CONTEXT: Lesson = {
  id: "context",
  label: "Context as a condition",
  title: "The encryption context as a condition",
  steps: [
    {
      name: "Condition",
      text: "The context is not secret, but it is bound to the ciphertext, and a policy can ask for it: clerk may use the key only where app is billing.",
      button: "Put the condition, then try as clerk",
      after:
        "Right context, allowed. None, or another: refused before a byte is decrypted. Values count letter for letter, so Billing is another. One key serves many uses, and each person has theirs.",
      run: async (stage) => {
        const clerk = named(stage, "clerk");
        const only: Statement = {
          ...useStatement([clerk.arn]),
          Sid: "Billing only",
          Condition: { StringEquals: { "kms:EncryptionContext:app": "billing" } },
        };
        return {
          outcomes: [
            await put(stage, named(stage, "root"), [rootStatement(stage.account), only]),
            await decrypt(stage, clerk, BILLING),
            await decrypt(stage, clerk, {}),
            await decrypt(stage, clerk, { app: "Billing" }),
          ],
          look: { name: "clerk", operation: "Decrypt" },
          context: BILLING,
        };
      },
    },
  ],
};

export const LESSONS: readonly Lesson[] = [SEPARATION, ACCOUNTS, CONTEXT];
