// A static server for the built site: loopback only, GET and HEAD only, the site's real headers.
// By hand: node scripts/serve.mjs [--port 4600] [--root dist/www]

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { CACHE_HASHED, CACHE_OTHERS, HASHED_FOLDER, SECURITY_HEADERS } from "./headers.mjs";
import { SITE } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";

const HOST = "127.0.0.1";
const DEFAULT_PORT = 4600;
// How many ports after the wanted one are tried.
const PORTS_TRIED = 20;

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/**
 * Serves a folder on loopback.
 * @param {object} [options]
 * @param {string} [options.root] the folder
 * @param {number} [options.port] 0 lets the system choose
 * @param {boolean} [options.nextFree] take the next free port if this one is taken
 * @returns {Promise<{ address: string, port: number, close: () => Promise<void> }>}
 */
export async function serve({ root = SITE, port = DEFAULT_PORT, nextFree = false } = {}) {
  if (!existsSync(join(root, "index.html"))) {
    throw new Fault(`there is no built site in ${root}`, "npm run build");
  }
  const base = await realpath(root);
  const server = createServer((request, response) => {
    answer(base, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "Internal error");
    });
  });
  const bound = await listen(server, port, nextFree);
  return {
    address: `http://${HOST}:${bound}/`,
    port: bound,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function listen(server, port, nextFree) {
  const last = nextFree && port !== 0 ? Math.min(port + PORTS_TRIED, 65535) : port;
  for (let candidate = port; candidate <= last; candidate++) {
    try {
      return await listenOn(server, candidate);
    } catch (error) {
      if (error.code !== "EADDRINUSE")
        throw new Fault(`cannot listen on port ${port}: ${error.message}`);
    }
  }
  const ports = last === port ? `port ${port} is taken` : `ports ${port} to ${last} are taken`;
  throw new Fault(ports, "give another one with --port");
}

function listenOn(server, port) {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen({ host: HOST, port }, () => {
      server.removeListener("error", fail);
      done(server.address().port);
    });
  });
}

async function answer(base, request, response) {
  // A page of another site whose name was pointed at 127.0.0.1 (DNS rebinding) sends its own name.
  const host = hostOf(request.headers.host);
  if (host === undefined)
    return refuse(response, 421, "This server answers to loopback names only");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return refuse(response, 405, "Only GET and HEAD");
  }
  // localhost and 127.0.0.1 are two origins, and a browser keeps keys by origin: everyone gets the same one.
  if (host.name !== HOST) {
    response.setHeader(
      "Location",
      `http://${HOST}:${request.socket.localPort}${pathOnly(request.url)}`,
    );
    return refuse(response, 307, "The site is at 127.0.0.1");
  }
  const found = await find(base, request.url);
  if (found === undefined) return refuse(response, 404, "Not found");
  await send(found, request, response);
}

// A request line may hold anything; what goes into Location is one path and starts with one slash.
function pathOnly(url) {
  return `/${url.replace(/^[\\/]+/, "")}`;
}

function hostOf(header) {
  const parts = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.exec(header ?? "");
  return parts ? { name: parts[1].toLowerCase() } : undefined;
}

/** The file that a request's path names, if it is one inside the folder. */
async function find(base, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return undefined;
  }
  if (!path.startsWith("/") || path.includes("\0") || path.includes("\\")) return undefined;
  // Dot files and `..`, and the hosts' `_headers`, are nobody's business.
  if (path.split("/").some((part) => part.startsWith(".") || part === "_headers")) return undefined;
  if (path.endsWith("/")) path += "index.html";
  const wanted = resolve(base, `.${path}`);
  try {
    const file = await realpath(wanted);
    if (!file.startsWith(base + sep)) return undefined;
    const status = await stat(file);
    return status.isFile() ? { file, path, size: status.size, time: status.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

async function send({ file, path, size, time }, request, response) {
  const hashed = path.startsWith(HASHED_FOLDER);
  const etag = await etagOf(file, size, time);
  setSecurityHeaders(response);
  response.setHeader("Cache-Control", hashed ? CACHE_HASHED : CACHE_OTHERS);
  response.setHeader("ETag", etag);
  if (matches(request.headers["if-none-match"], etag)) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader(
    "Content-Type",
    TYPES[extname(file).toLowerCase()] ?? "application/octet-stream",
  );
  response.setHeader("Content-Length", size);
  response.writeHead(200);
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  createReadStream(file)
    .on("error", () => response.destroy())
    .pipe(response);
}

const etags = new Map();

/** The contents' hash, remembered for as long as the file's size and time stay. */
async function etagOf(file, size, time) {
  const key = `${file}\n${size}\n${time}`;
  let etag = etags.get(key);
  if (etag === undefined) {
    etag = `"${createHash("sha256")
      .update(await readFile(file))
      .digest("base64url")
      .slice(0, 22)}"`;
    etags.set(key, etag);
  }
  return etag;
}

function matches(header, etag) {
  if (header === undefined) return false;
  return header
    .split(",")
    .some((given) => given.trim() === "*" || given.trim().replace(/^W\//, "") === etag);
}

function refuse(response, status, text) {
  setSecurityHeaders(response);
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  response.writeHead(status).end(`${text}\n`);
}

function setSecurityHeaders(response) {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
}

/** Serves until it is told to stop. */
export async function serveForPeople(args) {
  const { root, port, chosen } = options(args);
  const { address, port: bound, close } = await serve({ root, port, nextFree: !chosen });
  if (bound !== port) {
    say(
      `Port ${port} is taken. A browser keeps keys by address: those made under ${port} are not seen here.`,
    );
  }
  say(`\n  tabkms: ${address}\n\n(Ctrl-C ends it.)`);
  const stop = () => close().then(() => process.exit(0));
  process.once("SIGINT", stop).once("SIGTERM", stop);
}

function options(args) {
  let values;
  try {
    values = parseArgs({
      args,
      options: { port: { type: "string" }, root: { type: "string" } },
    }).values;
  } catch (error) {
    throw new Fault(error.message, "node scripts/serve.mjs [--port 4600] [--root dist/www]");
  }
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Fault(`${values.port} is not a port`, "a number from 0 (any free one) to 65535");
  }
  return {
    root: values.root ? resolve(values.root) : SITE,
    port,
    chosen: values.port !== undefined,
  };
}

await runMain(import.meta.url, serveForPeople);
