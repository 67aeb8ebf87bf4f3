import { html, nothing, type TemplateResult } from "lit";
import type { Artefact } from "../../../js/src/api.ts";
import { callOf } from "../model/calls.ts";
import { keyOffset, stepsOf } from "../model/flow.ts";
import { type Holdings, holdingsOf, type Token } from "../model/holdings.ts";
import { KINDS, LEGEND } from "../model/kinds.ts";
import { eventHash } from "../model/log.ts";
import { linkedEvent } from "../model/log-link.ts";
import type { Playground } from "../model/playground.ts";
import { artefactFile } from "../model/playground.ts";
import type { Place } from "../model/refusal.ts";
import { WHAT_IFS } from "../model/whatif.ts";
import { STEPS } from "../model/words.ts";
import type { EditEvent } from "../parts/edit-event.ts";
import "../parts/bytes.ts";
import "../parts/call-box.ts";
import { glyph } from "../parts/glyphs.ts";
import { how } from "../parts/how.ts";
import { personChip } from "../parts/person.ts";
import "../parts/stage.ts";
import type { Wire } from "../parts/stage.ts";
import { stepBar, whatIfRail } from "../parts/step-bar.ts";
import { termed } from "../parts/term.ts";
import type { PickEvent } from "../parts/token.ts";
import { workBar } from "../parts/work-bar.ts";
import { download } from "../util/bytes.ts";
import { countText, sizeText } from "../util/format.ts";

const WIRES: readonly (readonly Wire[])[] = [
  [{ from: "you", to: "s3", label: "PutObject over HTTPS" }],
  [
    { from: "s3", to: "kms", label: "GenerateDataKey" },
    { from: "kms", to: "s3", label: "the key, twice" },
  ],
  [],
  [{ from: "s3", to: "storage", label: "stores" }],
  [
    { from: "you", to: "s3", label: "GetObject" },
    { from: "storage", to: "s3", label: "reads" },
  ],
  [
    { from: "s3", to: "kms", label: "Decrypt" },
    { from: "kms", to: "s3", label: "the data key" },
  ],
  [{ from: "s3", to: "you", label: "the data, over HTTPS" }],
];

const DIRECT: readonly Wire[] = [{ from: "you", to: "kms", label: "Encrypt, 5,000 bytes" }];

function wiresOf(play: Playground): readonly Wire[] {
  if (play.outcome?.id === "direct") return DIRECT;
  const wires = WIRES[play.step - 1] ?? [];
  const refused = play.refusal ?? play.outcome?.refusal;
  return refused === undefined ? wires : wires.filter((wire) => wire.from !== refused.place);
}

function sceneOf(play: Playground): { readonly holdings: Holdings; readonly key: string } {
  const { outcome } = play;
  if (outcome?.id === "direct") {
    const sent = outcome.run.put?.steps[0]?.uses[0];
    return { holdings: directHoldings(sent), key: "direct" };
  }
  const refused = play.refusal ?? outcome?.refusal;
  const run = outcome?.run ?? play.run;
  const cmk = outcome?.cmk ?? play.cmk;
  const holdings = holdingsOf({
    step: play.step,
    run,
    input: play.input,
    ...(cmk === undefined ? {} : { cmk }),
    ...(refused === undefined ? {} : { refusedAt: refused.place }),
  });
  const ready = run.put === undefined ? "" : "p";
  return { holdings, key: `${play.step}:${outcome?.id ?? ""}:${ready}:${run.get === undefined}` };
}

function directHoldings(sent: Artefact | undefined): Holdings {
  const tokens: readonly Token[] =
    sent === undefined
      ? []
      : [
          {
            id: "data",
            kind: "plaintext",
            name: "data",
            note: "5,000 bytes",
            about: "readable",
            gone: false,
            artefact: sent,
          },
        ];
  return { you: tokens, s3: [], kms: [], storage: [] };
}

interface Picked {
  readonly id: string;
  readonly name: string;
  readonly artefact: Artefact | undefined;
  readonly token?: Token;
}

