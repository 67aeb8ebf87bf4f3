/** A node:http server in front of a {@link Service}: what is read from sockets and written to them, and its limits. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Lane, type LaneOptions } from "./lane.ts";
import type { Head, IncomingRequest, OutgoingAnswer } from "./message.ts";
import { refusal, tooLarge, unreadable } from "./refusals.ts";
import type { Service } from "./service.ts";

/** Bytes of a body. A key policy of 128 KiB, every letter of it escaped, has less. */
export const BODY_LIMIT = 1 << 20;

export interface Limits {
  /** Milliseconds within which a request's headers have to come. Default: 10 s. */
  readonly headersTimeout?: number;
  /** Milliseconds within which the whole request has to come. Default: 30 s. */
  readonly requestTimeout?: number;
  /** Milliseconds for which a connection without a request stays open. Default: 75 s, longer than clients keep one. */
  readonly keepAliveTimeout?: number;
  /** Connections at once; further ones are closed. Default: as many as the system has. */
  readonly connections?: number;
}

const DEFAULTS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000 };

/** Bytes of a request's line and headers. */
const HEADER_LIMIT = 16 << 10;
/** How often what has taken too long is looked for, milliseconds. */
const CHECKED = 2_000;
/** How long and how much is still read of what was refused, so that its sender comes to see the answer. */
const LINGER = { milliseconds: 2_000, bytes: 16 << 20 };

export class HttpServer {
  readonly server: Server;
  readonly #service: Service;
  /** How many answers are under way on a socket: until they are out, nothing else may be written to it. */
  readonly #answering = new WeakMap<Duplex, number>();
  /** All connections; those on the short way with what reads them. */
  readonly #sockets = new Map<Socket, Lane | undefined>();
  readonly #limits: Required<Omit<Limits, "connections">>;
  #stopping = false;

