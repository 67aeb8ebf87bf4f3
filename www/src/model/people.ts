/** The people of the page: the account's root, IAM's users and roles, and the root of another account. */

import type { KmsApi, Members } from "../../../js/src/api.ts";
import { failureOf } from "./refusal.ts";

/** What somebody is to the keys; each kind has a shape of its own. */
export type PersonKind =
  | "root"
  | "administrator"
  | "application"
  | "key-user"
  | "auditor"
  | "made"
  | "outsider";

export interface Person {
  /** The ARN by which a policy names them. */
  readonly arn: string;
  /** The principal of their calls: a role calls in a session. Undefined is the account's root. */
  readonly principal: string | undefined;
  readonly name: string;
  readonly kind: PersonKind;
  /** What they are, in a word or two. */
  readonly what: string;
  /** What IAM keeps of them, if it does. */
  readonly identity?: { readonly type: "User" | "Role"; readonly name: string };
}

export const OTHER_ACCOUNT = "444455556666";

const VERSION = "2012-10-17";

interface Known {
  readonly name: string;
  readonly type: "User" | "Role";
  readonly kind: PersonKind;
  readonly what: string;
  /** Identity policies they need for their work, by name. */
  readonly policies?: Readonly<Record<string, readonly string[]>>;
}

/** Who stands on the scene when it is set. */
const KNOWN: readonly Known[] = [
  {
    name: "key-admin",
    type: "User",
    kind: "administrator",
    what: "administrator",
    policies: { "find-keys": ["kms:ListKeys", "kms:ListAliases"] },
  },
  { name: "app", type: "Role", kind: "application", what: "application" },
  { name: "clerk", type: "User", kind: "key-user", what: "key user" },
  {
    name: "auditor",
    type: "User",
    kind: "auditor",
    what: "looks, changes nothing",
    policies: { "look-only": ["kms:Describe*", "kms:Get*", "kms:List*"] },
  },
];

export const SCENE: readonly string[] = KNOWN.map((known) => known.name);

