/** A file of the person's: encrypted here, decrypted again, or brought encrypted. Lives on while other views are open. */

import type { KmsApi } from "../../../js/src/api.ts";
import type { Acting } from "./acting.ts";
import { compare } from "./compare.ts";
import { DEMO_NAME, DEMO_TEXT } from "./input.ts";
import type { Context } from "./may.ts";
import { type Message, messageOf } from "./message.ts";
import { LongWork } from "./progress.ts";
import { type Failure, failureOf } from "./refusal.ts";
import { Scratch, sweepScratch } from "./scratch.ts";

/** Bytes of a file's beginning that are looked at. */
export const HEAD = 64 * 1024;

export interface Held {
  readonly blob: Blob;
  readonly name: string;
  readonly head: Uint8Array;
  /** Seconds that it took to make, where it was made here. */
  readonly seconds?: number;
  /** Whether it stands in the browser's private files. */
  readonly scratch?: boolean;
}

export interface Sealed extends Held {
  /** Nothing where the beginning is none of a message. */
  readonly message: Message | undefined;
}

export type Way = "read" | "encrypt" | "decrypt";
export type Comparison = "same" | "other" | "comparing" | "none";

/** What the files need of the page. */
interface Host {
  readonly kms: KmsApi | undefined;
  /** The KMS as the person meets it. */
  readonly as: Acting | undefined;
  say(text: string): void;
}

export class Files {
  /** What is to be encrypted, or was. */
  plain: Held | undefined;
  isExample = false;
  sealed: Sealed | undefined;
  opened: Held | undefined;
  comparison: Comparison = "none";
  /** An ARN; nothing chosen is the demo's. */
  keyArn: string | undefined;
  context: Context = { purpose: "demo" };
  frameLength = 512 * 1024;
  work: LongWork | undefined;
  failure: Failure | undefined;
  failedAt: Way = "read";
  /** The token whose bytes are open. */
  picked = "data";
  readonly #scratch = new Scratch();
  readonly #host: Host;
  readonly #changed: () => void;

  constructor(host: Host, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
    this.#setExample();
    void sweepScratch();
  }

  get busy(): boolean {
    return this.work !== undefined;
  }