/** What the bytes show: the token that was tapped, else the step's own. */
function pickedOf(play: Playground, holdings: Holdings): Picked {
  const { picked } = play;
  if (picked !== undefined) {
    const [place, id] = picked.id.split(":") as [Place, string];
    const token = holdings[place]?.find((one) => one.id === id);
    return {
      id: picked.id,
      name: token?.name ?? KINDS[picked.artefact.kind].name,
      artefact: token?.artefact ?? picked.artefact,
      ...(token === undefined ? {} : { token }),
    };
  }
  const wanted: Readonly<Record<number, readonly [Place, string]>> = {
    1: ["s3", "data"],
    2: ["s3", "encrypted-key"],
    3: ["s3", "data-key"],
    4: ["storage", "object"],
    5: ["storage", "object"],
    6: ["s3", "encrypted-key"],
    7: ["you", "data"],
  };
  const changed = play.outcome?.changed !== undefined;
  const [place, id] = changed
    ? (["storage", "object"] as const)
    : (wanted[play.step] ?? ["you", "data"]);
  const token = holdings[place as Place].find((one) => one.id === id);
  const first = token ?? holdings.storage[0] ?? holdings.you[0];
  return {
    id: `${place}:${id}`,
    name: first?.name ?? "",
    artefact: first?.artefact,
    ...(first === undefined ? {} : { token: first }),
  };
}

function save(play: Playground, picked: Picked): void {
  const { artefact } = picked;
  if (artefact === undefined) return;
  if (artefact.kind === "object") {
    void play.storedFile().then((file) => file && download(file.blob, file.name));
  } else if (artefact.kind === "plaintext") {
    const file = play.step === 7 ? play.decryptedFile() : undefined;
    download(file?.blob ?? play.input.body, file?.name ?? play.input.name);
  } else {
    const file = artefactFile(artefact);
    download(file.blob, file.name);
  }
}

function edit(play: Playground, picked: Picked, event: EditEvent): void {
  const { token } = picked;
  const stored = (play.outcome?.run ?? play.run).stored;
  if (stored === undefined || token?.tamper === undefined) return;
  const base = token.tamper === "key" ? keyOffset(stored.head, token.artefact.shown) : 0;
  if (base >= 0) void play.edit({ offset: base + event.offset, value: event.value });
}

export function flowView(play: Playground): TemplateResult {
  const { holdings, key } = sceneOf(play);
  const picked = pickedOf(play, holdings);
  const changed = play.outcome?.changed?.offset;
  const onObject = picked.token?.tamper === "object" && changed !== undefined;
  return html`<div class="flow ${play.outcome === undefined ? "" : "supposing"}">
    <div class="stage-area">
      ${legend()}
      <div class="stage-frame"><tk-stage
        .holdings=${holdings}
        .wires=${wiresOf(play)}
        .cmk=${play.outcome?.id === "delete" ? play.cmk : (play.outcome?.cmk ?? play.cmk)}
        ?gone=${play.outcome?.id === "delete"}
        .refusal=${play.refusal ?? play.outcome?.refusal}
        .aside=${asides(play)}
        picked=${picked.id}
        scene=${key}
        @pick=${(event: PickEvent) => {
          const place = (event.target as HTMLElement).getAttribute("place") ?? "";
          play.pick(`${place}:${event.token.id}`, event.token.artefact);
        }}
      ></tk-stage>
      ${workBar(play.work, () => play.cancel())}</div>
      ${stepBar(play)} ${whatIfRail(play)}
    </div>
    <aside class="words" aria-label="this step">${words(play)}</aside>
    <section class="bytes-area" aria-label="the bytes" data-testid="bytes">
      <tk-bytes
        .artefact=${picked.artefact}
        .name=${picked.name}
        .note=${picked.token?.gone ? "Overwritten with zeros: this is all that is left of it." : ""}
        .inspect=${play.kms === undefined ? undefined : (bytes: Uint8Array) => play.kms?.inspect(bytes)}
        .save=${() => save(play, picked)}
        .changed=${onObject ? changed : undefined}
        ?editable=${picked.token?.tamper !== undefined && play.run.stored !== undefined}
        @edit=${(event: EditEvent) => edit(play, picked, event)}
      ></tk-bytes>
    </section>
  </div>`;
}

function legend(): TemplateResult {
  return html`<ul class="legend" aria-label="legend">
    ${LEGEND.map(
      (kind) => html`<li class="k-${kind}">
        ${glyph(kind)}${kind === "key-material" ? "CMK" : KINDS[kind].name}
      </li>`,
    )}
  </ul>`;
}

function words(play: Playground): TemplateResult {
  const { outcome, step } = play;
  const step_ = STEPS[step - 1];
  const run = outcome?.run ?? play.run;
  const call =
    outcome?.call ??
    callOf({
      step,
      run,
      input: play.input,
      keyArn: play.cmk?.arn ?? "alias/demo",
      refusal: play.refusal ?? outcome?.refusal,
    });
  return html`
    ${outcome === undefined ? nothing : supposed(play)}
    ${
      outcome !== undefined
        ? nothing
        : html`<p class="step-count">Step ${step} of 7</p>
          <h1>${step_?.title}</h1>
          <p class="step-text">${termed(step_?.text ?? "")}</p>
          ${step === 7 ? verdict(play) : nothing} ${inTheLog(play)}`
    }
    ${how(stepsOf(run, step), (id, artefact) => play.pick(id, artefact))}
    <tk-call .call=${call}></tk-call>
  `;
}

