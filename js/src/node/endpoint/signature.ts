/**
 * Signature Version 4, checked: whose access key a request was signed with, and that nothing in it was changed.
 *
 * Source: AWS's "Create a signed AWS API request" and "Troubleshoot Signature Version 4"; the messages are AWS's.
 */

import { timingSafeEqual } from "node:crypto";
import { KmsError } from "../../errors.ts";
import { dateOf, sha256, signatureOf, signingKey } from "../signing.ts";
import type { Authenticated, Authenticator } from "./authenticate.ts";
import type { IncomingRequest } from "./message.ts";
import { type Signed, signedOf } from "./signed.ts";

/** An access key, as the store or a seed file has it. */
export interface Credential {
  /** The ARN of whoever signs with it. */
  readonly principal: string;
  readonly isActive: boolean;
  /** The secret access key, in ASCII: a copy, which is wiped once the signing key is derived. */
  readonly secret: Uint8Array;
}

export interface Credentials {
  /** The access key of that id. */
  find(id: string): Promise<Credential | undefined>;
  /** Whether there is any. */
  exist(): Promise<boolean>;
  /** Calls `listener` whenever one may have changed. */
  onChange(listener: () => void): void;
}

/** How far the time of a request may be from now, in milliseconds: five minutes, either way. */
const WINDOW = 5 * 60_000;
/** So many signing keys are kept: each is of one access key, day, Region and service. */
const KEPT = 1000;
const SERVICES: ReadonlySet<string> = new Set(["kms", "sts", "iam"]);

/** Verifies requests while there are credentials; until then it leaves them to `otherwise`. */
export class SignatureAuthenticator implements Authenticator {
  readonly #credentials: Credentials;
  readonly #otherwise: Authenticator;
  readonly #now: () => number;
  /** What was found and derived, until something changes. */
  readonly #keys = new Map<string, Known>();
  #exist: boolean | undefined;

  /** `now` is the host's clock, and not the store's: clients sign by the real time. */
  constructor(credentials: Credentials, otherwise: Authenticator, now: () => number = Date.now) {
    this.#credentials = credentials;
    this.#otherwise = otherwise;
    this.#now = now;
    credentials.onChange(() => {
      this.#keys.clear();
      this.#exist = undefined;
    });
  }

  authenticate(request: IncomingRequest): Authenticated | Promise<Authenticated> {
    if (this.#exist === false) return this.#otherwise.authenticate(request);
    const signed = this.#exist ? signedOf(request) : undefined;
    const known = signed && this.#keys.get(scopeOf(signed));
    if (!signed || !known) return this.#lookUp(request);
    return this.#verify(request, signed, known);
  }

  async hasCredentials(): Promise<boolean> {
    this.#exist ??= await this.#credentials.exist();
    return this.#exist;
  }

  async #lookUp(request: IncomingRequest): Promise<Authenticated> {
    if (!(await this.hasCredentials())) return this.#otherwise.authenticate(request);
    const signed = signedOf(request);
    const found = await this.#credentials.find(signed.accessKeyId);
    // One that was given out for a time comes with a token, and none is given out here.
    if (!found?.isActive || signed.hasToken)
      throw new KmsError("UnrecognizedClientException", UNRECOGNISED);
    const known = {
      key: signingKey(found.secret, signed),
      options: { principal: found.principal },
    };
    if (this.#keys.size >= KEPT) this.#keys.clear();
    this.#keys.set(scopeOf(signed), known);
    return this.#verify(request, signed, known);
  }

  #verify(request: IncomingRequest, signed: Signed, { key, options }: Known): Authenticated {
    if (!SERVICES.has(signed.service))
      throw invalid("Credential should be scoped to correct service: 'kms'.");
    this.#requireDate(signed);
    const expected = signatureOf(key, signed.date, signed, signed.canonical(sha256(request.body)));
    const given = Buffer.from(signed.signature, "hex");
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw invalid(MISMATCH);
    return { options };
  }

  #requireDate({ date, day, expires }: Signed): void {
    if (!date.startsWith(day))
      throw invalid(
        `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${date.slice(0, 8)}', from '${date}'.`,
      );
    const [at, now] = [timeOf(date), this.#now()];
    const last = at + (expires ?? WINDOW);
    if (now > last)
      throw invalid(
        `Signature expired: ${date} is now earlier than ${dateOf(now - (last - at))} ${minutes(now, "-")}`,
      );
    if (at > now + WINDOW)
      throw invalid(
        `Signature not yet current: ${date} is still later than ${dateOf(now + WINDOW)} ${minutes(now, "+")}`,
      );
  }
}

interface Known {
  readonly key: Buffer;
  readonly options: { readonly principal: string };
}

function scopeOf({ accessKeyId, day, region, service, hasToken }: Signed): string {
  return `${accessKeyId}/${day}/${region}/${service}/${hasToken}`;
}

/** `20150830T123600Z` in milliseconds since 1970. */
function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] = DATE.exec(date) ?? [];
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
}

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

function minutes(now: number, sign: "+" | "-"): string {
  return `(${dateOf(now)} ${sign} ${WINDOW / 60_000} min.)`;
}

function invalid(message: string): KmsError {
  return new KmsError("InvalidSignatureException", message);
}

const UNRECOGNISED = "The security token included in the request is invalid.";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