  #setExample(): void {
    const bytes = new TextEncoder().encode(DEMO_TEXT);
    this.plain = { blob: new Blob([bytes]), name: DEMO_NAME, head: bytes };
    this.isExample = true;
  }

  example(): void {
    this.#clear();
    this.#setExample();
    this.#host.say(`${DEMO_NAME} is ready to encrypt.`);
  }

  #clear(): void {
    this.cancel();
    this.work = undefined;
    this.plain = undefined;
    this.isExample = false;
    this.sealed = undefined;
    this.opened = undefined;
    this.comparison = "none";
    this.failure = undefined;
    this.picked = "data";
    this.#scratch.clear();
  }

  /** A file of any kind: what is encrypted already is for decryption. */
  async take(file: File): Promise<void> {
    this.#clear();
    const name = file.name === "" ? "file" : file.name;
    try {
      const held = await hold(file, name);
      const message = await this.#messageOf(held.head);
      if (message !== undefined || /\.enc$/i.test(name)) {
        this.sealed = { ...held, message };
        this.picked = "object";
        this.#host.say(`${name} is encrypted, and ready to decrypt.`);
      } else {
        this.plain = held;
        this.#host.say(`${name} is ready to encrypt.`);
      }
    } catch (error) {
      this.#fail("read", error);
    }
    this.#changed();
  }

  /** What was brought encrypted, as something to encrypt. */
  encryptAnyway(): void {
    const { sealed } = this;
    if (sealed === undefined) return;
    this.#clear();
    this.plain = sealed;
    this.#changed();
  }

  /** Into the file that the person picked, else to be saved from the page. */
  async encrypt(keyArn: string, picked?: FileSystemFileHandle): Promise<void> {
    const { plain, context, frameLength } = this;
    const kms = this.#host.as;
    if (plain === undefined || kms === undefined || this.busy) return;
    this.sealed = undefined;
    this.opened = undefined;
    this.comparison = "none";
    this.picked = "data";
    await this.#long("encrypt", "Encrypting", plain.blob.size, async (work) => {
      const into = picked ?? (await this.#scratch.file("encrypted", plain.blob.size));
      const input = { keyIds: [keyArn], context, frameLength, ...(into && { into }) };
      const blob = await kms.envelope.encryptFile(plain.blob, input, longOf(work));
      const held = await hold(blob, picked?.name ?? `${plain.name}.enc`, work.seconds);
      const message = await this.#messageOf(held.head);
      if (this.work !== work) return;
      this.sealed = { ...held, message, scratch: into !== picked };
      this.picked = "object";
      this.#host.say(`Encrypted: ${held.name}.`);
    });
  }

  async decrypt(picked?: FileSystemFileHandle): Promise<void> {
    const { sealed, plain } = this;
    const kms = this.#host.as;
    if (sealed === undefined || kms === undefined || this.busy) return;
    this.opened = undefined;
    this.comparison = "none";
    await this.#long("decrypt", "Decrypting", sealed.blob.size, async (work) => {
      const into = picked ?? (await this.#scratch.file("decrypted", sealed.blob.size));
      const input = into === undefined ? {} : { into };
      const blob = await kms.envelope.decryptFile(sealed.blob, input, longOf(work));
      const opened = await hold(blob, picked?.name ?? plainName(sealed.name), work.seconds);
      if (this.work !== work) return;
      this.opened = { ...opened, scratch: into !== picked };
      this.picked = "opened";
    });
    await this.#verify(plain);
  }

  /** Whether what came out is what went in, where that is here. */
  async #verify(plain: Held | undefined): Promise<void> {
    const { opened } = this;
    if (opened === undefined) return;
    if (plain !== undefined) await this.#compare(opened, plain);
    const said = this.comparison === "same" ? " It is identical to the original." : "";
    this.#host.say(`Decrypted: ${opened.name}.${said}`);
  }

  async #compare(opened: Held, plain: Held): Promise<void> {
    this.comparison = "comparing";
    await this.#long("decrypt", "Comparing", plain.blob.size, async (work) => {
      const same = await compare({ one: plain.blob, other: opened.blob }, longOf(work));
      if (this.opened === opened) this.comparison = same ? "same" : "other";
    });
    if (this.comparison === "comparing") this.comparison = "none";
    this.#changed();
  }

  async #long(
    way: Way,
    what: string,
    total: number,
    run: (work: LongWork) => Promise<void>,
  ): Promise<void> {
    const work = new LongWork(what, total, () => this.#changed());
    this.work = work;
    this.failure = undefined;
    this.#changed();
    try {
      await run(work);
    } catch (error) {
      // What another file has taken the place of fails unheard.
      if (this.work === work) this.#fail(way, error);
    } finally {
      if (this.work === work) this.work = undefined;
      this.#changed();
    }
  }

  #fail(way: Way, error: unknown): void {
    this.failure = failureOf(error);
    this.failedAt = way;
    this.#host.say(`${this.failure.name}: ${this.failure.message}`);
  }

  cancel(): void {
    this.work?.cancel();
  }

  /** Of somebody else a refusal says nothing. */
  forgetFailure(): void {
    this.failure = undefined;
  }

  pick(id: string): void {
    this.picked = id;
    this.#changed();
  }

  set(change: Partial<Pick<Files, "keyArn" | "context" | "frameLength">>): void {
    Object.assign(this, change);
    this.#changed();
  }

  async #messageOf(head: Uint8Array): Promise<Message | undefined> {
    const inspection = await this.#host.kms?.inspect(head);
    return inspection && messageOf(head, inspection);
  }
}

function longOf({ signal, onProgress }: LongWork) {
  return { signal, onProgress };
}

async function hold(blob: Blob, name: string, seconds?: number): Promise<Held> {
  const head = new Uint8Array(await blob.slice(0, HEAD).arrayBuffer());
  return { blob, name, head, ...(seconds !== undefined && { seconds }) };
}

/** What an encrypted file is called once it is open. */
export function plainName(name: string): string {
  const bare = name.replace(/\.enc$/i, "");
  return bare === "" || bare === name ? `${name}.decrypted` : bare;
}
