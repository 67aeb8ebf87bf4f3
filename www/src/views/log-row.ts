import { html, nothing, type TemplateResult } from "lit";
import type { CloudTrailRecord } from "../../../js/src/api.ts";
import {
  callerOfRecord,
  isRefused,
  keyArnOf,
  keyIdOf,
  keyName,
  type LogFilter,
  madeBy,
  viaOf,
} from "../model/log.ts";
import { stepHash } from "../model/route.ts";
import { breakable, callerChip, keyChip, outcomeWords } from "../parts/log-chips.ts";
import "../parts/log-record.ts";

export interface RowScene {
  readonly filter: LogFilter;
  readonly names: ReadonlyMap<string, string>;
  /** The id of the event that is open. */
  readonly open: string | undefined;
  readonly toggle: (eventID: string) => void;
  readonly close: () => void;
}

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });

export interface Day {
  readonly day: string;
  readonly name: string;
  readonly events: readonly CloudTrailRecord[];
}

/** The events by their day, in the order in which they are. */
export function daysOf(events: readonly CloudTrailRecord[]): readonly Day[] {
  const days: { day: string; name: string; events: CloudTrailRecord[] }[] = [];
  for (const event of events) {
    const day = event.eventTime.slice(0, 10);
    const last = days.at(-1);
    if (last?.day === day) last.events.push(event);
    else days.push({ day, name: DAY.format(new Date(event.eventTime)), events: [event] });
  }
  return days;
}

/** One event; its whole record stands after it, so that it is also read after it. */
export function logRow(record: CloudTrailRecord, scene: RowScene): TemplateResult {
  const { filter, names } = scene;
  const open = scene.open === record.eventID;
  const arn = keyArnOf(record);
  const via = viaOf(record);
  const made = madeBy(record);
  return html`<li
    class="event ${isRefused(record) ? "refused" : ""} ${open ? "open" : ""}"
    data-testid="event"
    data-event=${record.eventID}
  >
    <div class="event-row">
      <div class="event-when">
        <time datetime=${record.eventTime}>${record.eventTime.slice(11, 19)}</time>
        <span class="event-kind">${record.readOnly ? "read-only" : "write"}</span>
      </div>
      <div class="event-main">
        <button
          type="button"
          class="event-open"
          data-arrows
          aria-expanded=${open ? "true" : "false"}
          @click=${() => scene.toggle(record.eventID)}
        >
          ${breakable(record.eventName)}
        </button>
        <span class="event-who">
          ${callerChip(callerOfRecord(record), filter)}
          ${via === undefined ? nothing : html`<span>via ${via}</span>`}
        </span>
      </div>
      <div class="event-about">
        ${arn === undefined ? nothing : keyChip(keyIdOf(arn), keyName(names, keyIdOf(arn)), filter)}
        ${
          made === undefined
            ? nothing
            : html`<a class="event-step" href=${stepHash(made.step)} data-testid="event-step"
                >step ${made.step}, ${made.name}</a
              >`
        }
      </div>
      <div class="event-end">${outcomeWords(record)}</div>
    </div>
    ${open ? recordOf(record, scene) : nothing}
  </li>`;
}

export function recordOf(record: CloudTrailRecord, scene: RowScene): TemplateResult {
  return html`<tk-record
    class="record"
    data-testid="record"
    .record=${record}
    .names=${scene.names}
    .filter=${scene.filter}
    .close=${scene.close}
  ></tk-record>`;
}
