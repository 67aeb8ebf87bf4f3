/** From a step of the flow to the event that it made. A trace does not carry the event's id, so it is looked for at once. */

import type { KmsApi, Traced } from "../../../js/src/api.ts";
import { madeBy } from "./log.ts";

const EVENTS = new WeakMap<Traced<unknown>, string>();
/** Other calls of the same operation that may have come in between. */
const NEAR = 20;

/** Remembers the event of a put or a get that has just ended: the newest that S3 made of it for this object. */
export async function linkEvent(
  kms: KmsApi,
  traced: Traced<unknown>,
  operation: "GenerateDataKey" | "Decrypt",
  object: string,
): Promise<void> {
  const asked = traced.steps.some((step) => step.actor === "s3" && step.to === "kms");
  if (!asked) return;
  try {
    const { events } = await kms.audit.events({ operation, limit: NEAR });
    const found = events.find((record) => madeBy(record)?.object === object);
    if (found !== undefined) EVENTS.set(traced, found.eventID);
  } catch {
    // The walk goes on; it is only not linked.
  }
}

export function linkedEvent(traced: Traced<unknown> | undefined): string | undefined {
  return traced === undefined ? undefined : EVENTS.get(traced);
}
