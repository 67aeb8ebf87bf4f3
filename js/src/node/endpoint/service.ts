/** From a request to its answer, without a socket: who may ask at all, who asks, and which of the services answers. */

import type { CallerOptions, KmsApi } from "../../api.ts";
import { KmsError } from "../../errors.ts";
import { answer, CONTENT_TYPE, regionOf } from "../../wire.ts";
import type { Authenticated, Authenticator } from "./authenticate.ts";
import { type CredentialStore, signatures } from "./credentials.ts";
import { corsHeaders, Guard, type GuardOptions } from "./guard.ts";
import { entryOf, type Logger } from "./log.ts";
import {
  type Head,
  type IncomingRequest,
  type OutgoingAnswer,
  outgoing,
  pathOf,
} from "./message.ts";
import { health, welcome } from "./pages.ts";
import { refusal } from "./refusals.ts";
import { actionOf, answerQuery, asQueryError, isQuery } from "./sts.ts";

/** What the endpoint needs of a KMS. */
export type EndpointKms = Pick<KmsApi, "send" | "iam"> & CredentialStore;

export interface ServiceOptions extends GuardOptions {
  /** Default: `signatures` of the KMS's own access keys. */
  readonly authenticator?: Authenticator;
  /** Told every request. */
  readonly log?: Logger;
}

const TARGET = "TrentService.";
/** Letters of a user agent that the audit log keeps. */
const AGENT = 512;

export class Service {
  readonly #kms: EndpointKms;
  readonly #authenticator: Authenticator;
  readonly #guard: Guard;
  readonly #log: Logger | undefined;

  constructor(
    kms: EndpointKms,
    { authenticator = signatures(kms), log, ...guard }: ServiceOptions,
  ) {
    this.#kms = kms;
    this.#authenticator = authenticator;
    this.#guard = new Guard(guard);
    this.#log = log;
  }

  /** What is answered without the body: refusals, and what a page asks before it sends. */
  early(head: Head): OutgoingAnswer | undefined {
    const refused = this.#guard.refuse(head);
    if (refused) return refused;
    const { method, url } = head;
    if (method === "POST") {
      if (pathOf(url) === "/") return undefined;
      const message = `There is nothing at ${url.slice(0, 255)}: requests to KMS go to /.`;
      return this.#withCors(refusal(404, "UnknownOperationException", message), head);
    }
    if (method === "OPTIONS" && head.headers["origin"] !== undefined) return this.#preflight(head);
    if (method !== "GET" && method !== "HEAD") {
      const answer = refusal(405, "UnknownOperationException", "KMS takes POST.");
      answer.headers.push("Allow", "POST, GET, HEAD, OPTIONS");
      return this.#withCors(answer, head);
    }
    return undefined;
  }

  /** The answer to a request that {@link early} let pass. Never rejects. */
  async answer(request: IncomingRequest): Promise<OutgoingAnswer> {
    try {
      if (isQuery(request)) return this.#withCors(await this.#query(request), request);
      if (request.method !== "POST") return this.#withCors(await this.#page(request), request);
      return this.#withCors(await this.#kmsCall(request), request);
    } catch (thrown) {
      return this.#withCors(failed(thrown), request);
    }
  }

  /** Tells the log. */
  done(answer: OutgoingAnswer, started: number, bytesIn: number): void {
    this.#log?.(entryOf(answer, performance.now() - started, bytesIn));
  }

  async #page({ url, headers }: Head): Promise<OutgoingAnswer> {
    const path = pathOf(url);
    if (path === "/health") return health(this.#kms);
    if (path === "/") return welcome(`http://${headers["host"] ?? "127.0.0.1"}`);
    return refusal(404, "UnknownOperationException", "There are / and /health to be read here.");
  }

  async #kmsCall(request: IncomingRequest): Promise<OutgoingAnswer> {
    const headers = request.headers as Record<string, string>;
    const target = headers["x-amz-target"] ?? "";
    const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : target;
    const region = this.#log && regionOf({ headers });
    let caller: CallerOptions;
    try {
      const known = this.#authenticator.authenticate(request);
      caller = callerOf(request, known instanceof Promise ? await known : known);
    } catch (thrown) {
      if (!(thrown instanceof KmsError)) throw thrown;
      return refusal(400, thrown.name, thrown.message, { operation, region });
    }
    const principal = caller.principal ?? "root";
    try {
      const given = await answer(this.#kms, { headers, body: textOf(request.body) }, caller);
      const id = given.headers["x-amzn-requestid"] ?? "";
      const error = given.statusCode === 200 ? undefined : nameOf(given.body);
      const facts = { id, operation, principal, region, error };
      return outgoing(given.statusCode, CONTENT_TYPE, given.body, facts);
    } catch (thrown) {
      const answer = failed(thrown);
      return { ...answer, facts: { ...answer.facts, operation, principal, region } };
    }
  }

  async #query(request: IncomingRequest): Promise<OutgoingAnswer> {
    const asked = actionOf(request.url, request.body);
    const region = regionOf({ headers: request.headers as Record<string, string> });
    const facts = { operation: asked.action, region };
    try {
      const { principal } = (await this.#authenticator.authenticate(request)).options;
      return await answerQuery(
        this.#kms,
        asked,
        { ...facts, principal: principal ?? "root" },
        principal,
      );
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error("Internal failure");
      return asQueryError({ name, message }, facts);
    }
  }

  #preflight(head: Head): OutgoingAnswer {
    const answer = outgoing(204, CONTENT_TYPE, new Uint8Array(0), {
      id: crypto.randomUUID(),
      operation: "OPTIONS",
    });
    // RFC 9110, section 8.6: no content-length where there is no content.
    const headers = ["x-amzn-RequestId", answer.facts.id, ...this.#guard.preflight(head)];
    return { ...answer, headers };
  }

  #withCors(answer: OutgoingAnswer, { headers }: Head): OutgoingAnswer {
    const { origin } = headers;
    if (origin !== undefined) answer.headers.push(...corsHeaders(origin));
    return answer;
  }
}

/** Who calls, from where and with what: the audit log and `aws:SourceIp` know it from here. */
function callerOf(
  { remoteAddress, headers }: IncomingRequest,
  { options }: Authenticated,
): CallerOptions {
  const agent = headers["user-agent"];
  const address = remoteAddress?.startsWith("::ffff:") ? remoteAddress.slice(7) : remoteAddress;
  return {
    ...(address !== undefined && { sourceIp: address }),
    ...(agent && { userAgent: agent.length > AGENT ? agent.slice(0, AGENT) : agent }),
    ...options,
  };
}

/** A body as text, which Node makes faster than `answer` does; the bytes where it may not be UTF-8, for it to say so. */
function textOf(body: Uint8Array): string | Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  return text.includes("\uFFFD") || text.startsWith("\uFEFF") ? body : text;
}

/** The exception's name in a refusal. */
function nameOf(body: Uint8Array): string | undefined {
  try {
    const { __type } = JSON.parse(Buffer.from(body).toString());
    return typeof __type === "string" ? __type : undefined;
  } catch {
    return undefined;
  }
}

/** What is nobody's request's fault: the store cannot be read or written, or is being closed. */
function failed(thrown: unknown): OutgoingAnswer {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const answer = refusal(500, "KMSInternalException", message);
  return { ...answer, facts: { ...answer.facts, error: name } };
}
