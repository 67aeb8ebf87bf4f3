import { html, nothing, type TemplateResult } from "lit";
import type { Members } from "../../../js/src/api.ts";
import { type Cmk, nameOf, type Rotation, stateText } from "../model/cmk.ts";
import { termButton } from "../parts/term.ts";
import { countText, dateText, dateTimeText, shortId } from "../util/format.ts";

export type CallKms = (operation: string, input: Members, done: string) => Promise<void>;

function fields(event: SubmitEvent): FormData {
  event.preventDefault();
  return new FormData(event.target as HTMLFormElement);
}

function act(label: string, name: string, run: () => Promise<void>, off = false): TemplateResult {
  return html`<button type="button" data-testid=${name} ?disabled=${off} @click=${() => void run()}>
    ${label}
  </button>`;
}

/** Everything about one key, and every operation on it. */
export function keyDetail(key: Cmk, rotation: Rotation | undefined, call: CallKms): TemplateResult {
  const managed = key.manager === "AWS";
  return html`
    <h2>${nameOf(key)}</h2>
    <dl class="facts">
      <div><dt>ARN</dt><dd><code>${key.arn}</code></dd></div>
      <div><dt>State</dt><dd data-testid="state">${stateText(key.state)}</dd></div>
      ${key.created === undefined ? nothing : html`<div><dt>Made</dt><dd>${dateTimeText(key.created)} UTC</dd></div>`}
      ${key.deletes === undefined ? nothing : html`<div><dt>Deletion</dt><dd data-testid="deletion">${dateTimeText(key.deletes)} UTC</dd></div>`}
      ${key.description === "" ? nothing : html`<div><dt>Description</dt><dd>${key.description}</dd></div>`}
    </dl>
    ${
      managed
        ? html`<p>AWS manages this key: only its service may use it, and nobody may administer it.</p>`
        : html`${switching(key, call)} ${aliases(key, call)} ${rotating(key, rotation, call)}
          ${deleting(key, call)}`
    }
  `;
}

function switching(key: Cmk, call: CallKms): TemplateResult {
  const KeyId = key.arn;
  return html`<div class="row" role="group" aria-label="enable or disable">
    ${act("Enable", "enable", () => call("EnableKey", { KeyId }, "The key is enabled."), key.state === "Enabled")}
    ${act("Disable", "disable", () => call("DisableKey", { KeyId }, "The key is disabled. What it sealed is safe, and closed until you enable it."), key.state === "Disabled")}
  </div>`;
}

function aliases(key: Cmk, call: CallKms): TemplateResult {
  const TargetKeyId = key.id;
  const point = (operation: "CreateAlias" | "UpdateAlias") => (event: SubmitEvent) => {
    const AliasName = String(fields(event).get("alias"));
    const done = `${AliasName} names this key.`;
    (event.target as HTMLFormElement).reset();
    return call(operation, { AliasName, TargetKeyId }, done);
  };
  return html`<h3>Aliases</h3>
    <p>A name for a key, and a way to put another key behind the same name.</p>
    <ul class="aliases">
      ${key.aliases.map(
        (alias) => html`<li>
          <code>${alias}</code>
          <button
            type="button"
            class="plain"
            aria-label="Delete ${alias}"
            @click=${() => void call("DeleteAlias", { AliasName: alias }, `${alias} is deleted; the key is as it was.`)}
          >
            Delete
          </button>
        </li>`,
      )}
    </ul>
    <form class="row" @submit=${(event: SubmitEvent) => void point("CreateAlias")(event)}>
      <label>New alias <input name="alias" value="alias/" required maxlength="256" spellcheck="false" data-testid="alias" /></label>
      <button type="submit" data-testid="create-alias">Create</button>
    </form>
    <form class="row" @submit=${(event: SubmitEvent) => void point("UpdateAlias")(event)}>
      <label>Alias of another key <input name="alias" value="alias/" required maxlength="256" spellcheck="false" data-testid="alias-move" /></label>
      <button type="submit" data-testid="update-alias">Point it here</button>
    </form>`;
}

function rotating(key: Cmk, rotation: Rotation | undefined, call: CallKms): TemplateResult {
  const KeyId = key.arn;
  const on = rotation?.enabled ?? false;
  return html`<h3>Rotation</h3>
    <p>
      New ${termButton("material", "key material")} for what is encrypted from now on; the old stays
      for decryption.
      ${on ? html`Automatic every ${rotation?.days ?? 365} days${rotation?.next === undefined ? "" : `, next on ${dateText(rotation.next)}`}.` : "Automatic rotation is off."}
    </p>
    <div class="row" role="group" aria-label="rotation">
      ${act("Rotate now", "rotate", () => call("RotateKeyOnDemand", { KeyId }, "The key has new material."))}
      ${act("Stop rotating", "rotation-off", () => call("DisableKeyRotation", { KeyId }, "Automatic rotation is off."), !on)}
    </div>
    <form
      class="row"
      @submit=${(event: SubmitEvent) => {
        const days = Number(fields(event).get("days"));
        void call(
          "EnableKeyRotation",
          { KeyId, RotationPeriodInDays: days },
          `The key rotates every ${days} days.`,
        );
      }}
    >
      <label>Every <input name="days" type="number" value="365" required data-testid="rotation-days" /> days</label>
      <button type="submit" data-testid="rotation-on">Rotate automatically</button>
    </form>
    <ol class="versions" aria-label="versions of the key material">
      ${key.materials.map(
        (material) => html`<li data-testid="material">
          <code>${shortId(material.id, 16)}</code>
          ${material.current ? "encrypts and decrypts" : "decrypts only"}
          ${material.date === undefined ? nothing : html`<small>since ${dateText(material.date)}</small>`}
        </li>`,
      )}
    </ol>`;
}

function deleting(key: Cmk, call: CallKms): TemplateResult {
  const KeyId = key.arn;
  const pending = key.state === "PendingDeletion";
  return html`<h3>Deletion</h3>
    <p>
      Deleting a key loses everything that was encrypted under it, for ever. So it waits 7 to 30
      days, and can be cancelled until then.
    </p>
    ${
      pending
        ? act("Cancel the deletion", "cancel-deletion", () =>
            call(
              "CancelKeyDeletion",
              { KeyId },
              "The deletion is cancelled. The key is disabled; enable it to use it.",
            ),
          )
        : html`<form
            class="row"
            @submit=${(event: SubmitEvent) => {
              const days = Number(fields(event).get("days"));
              void call(
                "ScheduleKeyDeletion",
                { KeyId, PendingWindowInDays: days },
                `The key will be deleted in ${countText(days, "day")}.`,
              );
            }}
          >
            <label>In <input name="days" type="number" value="30" required data-testid="window" /> days</label>
            <button type="submit" class="danger" data-testid="schedule-deletion">Schedule deletion</button>
          </form>`
    }`;
}
