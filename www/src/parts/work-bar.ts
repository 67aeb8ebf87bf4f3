import { html, nothing, type TemplateResult } from "lit";
import type { LongWork } from "../model/progress.ts";
import { durationText, sizeText } from "../util/format.ts";

/** Long work: how far, how fast, how long still, and a way to stop it. */
export function workBar(
  work: LongWork | undefined,
  cancel: () => void,
): TemplateResult | typeof nothing {
  const state = work?.work;
  if (state === undefined || !state.visible) return nothing;
  const { what, done, total, rate, left } = state;
  const share = total === 0 ? 0 : Math.floor((100 * done) / total);
  return html`<div class="work on" data-testid="work">
    <label for="work-bar">${what} ${sizeText(total)}</label>
    <progress id="work-bar" max="100" value=${share}></progress>
    <span class="work-facts">
      ${share} % · ${sizeText(rate)}/s${
        Number.isFinite(left) && left > 0 ? html` · ${durationText(left)} left` : nothing
      }
    </span>
    <button type="button" data-testid="cancel" @click=${cancel}>Stop</button>
  </div>`;
}
