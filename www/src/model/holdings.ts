/** Who holds what at each step: the stage draws this, and nothing else. */

import type { Artefact, ArtefactKind } from "../../../js/src/api.ts";
import { bytesText, sizeText } from "../util/format.ts";
import { type Cmk, nameOf } from "./cmk.ts";
import { artefactOf, contextOf, type Run } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Place } from "./refusal.ts";

export interface Token {
  /** The same artefact has the same id at every place: that is how it moves. */
  readonly id: string;
  readonly kind: ArtefactKind;
  readonly name: string;
  /** Its size, or what became of it. */
  readonly note: string;
  /** What a screen reader says between name and note. */
  readonly about: string;
  readonly gone: boolean;
  /** Set where the token arrives in this step: the place that it comes from. */
  readonly from?: Place;
  readonly artefact: Artefact;
  /** Whether its bytes may be edited, as somebody with the disk could. */
  readonly tamper?: "object" | "key";
}

export type Holdings = Readonly<Record<Place, readonly Token[]>>;

export interface Scene {
  readonly step: number;
  readonly run: Run;
  readonly input: Input;
  readonly cmk?: Cmk;
  /** Where the walk was refused, later tokens never came to be. */
  readonly refusedAt?: Place;
}

interface Extra {
  readonly from?: Place;
  readonly gone?: boolean;
  readonly tamper?: "object" | "key";
  readonly note?: string;
}

function token(
  id: string,
  name: string,
  size: string,
  about: string,
  artefact: Artefact,
  extra: Extra = {},
): Token {
  const gone = extra.gone ?? false;
  const note = gone ? "zeros" : (extra.note ?? size);
  return {
    id,
    kind: artefact.kind,
    name,
    note,
    about: gone ? "no longer held, overwritten with" : about,
    gone,
    artefact: gone ? zeroed(artefact) : artefact,
    ...(extra.from === undefined ? {} : { from: extra.from }),
    ...(extra.tamper === undefined || gone ? {} : { tamper: extra.tamper }),
  };
}

/** What is left of a discarded artefact: as many zeros. */
function zeroed(artefact: Artefact): Artefact {
  if (artefact.shown === undefined) return artefact;
  return { ...artefact, shown: new Uint8Array(artefact.shown.length) };
}

function lengthOf(artefact: Artefact): number {
  return artefact.length ?? artefact.shown?.length ?? 0;
}

/** The artefacts of a run, as tokens by what they are. */
class Cast {
  readonly #scene: Scene;
  readonly #cmk: string;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#cmk = scene.cmk === undefined ? "the CMK" : nameOf(scene.cmk);
  }

  #find(kind: ArtefactKind): Artefact | undefined {
    const { put, get } = this.#scene.run;
    const reading = this.#scene.step >= 5;
    const first = artefactOf((reading ? get : put)?.steps ?? [], kind);
    return first ?? artefactOf((reading ? put : get)?.steps ?? [], kind);
  }

  data(extra: Extra = {}): readonly Token[] {
    const { input } = this.#scene;
    const artefact = {
      kind: "plaintext",
      label: input.name,
      shown: input.preview,
      length: input.size,
    } as const;
    return [
      token("data", "data", sizeText(input.size), `${input.name}, readable`, artefact, extra),
    ];
  }

  /** The data as it came back. */
  readData(extra: Extra = {}): readonly Token[] {
    const artefact = artefactOf(this.#scene.run.get?.steps ?? [], "plaintext");
    if (artefact === undefined) return this.data(extra);
    const size = sizeText(lengthOf(artefact));
    const name = this.#scene.run.stored?.description.Key ?? this.#scene.input.name;
    return [token("data", "data", size, `${name}, readable`, artefact, extra)];
  }

  dataKey(extra: Extra = {}): readonly Token[] {
    const artefact = this.#find("data-key");
    if (artefact === undefined) return [];
    const size = bytesText(lengthOf(artefact));
    return [token("data-key", "data key", size, "in plaintext", artefact, extra)];
  }

  encryptedKey(extra: Extra = {}): readonly Token[] {
    const artefact = this.#find("encrypted-data-key");
    if (artefact === undefined) return [];
    const size = bytesText(lengthOf(artefact));
    const about = `encrypted under ${this.#cmk}`;
    return [
      token("encrypted-key", "encrypted data key", size, about, artefact, {
        tamper: "key",
        ...extra,
      }),
    ];
  }

  ciphertext(extra: Extra = {}): readonly Token[] {
    const artefact = this.#find("ciphertext") ?? this.#frame();
    if (artefact === undefined) return [];
    const size = sizeText(lengthOf(artefact));
    return [token("ciphertext", "encrypted data", size, "under the data key", artefact, extra)];
  }

  context(extra: Extra = {}): readonly Token[] {
    const key = this.#scene.run.stored?.description.Key ?? this.#scene.input.name;
    const pairs = JSON.stringify(contextOf(key));
    const artefact = this.#find("encryption-context") ?? {
      kind: "encryption-context" as const,
      label: pairs,
      shown: new TextEncoder().encode(pairs),
    };
    return [
      token("context", "encryption context", "not secret", `aws:s3:arn of ${key}`, artefact, extra),
    ];
  }

  object(extra: Extra = {}): readonly Token[] {
    const artefact = this.#storedArtefact("object");
    const stored = this.#scene.run.stored;
    if (artefact === undefined || stored === undefined) return [];
    const size = sizeText(stored.description.StoredLength);
    return [
      token("object", stored.description.Key, size, "stored object, encrypted", artefact, {
        tamper: "object",
        ...extra,
      }),
    ];
  }

  /** The encrypted data as it stands in storage, where no trace of its making is left. */
  #frame(): Artefact | undefined {
    const stored = this.#scene.run.stored;
    if (stored?.ciphertext === undefined) return undefined;
    const { Key, StoredLength } = stored.description;
    const length = StoredLength - stored.headerLength;
    return { kind: "ciphertext", label: Key, shown: stored.ciphertext, length };
  }

  #storedArtefact(kind: ArtefactKind): Artefact | undefined {
    const stored = this.#scene.run.stored;
    if (stored === undefined) return undefined;
    return {
      kind,
      label: stored.description.Key,
      shown: stored.head,
      length: stored.description.StoredLength,
    };
  }
}

