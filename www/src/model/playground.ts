/** The page's state: one store, one input, one walk, at most one what-if. Views read it and call it. */

import type {
  Artefact,
  Description,
  KmsApi,
  ObjectDescription,
  OpenOptions,
} from "../../../js/src/api.ts";
import { connect } from "../../../js/src/client.ts";
import { blobOf, sameBytes } from "../util/bytes.ts";
import { type Acting, actingAs } from "./acting.ts";
import { type Cmk, readCmk } from "./cmk.ts";
import { ensureDemo } from "./demo.ts";
import { Files } from "./files.ts";
import { ALIAS, BUCKET, get, put, type Run, readStored } from "./flow.ts";
import { DEMO_TEXT, type Input, inputFromFile, inputFromText, isSameFile } from "./input.ts";
import { linkEvent } from "./log-link.ts";
import { type Person, readPeople, rootOf, setScene } from "./people.ts";
import { LongWork } from "./progress.ts";
import { type Failure, failureOf, placeOf, type Refusal, refusalOf } from "./refusal.ts";
import { parseRoute, type Route, stepHash } from "./route.ts";
import { type Edit, type Outcome, runWhatIf, type WhatIfId, type WhatIfScene } from "./whatif.ts";
import { LAST_STEP, STEPS } from "./words.ts";

export type Phase = "opening" | "locked" | "failed" | "ready";

const PLAY_MS = 2600;
/** Who the page acts as, by ARN: for this tab, and over a reload. */
const WHO = "tabkms-who";
const LOCKED = /^(PassphraseRequired|WrongPassphrase)Error$/;

function remembered(): string | null {
  try {
    return sessionStorage.getItem(WHO);
  } catch {
    // Where storage is refused one is the root again after a reload.
    return null;
  }
}

function remember(arn: string): void {
  try {
    sessionStorage.setItem(WHO, arn);
  } catch {
    // As above.
  }
}

export class Playground extends EventTarget {
  phase: Phase = "opening";
  failure: Failure | undefined;
  kms: KmsApi | undefined;
  description: Description | undefined;
  route: Route = parseRoute(location.hash);
  input: Input = inputFromText(DEMO_TEXT);
  run: Run = {};
  cmk: Cmk | undefined;
  objects: readonly ObjectDescription[] = [];
  people: readonly Person[] = [];
  /** Who makes the calls of this page. What it draws it reads for itself, so a wall never blinds it. */
  who: Person = rootOf("");
  refusal: Refusal | undefined;
  outcome: Outcome | undefined;
  work: LongWork | undefined;
  readonly files = new Files(this, () => this.#changed());
  busy = false;
  playing = false;
  /** Which token's bytes are open. */
  picked: { readonly id: string; readonly artefact: Artefact } | undefined;
  /** How many passphrases were tried. */
  attempts = 0;
  /** Said once in the live region. */
  said = "";
  #fork: KmsApi | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  get step(): number {
    return this.route.view === "flow" ? (this.outcome?.step ?? this.route.step) : 1;
  }

  /** The KMS as `who` meets it. */
  get as(): Acting | undefined {
    return this.kms === undefined ? undefined : actingAs(this.kms, this.who.principal);
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  say(text: string): void {
    this.said = text;
    this.#changed();
  }

  async open(passphrase?: string): Promise<void> {
    if (passphrase !== undefined) this.attempts += 1;
    await this.#open(passphrase === undefined ? {} : { passphrase });
  }

  /** Leaves the kept store alone, and keeps nothing. */
  async openInMemory(): Promise<void> {
    await this.#open({ store: "memory" });
  }

  async #open(options: OpenOptions): Promise<void> {
    this.phase = "opening";
    this.failure = undefined;
    this.#changed();
    try {
      const kms = await connect(options);
      this.kms = kms;
      window.tabkms = kms;
      kms.onChange(() => void this.refresh());
      this.cmk = await ensureDemo(kms);
      await this.refresh();
      await this.#adoptStored();
      this.phase = "ready";
      await this.go(parseRoute(location.hash));
    } catch (error) {
      this.failure = failureOf(error);
      this.phase = LOCKED.test(this.failure.name) ? "locked" : "failed";
    }
    this.#changed();
  }

