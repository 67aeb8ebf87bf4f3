/** One shape for each kind of artefact; colour and texture come from the style sheet. */

import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { ArtefactKind } from "../../../js/src/api.ts";

const PAGE = "M5 2.5h9.5l5 5V21.5h-14.5z";
const LEFT_HALF = "M3.5 5.5h8.5l-2.2 2.6 2.2 2.6-2.2 2.6 2.2 2.6-2.2 2.6h-6.3z";
const RIGHT_HALF = "M14.2 5.5h6.3v13h-8.5l2.2-2.6-2.2-2.6 2.2-2.6-2.2-2.6z";
const KEY =
  "M8 6.5a5.5 5.5 0 1 0 5.2 7.3h1.6l1.6 1.8 1.6-1.8 1.6 1.8 2.4-2.6v-1.6l-1.4-1.3h-7.4A5.5 5.5 0 0 0 8 6.5z";

/** Diagonals over the shape: closed to whoever lacks the key. */
function hatch(lines: string): SVGTemplateResult {
  return svg`<path class="hatch" d=${lines} />`;
}

const SHAPES: Readonly<Record<ArtefactKind, SVGTemplateResult>> = {
  "root-key": svg`
    <path class="fill" d="M12 1.8l8.8 5.1v10.2L12 22.2l-8.8-5.1V6.9z" />
    <circle class="hole" cx="12" cy="10" r="2.4" />
    <path class="hole" d="M11 11.5h2l1 5.3h-4z" />`,
  "store-key": svg`
    <path class="line" d="M12 2.6l8 4.7v9.4l-8 4.7-8-4.7V7.3z" />
    <circle class="dot" cx="12" cy="10" r="2" />
    <path class="dot" d="M11.2 11.5h1.6l.9 4.8h-3.4z" />`,
  "key-material": svg`<path class="fill" d=${KEY} /><circle class="hole" cx="6.4" cy="12" r="1.7" />`,
  "per-call-key": svg`
    <path class="line dashed" d=${KEY} /><circle class="dot" cx="6.4" cy="12" r="1.5" />`,
  "data-key": svg`
    <path class="line ghost" d=${RIGHT_HALF} />
    <path class="fill" d=${LEFT_HALF} />
    <circle class="hole" cx="6.6" cy="12" r="1.5" />`,
  "encrypted-data-key": svg`
    <path class="line ghost" d=${LEFT_HALF} />
    <path class="tint" d=${RIGHT_HALF} />
    ${hatch("M14.5 9.6l4-4M13.6 13.2l6.9-6.9M13.4 17.2l7.1-7.1M15.6 18.5l4.9-4.9")}
    <path class="line" d=${RIGHT_HALF} />`,
  plaintext: svg`
    <path class="tint" d=${PAGE} />
    <path class="line" d=${PAGE} />
    <path class="line" d="M14.5 2.5v5h5M8 11.5h8.5M8 14.5h8.5M8 17.5h5" />`,
  ciphertext: svg`
    <path class="fill" d=${PAGE} />
    ${hatch("M5 9.5l7-7M5 14.5l11-11M5 19.5l13.5-13.5M8 21.5l11.5-11.5M13 21.5l6.5-6.5")}
    <path class="line" d=${PAGE} />`,
  "encryption-context": svg`
    <path class="tint" d="M2.5 12l6-6.5h13v13h-13z" />
    <path class="line" d="M2.5 12l6-6.5h13v13h-13z" />
    <circle class="dot" cx="8" cy="12" r="1.7" />
    <path class="line" d="M12.2 10.2h6M12.2 13.8h6" />`,
  nonce: svg`
    <path class="line" d="M4 4h16v16h-16z" />
    <circle class="dot" cx="8.5" cy="8.5" r="1.6" />
    <circle class="dot" cx="12" cy="12" r="1.6" />
    <circle class="dot" cx="15.5" cy="15.5" r="1.6" />`,
  "message-key": svg`
    <path class="line" d=${KEY} /><circle class="dot" cx="6.4" cy="12" r="1.5" />`,
  object: svg`
    <path class="tint" d="M3 7.5h18v13h-18z" />
    <path class="line" d="M3 7.5h18v13h-18zM5 7.5l1.5-4h11l1.5 4M9.5 11.5h5" />`,
};

/** The shape of a kind, decorative: its name stands beside it. */
export function glyph(kind: ArtefactKind, gone = false): TemplateResult {
  return html`<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${SHAPES[kind]} ${gone ? svg`<path class="cross" d="M3 21L21 3" />` : nothing}
  </svg>`;
}
