/** What stands in the database about the store as a whole, as JSON with bytes in base64. */

import type { Head, RootRecord } from "../../storage.ts";

/** A root key's record without the key itself. */
export interface StoredRoot extends Omit<RootRecord, "key"> {
  /** Which key the file has to hold. */
  readonly keyId?: string;
}

const BYTES: readonly string[] = ["iv", "wrapped", "salt"];

export function encodeHead(head: Head): Uint8Array {
  return encode(head);
}

/** `undefined` for what is none. */
export function decodeHead(bytes: Uint8Array): Head | undefined {
  return decode(bytes) as Head | undefined;
}

export function encodeRoot(record: StoredRoot): Uint8Array {
  return encode(record);
}

/** `undefined` for what is none; whether its members are what they should be, wasm looks. */
export function decodeRoot(bytes: Uint8Array): StoredRoot | undefined {
  return decode(bytes) as StoredRoot | undefined;
}

function encode(value: object): Uint8Array {
  const json = JSON.stringify(value, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
  return new TextEncoder().encode(json);
}

function decode(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes), (name, value) =>
      BYTES.includes(name) && typeof value === "string"
        ? new Uint8Array(Buffer.from(value, "base64"))
        : value,
    );
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
