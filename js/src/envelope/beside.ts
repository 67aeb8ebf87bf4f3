/**
 * Node: signing and verifying large messages beside the encryption, in a thread of its own. SHA-384 takes two to three
 * times as long as AES, WebCrypto hashes no stream, and one after the other the two are a third slower than the slower.
 */

import type { JsonWebKey } from "node:crypto";
import type { Worker } from "node:worker_threads";
import type { Bytes } from "./bytes.ts";
import type { Maybe } from "./engine.ts";

export type ToHashThread = { readonly id: number } & (
  | { readonly type: "begin"; readonly hash: string; readonly signs: boolean }
  | { readonly type: "bytes"; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly type: "sign"; readonly key: JsonWebKey }
  | { readonly type: "verify"; readonly key: JsonWebKey; readonly signature: Uint8Array }
  | { readonly type: "forget" }
);

export type FromHashThread =
  | { readonly type: "ready" }
  /** A buffer comes back. */
  | { readonly type: "free"; readonly buffer: ArrayBuffer }
  | { readonly type: "result"; readonly id: number; readonly result: Uint8Array | boolean }
  | { readonly type: "failed"; readonly id: number; readonly reason: string };

type Threads = typeof import("node:worker_threads");

/** Bytes that are sent at a time. */
const PIECE = 256 * 1024;
/** Pieces that are under way before there is to be waited. */
const MOST = 4;

/** One thread, for all the messages of this process. It keeps no process alive that has nothing else to do. */
class HashThread {
  /** Whether there is one: a bundle may have left its script behind. */
  readonly isReady: Promise<boolean>;
  readonly #worker: Worker;
  readonly #answers = new Map<number, Answer>();
  #free: ArrayBuffer[] = [];
  #away = 0;
  #room: (() => void)[] = [];
  #lastId = 0;
  #failure: Error | undefined;

  constructor({ Worker }: Threads) {
    // No `new URL(name, import.meta.url)`: a bundler for the browser would take it along.
    const script = new URL(import.meta.url.replace(/[^/]*$/, "hash-thread.js"));
    this.#worker = new Worker(script, { env: {}, execArgv: [], stdin: false });
    this.isReady = new Promise((resolve) => {
      this.#worker.on("message", (message: FromHashThread) => {
        if (message.type === "ready") {
          this.#worker.unref();
          resolve(true);
        } else this.#take(message);
      });
      const ended = (reason: unknown) => {
        resolve(false);
        this.#end(reason);
      };
      this.#worker.on("error", ended);
      this.#worker.on("exit", ended);
    });
  }

  get hasEnded(): boolean {
    return this.#failure !== undefined;
  }

  begin(hash: string, signs: boolean): number {
    this.#lastId += 1;
    this.#post({ type: "begin", id: this.#lastId, hash, signs });
    return this.#lastId;
  }

  /** A buffer of {@link PIECE} bytes, which {@link send} gives back. */
  buffer(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(PIECE);
  }

  send(id: number, buffer: ArrayBuffer, length: number): void {
    this.#away += 1;
    this.#post({ type: "bytes", id, buffer, length }, [buffer]);
  }

  /** Waits while as much is under way as is allowed. */
  ready(): Maybe<void> {
    if (this.#failure) throw this.#failure;
    if (this.#away < MOST) return;
    this.#worker.ref();
    return new Promise<void>((resolve) => this.#room.push(resolve)).then(() => this.ready());
  }

  ask(message: ToHashThread): Promise<Uint8Array | boolean> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#answers.set(message.id, { resolve, reject });
      this.#post(message);
    });
  }

  forget(id: number): void {
    this.#post({ type: "forget", id });
  }

  #post(message: ToHashThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #take(message: Exclude<FromHashThread, { readonly type: "ready" }>): void {
    switch (message.type) {
      case "free":
        this.#away -= 1;
        if (this.#free.length < MOST) this.#free.push(message.buffer);
        this.#wake();
        break;
      case "result":
        this.#answers.get(message.id)?.resolve(message.result);
        this.#answers.delete(message.id);
        break;
      case "failed":
        this.#answers.get(message.id)?.reject(new Error(message.reason));
        this.#answers.delete(message.id);
    }
    if (this.#answers.size === 0 && this.#room.length === 0) this.#worker.unref();
  }

  #wake(): void {
    const waiting = this.#room;
    this.#room = [];
    for (const go of waiting) go();
  }

  #end(reason: unknown): void {
    this.#failure ??=
      reason instanceof Error ? reason : new Error("the thread that hashes has ended");
    for (const { reject } of this.#answers.values()) reject(this.#failure);
    this.#answers.clear();
    this.#wake();
  }
}

