/** What the page knows of one CMK: from DescribeKey, ListAliases, ListKeyRotations. */

import type { KmsApi, Members } from "../../../js/src/api.ts";
import { failureOf } from "./refusal.ts";

export interface Material {
  /** 64 hex digits. */
  readonly id: string;
  readonly current: boolean;
  readonly date?: Date;
}

export interface Cmk {
  readonly id: string;
  readonly arn: string;
  readonly aliases: readonly string[];
  readonly description: string;
  /** AWS's `KeyState`: Enabled, Disabled, PendingDeletion, … */
  readonly state: string;
  readonly manager: string;
  readonly created?: Date;
  readonly deletes?: Date;
  readonly materials: readonly Material[];
}

/** What stands for the state of a key that the account's root may not describe. */
export const SHUT = "Shut";

export interface Rotation {
  readonly enabled: boolean;
  readonly days?: number;
  readonly next?: Date;
}

/** The user agent of the calls by which the page draws itself: the log tells them from those that somebody made. */
export const LOOK_UP = "tabkms-page";

/** A call that only reads, for the page's own sake. */
export function lookUp(kms: KmsApi, operation: string, input: Members = {}): Promise<Members> {
  return kms.send(operation, input, { userAgent: LOOK_UP });
}

function record(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function list(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function date(value: unknown): Date | undefined {
  return value instanceof Date ? value : undefined;
}

/** Every page of a listing. */
async function all(
  kms: KmsApi,
  operation: string,
  member: string,
  input: Members = {},
): Promise<Members[]> {
  const found: Members[] = [];
  let marker: unknown;
  do {
    const answer = await lookUp(kms, operation, {
      ...input,
      ...(marker === undefined ? {} : { Marker: marker }),
    });
    found.push(...list(answer[member]));
    marker = answer["Truncated"] === true ? answer["NextMarker"] : undefined;
  } while (marker !== undefined);
  return found;
}

async function materialsOf(kms: KmsApi, metadata: Members): Promise<readonly Material[]> {
  const current = text(metadata["CurrentKeyMaterialId"]);
  const only: readonly Material[] = current === "" ? [] : [{ id: current, current: true }];
  try {
    const rotations = await all(kms, "ListKeyRotations", "Rotations", {
      KeyId: metadata["KeyId"],
      IncludeKeyMaterial: "ALL_KEY_MATERIAL",
    });
    const materials = rotations
      .map((rotation): Material => {
        const id = text(rotation["KeyMaterialId"]);
        const when = date(rotation["RotationDate"]);
        return { id, current: id === current, ...(when === undefined ? {} : { date: when }) };
      })
      .filter((material) => material.id !== "");
    const missing = only.filter((one) => !materials.some((other) => other.id === one.id));
    return [...missing, ...materials].sort(
      (a, b) => (a.date?.getTime() ?? 0) - (b.date?.getTime() ?? 0),
    );
  } catch {
    return only;
  }
}

/** The key's metadata; of one whose policy shuts out the root too, as much as its ARN says. */
async function metadataOf(kms: KmsApi, keyId: string): Promise<Members> {
  try {
    return record((await lookUp(kms, "DescribeKey", { KeyId: keyId }))["KeyMetadata"]);
  } catch (error) {
    if (failureOf(error).name !== "AccessDeniedException") throw error;
    const [decision] = await kms.simulate("DescribeKey", { KeyId: keyId });
    const arn = decision?.resource ?? keyId;
    return { KeyId: arn.split("/").at(-1), Arn: arn, KeyState: SHUT, KeyManager: "CUSTOMER" };
  }
}

export async function readCmk(
  kms: KmsApi,
  keyId: string,
  aliases?: readonly Members[],
): Promise<Cmk> {
  const metadata = await metadataOf(kms, keyId);
  const id = text(metadata["KeyId"]);
  const named = aliases ?? (await all(kms, "ListAliases", "Aliases"));
  const created = date(metadata["CreationDate"]);
  const deletes = date(metadata["DeletionDate"]);
  return {
    id,
    arn: text(metadata["Arn"]),
    aliases: named
      .filter((alias) => alias["TargetKeyId"] === id)
      .map((alias) => text(alias["AliasName"])),
    description: text(metadata["Description"]),
    state: text(metadata["KeyState"]),
    manager: text(metadata["KeyManager"]),
    materials: await materialsOf(kms, metadata),
    ...(created === undefined ? {} : { created }),
    ...(deletes === undefined ? {} : { deletes }),
  };
}

export async function readCmks(kms: KmsApi): Promise<readonly Cmk[]> {
  const keys = await all(kms, "ListKeys", "Keys");
  const aliases = await all(kms, "ListAliases", "Aliases");
  const cmks = await Promise.all(keys.map((key) => readCmk(kms, text(key["KeyId"]), aliases)));
  return cmks.sort((a, b) => (a.created?.getTime() ?? 0) - (b.created?.getTime() ?? 0));
}

/** The names of the keys that are there, by id: an alias, or nothing where a key has none. */
export async function readNames(kms: KmsApi): Promise<ReadonlyMap<string, string>> {
  const keys = await all(kms, "ListKeys", "Keys");
  const aliases = await all(kms, "ListAliases", "Aliases");
  const names = new Map(keys.map((key) => [text(key["KeyId"]), ""]));
  for (const alias of [...aliases].reverse()) {
    const id = text(alias["TargetKeyId"]);
    if (names.has(id)) names.set(id, text(alias["AliasName"]));
  }
  return names;
}

export async function readRotation(kms: KmsApi, keyId: string): Promise<Rotation> {
  const answer = await lookUp(kms, "GetKeyRotationStatus", { KeyId: keyId });
  const days = answer["RotationPeriodInDays"];
  const next = date(answer["NextRotationDate"]);
  return {
    enabled: answer["KeyRotationEnabled"] === true,
    ...(typeof days === "number" ? { days } : {}),
    ...(next === undefined ? {} : { next }),
  };
}

/** `alias/demo`, or the beginning of the key's id. */
export function nameOf(cmk: Cmk): string {
  return cmk.aliases[0] ?? `key ${cmk.id.slice(0, 8)}`;
}

/** The state as people say it. */
export function stateText(state: string): string {
  const words: Readonly<Record<string, string>> = {
    Enabled: "enabled",
    Disabled: "disabled",
    PendingDeletion: "pending deletion",
    PendingImport: "pending import",
    PendingReplicaDeletion: "pending replica deletion",
    Creating: "creating",
    Updating: "updating",
    Unavailable: "unavailable",
    [SHUT]: "its policy shuts out the root",
  };
  return words[state] ?? state;
}