/** Where S3 asks KMS: the event that it made. */
function inTheLog(play: Playground): TemplateResult | typeof nothing {
  const { step, run } = play;
  const made = step === 2 ? run.put : step === 6 ? run.get : undefined;
  const event = linkedEvent(made);
  if (event === undefined) return nothing;
  return html`<p><a href=${eventHash(event)} data-testid="in-the-log">See this call in the log</a></p>`;
}

function verdict(play: Playground): TemplateResult {
  const file = play.decryptedFile();
  const text =
    play.run.same === undefined
      ? "The tags fit: this is what was stored."
      : play.run.same
        ? "Compared byte by byte: identical to what you sent."
        : "Not what was sent.";
  return html`<p class="verdict" data-testid="verdict">
    ${file === undefined ? nothing : text}
    <button
      type="button"
      data-testid="save-data"
      ?disabled=${file === undefined}
      @click=${() => file && download(file.blob, file.name)}
    >
      Save the decrypted file
    </button>
  </p>`;
}

function supposed(play: Playground): TemplateResult {
  const { outcome } = play;
  if (outcome === undefined) return html``;
  const question =
    WHAT_IFS.find((one) => one.id === outcome.id)?.question ?? "this byte were another";
  return html`<p class="step-count">What if, on a copy of the state</p>
    <h1>What if ${question}?</h1>
    <p class="step-text" data-testid="what-if">${outcome.said}</p>
    ${
      outcome.facts.length === 0
        ? nothing
        : html`<dl class="facts">
            ${outcome.facts.map(
              (fact) => html`<div>
                <dt>${fact.name}</dt>
                <dd><code>${fact.value}</code></dd>
              </div>`,
            )}
          </dl>`
    }
    ${outcome.shows === undefined ? nothing : html`<p class="shows" data-testid="shows">${outcome.shows}</p>`}
    <p>
      <button type="button" data-testid="leave" @click=${() => play.toStep(outcome.step)}>
        Leave: undo all of it
      </button>
    </p>`;
}

/** What stands in a place besides its tokens. */
function asides(play: Playground): Readonly<Partial<Record<Place, TemplateResult>>> {
  return { you: sending(play), storage: storing(play) };
}

function sending(play: Playground): TemplateResult {
  const { input } = play;
  if (play.outcome?.id === "direct") return html``;
  return html`<div class="sending">
    ${play.who.principal === undefined ? nothing : html`<p class="as">as ${personChip(play.who)}</p>`}
    ${
      input.text === undefined
        ? html`<p class="file-name">${input.name}<br /><small>${sizeText(input.size)}</small></p>`
        : html`<label
            >Text to send
            <input
              type="text"
              maxlength="4096"
              data-testid="text"
              autocomplete="off"
              .value=${input.text}
              @change=${(event: Event) => {
                play.setText((event.target as HTMLInputElement).value);
                play.toStep(1);
              }}
          /></label>`
    }
    <label class="file"
      ><span>or drop a file anywhere</span>
      <input
        type="file"
        data-testid="file"
        @change=${(event: Event) => {
          const field = event.target as HTMLInputElement;
          const file = field.files?.[0];
          if (file !== undefined) void play.setFile(file);
          field.value = "";
        }}
    /></label>
  </div>`;
}

function storing(play: Playground): TemplateResult {
  const others = play.objects.filter((one) => one.Key !== play.run.stored?.description.Key);
  const stored = play.step >= 4 ? play.run.stored : undefined;
  // What this walk has put counts only from its fourth step on.
  const earlier = play.objects.filter((one) => one.ETag !== play.run.put?.answer?.ETag);
  return html`<div class="storing">
    ${
      stored === undefined
        ? nothing
        : html`<button
            type="button"
            class="plain"
            data-testid="save-object"
            @click=${() => void play.storedFile().then((f) => f && download(f.blob, f.name))}
          >
            Save ${stored.description.Key}.enc
          </button>`
    }
    ${
      play.step < 4 && earlier.length > 0
        ? html`<p class="kept-note">${countText(earlier.length, "object")} from before</p>`
        : nothing
    }
    ${others.slice(0, 3).map(
      (one) => html`<button type="button" class="plain" @click=${() => void play.choose(one.Key)}>
        Read ${one.Key}
      </button>`,
    )}
  </div>`;
}