/** What every party holds, and no longer holds, at one step. */
export function holdingsOf(scene: Scene): Holdings {
  const cast = new Cast(scene);
  const gone = { gone: true } as const;
  const kept = scene.run.stored === undefined ? [] : cast.object();
  switch (scene.step) {
    case 1:
      return { you: cast.data(), s3: cast.data({ from: "you" }), kms: [], storage: [] };
    case 2:
      return {
        you: cast.data(),
        s3: [
          ...cast.data(),
          ...cast.dataKey({ from: "kms" }),
          ...cast.encryptedKey({ from: "kms" }),
          ...cast.context(),
        ],
        kms: cast.context({ from: "s3" }),
        storage: [],
      };
    case 3:
      return {
        you: cast.data(),
        s3: [
          ...cast.ciphertext(),
          ...cast.encryptedKey(),
          ...cast.context(),
          ...cast.dataKey(gone),
          ...cast.data(gone),
        ],
        kms: cast.dataKey(gone),
        storage: [],
      };
    case 4:
      return {
        you: cast.data(),
        s3: [...cast.dataKey(gone), ...cast.data(gone)],
        kms: cast.dataKey(gone),
        storage: [
          ...cast.object(),
          ...cast.ciphertext({ from: "s3" }),
          ...cast.encryptedKey({ from: "s3" }),
          ...cast.context({ from: "s3" }),
        ],
      };
    default:
      return reading(scene, cast, kept);
  }
}

function reading(scene: Scene, cast: Cast, kept: readonly Token[]): Holdings {
  const sealed = (from?: Place) => {
    const extra = from === undefined ? {} : { from };
    return [...cast.ciphertext(extra), ...cast.encryptedKey(extra), ...cast.context(extra)];
  };
  const storage = [...kept, ...sealed()];
  if (scene.step === 5) return { you: [], s3: sealed("storage"), kms: [], storage };
  if (scene.refusedAt === "kms" || scene.step === 6) {
    const opened = scene.refusedAt === "kms" ? [] : cast.dataKey({ from: "kms" });
    return {
      you: [],
      s3: [...opened, ...sealed()],
      // Where KMS refused, its exception stands here instead.
      kms:
        scene.refusedAt === "kms"
          ? []
          : [...cast.encryptedKey({ from: "s3" }), ...cast.context({ from: "s3" })],
      storage,
    };
  }
  if (scene.refusedAt === "s3") {
    return {
      you: [],
      s3: [...cast.ciphertext(), ...cast.dataKey({ gone: true })],
      kms: cast.dataKey({ gone: true }),
      storage,
    };
  }
  return {
    you: cast.readData({ from: "s3" }),
    s3: [...cast.dataKey({ gone: true }), ...cast.readData({ gone: true })],
    kms: cast.dataKey({ gone: true }),
    storage,
  };
}
