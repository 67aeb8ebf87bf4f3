// A folder as a site under our own policy, on loopback; a page's import map, which cannot be a file, goes in by its hash.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { SECURITY_HEADERS } from "../../scripts/headers.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const POLICY = "Content-Security-Policy";

/**
 * @param {string} folder
 * @param {{ connect?: string[] }} [options] `connect`: URLs that its pages may speak to beside the site itself
 */
export async function serveWithPolicy(folder, { connect = [] } = {}) {
  const page = await readFile(join(folder, "index.html"), "utf8");
  const policy = policyOf(page).replace(
    "connect-src 'self'",
    ["connect-src 'self'", ...connect].join(" "),
  );
  const headers = { ...SECURITY_HEADERS, [POLICY]: policy };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    // A browser asks for it unasked.
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    try {
      const body = await readFile(join(folder, pathname === "/" ? "index.html" : pathname));
      const type = TYPES[extname(pathname) || ".html"];
      response.writeHead(200, { ...headers, "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function policyOf(page) {
  const policy = SECURITY_HEADERS[POLICY];
  const [, map] = /<script type="importmap">([^<]*)<\/script>/.exec(page) ?? [];
  if (map === undefined) return policy;
  const hash = createHash("sha256").update(map).digest("base64");
  return policy.replace("script-src 'self'", `script-src 'self' 'sha256-${hash}'`);
}