export function rootArn(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

export function rootOf(account: string): Person {
  return {
    arn: rootArn(account),
    principal: undefined,
    name: "root",
    kind: "root",
    what: "you, the account's root",
  };
}

function outsider(): Person {
  const arn = rootArn(OTHER_ACCOUNT);
  return {
    arn,
    principal: arn,
    name: OTHER_ACCOUNT,
    kind: "outsider",
    what: "another account",
  };
}

function personOf(type: "User" | "Role", entity: Members): Person {
  const arn = String(entity["Arn"]);
  const name = String(entity[`${type}Name`]);
  const known = KNOWN.find((one) => one.name === name && one.type === type);
  return {
    arn,
    principal: type === "Role" ? sessionOf(arn, name) : arn,
    name,
    kind: known?.kind ?? "made",
    what: known?.what ?? (type === "User" ? "user" : "role"),
    identity: { type, name },
  };
}

/** A role never calls by itself: somebody assumes it, and the session calls. */
function sessionOf(arn: string, name: string): string {
  return `arn:aws:sts::${accountOf(arn)}:assumed-role/${name}/page`;
}

async function listed(kms: KmsApi, type: "User" | "Role"): Promise<readonly Person[]> {
  const people: Person[] = [];
  let marker: unknown;
  do {
    const page = await kms.iam.send(`List${type}s`, marker === undefined ? {} : { Marker: marker });
    const entities = page[`${type}s`];
    if (Array.isArray(entities)) people.push(...entities.map((one) => personOf(type, one)));
    marker = page["IsTruncated"] === true ? page["Marker"] : undefined;
  } while (marker !== undefined);
  return people;
}

/** Root first, then the scene in its order, then who else there is; the other account last. */
export async function readPeople(kms: KmsApi, account: string): Promise<readonly Person[]> {
  const found = [...(await listed(kms, "User")), ...(await listed(kms, "Role"))];
  const place = (person: Person): number => {
    const at = SCENE.indexOf(person.name);
    return at === -1 || person.kind === "made" ? SCENE.length : at;
  };
  const inner = found.sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
  return [rootOf(account), ...inner, outsider()];
}

/** Whether somebody of the scene is missing. */
export function sceneMissing(people: readonly Person[]): readonly string[] {
  return SCENE.filter((name) => !people.some((one) => one.name === name && one.kind !== "made"));
}

export function identityPolicy(actions: readonly string[], resource = "*"): string {
  const statement = { Effect: "Allow", Action: actions, Resource: resource };
  return JSON.stringify({ Version: VERSION, Statement: [statement] }, null, 2);
}

/** Makes whoever of the scene is missing, as IAM makes users and roles. */
export async function setScene(kms: KmsApi, account: string): Promise<void> {
  for (const known of KNOWN) {
    try {
      await makeIdentity(kms, known.type, known.name, account);
    } catch (error) {
      if (failureOf(error).name === "EntityAlreadyExists") continue;
      throw error;
    }
    for (const [name, actions] of Object.entries(known.policies ?? {})) {
      await putInline(kms, known, name, identityPolicy(actions));
    }
  }
}

async function makeIdentity(
  kms: KmsApi,
  type: "User" | "Role",
  name: string,
  account: string,
): Promise<void> {
  const trust = {
    Version: VERSION,
    Statement: {
      Effect: "Allow",
      Principal: { AWS: rootArn(account) },
      Action: "sts:AssumeRole",
    },
  };
  await kms.iam.send(`Create${type}`, {
    [`${type}Name`]: name,
    ...(type === "Role" ? { AssumeRolePolicyDocument: JSON.stringify(trust) } : {}),
  });
}

export async function makeUser(kms: KmsApi, name: string): Promise<void> {
  await kms.iam.send("CreateUser", { UserName: name });
}

export interface Inline {
  readonly name: string;
  readonly document: string;
}

type Identity = NonNullable<Person["identity"]>;

function at(identity: Pick<Identity, "type" | "name">): Members {
  return { [`${identity.type}Name`]: identity.name };
}

export async function putInline(
  kms: KmsApi,
  identity: Pick<Identity, "type" | "name">,
  name: string,
  document: string,
): Promise<void> {
  await kms.iam.send(`Put${identity.type}Policy`, {
    ...at(identity),
    PolicyName: name,
    PolicyDocument: document,
  });
}

export async function deleteInline(kms: KmsApi, identity: Identity, name: string): Promise<void> {
  await kms.iam.send(`Delete${identity.type}Policy`, { ...at(identity), PolicyName: name });
}

export async function readInline(kms: KmsApi, identity: Identity): Promise<readonly Inline[]> {
  const { type } = identity;
  const names = (await kms.iam.send(`List${type}Policies`, at(identity)))["PolicyNames"];
  return Promise.all(
    (Array.isArray(names) ? names : []).map(async (name: string) => {
      const answer = await kms.iam.send(`Get${type}Policy`, { ...at(identity), PolicyName: name });
      return { name, document: String(answer["PolicyDocument"]) };
    }),
  );
}

/** Managed policies that are attached, by ARN. */
export async function readAttached(kms: KmsApi, identity: Identity): Promise<readonly string[]> {
  const answer = await kms.iam.send(`ListAttached${identity.type}Policies`, at(identity));
  const attached = answer["AttachedPolicies"];
  return (Array.isArray(attached) ? attached : []).map((one: Members) => String(one["PolicyArn"]));
}

/** Removes somebody, and everything that was attached to them. */
export async function removePerson(kms: KmsApi, person: Person): Promise<void> {
  const { identity } = person;
  if (identity === undefined) return;
  for (const { name } of await readInline(kms, identity)) await deleteInline(kms, identity, name);
  for (const PolicyArn of await readAttached(kms, identity)) {
    await kms.iam.send(`Detach${identity.type}Policy`, { ...at(identity), PolicyArn });
  }
  await kms.iam.send(`Delete${identity.type}`, at(identity));
}

const BOUNDARY = "page-look-only";

/** The permissions boundary's ARN, if there is one. */
export async function readBoundary(kms: KmsApi, identity: Identity): Promise<string | undefined> {
  const answer = await kms.iam.send(`Get${identity.type}`, at(identity));
  const entity = answer[identity.type] as Members | undefined;
  const boundary = entity?.["PermissionsBoundary"] as Members | undefined;
  return boundary === undefined ? undefined : String(boundary["PermissionsBoundaryArn"]);
}

/** Sets a boundary that lets nobody do more than look, or takes it away. */
export async function setBoundary(
  kms: KmsApi,
  identity: Identity,
  account: string,
  on: boolean,
): Promise<void> {
  const operation = `${identity.type}PermissionsBoundary`;
  if (!on) {
    await kms.iam.send(`Delete${operation}`, at(identity));
    return;
  }
  const document = identityPolicy(["kms:Describe*", "kms:Get*", "kms:List*"]);
  try {
    await kms.iam.send("CreatePolicy", { PolicyName: BOUNDARY, PolicyDocument: document });
  } catch (error) {
    if (failureOf(error).name !== "EntityAlreadyExists") throw error;
  }
  await kms.iam.send(`Put${operation}`, {
    ...at(identity),
    PermissionsBoundary: `arn:aws:iam::${account}:policy/${BOUNDARY}`,
  });
}
