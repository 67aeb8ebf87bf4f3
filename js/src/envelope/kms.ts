/** Data keys of a KMS: ours, AWS's through its SDK, or any that has these three operations. */

import { type Bytes, ownBytes, utf8 } from "./bytes.ts";
import type { EncryptionContext } from "./context.ts";
import type { DataKey, DataKeys, GenerateRequest, OpenRequest } from "./data-keys.ts";
import { EnvelopeError } from "./errors.ts";
import type { EncryptedDataKey } from "./header.ts";

export const AWS_KMS = "aws-kms";

interface Common {
  readonly EncryptionContext: Record<string, string>;
  readonly GrantTokens?: string[];
}

export interface GenerateDataKeyInput extends Common {
  readonly KeyId: string;
  readonly NumberOfBytes: number;
}
export interface EncryptInput extends Common {
  readonly KeyId: string;
  readonly Plaintext: Uint8Array;
}
export interface DecryptInput extends Common {
  readonly KeyId: string;
  readonly CiphertextBlob: Uint8Array;
}

interface KeyServiceOutput {
  readonly KeyId?: string | undefined;
  readonly Plaintext?: Uint8Array | undefined;
  readonly CiphertextBlob?: Uint8Array | undefined;
}

/** What of a KMS envelope encryption needs. `KMS` of `@aws-sdk/client-kms` is one. */
export interface KeyService {
  generateDataKey(input: GenerateDataKeyInput): Promise<KeyServiceOutput>;
  encrypt(input: EncryptInput): Promise<KeyServiceOutput>;
  decrypt(input: DecryptInput): Promise<KeyServiceOutput>;
}

/** tabkms's own, whichever way it was opened. */
export interface Sends {
  send(
    operation: "GenerateDataKey" | "Encrypt" | "Decrypt",
    input: never,
    options: { readonly region?: string },
  ): Promise<object>;
}

/** One for all Regions, or one for each: the Region is that of the key's ARN, `undefined` for an alias or an id. */
export type AnyKms = KeyService | Sends | ((region: string | undefined) => KeyService);

/** The three commands of `@aws-sdk/client-kms`. */
export interface Commands {
  readonly GenerateDataKeyCommand: new (input: GenerateDataKeyInput) => object;
  readonly EncryptCommand: new (input: EncryptInput) => object;
  readonly DecryptCommand: new (input: DecryptInput) => object;
}

/** A bare `KMSClient` as a {@link KeyService}: `withCommands(client, await import("@aws-sdk/client-kms"))`. */
export function withCommands(
  client: { send(command: never): Promise<object> },
  { GenerateDataKeyCommand, EncryptCommand, DecryptCommand }: Commands,
): KeyService {
  const send = (command: object) => client.send(command as never);
  return {
    generateDataKey: (input) => send(new GenerateDataKeyCommand(input)),
    encrypt: (input) => send(new EncryptCommand(input)),
    decrypt: (input) => send(new DecryptCommand(input)),
  };
}

function serviceFor(kms: AnyKms, region: string | undefined): KeyService {
  if (typeof kms === "function") return kms(region);
  if ("generateDataKey" in kms) return kms;
  const options = region === undefined ? {} : { region };
  return {
    generateDataKey: (input) => kms.send("GenerateDataKey", input as never, options),
    encrypt: (input) => kms.send("Encrypt", input as never, options),
    decrypt: (input) => kms.send("Decrypt", input as never, options),
  };
}

/** Which keys may open a message, where none are named. */
export interface Discovery {
  /** `aws`, `aws-cn`, … */
  readonly partition?: string;
  readonly accountIds?: readonly string[];
}

export interface KmsDataKeysOptions {
  readonly kms: AnyKms;
  /**
   * The first makes the data key, the others encrypt it too. For decryption their ARNs: no other key is asked then, but
   * for a multi-Region key's replicas. Without any, whichever key the message names is.
   */
  readonly keyIds?: readonly string[] | undefined;
  readonly discovery?: Discovery | undefined;
  readonly grantTokens?: readonly string[] | undefined;
}

export class KmsDataKeys implements DataKeys {
  readonly #options: KmsDataKeysOptions;

  constructor(options: KmsDataKeysOptions) {
    this.#options = options;
  }

