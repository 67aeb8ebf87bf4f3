/** One walk through the flow: what was put, what was read back, and everything that moved. */

import type {
  Artefact,
  ArtefactKind,
  Field,
  GetObjectOutput,
  KmsApi,
  ObjectDescription,
  Step,
  Traced,
} from "../../../js/src/api.ts";
import { indexOfBytes } from "../util/bytes.ts";
import type { Acting } from "./acting.ts";
import type { LongWork } from "./progress.ts";

export const BUCKET = "tabkms-demo";
export const ALIAS = "alias/demo";

const HEAD = 64 * 1024;

/** What is at rest: its description and the beginning of its bytes. */
export interface Stored {
  readonly description: ObjectDescription;
  readonly blob: Blob;
  readonly head: Uint8Array;
  /** Bytes before the frames. */
  readonly headerLength: number;
  /** The beginning of the frames: the encrypted data. */
  readonly ciphertext?: Uint8Array;
}

export interface Run {
  readonly put?: Traced<ObjectDescription>;
  readonly get?: Traced<GetObjectOutput>;
  readonly stored?: Stored;
  /** Whether what came back is, byte for byte, what was sent. */
  readonly same?: boolean;
}

export function objectArn(key: string): string {
  return `arn:aws:s3:::${BUCKET}/${key}`;
}

/** The encryption context that S3 uses for an object. */
export function contextOf(key: string): Record<string, string> {
  return { "aws:s3:arn": objectArn(key) };
}

export async function readStored(kms: KmsApi, key: string): Promise<Stored | undefined> {
  const at = { Bucket: BUCKET, Key: key };
  const description = (await kms.s3.listObjects({ Bucket: BUCKET })).find((o) => o.Key === key);
  if (description === undefined) return undefined;
  const blob = await kms.s3.readStored(at);
  const head = new Uint8Array(await blob.slice(0, HEAD).arrayBuffer());
  const header = (await kms.inspect(head)).fields.find((field) => field.name === "header");
  if (header === undefined) return { description, blob, head, headerLength: 0 };
  const headerLength = header.offset + header.length;
  return { description, blob, head, headerLength, ciphertext: head.slice(headerLength) };
}

/** Fields and the fields inside them, outer before inner. */
export function flatFields(fields: readonly Field[]): readonly Field[] {
  return fields.flatMap((field) => [field, ...flatFields(field.fields ?? [])]);
}

export interface Source {
  readonly name: string;
  readonly type: string;
  readonly body: Blob | Uint8Array;
  readonly size: number;
}

/** Steps 1 to 4. */
export async function put(
  kms: Pick<Acting, "s3">,
  source: Source,
  keyId: string,
  work?: LongWork,
): Promise<Traced<ObjectDescription>> {
  return kms.s3.putObject(
    {
      Bucket: BUCKET,
      Key: source.name,
      Body: source.body,
      ContentType: source.type,
      SSEKMSKeyId: keyId,
    },
    work === undefined ? {} : { onProgress: work.onProgress, signal: work.signal },
  );
}

/** Steps 5 to 7. */
export async function get(
  kms: Pick<Acting, "s3">,
  key: string,
  work?: LongWork,
): Promise<Traced<GetObjectOutput>> {
  return kms.s3.getObject(
    { Bucket: BUCKET, Key: key },
    work === undefined ? {} : { onProgress: work.onProgress, signal: work.signal },
  );
}

/** The last artefact of a kind among the steps, with bytes if any has them. */
export function artefactOf(steps: readonly Step[], kind: ArtefactKind): Artefact | undefined {
  let found: Artefact | undefined;
  for (const step of steps) {
    for (const artefact of [...step.uses, ...step.makes]) {
      if (artefact.kind !== kind) continue;
      const better = found?.shown === undefined || artefact.shown !== undefined;
      // Zeros are what is left of a discarded key, not the key.
      if (better && !(artefact.shown?.every((byte) => byte === 0) ?? false)) found = artefact;
    }
  }
  return found;
}

export type FlowStep = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The part of a trace that belongs to one step of the page. */
export function stepsOf(run: Run, step: number): readonly Step[] {
  const steps = (step <= 4 ? run.put : run.get)?.steps ?? [];
  const asks = (one: Step): boolean => one.actor === "s3" && one.to === "kms";
  const inKms = (one: Step): boolean => one.actor === "kms" || one.actor === "hsm";
  const firstKms = steps.findIndex((one) => asks(one) || inKms(one));
  if (firstKms === -1) return step === 1 || step === 5 ? steps : [];
  let lastKms = firstKms;
  for (let at = firstKms; at < steps.length; at += 1) {
    const one = steps[at];
    if (one !== undefined && (inKms(one) || asks(one))) lastKms = at;
  }
  if (step === 1 || step === 5) return steps.slice(0, firstKms);
  if (step === 2 || step === 6) return steps.slice(firstKms, lastKms + 1);
  const rest = steps.slice(lastKms + 1);
  if (step === 7) return rest;
  const stores = rest.findIndex((one) => one.action === "store");
  if (stores === -1) return step === 3 ? rest : [];
  return step === 3 ? rest.slice(0, stores) : rest.slice(stores);
}

/** Where the encrypted data key stands in the stored bytes. */
export function keyOffset(stored: Uint8Array, encryptedKey: Uint8Array | undefined): number {
  return encryptedKey === undefined ? -1 : indexOfBytes(stored, encryptedKey);
}
