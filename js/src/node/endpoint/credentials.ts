/** The access keys that requests may be signed with: the store's, and those that a seed file gives for this run. */

import type { Kms } from "../../kms.ts";
import { anyAccessKey } from "./authenticate.ts";
import { type Credential, type Credentials, SignatureAuthenticator } from "./signature.ts";

/** What of a KMS its credentials need. */
export type CredentialStore = Pick<Kms, "accessKey" | "describe" | "onChange">;

/** An access key that stands in no store. */
export interface GivenCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The ARN of whoever signs with it. */
  readonly principal: string;
}

/** Checks signatures by the access keys of `kms` and by `given`; while there are none, any is the account's root. */
export function signatures(
  kms: CredentialStore,
  given: readonly GivenCredential[] = [],
  now?: () => number,
): SignatureAuthenticator {
  return new SignatureAuthenticator(new StoreCredentials(kms, given), anyAccessKey, now);
}

class StoreCredentials implements Credentials {
  readonly #kms: CredentialStore;
  readonly #given: ReadonlyMap<string, GivenCredential>;

  constructor(kms: CredentialStore, given: readonly GivenCredential[]) {
    this.#kms = kms;
    this.#given = new Map(given.map((credential) => [credential.accessKeyId, credential]));
  }

  async find(id: string): Promise<Credential | undefined> {
    const given = this.#given.get(id);
    if (!given) return this.#kms.accessKey(id);
    const secret = new TextEncoder().encode(given.secretAccessKey);
    return { principal: given.principal, isActive: true, secret };
  }

  async exist(): Promise<boolean> {
    return this.#given.size > 0 || (await this.#kms.describe()).accessKeys > 0;
  }

  onChange(listener: () => void): void {
    this.#kms.onChange(listener);
  }
}
