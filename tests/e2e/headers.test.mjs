// The security headers, asked for at the server and felt in the browser.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { openSite } from "./harness.mjs";

// Word for word what the page promises: not read from scripts/headers.mjs, so that a change there shows here.
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
  "style-src 'self'; img-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";

/** @type {import("./harness.mjs").Site} */
let site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/** A request as written, without the tidying that fetch does to paths and hosts. */
function ask(path, { method = "GET", headers = {} } = {}) {
  const { hostname, port } = new URL(site.address);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    })
      .on("error", reject)
      .end();
  });
}

/** The page's worker, once it has started, and the answer that brought its script. */
async function withWorker() {
  const page = await site.browser.newPage();
  const scripts = new Map();
  page.on("response", (response) => scripts.set(response.url(), response));
  const started = page.waitForEvent("worker");
  const document = await page.goto(site.address);
  const worker = await started;
  return { page, worker, document, script: scripts.get(worker.url()) };
}

test("the document and the worker's script carry the policy", async () => {
  const { page, worker, document, script } = await withWorker();
  assert.equal(document.headers()["content-security-policy"], POLICY);
  const workerHeaders = script
    ? script.headers()
    : (await ask(new URL(worker.url()).pathname)).headers;
  assert.equal(workerHeaders["content-security-policy"], POLICY);
  await page.close();
});

test("eval and new Function fail in the page and in the worker", async () => {
  const { page, worker } = await withWorker();
  // Through a script of the site's own would be the same: the policy is the realm's, not the caller's. The
  // debugger's evaluate is exempt itself, so the attempt is made in a task of the page's.
  const attempt = () =>
    new Promise((resolve) => {
      const outcome = (make) => {
        try {
          make();
          return "ran";
        } catch (error) {
          return error.name;
        }
      };
      setTimeout(() => {
        // biome-ignore lint/security/noGlobalEval: that it fails is what is tested
        // biome-ignore lint/complexity/noCommaOperator: an indirect eval, in the global scope
        resolve([outcome(() => (0, eval)("1")), outcome(() => new Function("return 1")())]);
      }, 0);
    });
  site.expect(/unsafe-eval/);
  assert.deepEqual(await page.evaluate(attempt), ["EvalError", "EvalError"]);
  assert.deepEqual(await worker.evaluate(attempt), ["EvalError", "EvalError"]);
  await page.close();
});

test("an inline script, an inline style and a request elsewhere are blocked", async () => {
  const page = await site.page();
  site.expect(/Content Security Policy/);
  const blocked = await page.evaluate(async () => {
    const directives = [];
    addEventListener("securitypolicyviolation", (event) =>
      directives.push(event.effectiveDirective),
    );
    const script = document.createElement("script");
    script.textContent = "globalThis.injected = true";
    document.head.append(script);
    const style = document.createElement("style");
    style.textContent = "body { color: red }";
    document.head.append(style);
    const fetched = await fetch("https://example.invalid/").then(
      () => "answered",
      () => "failed",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { directives, fetched, injected: "injected" in globalThis };
  });
  assert.deepEqual(blocked, {
    directives: ["script-src-elem", "style-src-elem", "connect-src"],
    fetched: "failed",
    injected: false,
  });
  await page.close();
});

test("every answer has the other headers", async () => {
  for (const path of ["/", "/no-such-file", "/_headers"]) {
    const { headers } = await ask(path);
    assert.equal(headers["content-security-policy"], POLICY, path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["referrer-policy"], "no-referrer", path);
    assert.equal(headers["cross-origin-opener-policy"], "same-origin", path);
    assert.equal(headers["cross-origin-resource-policy"], "same-origin", path);
    assert.match(headers["permissions-policy"], /camera=\(\)/, path);
  }
});

test("hashed files are kept for ever, the document is asked for again", async () => {
  const document = await ask("/");
  assert.equal(document.headers["cache-control"], "no-cache");
  const again = await ask("/", { headers: { "if-none-match": document.headers.etag } });
  assert.equal(again.status, 304);
  assert.equal(again.body, "");

  const script = /(?:src|href)="\.(\/assets\/[^"]+\.js)"/.exec(document.body)?.[1];
  assert.ok(script, "the document names a script below assets/");
  const asset = await ask(script);
  assert.equal(asset.status, 200);
  assert.match(asset.headers["content-type"], /^text\/javascript/);
  assert.equal(asset.headers["cache-control"], "public, max-age=31536000, immutable");
});

test("HEAD is GET without its body", async () => {
  const [get, head] = [await ask("/"), await ask("/", { method: "HEAD" })];
  assert.equal(head.status, 200);
  assert.equal(head.body, "");
  assert.equal(head.headers["content-length"], String(Buffer.byteLength(get.body)));
  assert.equal(head.headers.etag, get.headers.etag);
});

test("other methods are refused", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const { status, headers } = await ask("/", { method });
    assert.equal(status, 405, method);
    assert.equal(headers.allow, "GET, HEAD");
  }
});

test("no path leads outside the site", async () => {
  for (const path of [
    "/../package.json",
    "/../../package.json",
    "/%2e%2e/%2e%2e/package.json",
    "/..%2f..%2fpackage.json",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/..%5c..%5cpackage.json",
    "/%00",
    "/%",
    "//etc/passwd",
    "/.git/config",
  ]) {
    assert.equal((await ask(path)).status, 404, path);
  }
});

test("a foreign host name is refused, localhost is sent to the one origin", async () => {
  for (const host of [
    "example.com",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "127.0.0.1:x",
  ]) {
    assert.equal((await ask("/", { headers: { host } })).status, 421, host);
  }
  const { port } = new URL(site.address);
  const { status, headers } = await ask("/index.html?a", {
    headers: { host: `localhost:${port}` },
  });
  assert.equal(status, 307);
  assert.equal(headers.location, `http://127.0.0.1:${port}/index.html?a`);
});
