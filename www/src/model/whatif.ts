/** The what-ifs: each runs on a fork of the state, and what it breaks is broken only there. */

import type { GetObjectOutput, KmsApi, Traced } from "../../../js/src/api.ts";
import { base64Of } from "../util/bytes.ts";
import { dateText, shortId } from "../util/format.ts";
import type { Acting } from "./acting.ts";
import { answerText, type Call, kmsCall } from "./calls.ts";
import { type Cmk, readCmk } from "./cmk.ts";
import {
  artefactOf,
  BUCKET,
  contextOf,
  flatFields,
  get,
  keyOffset,
  put,
  type Run,
  readStored,
} from "./flow.ts";
import { type Failure, type Place, placeOf, type Refusal, refusalOf } from "./refusal.ts";

export type WhatIfId =
  | "flip-data"
  | "flip-key"
  | "context"
  | "disable"
  | "rotate"
  | "delete"
  | "direct"
  | "edit";

export interface Outcome {
  readonly id: WhatIfId;
  /** Which step of the flow it ends in. */
  readonly step: number;
  /** What was done, in one sentence. */
  readonly said: string;
  readonly refusal?: Refusal;
  /** Where nothing was refused: what that shows. */
  readonly shows?: string;
  /** Values to compare, such as two key material ids. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly run: Run;
  readonly cmk?: Cmk;
  readonly call?: Call;
  /** Which byte is not as it was stored. */
  readonly changed?: { readonly offset: number; readonly was: number; readonly now: number };
}

export interface WhatIf {
  readonly id: WhatIfId;
  readonly label: string;
  readonly question: string;
}

export const WHAT_IFS: readonly WhatIf[] = [
  { id: "flip-data", label: "data byte flips", question: "a byte of the encrypted data flipped" },
  {
    id: "flip-key",
    label: "key byte flips",
    question: "a byte of the encrypted data key flipped",
  },
  { id: "context", label: "other context", question: "the encryption context were another" },
  { id: "disable", label: "CMK disabled", question: "the CMK were disabled" },
  { id: "rotate", label: "CMK rotated", question: "the CMK were rotated" },
  { id: "delete", label: "CMK deleted", question: "the CMK were deleted" },
  { id: "direct", label: "no data key", question: "you encrypted under the CMK directly" },
];

export interface WhatIfScene {
  readonly fork: KmsApi;
  /** The fork as whoever reads and writes there; what is done to the key is done by its owner. */
  readonly as: Acting;
  /** The object's key. */
  readonly name: string;
  readonly keyArn: string;
}

export interface Edit {
  /** From the start of the stored object. */
  readonly offset: number;
  readonly value: number;
}

const DAY = 24 * 60 * 60 * 1000;
const DIRECT_BYTES = 5000;
const TAG = 16;

export async function runWhatIf(id: WhatIfId, scene: WhatIfScene, edit?: Edit): Promise<Outcome> {
  switch (id) {
    case "flip-data":
      // The last byte of the last frame's content: behind it stands only the frame's tag.
      return tamper(id, scene, (size) => ({ offset: size - TAG - 1, change: flip }));
    case "flip-key":
      return flipKey(scene);
    case "edit":
      return tamper(id, scene, () => ({
        offset: edit?.offset ?? 0,
        change: () => edit?.value ?? 0,
      }));
    case "context":
      return otherContext(scene);
    case "disable":
      return disable(scene);
    case "rotate":
      return rotate(scene);
    case "delete":
      return destroy(scene);
    case "direct":
      return direct(scene);
  }
}

function flip(was: number): number {
  return was ^ 0x01;
}

type Ended = Pick<Outcome, "step" | "run"> & { readonly refusal?: Refusal };

/** Reads the object on the fork, and says where the walk ended. */
async function readBack(scene: WhatIfScene, meaning?: string): Promise<Ended> {
  const stored = await readStored(scene.fork, scene.name);
  const got = await get(scene.as, scene.name);
  const run: Run = stored === undefined ? { get: got } : { get: got, stored };
  if (got.error === undefined) return { step: 7, run };
  const place = refusingPlace(got);
  return { step: place === "kms" ? 6 : 7, run, refusal: refusalOf(got.error, place, meaning) };
}

