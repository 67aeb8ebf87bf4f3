import { html, nothing, type TemplateResult } from "lit";
import {
  LESSONS,
  type Lesson,
  type LessonId,
  type Outcome,
  type StepResult,
} from "../model/lessons.ts";
import type { Failure } from "../model/refusal.ts";
import { hasView, logHash } from "../model/route.ts";
import { failureNote } from "./refusal-note.ts";

/** Where somebody is in a lesson. */
export interface Progress {
  readonly id: LessonId;
  readonly keyArn: string;
  /** What each step that has been done came to. */
  readonly results: readonly StepResult[];
  readonly failure?: Failure;
  readonly busy: boolean;
}

export interface LessonActions {
  readonly start: (id: LessonId) => void;
  readonly step: () => void;
  readonly leave: () => void;
}

/** The lessons as switches, and the one that is on as a strip of steps. */
export function lessonStrip(
  progress: Progress | undefined,
  actions: LessonActions,
): TemplateResult {
  const lesson = LESSONS.find((one) => one.id === progress?.id);
  return html`<section class="lesson-rail" aria-label="Lessons">
    <div class="rail">
      <h2>Lessons</h2>
      <ul>
        ${LESSONS.map((one) => {
          const on = one.id === progress?.id;
          return html`<li>
            <button
              type="button"
              class="switch"
              aria-pressed=${on ? "true" : "false"}
              data-testid="lesson-${one.id}"
              @click=${() => (on ? actions.leave() : actions.start(one.id))}
            >
              ${one.label}
            </button>
          </li>`;
        })}
      </ul>
    </div>
    ${progress === undefined || lesson === undefined ? nothing : strip(lesson, progress, actions)}
  </section>`;
}

function strip(lesson: Lesson, progress: Progress, actions: LessonActions): TemplateResult {
  const done = progress.results.length;
  const next = lesson.steps[done];
  const last = lesson.steps[done - 1];
  const result = progress.results[done - 1];
  return html`<div class="strip" data-testid="strip">
    <h3>${lesson.title}</h3>
    ${lesson.steps.length === 1 ? nothing : dots(lesson, done)}
    ${
      last === undefined || result === undefined
        ? nothing
        : html`<div class="strip-done" data-testid="strip-done" role="status">
            ${result.outcomes.map(outcome)}
            <p>${last.after} ${last.logged === true ? log(progress.keyArn) : nothing}</p>
          </div>`
    }
    ${
      next === undefined
        ? html`<p class="row">
            <button type="button" data-testid="lesson-leave" @click=${actions.leave}>Leave the lesson</button>
            <small>Its key, alias/roles-lesson, stays until you delete it under Keys.</small>
          </p>`
        : html`<div class="strip-next"><p>${next.text}</p>
            <button
              type="button"
              class="primary"
              data-testid="lesson-step"
              ?disabled=${progress.busy}
              @click=${actions.step}
            >
              ${next.button}
            </button></div>`
    }
    ${failureNote(progress.failure)}
  </div>`;
}

function dots(lesson: Lesson, done: number): TemplateResult {
  return html`<ol class="strip-steps" aria-label="steps of the lesson">
    ${lesson.steps.map(
      (step, at) => html`<li
        class=${at < done ? "done" : ""}
        aria-current=${at === done ? "step" : "false"}
      >
        <span class="step-number">${at + 1}</span> ${step.name}
      </li>`,
    )}
  </ol>`;
}

function outcome(one: Outcome): TemplateResult {
  const refused = one.failure !== undefined;
  return html`<p class="tried ${refused ? "refused" : ""}" data-testid="tried" data-refused=${refused ? "true" : "false"}>
    <span class="sign" aria-hidden="true">${refused ? "✕" : "✓"}</span>
    <span><strong>${one.who}</strong> ${one.what}:
    ${
      refused
        ? html`<code>${one.failure?.name}</code> <span class="tried-message">${one.failure?.message}</span>`
        : one.answer
    }</span>
  </p>`;
}

function log(keyArn: string): TemplateResult | typeof nothing {
  if (!hasView("log")) return nothing;
  return html`<a href=${logHash(keyArn)} data-testid="to-log">See them in the log</a>`;
}
