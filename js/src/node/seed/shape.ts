/**
 * What a seed file says. Its members are those of the operations that make the same, under AWS's names, and a few of its
 * own. A policy may be text or the object itself.
 */

export interface Seed {
  /** The account that it is for, 12 digits; `serve` takes its own from here. */
  readonly Account?: string;
  /** The root's, for as long as the endpoint runs: they stand in no store. */
  readonly AccessKeys?: readonly SeedAccessKey[];
  readonly Keys?: readonly SeedKey[];
  readonly ManagedPolicies?: readonly Members[];
  readonly Users?: readonly SeedIdentity[];
  readonly Roles?: readonly SeedIdentity[];
}

export type Members = Readonly<Record<string, unknown>>;

/** The members of CreateKey and these. */
export interface SeedKey extends Members {
  /** A UUID, or `mrk-` and 32 hexadecimal digits. */
  readonly KeyId: string;
  /** Base64, or a private key in PEM. */
  readonly KeyMaterial?: string;
  readonly Region?: string;
  /** With or without `alias/`. */
  readonly Aliases?: readonly string[];
  /** `false` disables the key. */
  readonly Enabled?: boolean;
  /** Turns automatic rotation on. */
  readonly RotationPeriodInDays?: number;
  /** Each the members of CreateGrant but KeyId. */
  readonly Grants?: readonly Members[];
}

/** The members of CreateUser or CreateRole and these. */
export interface SeedIdentity extends Members {
  /** Inline policies, by name. */
  readonly Policies?: Readonly<Record<string, unknown>>;
  /** The ARNs of managed policies. */
  readonly PolicyArns?: readonly string[];
  /** A user's: as the root's. */
  readonly AccessKeys?: readonly SeedAccessKey[];
}

export interface SeedAccessKey {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

/** It is not what a seed file is; the message says where and why. */
export class SeedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SeedError";
  }
}

type Check = (value: unknown, place: string) => void;

/** Throws a {@link SeedError} where `value` is none; of AWS's own members KMS and IAM are the judges. */
export function requireSeed(value: unknown): asserts value is Seed {
  object({
    Account: text,
    AccessKeys: list(accessKey),
    Keys: list(key),
    ManagedPolicies: list(object({ PolicyName: text, PolicyDocument: any }, true, ["PolicyName"])),
    Users: list(identity("UserName")),
    Roles: list(identity("RoleName")),
  })(value, "The seed file");
}

const key: Check = object(
  {
    KeyId: text,
    KeyMaterial: text,
    Region: text,
    Aliases: list(text),
    Enabled: boolean,
    RotationPeriodInDays: any,
    Grants: list(object({}, true)),
  },
  true,
  ["KeyId"],
);

const accessKey: Check = object({ AccessKeyId: text, SecretAccessKey: text }, false, [
  "AccessKeyId",
  "SecretAccessKey",
]);

function identity(name: string): Check {
  const own = { Policies: object({}, true), PolicyArns: list(text) };
  const members = name === "UserName" ? { ...own, AccessKeys: list(accessKey) } : own;
  return object({ [name]: text, ...members }, true, [name]);
}

/** An object with these members; with others too where it is `open`. */
function object(members: Record<string, Check>, open = false, required: string[] = []): Check {
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new SeedError(`${place} is no mapping.`);
    for (const name of required)
      if (!Object.hasOwn(value, name)) throw new SeedError(`${place} has no ${name}.`);
    for (const [name, member] of Object.entries(value)) {
      const check = Object.hasOwn(members, name) ? members[name] : undefined;
      if (check) check(member, `${name} of ${lowered(place)}`);
      else if (!open) {
        const known = Object.keys(members).join(", ");
        throw new SeedError(`${place} has a member ${name}, which is none of ${known}.`);
      }
    }
  };
}

function list(item: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) throw new SeedError(`${place} is no list.`);
    value.forEach((each, at) => {
      item(each, `${place}, number ${at + 1}`);
    });
  };
}

function text(value: unknown, place: string): void {
  if (typeof value !== "string") throw new SeedError(`${place} is no text: put it in quotes.`);
}

function boolean(value: unknown, place: string): void {
  if (typeof value !== "boolean") throw new SeedError(`${place} is neither true nor false.`);
}

function any(): void {}

function lowered(place: string): string {
  return place.replace(/^The /, "the ");
}