function refusingPlace(got: Traced<GetObjectOutput>): Place {
  const place = placeOf(got.steps, "s3");
  return place === "kms" ? "kms" : "s3";
}

interface Change {
  readonly offset: number;
  readonly change: (was: number) => number;
}

async function tamper(
  id: WhatIfId,
  scene: WhatIfScene,
  choose: (size: number, head: Uint8Array) => Change,
): Promise<Outcome> {
  const stored = await readStored(scene.fork, scene.name);
  if (stored === undefined) throw new Error("nothing is stored yet");
  const { blob, head } = stored;
  const { offset, change } = choose(blob.size, head);
  const [was = 0] = new Uint8Array(await blob.slice(offset, offset + 1).arrayBuffer());
  const now = change(was);
  const body = new Blob([blob.slice(0, offset), Uint8Array.of(now), blob.slice(offset + 1)]);
  await scene.fork.s3.writeStored({ Bucket: BUCKET, Key: scene.name, Body: body });
  const ended = await readBack(scene, ...tamperMeaning(id));
  return {
    id,
    ...ended,
    said: `Byte ${offset.toLocaleString("en")} of the stored object is now ${hex(now)} instead of ${hex(was)}.`,
    facts: [],
    changed: { offset, was, now },
    ...(ended.refusal === undefined
      ? { shows: "The byte is as it was stored, and the object opens." }
      : {}),
  };
}

function tamperMeaning(id: WhatIfId): [string?] {
  return id === "flip-data"
    ? [
        "The frame's authentication tag no longer fits, so S3 gives out nothing: not one byte of a forged object. Restore the object from a copy.",
      ]
    : [];
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}

async function flipKey(scene: WhatIfScene): Promise<Outcome> {
  const got = await get(scene.as, scene.name);
  const blob = artefactOf(got.steps, "encrypted-data-key")?.shown;
  return tamper("flip-key", scene, (_size, head) => ({
    // Eight bytes before the blob's tag: inside the sealed data key.
    offset: keyOffset(head, blob) + (blob?.length ?? 0) - TAG - 8,
    change: flip,
  }));
}

async function otherContext(scene: WhatIfScene): Promise<Outcome> {
  const stored = await readStored(scene.fork, scene.name);
  const got = await get(scene.as, scene.name);
  const blob = artefactOf(got.steps, "encrypted-data-key")?.shown ?? new Uint8Array();
  const context = contextOf(`other-${scene.name}`);
  const input = { CiphertextBlob: blob, EncryptionContext: context };
  const asked = await scene.as.trace("Decrypt", input);
  const run: Run = { get: { steps: [...beforeKms(got), ...asked.steps] } };
  return {
    id: "context",
    step: 6,
    said: "Somebody copied the encrypted data key to another object, and S3 sends that object's ARN as the context.",
    facts: [
      { name: "Encrypted with", value: JSON.stringify(contextOf(scene.name)) },
      { name: "Asked with", value: JSON.stringify(context) },
    ],
    run: stored === undefined ? run : { ...run, stored },
    call: kmsCall("S3", "Decrypt", input, answerText(asked.error)),
    ...refused(asked.error, "kms"),
  };
}

function beforeKms(got: Traced<GetObjectOutput>): Traced<GetObjectOutput>["steps"] {
  return got.steps.filter((step) => step.actor === "storage" || step.actor === "you");
}

function refused(error: Failure | undefined, place: Place): { refusal?: Refusal } {
  return error === undefined ? {} : { refusal: refusalOf(error, place) };
}

async function disable(scene: WhatIfScene): Promise<Outcome> {
  await scene.fork.send("DisableKey", { KeyId: scene.keyArn });
  return {
    id: "disable",
    ...(await readBack(scene)),
    said: "The CMK is disabled, and somebody reads the object.",
    facts: [],
    cmk: await readCmk(scene.fork, scene.keyArn),
  };
}

