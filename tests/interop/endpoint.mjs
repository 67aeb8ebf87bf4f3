// Where the real clients find a KMS over HTTP: a URL, and what makes one.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createEndpoint } from "../../dist/endpoint.js";

const CLI = fileURLToPath(new URL("../../dist/node/cli.js", import.meta.url));

/** `tabkms serve` as people start it, in memory: its URL, without a slash at the end, its account, and `close`. */
export async function startEndpoint() {
  const options = ["--memory", "--port", "0", "--log", "off"];
  const child = spawn(process.execPath, [CLI, "serve", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const [url] = await Promise.race([once(lines, "line"), ended.then(() => [""])]);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/, "the first line is the address");
  return {
    url,
    account: "000000000000",
    close: async () => {
      child.kill();
      const [code] = await ended;
      assert.equal(code, 0, "it stops when it is asked to");
    },
  };
}

/** An endpoint in this process, over a KMS that the test holds: for one that moves its clock. */
export async function endpointOf(kms) {
  const endpoint = createEndpoint(kms, { port: 0 });
  const { url } = await endpoint.listen();
  return { url, close: () => endpoint.close(0) };
}