  get scope(): string {
    return JSON.stringify([this.#options.keyIds, this.#options.discovery]);
  }

  async generate({ length, context, signal }: GenerateRequest): Promise<DataKey> {
    const [generator, ...others] = this.#options.keyIds ?? [];
    if (generator === undefined) throw new TypeError("keyIds names no key to encrypt under");
    const answer = await this.#service(generator).generateDataKey({
      KeyId: generator,
      NumberOfBytes: length,
      ...this.#common(context),
    });
    const bytes = secret(answer.Plaintext, length);
    try {
      const encrypted = [encryptedBy(answer)];
      for (const KeyId of others) {
        signal?.throwIfAborted();
        const input = { KeyId, Plaintext: bytes, ...this.#common(context) };
        encrypted.push(encryptedBy(await this.#service(KeyId).encrypt(input)));
      }
      return { bytes, encrypted };
    } catch (thrown) {
      bytes.fill(0);
      throw thrown;
    }
  }

  async open({ keys, length, context, signal }: OpenRequest): Promise<Bytes> {
    const refusals: unknown[] = [];
    for (const key of keys) {
      const KeyId = this.#keyFor(key);
      if (KeyId === undefined) continue;
      signal?.throwIfAborted();
      try {
        const answer = await this.#service(KeyId).decrypt({
          KeyId,
          CiphertextBlob: key.ciphertext,
          ...this.#common(context),
        });
        if (answer.KeyId !== KeyId) {
          throw new EnvelopeError("KeyService", {
            detail: `${KeyId} was asked, ${answer.KeyId} answered.`,
          });
        }
        return secret(answer.Plaintext, length);
      } catch (thrown) {
        refusals.push(thrown);
      }
    }
    signal?.throwIfAborted();
    if (refusals.length === 0) throw new EnvelopeError("NoMatchingKey");
    const cause = refusals.length === 1 ? refusals[0] : new AggregateError(refusals);
    throw new EnvelopeError("NoKeyOpens", { detail: refusals.map(said).join(" "), cause });
  }

  #service(keyId: string): KeyService {
    return serviceFor(this.#options.kms, arnOf(keyId)?.region);
  }

  #common(context: EncryptionContext): Common {
    const { grantTokens } = this.#options;
    return {
      EncryptionContext: { ...context },
      ...(grantTokens && { GrantTokens: [...grantTokens] }),
    };
  }

  /** The key that is to be asked for this data key; none where it may not be. */
  #keyFor({ providerId, providerInfo }: EncryptedDataKey): string | undefined {
    if (providerId !== AWS_KMS) return undefined;
    const name = new TextDecoder().decode(providerInfo);
    const arn = arnOf(name);
    if (!arn?.resource.startsWith("key/")) return undefined;
    const { keyIds, discovery } = this.#options;
    if (keyIds) return keyIds.find((keyId) => isSameKey(keyId, name));
    if (discovery?.partition !== undefined && discovery.partition !== arn.partition)
      return undefined;
    if (discovery?.accountIds && !discovery.accountIds.includes(arn.account)) return undefined;
    return name;
  }
}

function said(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

function secret(bytes: Uint8Array | undefined, length: number): Bytes {
  if (bytes?.length !== length) {
    throw new EnvelopeError("KeyService", { detail: "The data key is of another length." });
  }
  return ownBytes(bytes);
}

function encryptedBy({ KeyId, CiphertextBlob }: KeyServiceOutput): EncryptedDataKey {
  if (KeyId === undefined || !arnOf(KeyId) || !CiphertextBlob) {
    throw new EnvelopeError("KeyService", { detail: "The answer names no key by its ARN." });
  }
  return { providerId: AWS_KMS, providerInfo: utf8(KeyId), ciphertext: CiphertextBlob };
}

interface Arn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

function arnOf(text: string): Arn | undefined {
  const found = /^arn:([^:]+):kms:([^:]+):([^:]+):(.+)$/.exec(text);
  if (!found) return undefined;
  const [, partition = "", region = "", account = "", resource = ""] = found;
  return { partition, region, account, resource };
}

/** The very same ARN, or two of one multi-Region key. */
function isSameKey(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [arnOf(one), arnOf(other)];
  return (
    a !== undefined &&
    b !== undefined &&
    a.resource.startsWith("key/mrk-") &&
    a.partition === b.partition &&
    a.account === b.account &&
    a.resource === b.resource
  );
}
