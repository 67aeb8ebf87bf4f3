/** A request and its answer, without a socket: what the services see. */

/** What stands before the body. */
export interface Head {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  /** Names in lower case. Of one that came several times, what node:http makes of it. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The address of the other side, as the socket tells it. */
  readonly remoteAddress: string | undefined;
}

export interface IncomingRequest extends Head {
  readonly body: Uint8Array;
}

/** What is logged of an answer, beside its status and its lengths. */
export interface Facts {
  /** The request's id, a UUID. */
  readonly id: string;
  /** `Encrypt`, `GetCallerIdentity`, `GET /health`. */
  readonly operation?: string | undefined;
  /** The exception's name. */
  readonly error?: string | undefined;
  /** The caller's ARN; `root` without one. */
  readonly principal?: string | undefined;
  readonly region?: string | undefined;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Names and values by turns, `content-length` among them. */
  readonly headers: string[];
  readonly body: Uint8Array;
  readonly facts: Facts;
}

export const JSON_TYPE = "application/json; charset=utf-8";

/** An answer, its headers in the order in which AWS sends them. */
export function outgoing(
  status: number,
  type: string,
  body: Uint8Array,
  facts: Facts,
): OutgoingAnswer {
  const headers = [
    "x-amzn-RequestId",
    facts.id,
    "Content-Type",
    type,
    "Content-Length",
    String(body.byteLength),
  ];
  return { status, headers, body, facts };
}

/** The part of a request's address before the query. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
