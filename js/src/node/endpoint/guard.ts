/**
 * Which pages may ask. A local endpoint is in reach of every page that the user's browser has open, so two headers that
 * a page cannot choose are looked at: `Host`, which names the attacker's own name where a page had it pointed at
 * 127.0.0.1 (DNS rebinding), and `Origin`, which names the page. Programs send no `Origin` and are not asked for one.
 */

import { isIP } from "node:net";
import type { Head, OutgoingAnswer } from "./message.ts";
import { refusal } from "./refusals.ts";

export interface GuardOptions {
  /** Names that `Host` may have beside the loopback ones and addresses, without a port. */
  readonly allowedHosts?: readonly string[];
  /** Origins beside those of loopback: `https://example.com`. */
  readonly allowedOrigins?: readonly string[];
}

/** `Access-Control-Request-Headers` names what a page wants to send: these are what an AWS SDK sends. */
const ALLOWED_HEADER = /^(?:authorization|content-type|x-amz-[a-z0-9-]+|amz-sdk-[a-z0-9-]+)$/;

/** `date`: the SDKs correct the clock that they sign by with it. */
const EXPOSED = "x-amzn-requestid, date, content-length";

/** Seconds for which a browser need not ask again; Chromium's own limit. */
const PREFLIGHT_AGE = "7200";

export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  /** The last one that was allowed: nearly every request has the same. */
  #known: string | undefined;

  constructor({ allowedHosts = [], allowedOrigins = [] }: GuardOptions = {}) {
    this.#hosts = new Set(allowedHosts.map((name) => name.toLowerCase()));
    this.#origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  }

  /** What a request is refused with for where it comes from. */
  refuse({ headers }: Head): OutgoingAnswer | undefined {
    const { host, origin } = headers;
    // HTTP/1.0 needs no host, and no browser speaks it.
    if (host !== undefined && host !== this.#known) {
      if (!this.#allowsHost(host)) return refusedHost(host);
      this.#known = host;
    }
    if (origin !== undefined) {
      if (!this.#allowsOrigin(origin)) return refusedOrigin(origin);
    } else if (headers["sec-fetch-site"] === "cross-site") {
      // A picture or a form of a page elsewhere: it can't read the answer, and shall not cause one.
      return refusedOrigin("a page of another site");
    }
    return undefined;
  }

  /** The answer to a page that asks what it may send. Its origin is allowed already. */
  preflight({ headers }: Head): string[] {
    const wanted = headers["access-control-request-headers"] ?? "";
    const allowed = wanted.split(",").map((name) => name.trim().toLowerCase());
    return [
      ...corsHeaders(headers["origin"] ?? ""),
      "Access-Control-Allow-Methods",
      "POST, GET, HEAD",
      "Access-Control-Allow-Headers",
      allowed.filter((name) => ALLOWED_HEADER.test(name)).join(", "),
      "Access-Control-Max-Age",
      PREFLIGHT_AGE,
      // Chromium asks so before a public page, one of `allowedOrigins`, speaks to loopback.
      ...(headers["access-control-request-private-network"] === "true"
        ? ["Access-Control-Allow-Private-Network", "true"]
        : []),
    ];
  }

  #allowsHost(header: string): boolean {
    const name = HOST.exec(header)?.[1]?.toLowerCase();
    if (name === undefined) return false;
    // Rebinding takes a name: an address is what the socket was connected to, or a forwarding program's.
    if (isLoopbackName(name) || isIP(name.replace(/^\[|\]$/g, "")) !== 0) return true;
    return this.#hosts.has(name);
  }

  #allowsOrigin(header: string): boolean {
    const origin = header.toLowerCase();
    const name = ORIGIN.exec(origin)?.[1];
    return (name !== undefined && isLoopbackName(name)) || this.#origins.has(origin);
  }
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
const ORIGIN = /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;

/** Names that are loopback by RFC 6761, section 6.3, and RFC 5735; lower case. */
export function isLoopbackName(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    (name.startsWith("127.") && isIP(name) === 4)
  );
}

/** An address as `listen` or a socket has it. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return plain === "::1" || (plain.startsWith("127.") && isIP(plain) === 4);
}

/** What an allowed page needs in order to read an answer. */
export function corsHeaders(origin: string): string[] {
  return [
    "Access-Control-Allow-Origin",
    origin,
    "Access-Control-Expose-Headers",
    EXPOSED,
    "Vary",
    "Origin",
  ];
}

function refusedHost(host: string): OutgoingAnswer {
  return refusal(
    403,
    "AccessDeniedException",
    `This endpoint does not answer under the name ${host.slice(0, 255)}: use 127.0.0.1 or localhost, or start it with --allow-host.`,
  );
}

function refusedOrigin(origin: string): OutgoingAnswer {
  return refusal(
    403,
    "AccessDeniedException",
    `This endpoint answers pages on localhost, and not ${origin.slice(0, 255)}: start it with --allow-origin.`,
  );
}