interface Answer {
  resolve(result: Uint8Array | boolean): void;
  reject(reason: Error): void;
}

let shared: HashThread | undefined;

function hashThread(threads: Threads): HashThread {
  if (!shared || shared.hasEnded) shared = new HashThread(threads);
  return shared;
}

/** What hashes here. */
export interface Hashing {
  update(bytes: Uint8Array): void;
}

/** Below so many bytes no thread is worth the way to it; they are kept until it is known. */
const EARLY = 256 * 1024;

/** Hashes in the thread what becomes long enough, and here what does not, or where no thread is to be had. */
export class Beside<Here extends Hashing> {
  readonly #threads: Threads;
  readonly #hash: string;
  readonly #signs: boolean;
  readonly #make: () => Here;
  #early: Bytes[] = [];
  #earlyLength = 0;
  #starting: Promise<void> | undefined;
  #here: Here | undefined;
  #there: { readonly thread: HashThread; readonly id: number } | undefined;
  #buffer: ArrayBuffer | undefined;
  #filled = 0;
  #isForgotten = false;

  constructor(threads: Threads, hash: string, signs: boolean, make: () => Here) {
    this.#threads = threads;
    this.#hash = hash;
    this.#signs = signs;
    this.#make = make;
  }

  update(bytes: Uint8Array): void {
    if (this.#there) this.#fill(this.#there, bytes);
    else if (this.#here) this.#here.update(bytes);
    else {
      this.#early.push(bytes.slice() as Bytes);
      this.#earlyLength += bytes.length;
    }
  }

  ready(): Maybe<void> {
    if (this.#there) return this.#there.thread.ready();
    if (this.#here || this.#earlyLength < EARLY) return;
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Ends it: `here`, or by asking the thread. */
  async end<Result extends Uint8Array | boolean>(
    here: (hashing: Here) => Result,
    message: (id: number) => ToHashThread,
  ): Promise<Result> {
    await this.#starting;
    if (this.#there) {
      const { thread, id } = this.#there;
      this.#send(this.#there);
      this.#there = undefined;
      return (await thread.ask(message(id))) as Result;
    }
    return here(this.#stay());
  }

  forget(): void {
    this.#isForgotten = true;
    if (this.#there) this.#there.thread.forget(this.#there.id);
    this.#there = undefined;
    this.#early = [];
  }

  async #start(): Promise<void> {
    let thread: HashThread;
    try {
      thread = hashThread(this.#threads);
      if (!(await thread.isReady)) throw new Error("no thread");
    } catch {
      // Where Node may not start any, too.
      this.#stay();
      return;
    }
    // Begun now, it would stay there without an end.
    if (this.#isForgotten) return;
    this.#there = { thread, id: thread.begin(this.#hash, this.#signs) };
    for (const bytes of this.#early) this.#fill(this.#there, bytes);
    this.#early = [];
  }

  #stay(): Here {
    if (!this.#here) {
      this.#here = this.#make();
      for (const bytes of this.#early) this.#here.update(bytes);
      this.#early = [];
    }
    return this.#here;
  }

  #fill(there: { readonly thread: HashThread; readonly id: number }, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      this.#buffer ??= there.thread.buffer();
      const part = bytes.subarray(at, at + PIECE - this.#filled);
      new Uint8Array(this.#buffer).set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PIECE) this.#send(there);
    }
  }

  #send({ thread, id }: { readonly thread: HashThread; readonly id: number }): void {
    if (this.#buffer) thread.send(id, this.#buffer, this.#filled);
    this.#buffer = undefined;
    this.#filled = 0;
  }
}