  constructor(service: Service, limits: Limits = {}) {
    this.#service = service;
    const { headersTimeout, requestTimeout, keepAliveTimeout } = { ...DEFAULTS, ...limits };
    this.#limits = {
      headersTimeout: Math.min(headersTimeout, requestTimeout),
      requestTimeout,
      keepAliveTimeout,
    };
    this.server = createServer({
      ...this.#limits,
      connectionsCheckingInterval: Math.min(CHECKED, requestTimeout),
      maxHeaderSize: HEADER_LIMIT,
      // Ours is refused in the form of the others.
      requireHostHeader: false,
      noDelay: true,
    });
    if (limits.connections !== undefined) this.server.maxConnections = limits.connections;
    this.#putLaneFirst();
    this.server
      .on("request", (request, response) => this.#take(request, response))
      .on("checkContinue", (request, response) => this.#take(request, response))
      .on("checkExpectation", (request, response) => this.#take(request, response))
      .on("connect", (_, socket) => this.#noTunnel(socket))
      .on("clientError", (error, socket) => this.#unreadable(error, socket));
  }

  /** From now on every answer is its connection's last. Called again, ends what has become idle in the meantime. */
  stop(): void {
    this.#stopping = true;
    this.server.closeIdleConnections();
    for (const lane of this.#sockets.values()) lane?.stop();
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** Connections come to the short way first. What node:http does with one is a listener like any other (its docs). */
  #putLaneFirst(): void {
    const listeners = this.server.listeners("connection");
    const handOver = (socket: Socket) => {
      this.#sockets.set(socket, undefined);
      for (const listener of listeners) listener.call(this.server, socket);
    };
    const options: LaneOptions = {
      service: this.#service,
      handOver,
      firstTimeout: this.#limits.headersTimeout,
      idleTimeout: this.#limits.keepAliveTimeout,
      bodyLimit: BODY_LIMIT,
      headLimit: HEADER_LIMIT,
    };
    this.server.removeAllListeners("connection").on("connection", (socket) => {
      this.#sockets.set(socket, new Lane(socket, options));
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const started = performance.now();
    const head = headOf(request);
    // A connection that breaks off takes its request with it: nobody is left to be told.
    request.on("error", ignore);
    response.on("error", ignore);
    const refuse = (answer: OutgoingAnswer, bytes: number) => {
      this.#count(request.socket, 1);
      if (bytes === 0 && hasNoBody(request)) this.#send(response, answer, head.method);
      else this.#sendAndLinger(request, response, answer);
      this.#service.done(answer, started, bytes);
    };
    const early = this.#service.early(head) ?? unfit(request);
    if (early) {
      refuse(early, 0);
      return;
    }
    if (expectsContinue(request)) response.writeContinue();
    collect(request, (body, bytes) => {
      if (body === undefined) {
        refuse(tooLarge(BODY_LIMIT), bytes);
        return;
      }
      this.#count(request.socket, 1);
      this.#service
        .answer(Object.assign(head, { body }))
        .then((answer) => {
          this.#send(response, answer, head.method);
          this.#count(request.socket, -1);
          this.#service.done(answer, started, bytes);
        })
        // Nothing above rejects; if it ever did, its connection alone would suffer.
        .catch(() => response.destroy());
    });
  }

  #count(socket: Duplex, change: 1 | -1): void {
    this.#answering.set(socket, (this.#answering.get(socket) ?? 0) + change);
  }

  #send(response: ServerResponse, { status, headers, body }: OutgoingAnswer, method: string): void {
    if (response.destroyed) return;
    if (this.#stopping) headers.push("Connection", "close");
    response.writeHead(status, headers);
    if (method === "HEAD") response.end();
    else response.end(body);
  }

  /**
   * Answers while the body is still coming. Closed at once, the connection would be reset, and the sender might never
   * see why: so the answer goes out whole, and what comes is read and dropped for a while.
   */
  #sendAndLinger(
    request: IncomingMessage,
    response: ServerResponse,
    { status, headers, body }: OutgoingAnswer,
  ): void {
    if (response.destroyed) return;
    headers.push("Connection", "close");
    response.writeHead(status, headers);
    response.write(body);
    let dropped = 0;
    const end = () => {
      clearTimeout(timer);
      response.end();
    };
    const timer = setTimeout(end, LINGER.milliseconds);
    request.on("data", (chunk: Buffer) => {
      dropped += chunk.byteLength;
      if (dropped > LINGER.bytes) end();
    });
    request.once("end", end).once("close", end);
    request.resume();
  }

  #noTunnel(socket: Duplex): void {
    const started = performance.now();
    const { text, answer } = unreadable(undefined);
    endWith(socket, text);
    this.#service.done(answer, started, 0);
  }

  #unreadable(error: Error & { code?: string }, socket: Duplex): void {
    const started = performance.now();
    if (error.code === "ECONNRESET" || !socket.writable || (this.#answering.get(socket) ?? 0) > 0) {
      socket.destroy();
      return;
    }
    const { text, answer } = unreadable(error.code);
    endWith(socket, text);
    this.#service.done(answer, started, 0);
  }
}

function ignore(): void {}

class RequestHead implements Head {
  readonly method: string;
  readonly url: string;
  readonly headers: Head["headers"];
  readonly #socket: Socket;

  constructor({ method = "", url = "", headers, socket }: IncomingMessage) {
    this.method = method;
    this.url = url;
    // The one header that comes as a list is `set-cookie`, which nobody asks for here.
    this.headers = headers as Head["headers"];
    this.#socket = socket;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }
}

function headOf(request: IncomingMessage): RequestHead {
  return new RequestHead(request);
}

/** A refusal for what the head alone says. */
function unfit({ headers, httpVersion }: IncomingMessage): OutgoingAnswer | undefined {
  const { host, expect } = headers;
  // RFC 9112, section 3.2: HTTP/1.1 without Host is a bad request.
  if (host === undefined && httpVersion === "1.1") {
    const answer = refusal(400, "SerializationException", "The request has no Host.");
    answer.headers.push("Connection", "close");
    return answer;
  }
  if (httpVersion === "1.1" && expect !== undefined && expect.toLowerCase() !== "100-continue")
    return refusal(417, "SerializationException", "Only 100-continue can be expected here.");
  const length = headers["content-length"];
  return length !== undefined && Number(length) > BODY_LIMIT ? tooLarge(BODY_LIMIT) : undefined;
}

/** RFC 9110, section 10.1.1: of HTTP/1.0 it counts for nothing. */
function expectsContinue({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersion === "1.1";
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] === undefined && (length === undefined || length === "0");
}

/** Reads a body; without one where it is longer than it may be. Says nothing of one that breaks off. */
function collect(
  request: IncomingMessage,
  done: (body: IncomingRequest["body"] | undefined, bytes: number) => void,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let bytes = 0;
  const take = (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > BODY_LIMIT) {
      request.off("data", take).off("end", finish);
      done(undefined, bytes);
    } else if (first === undefined) first = chunk;
    else {
      more ??= [first];
      more.push(chunk);
    }
  };
  const finish = () => done(more ? Buffer.concat(more, bytes) : (first ?? EMPTY), bytes);
  request.on("data", take).on("end", finish);
}

const EMPTY = Buffer.alloc(0);

/** Writes to a socket that no server minds any more, and lets it go. */
function endWith(socket: Duplex, text: string): void {
  socket.on("error", ignore);
  const timer = setTimeout(() => socket.destroy(), LINGER.milliseconds);
  socket.once("close", () => clearTimeout(timer));
  socket.end(text);
  socket.resume();
}
