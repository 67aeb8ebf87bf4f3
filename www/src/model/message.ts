/** What the header of an Encryption SDK message says, read from the inspector's fields. Unverified until it is decrypted. */

import type { Field, Inspection } from "../../../js/src/api.ts";

export interface Message {
  /** Bytes before the frames; 0 where the header is damaged. */
  readonly headerLength: number;
  /** `0x0478: AES-256-GCM, …` */
  readonly suite: string;
  /** Bytes of plaintext of a frame. */
  readonly frameLength: number;
  readonly context: Readonly<Record<string, string>>;
  /** The context's bytes in the header. */
  readonly contextBytes: Uint8Array;
  readonly keys: readonly MessageKey[];
}

export interface MessageKey {
  readonly provider: string;
  /** For aws-kms the key's ARN. */
  readonly info: string;
  readonly encrypted: Uint8Array;
}

export function messageOf(head: Uint8Array, inspection: Inspection): Message | undefined {
  if (inspection.format !== "encryption-sdk-message") return undefined;
  const header = find(inspection.fields, "header");
  const parts = header?.fields ?? [];
  const context = find(parts, "context");
  return {
    headerLength: header === undefined ? 0 : header.offset + header.length,
    suite: find(parts, "suite")?.value ?? "",
    frameLength: Number(find(parts, "frame-length")?.value ?? 0),
    context: contextOf(head, context?.fields ?? []),
    contextBytes: bytesOf(head, context),
    keys: (find(parts, "keys")?.fields ?? [])
      .filter((field) => field.name.startsWith("key-"))
      .map(({ fields = [] }) => ({
        provider: find(fields, "provider")?.value ?? "",
        info: find(fields, "info")?.value ?? "",
        encrypted: bytesOf(head, find(fields, "ciphertext")),
      })),
  };
}

/** The fields, where only the beginning of a longer file was looked at. */
export function beginningOf(inspection: Inspection): Inspection {
  const fields = inspection.fields.map((field) =>
    field.name === "unread"
      ? {
          ...field,
          title: "Encrypted content",
          meaning:
            "The content of this frame, encrypted under the message key. It goes on beyond what is shown; its tag and all further frames follow.",
        }
      : field,
  );
  return { ...inspection, fields };
}

function find(fields: readonly Field[], name: string): Field | undefined {
  return fields.find((field) => field.name === name);
}

function bytesOf(head: Uint8Array, field: Field | undefined): Uint8Array {
  return field === undefined
    ? new Uint8Array()
    : head.slice(field.offset, field.offset + field.length);
}

function contextOf(head: Uint8Array, fields: readonly Field[]): Readonly<Record<string, string>> {
  const text = (field: Field | undefined) => new TextDecoder().decode(bytesOf(head, field));
  const pairs = fields
    .filter((field) => field.name.startsWith("pair-"))
    .map(({ fields: parts = [] }) => [text(find(parts, "key")), text(find(parts, "value"))]);
  return Object.fromEntries(pairs);
}
