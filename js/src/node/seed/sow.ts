/**
 * Makes what a seed file says. What is there already stays as it is: the same file may be sown at every start, over a
 * store that has been used since.
 */

import { createPrivateKey } from "node:crypto";
import type { Kms } from "../../kms.ts";
import type { GivenCredential } from "../endpoint/credentials.ts";
import {
  type Members,
  type Seed,
  type SeedAccessKey,
  SeedError,
  type SeedIdentity,
  type SeedKey,
} from "./shape.ts";

export type SeedStore = Pick<Kms, "send" | "describe" | "iam">;

/** What came of it. */
export interface Sown {
  readonly made: number;
  /** What was there before. */
  readonly left: number;
  /** The access keys that hold while this runs. */
  readonly credentials: readonly GivenCredential[];
}

/**
 * Makes managed policies, users, roles, keys, in this order: a key's policy may name a user. Rejects with a
 * {@link SeedError} at the first that AWS's rules refuse; what was made before it stays.
 */
export async function sow(kms: SeedStore, seed: Seed): Promise<Sown> {
  const { account } = await kms.describe();
  if (seed.Account !== undefined && seed.Account !== account)
    throw new SeedError(
      `The seed file is for the account ${seed.Account}, and this is ${account}.`,
    );
  const sower = new Sower(kms);
  sower.credentialsOf(`arn:aws:iam::${account}:root`, seed.AccessKeys);
  for (const policy of seed.ManagedPolicies ?? []) await sower.policy(policy);
  for (const user of seed.Users ?? []) await sower.identity("User", user);
  for (const role of seed.Roles ?? []) await sower.identity("Role", role);
  for (const key of seed.Keys ?? []) await sower.key(key);
  return sower;
}

class Sower implements Sown {
  made = 0;
  left = 0;
  readonly credentials: GivenCredential[] = [];
  readonly #kms: SeedStore;

  constructor(kms: SeedStore) {
    this.#kms = kms;
  }

  credentialsOf(principal: string, keys: readonly SeedAccessKey[] = []): void {
    for (const { AccessKeyId, SecretAccessKey } of keys)
      this.credentials.push({
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        principal,
      });
  }

  async policy({ PolicyDocument, ...members }: Members): Promise<void> {
    const { PolicyName } = members;
    const input = { ...members, PolicyDocument: document(PolicyDocument) };
    await this.#make(`the managed policy ${PolicyName}`, () =>
      this.#kms.iam.send("CreatePolicy", input),
    );
  }

  async identity(kind: "User" | "Role", identity: SeedIdentity): Promise<void> {
    const { Policies = {}, PolicyArns = [], AccessKeys = [], ...members } = identity;
    const name = `${kind}Name`;
    const named = { [name]: members[name] };
    const what = `the ${kind.toLowerCase()} ${members[name]}`;
    const trust = members["AssumeRolePolicyDocument"];
    const input =
      trust === undefined ? members : { ...members, AssumeRolePolicyDocument: document(trust) };
    const { iam } = this.#kms;
    const isNew = await this.#make(what, () => iam.send(`Create${kind}`, input));
    if (isNew) {
      for (const [PolicyName, policy] of Object.entries(Policies)) {
        const put = { ...named, PolicyName, PolicyDocument: document(policy) };
        await this.#do(`${what}, its policy ${PolicyName}`, () =>
          iam.send(`Put${kind}Policy`, put),
        );
      }
      for (const PolicyArn of PolicyArns)
        await this.#do(what, () => iam.send(`Attach${kind}Policy`, { ...named, PolicyArn }));
    }
    if (AccessKeys.length === 0) return;
    const { User } = (await iam.send("GetUser", named)) as { User: { Arn: string } };
    this.credentialsOf(User.Arn, AccessKeys);
  }

  async key(key: SeedKey): Promise<void> {
    const {
      KeyId,
      KeyMaterial,
      Region,
      Aliases = [],
      Enabled,
      RotationPeriodInDays,
      Grants = [],
    } = key;
    const { KeyMaterial: _, ...rest } = key;
    const members = Object.fromEntries(Object.entries(rest).filter(([name]) => !OWN.has(name)));
    if (members["Policy"] !== undefined) members["Policy"] = document(members["Policy"]);
    if (isMapping(members["Tags"])) members["Tags"] = tags(members["Tags"]);
    const region = Region === undefined ? {} : { region: Region };
    const what = `the key ${KeyId}`;
    const send = (operation: string, input: Members) =>
      this.#do(what, () => this.#kms.send(operation, { ...input }, region));
    const given = { ...region, keyId: KeyId, ...material(KeyMaterial, what) };
    const isNew = await this.#make(what, () => this.#kms.send("CreateKey", members, given));
    for (const alias of Aliases) {
      const AliasName = alias.startsWith("alias/") ? alias : `alias/${alias}`;
      const input = { AliasName, TargetKeyId: KeyId };
      await this.#make(`the alias ${AliasName}`, () =>
        this.#kms.send("CreateAlias", input, region),
      );
    }
    if (!isNew) return;
    for (const grant of Grants) await send("CreateGrant", { ...grant, KeyId });
    if (RotationPeriodInDays !== undefined)
      await send("EnableKeyRotation", { KeyId, RotationPeriodInDays });
    if (Enabled === false) await send("DisableKey", { KeyId });
  }

  /** Whether it was made; `false` where it was there. */
  async #make(what: string, make: () => Promise<unknown>): Promise<boolean> {
    try {
      await make();
      this.made += 1;
      return true;
    } catch (thrown) {
      if (!isThere(thrown)) throw refused(what, thrown);
      this.left += 1;
      return false;
    }
  }

  async #do(what: string, act: () => Promise<unknown>): Promise<void> {
    await act().catch((thrown: unknown) => {
      throw refused(what, thrown);
    });
  }
}

/** The members of a key that are not CreateKey's. */
const OWN: ReadonlySet<string> = new Set([
  "KeyId",
  "Region",
  "Aliases",
  "Enabled",
  "RotationPeriodInDays",
  "Grants",
]);

function isThere(thrown: unknown): boolean {
  const { name } = thrown as Error;
  return name === "AlreadyExistsException" || name === "EntityAlreadyExists";
}

function refused(what: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  return new SeedError(`Of the seed file, ${what}: ${thrown.name}: ${thrown.message}`);
}

/** A policy's text. */
function document(policy: unknown): unknown {
  return isMapping(policy) ? JSON.stringify(policy) : policy;
}

function isMapping(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{ Project: x }` is shorter than AWS's list. */
function tags(mapping: Members): unknown {
  return Object.entries(mapping).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

function material(text: string | undefined, what: string): { keyMaterial?: Uint8Array } {
  if (text === undefined) return {};
  if (text.trimStart().startsWith("-----BEGIN")) {
    try {
      const key = createPrivateKey(text);
      return { keyMaterial: key.export({ type: "pkcs8", format: "der" }) };
    } catch {
      throw new SeedError(`Of the seed file, ${what}: its KeyMaterial is no private key in PEM.`);
    }
  }
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw new SeedError(`Of the seed file, ${what}: its KeyMaterial is neither base64 nor PEM.`);
  return { keyMaterial: Buffer.from(text, "base64") };
}
