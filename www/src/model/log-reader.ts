/** Reads the log page by page, newest first, and finds what has come since. */

import type { AuditQuery, CloudTrailRecord, KmsApi } from "../../../js/src/api.ts";
import { keyArnOf, keyIdOf, type LogFilter, queryOf, shows } from "./log.ts";

/** So many rows are shown at once, and more on demand. */
const ROWS = 50;
/** The page's own look-ups stand between the others: read more than is shown. */
const READ = 200;
const MOST_READS = 25;
const MOST = 1000;

export class LogReader extends EventTarget {
  /** What is shown, newest first. */
  events: readonly CloudTrailRecord[] = [];
  /** What has come since, and waits. */
  fresh: readonly CloudTrailRecord[] = [];
  /** Whether there are older ones. */
  more = false;
  /** Whether the first page has come. */
  ready = false;
  busy = false;
  /** What has been seen, for the filter to offer. */
  readonly operations = new Set<string>();
  readonly principals = new Set<string>();
  readonly keys = new Set<string>();
  #filter: LogFilter = {};
  #next: string | undefined;
  /** What was read and is more than a page of rows. */
  #spare: CloudTrailRecord[] = [];
  /** The newest event that was read, shown or not. */
  #head: string | undefined;
  #turn = 0;
  #polling = false;
  readonly #kms: KmsApi;

  constructor(kms: KmsApi) {
    super();
    this.#kms = kms;
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  #note(records: readonly CloudTrailRecord[]): void {
    for (const record of records) {
      this.operations.add(record.eventName);
      const { arn } = record.userIdentity;
      if (arn !== undefined) this.principals.add(arn);
      const key = keyArnOf(record);
      if (key !== undefined) this.keys.add(keyIdOf(key));
    }
  }

  /** Reads anew. What was shown stays until what comes after it is there. */
  async open(filter: LogFilter): Promise<void> {
    const turn = ++this.#turn;
    this.#filter = filter;
    this.busy = true;
    this.#changed();
    const first = await this.#kms.audit.events({ ...queryOf(filter), limit: READ });
    if (turn !== this.#turn) return;
    this.#head = first.events[0]?.eventID;
    this.#next = first.next;
    this.#spare = this.#take(first.events);
    await this.#fill(turn, []);
  }

  #take(records: readonly CloudTrailRecord[]): CloudTrailRecord[] {
    this.#note(records);
    return records.filter((record) => shows(this.#filter, record));
  }

  /** A page of rows more than `shown`; without it, than what is shown. */
  async #fill(turn: number, shown?: readonly CloudTrailRecord[]): Promise<void> {
    for (let reads = 0; this.#spare.length < ROWS && reads < MOST_READS; reads += 1) {
      if (this.#next === undefined) break;
      const page = await this.#kms.audit.events({
        ...queryOf(this.#filter),
        limit: READ,
        before: this.#next,
      });
      if (turn !== this.#turn) return;
      this.#spare.push(...this.#take(page.events));
      this.#next = page.next;
    }
    if (shown !== undefined) this.fresh = [];
    this.events = [...(shown ?? this.events), ...this.#spare.slice(0, ROWS)];
    this.#spare = this.#spare.slice(ROWS);
    this.more = this.#spare.length > 0 || this.#next !== undefined;
    this.ready = true;
    this.busy = false;
    this.#changed();
  }

  async older(): Promise<void> {
    if (this.busy || !this.more) return;
    this.busy = true;
    this.#changed();
    await this.#fill(this.#turn);
  }

  /** What has come since the last time, into `fresh`; a log that was replaced is read anew. */
  async poll(): Promise<void> {
    if (!this.ready || this.busy || this.#polling) return;
    const turn = this.#turn;
    this.#polling = true;
    try {
      const found = await this.#since(queryOf(this.#filter));
      if (turn !== this.#turn) return;
      if (found === undefined) return await this.open(this.#filter);
      const head = found[0];
      if (head === undefined) return;
      this.#head = head.eventID;
      const come = this.#take(found);
      if (come.length === 0) return;
      this.fresh = [...come, ...this.fresh];
      this.#changed();
    } finally {
      this.#polling = false;
    }
  }

  /** Newest first; nothing where what was read last is no longer there. */
  async #since(query: AuditQuery): Promise<readonly CloudTrailRecord[] | undefined> {
    const found: CloudTrailRecord[] = [];
    let before: string | undefined;
    let limit = 20;
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      const at = before === undefined ? {} : { before };
      const page = await this.#kms.audit.events({ ...query, ...at, limit });
      const known = page.events.findIndex((record) => record.eventID === this.#head);
      if (known !== -1) return [...found, ...page.events.slice(0, known)];
      found.push(...page.events);
      if (page.next === undefined) return this.#head === undefined ? found : undefined;
      before = page.next;
      limit = READ;
    }
    return undefined;
  }

  /** Shows what waited. */
  take(): readonly CloudTrailRecord[] {
    const come = this.fresh;
    this.events = [...come, ...this.events];
    this.fresh = [];
    this.#changed();
    return come;
  }

  /** One record, wherever it stands in the log. */
  async find(eventID: string): Promise<CloudTrailRecord | undefined> {
    const near = [...this.fresh, ...this.events].find((record) => record.eventID === eventID);
    if (near !== undefined) return near;
    let before: string | undefined;
    do {
      const at = before === undefined ? {} : { before };
      const page = await this.#kms.audit.events({ ...at, limit: MOST });
      const found = page.events.find((record) => record.eventID === eventID);
      if (found !== undefined) return found;
      before = page.next;
    } while (before !== undefined);
    return undefined;
  }

  /** What the filter offers, though what it shows is narrow. */
  async look(): Promise<void> {
    this.#note((await this.#kms.audit.events({ limit: MOST })).events);
    this.#changed();
  }

  /** The records of the filter as a CloudTrail log file: all of them, oldest first. */
  async export(): Promise<{ readonly file: Blob; readonly count: number }> {
    const whole = await this.#kms.audit.export(queryOf(this.#filter));
    const { Records } = JSON.parse(await whole.text()) as { Records: CloudTrailRecord[] };
    const kept = Records.filter((record) => shows(this.#filter, record));
    const text = JSON.stringify({ Records: kept });
    return { file: new Blob([text], { type: "application/json" }), count: kept.length };
  }
}