  /** After a reload the object of last time is still there, and the way back begins with it. */
  async #adoptStored(): Promise<void> {
    const last = [...this.objects].sort(
      (a, b) => b.LastModified.getTime() - a.LastModified.getTime(),
    )[0];
    if (last !== undefined && this.kms !== undefined) {
      const stored = await readStored(this.kms, last.Key);
      if (stored !== undefined) this.run = { stored };
    }
  }

  /** Reads what may have changed, here or in another tab. */
  async refresh(): Promise<void> {
    const { kms } = this;
    if (kms === undefined) return;
    try {
      this.description = await kms.describe();
      await this.#readPeople(kms, this.description.account);
      this.objects = await kms.s3.listObjects({ Bucket: BUCKET });
      this.cmk = await readCmk(kms, this.cmk?.arn ?? ALIAS);
    } catch (error) {
      if (failureOf(error).name === "NotFoundException") this.cmk = undefined;
    }
    this.#changed();
  }

  async #readPeople(kms: KmsApi, account: string): Promise<void> {
    this.people = await readPeople(kms, account);
    const arn = remembered();
    const there = this.people.find((person) => person.arn === arn);
    this.who = there ?? this.people[0] ?? rootOf(account);
  }

  /** Become somebody else: what was done as another is not done as them. */
  async become(person: Person): Promise<void> {
    if (person.arn === this.who.arn) return;
    remember(person.arn);
    this.who = person;
    this.stop();
    this.files.forgetFailure();
    this.run = this.run.stored === undefined ? {} : { stored: this.run.stored };
    this.picked = undefined;
    await this.go(this.route);
    const refused =
      this.refusal === undefined ? "" : ` ${this.refusal.name}: ${this.refusal.message}`;
    this.say(`You act as ${person.name}, ${person.what}.${refused}`);
  }

  /** Makes the people of the scene who are missing. */
  async setScene(): Promise<void> {
    if (this.kms === undefined || this.description === undefined) return;
    await setScene(this.kms, this.description.account);
    await this.refresh();
  }

  async go(route: Route): Promise<void> {
    const turn = ++this.#turn;
    const before = this.route;
    this.route = route;
    this.refusal = undefined;
    if (this.phase !== "ready") return this.#changed();
    if (route.view !== "flow") {
      this.stop();
      await this.#leave();
      return this.#changed();
    }
    if (route.whatIf !== undefined) return this.#enter(route.whatIf);
    await this.#leave();
    if (before.view !== "flow" || before.step !== route.step) this.picked = undefined;
    await this.#ensure(route.step, turn);
    if (turn !== this.#turn) return;
    const words = STEPS[this.step - 1];
    this.say(`Step ${this.step} of ${LAST_STEP}, ${words?.name}. ${words?.title}.`);
  }

  /** Runs what the step needs: the put from step 2 on, the get from step 5 on. */
  async #ensure(step: number, turn: number): Promise<void> {
    const kms = this.as;
    if (kms === undefined || step === 1) return;
    this.busy = true;
    try {
      const wantsPut = step <= 4 ? this.run.put === undefined : this.run.stored === undefined;
      if (wantsPut) await this.#put(kms, step);
      if (step >= 5 && this.run.get === undefined && this.refusal === undefined) {
        await this.#get(kms);
      }
    } catch (error) {
      const failure = failureOf(error);
      if (turn === this.#turn) this.refusal = refusalOf(failure, "s3");
    } finally {
      this.busy = false;
      this.work = undefined;
    }
    this.#changed();
  }

  async #put(kms: Acting, step: number): Promise<void> {
    const { input } = this;
    const keyId = this.cmk?.arn ?? ALIAS;
    this.work = new LongWork("Encrypting", input.size, () => this.#changed());
    const put_ = await put(kms, input, keyId, this.work);
    if (this.kms) await linkEvent(this.kms, put_, "GenerateDataKey", input.name);
    if (input !== this.input) return;
    if (put_.error !== undefined) {
      const { stored } = this.run;
      this.run = stored === undefined ? { put: put_ } : { put: put_, stored };
      const place = placeOf(put_.steps, "s3");
      this.refusal = refusalOf(put_.error, place);
      if (step > 2) this.route = { view: "flow", step: place === "kms" ? 2 : 3 };
      return;
    }
    const stored = this.kms && (await readStored(this.kms, input.name));
    this.run = stored === undefined ? { put: put_ } : { put: put_, stored };
  }

  async #get(kms: Acting): Promise<void> {
    const { stored } = this.run;
    if (stored === undefined) return;
    this.work = new LongWork("Decrypting", stored.description.ContentLength, () => this.#changed());
    const got = await get(kms, stored.description.Key, this.work);
    if (this.kms) await linkEvent(this.kms, got, "Decrypt", stored.description.Key);
    if (this.run.stored !== stored) return;
    this.run = { ...this.run, get: got };
    if (got.error !== undefined) {
      const place = placeOf(got.steps, "s3");
      this.refusal = refusalOf(got.error, place);
      this.route = { view: "flow", step: place === "kms" ? 6 : 7 };
    } else if (got.answer !== undefined && stored.description.Key === this.input.name) {
      const body = got.answer.Body;
      void sameBytes(body, this.input.body).then((same) => {
        if (this.run.get === got) this.run = { ...this.run, same };
        this.#changed();
      });
    }
  }

  async #enter(id: WhatIfId, edit?: Edit): Promise<void> {
    const { kms } = this;
    if (kms === undefined) return;
    const turn = ++this.#turn;
    this.stop();
    await this.#leave();
    if (this.run.stored === undefined) await this.#ensure(2, turn);
    const key = this.run.stored?.description.Key;
    if (key === undefined || this.refusal !== undefined) return this.#changed();
    this.busy = true;
    this.#changed();
    try {
      this.#fork = await kms.fork();
      const keyArn = this.run.stored?.description.SSEKMSKeyId ?? ALIAS;
      const outcome = await runWhatIf(id, this.#scene(this.#fork, key, keyArn), edit);
      if (turn !== this.#turn) return;
      this.outcome = outcome;
      this.picked = undefined;
      const { refusal } = outcome;
      this.said =
        refusal === undefined
          ? `${outcome.said} ${outcome.shows ?? ""}`
          : `${outcome.said} ${refusal.name}: ${refusal.message} ${refusal.meaning}`;
    } catch (error) {
      this.refusal = refusalOf(failureOf(error), "s3");
      await this.#leave();
    } finally {
      this.busy = false;
    }
    this.#changed();
  }

  #scene(fork: KmsApi, name: string, keyArn: string): WhatIfScene {
    return { fork, as: actingAs(fork, this.who.principal), name, keyArn };
  }

  /** Drops the fork, and everything that happened on it. */
  async #leave(): Promise<void> {
    this.outcome = undefined;
    const fork = this.#fork;
    this.#fork = undefined;
    await fork?.close();
  }

  /** The same what-if again, where its address is already in the bar. */
  async reenter(id: WhatIfId): Promise<void> {
    await this.#enter(id);
  }

  /** A byte edited in place becomes a what-if. */
  async edit(edit: Edit): Promise<void> {
    await this.#enter("edit", edit);
  }

  toStep(step: number): void {
    const hash = stepHash(Math.min(Math.max(step, 1), LAST_STEP));
    if (location.hash === hash) void this.go(parseRoute(hash));
    else location.hash = hash;
  }

  next(): void {
    this.toStep(this.step + 1);
  }

  back(): void {
    this.toStep(this.step - 1);
  }

  play(): void {
    if (this.playing) {
      this.stop();
      return;
    }
    this.playing = true;
    if (this.step >= LAST_STEP || this.outcome !== undefined) this.toStep(1);
    else this.next();
    this.#tick();
    this.#changed();
  }

  stop(): void {
    this.playing = false;
    clearTimeout(this.#timer);
    this.#changed();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.playing) return;
      if (this.refusal !== undefined || this.step >= LAST_STEP) return this.stop();
      if (!this.busy) this.next();
      this.#tick();
    }, PLAY_MS);
  }

  setText(text: string): void {
    this.#setInput(inputFromText(text));
  }

  async setFile(file: File): Promise<void> {
    if (isSameFile(this.input, file)) return this.say(`${file.name} is here already.`);
    this.#setInput(await inputFromFile(file));
    this.toStep(1);
    this.say(`${file.name} is ready to send.`);
  }

  #setInput(input: Input): void {
    this.work?.cancel();
    this.stop();
    this.input = input;
    this.run = {};
    this.picked = undefined;
    this.#changed();
  }

  /** Stops the long work; nothing is stored that was not there before. */
  cancel(): void {
    this.work?.cancel();
    this.stop();
  }

  /** Reads another object that is kept. */
  async choose(key: string): Promise<void> {
    if (this.kms === undefined) return;
    const stored = await readStored(this.kms, key);
    if (stored === undefined) return;
    this.run = { stored };
    this.picked = undefined;
    this.toStep(5);
  }

  pick(id: string, artefact: Artefact): void {
    this.picked = { id, artefact };
    this.#changed();
  }

  /** The stored object, byte for byte. */
  async storedFile(): Promise<{ readonly blob: Blob; readonly name: string } | undefined> {
    const { stored } = this.outcome?.run ?? this.run;
    if (stored === undefined) return undefined;
    return { blob: stored.blob, name: `${stored.description.Key}.enc` };
  }

  /** The object as it was decrypted. */
  decryptedFile(): { readonly blob: Blob; readonly name: string } | undefined {
    const answer = this.run.get?.answer;
    return answer === undefined ? undefined : { blob: answer.Body, name: answer.Key };
  }

  async erase(): Promise<void> {
    if (this.kms === undefined) return;
    await this.kms.erase();
    this.cmk = await ensureDemo(this.kms);
    await this.#reset();
  }

  async importStore(file: Blob, passphrase: string): Promise<void> {
    if (this.kms === undefined) return;
    await this.kms.importStore(file, passphrase);
    this.cmk = await ensureDemo(this.kms);
    await this.#reset();
    await this.#adoptStored();
  }

  async #reset(): Promise<void> {
    await this.#leave();
    this.run = {};
    this.picked = undefined;
    this.#setInput(inputFromText(DEMO_TEXT));
    await this.refresh();
  }
}

/** The bytes of an artefact as a file. */
export function artefactFile(artefact: Artefact): { readonly blob: Blob; readonly name: string } {
  const bytes = artefact.shown ?? new Uint8Array();
  return { blob: blobOf(bytes), name: `${artefact.kind}.bin` };
}

declare global {
  interface Window {
    /** The KMS of this page, for the console. */
    tabkms?: KmsApi;
  }
}
