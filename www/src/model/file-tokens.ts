/** Who holds what of a file: as tokens, each of which opens to its bytes. */

import type { Artefact, ArtefactKind } from "../../../js/src/api.ts";
import { bytesText, countText, sizeText } from "../util/format.ts";
import { type Cmk, nameOf } from "./cmk.ts";
import type { Files, Held, Sealed } from "./files.ts";
import type { Token } from "./holdings.ts";
import { KINDS } from "./kinds.ts";

export interface FileHoldings {
  readonly you: readonly Token[];
  readonly kms: readonly Token[];
  readonly file: readonly Token[];
}

export function holdingsOf(files: Files, cmk: Cmk | undefined): FileHoldings {
  const { plain, sealed, opened } = files;
  const you: Token[] = [];
  if (plain !== undefined) you.push(data("data", plain));
  if (opened !== undefined) you.push(data("opened", opened, `${opened.name}, decrypted`));
  if (opened !== undefined || (sealed !== undefined && plain !== undefined)) you.push(forgotten());
  return {
    you,
    kms: cmk === undefined ? [] : [master(cmk)],
    file: sealed === undefined ? [] : inFile(sealed),
  };
}

/** The token whose bytes are open. */
export function pickedOf({ you, kms, file }: FileHoldings, id: string): Token | undefined {
  const all = [...you, ...file, ...kms];
  return all.find((token) => token.id === id) ?? file[0] ?? you[0];
}

function token(
  id: string,
  name: string,
  note: string,
  artefact: Artefact,
  more: { readonly gone?: boolean; readonly about?: string } = {},
): Token {
  const { sealed } = KINDS[artefact.kind];
  const about = more.about ?? (sealed ? "closed to whoever lacks the key" : "readable");
  return { id, kind: artefact.kind, name, note, about, gone: more.gone ?? false, artefact };
}

function shown(kind: ArtefactKind, label: string, bytes: Uint8Array, length?: number): Artefact {
  return { kind, label, shown: bytes, length: length ?? bytes.length };
}

function data(id: string, { name, head, blob }: Held, title = name): Token {
  return token(id, title, sizeText(blob.size), shown("plaintext", name, head, blob.size));
}

/** Its bytes were in this tab's worker while it worked, and are nowhere now. */
function forgotten(): Token {
  const zeros = shown("data-key", "", new Uint8Array(32));
  const about = "no longer held, overwritten with";
  return token("data-key", "data key", "zeros", zeros, { gone: true, about });
}

function master(cmk: Cmk): Token {
  const kept: Artefact = {
    kind: "key-material",
    label: cmk.arn,
    kept: { what: "key material", bits: 256 },
  };
  return token("cmk", nameOf(cmk), "CMK, never leaves", kept, { about: "kept inside" });
}

function inFile(sealed: Sealed): readonly Token[] {
  const { name, head, blob, message } = sealed;
  const whole = token("object", name, sizeText(blob.size), shown("object", name, head, blob.size));
  if (message === undefined || message.headerLength === 0) return [whole];
  const { context, contextBytes, headerLength, keys } = message;
  const pairs = Object.entries(context).map(([key, value]) => `${key}=${value}`);
  return [
    whole,
    ...keys.map((key, at) =>
      token(
        `key-${at + 1}`,
        keys.length === 1 ? "encrypted data key" : `encrypted data key ${at + 1}`,
        bytesText(key.encrypted.length),
        shown("encrypted-data-key", key.info, key.encrypted),
      ),
    ),
    ...(pairs.length === 0
      ? []
      : [
          token(
            "context",
            pairs.length === 1 ? (pairs[0] ?? "") : countText(pairs.length, "pair"),
            "encryption context",
            shown("encryption-context", pairs.join(", "), contextBytes),
            { about: "readable, bound to the file" },
          ),
        ]),
    token(
      "content",
      "encrypted data",
      sizeText(blob.size - headerLength),
      shown("ciphertext", name, head.slice(headerLength), blob.size - headerLength),
    ),
  ];
}
