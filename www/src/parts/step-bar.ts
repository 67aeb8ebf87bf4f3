import { html, type TemplateResult } from "lit";
import type { Playground } from "../model/playground.ts";
import { stepHash, whatIfHash } from "../model/route.ts";
import { WHAT_IFS } from "../model/whatif.ts";
import { LAST_STEP, STEPS } from "../model/words.ts";

/** The seven steps, each a link, and the ways through them. */
export function stepBar(play: Playground): TemplateResult {
  const { step } = play;
  return html`<nav class="step-bar" aria-label="steps">
    <ol>
      ${STEPS.map(
        (one) => html`<li class=${one.number === 5 ? "way-back" : ""}>
          <a
            href=${stepHash(one.number)}
            class="step ${one.number < step ? "done" : ""}"
            aria-current=${one.number === step ? "step" : "false"}
            @click=${() => play.stop()}
          >
            <span class="step-number">${one.number}</span>
            <span class="step-name">${one.name}</span>
          </a>
        </li>`,
      )}
    </ol>
    <div class="ways">
      <button type="button" aria-label="Back" ?disabled=${step === 1} @click=${() => play.back()}>
        <span aria-hidden="true">←</span>
      </button>
      <button
        type="button"
        data-testid="play"
        aria-pressed=${play.playing ? "true" : "false"}
        @click=${() => play.play()}
      >
        ${play.playing ? "Pause" : "Play"}
      </button>
      <button
        type="button"
        class="primary"
        aria-label="Next"
        ?disabled=${step === LAST_STEP && play.outcome === undefined}
        @click=${() => play.next()}
      >
        <span class="next-word">Next</span> <span aria-hidden="true">→</span>
      </button>
    </div>
  </nav>`;
}

/** The what-ifs: each a switch on the same stage, undone by the same switch. */
export function whatIfRail(play: Playground): TemplateResult {
  return html`<section class="rail" aria-label="What if">
    <h2>What if</h2>
    <ul>
      ${WHAT_IFS.map((one) => {
        const on = play.outcome?.id === one.id;
        return html`<li>
          <button
            type="button"
            class="switch"
            aria-pressed=${on ? "true" : "false"}
            data-testid="if-${one.id}"
            @click=${() => {
              if (on) play.toStep(play.outcome?.step ?? 1);
              else if (location.hash === whatIfHash(one.id)) void play.reenter(one.id);
              else location.hash = whatIfHash(one.id);
            }}
          >
            ${one.label}
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}
