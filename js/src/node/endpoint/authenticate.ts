/** Who calls: what stands between a request and the `CallerOptions` that KMS is asked with. */

import type { CallerOptions } from "../../api.ts";
import { KmsError } from "../../errors.ts";
import { isLoopbackAddress } from "./guard.ts";
import type { IncomingRequest } from "./message.ts";

/** Who made a request. */
export interface Authenticated {
  /** Without a principal: the account's root. Address and user agent are added where they are not given. */
  readonly options: CallerOptions;
}

export interface Authenticator {
  /**
   * Who signed a request. Throws a {@link KmsError} under AWS's name: `MissingAuthenticationTokenException`,
   * `IncompleteSignatureException`, `InvalidSignatureException`, `UnrecognizedClientException`,
   * `ExpiredTokenException`. What is at hand comes without a promise: a promise takes longer than the rest.
   */
  authenticate(request: IncomingRequest): Authenticated | Promise<Authenticated>;
  /** Whether there are credentials to check against. Without any, the endpoint listens on loopback alone. */
  hasCredentials(): boolean | Promise<boolean>;
}

const ROOT: Authenticated = { options: {} };

/**
 * Any access key is the account's root, on loopback only. Nothing is verified, but a request has to be signed, as it
 * has to be in AWS: what works unsigned here would not work there, and a page cannot send this header unasked.
 */
export const anyAccessKey: Authenticator = {
  authenticate({ headers, url, remoteAddress }) {
    if (remoteAddress !== undefined && !isLoopbackAddress(remoteAddress))
      throw new KmsError("UnrecognizedClientException", UNRECOGNISED);
    const { authorization } = headers;
    if (authorization === undefined && !url.includes("X-Amz-Signature="))
      throw new KmsError("MissingAuthenticationTokenException", "Missing Authentication Token");
    if (authorization !== undefined && !isSigned(authorization))
      throw new KmsError("IncompleteSignatureException", INCOMPLETE);
    return ROOT;
  },
  hasCredentials: () => false,
};

/** AWS's "Authenticating requests (AWS Signature Version 4)". */
function isSigned(authorization: string): boolean {
  return authorization.startsWith("AWS4-") && CREDENTIAL.test(authorization);
}

/** Version 4A has no Region in its scope. The lengths are bounded, so that looking from each place costs no more. */
const CREDENTIAL = /Credential=[^/,\s]{1,128}\/\d{8}\/[^,\s]{0,256}aws4_request/;

const UNRECOGNISED = "The security token included in the request is invalid.";
const INCOMPLETE = "Authorization header requires 'Credential' parameter.";