async function rotate(scene: WhatIfScene): Promise<Outcome> {
  const before = await materialOf(scene);
  await scene.fork.send("RotateKeyOnDemand", { KeyId: scene.keyArn });
  const fresh = { name: `after-rotation-${scene.name}`, type: "text/plain" };
  const body = new TextEncoder().encode("written after the rotation");
  await put(scene.as, { ...fresh, body, size: body.length }, scene.keyArn);
  const after = await materialOf({ ...scene, name: fresh.name });
  const ended = await readBack(scene);
  return {
    id: "rotate",
    ...ended,
    said: "The CMK has new key material. The old object was read, and a new one written.",
    shows:
      "The old object opens: its encrypted data key names the old material, which KMS keeps. A new object uses the new one. Rotation re-encrypts nothing, and nobody has to change a key id.",
    facts: [
      { name: "Old object", value: before },
      { name: "New object", value: after },
    ],
    cmk: await readCmk(scene.fork, scene.keyArn),
  };
}

/** The id of the key material that an object's encrypted data key names. */
async function materialOf(scene: WhatIfScene): Promise<string> {
  const got = await get(scene.as, scene.name);
  const blob = artefactOf(got.steps, "encrypted-data-key")?.shown;
  if (blob === undefined) return "";
  const { fields } = await scene.fork.inspect(blob);
  const field = flatFields(fields).find(
    (one) => one.name.includes("material") && one.length === 32,
  );
  const bytes = blob.slice(field?.offset ?? 0, (field?.offset ?? 0) + (field?.length ?? 0));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function destroy(scene: WhatIfScene): Promise<Outcome> {
  const scheduled = await scene.fork.send("ScheduleKeyDeletion", {
    KeyId: scene.keyArn,
    PendingWindowInDays: 7,
  });
  const due = scheduled["DeletionDate"];
  const events = await scene.fork.clock.advance(7 * DAY + 60_000);
  const ended = await readBack(
    scene,
    "The CMK is gone, so no one can open the data key, and without it the object is noise: lost for ever, for its owner too. That is why deletion waits 7 to 30 days and can be cancelled until then.",
  );
  return {
    id: "delete",
    ...ended,
    said: "Deletion was scheduled with the shortest window, 7 days, and the clock moved past it.",
    facts: [
      ...(due instanceof Date ? [{ name: "Deletion date", value: dateText(due) }] : []),
      ...events.map((event) => ({
        name: event.event,
        value: `${shortId(event.keyArn.split("/").at(-1) ?? "")} on ${dateText(event.time)}`,
      })),
    ],
  };
}

async function direct(scene: WhatIfScene): Promise<Outcome> {
  const text = "data that is too long to encrypt under a CMK; ";
  const plaintext = new TextEncoder()
    .encode(text.repeat(Math.ceil(DIRECT_BYTES / text.length)))
    .slice(0, DIRECT_BYTES);
  const asked = await scene.as.trace("Encrypt", { KeyId: scene.keyArn, Plaintext: plaintext });
  const shown = `${base64Of(plaintext.slice(0, 24))}… (5,000 bytes)`;
  const input = { KeyId: scene.keyArn, Plaintext: shown };
  return {
    id: "direct",
    step: 1,
    said: "You skip the data key and send 5,000 bytes straight to KMS.",
    facts: [
      { name: "Sent", value: "5,000 bytes" },
      { name: "Allowed", value: "1 to 4,096 bytes" },
    ],
    run: {
      put: {
        steps: [
          {
            actor: "you",
            action: "send",
            to: "kms",
            detail: "Encrypt",
            uses: [
              { kind: "plaintext", label: "5,000 bytes", shown: plaintext, length: DIRECT_BYTES },
            ],
            makes: [],
          },
          ...asked.steps,
        ],
      },
    },
    call: kmsCall("You", "Encrypt", input, answerText(asked.error)),
    ...(asked.error === undefined
      ? {}
      : {
          refusal: refusalOf(
            asked.error,
            "kms",
            "KMS encrypts at most 4,096 bytes a call: it guards keys and does not carry data. So it gives you a data key, and you encrypt any amount with that, where the data is.",
          ),
        }),
  };
}
