import { html, type TemplateResult } from "lit";
import type { KmsApi } from "../../../js/src/api.ts";
import { CARRY, decryptCall } from "../model/file-commands.ts";
import { plainName, type Sealed } from "../model/files.ts";
import type { Message } from "../model/message.ts";
import { download } from "../util/bytes.ts";
import "./call-box.ts";

/** The file decrypted by other programs, against an endpoint that has this page's keys. */
export function elsewhere(kms: KmsApi, sealed: Sealed, message: Message): TemplateResult {
  const call = decryptCall({ name: sealed.name, plainName: plainName(sealed.name), message });
  return html`<section class="elsewhere" aria-label="decrypt it elsewhere">
    <div class="carry">
      <h2>Take the keys to an endpoint</h2>
      <p>
        Any program that has the Encryption SDK reads the file, but only KMS opens its data key, and
        this page's keys are in this browser alone. Export them under a passphrase, put them into a
        folder, where tabkms asks for the passphrase, and start an endpoint on it.
      </p>
      <form
        class="row"
        aria-label="export the keys"
        @submit=${async (event: SubmitEvent) => {
          event.preventDefault();
          const form = event.target as HTMLFormElement;
          const passphrase = String(new FormData(form).get("passphrase"));
          form.reset();
          download(await kms.exportStore(passphrase), "store.tabkms");
        }}
      >
        <label
          >Passphrase
          <input
            name="passphrase"
            type="password"
            required
            autocomplete="new-password"
            data-testid="carry-passphrase"
        /></label>
        <button type="submit" data-testid="carry">Export the keys</button>
      </form>
      <pre class="code" tabindex="0" aria-label="commands that start the endpoint"><code data-testid="carry-code">${CARRY}</code></pre>
    </div>
    <div><tk-call class="commands" .call=${call} copyable></tk-call></div>
  </section>`;
}
