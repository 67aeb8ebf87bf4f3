// The one source of the site's security headers: scripts/serve.mjs sends them, scripts/build.mjs writes
// them as dist/www/_headers (the file that static hosts such as Netlify and Cloudflare Pages read).
//
// They go on every answer: a Content-Security-Policy reaches a worker only as a header on the worker's own
// script, never through a <meta> in the page.

import { runMain, say } from "./lib/report.mjs";

// No 'unsafe-inline' and no 'unsafe-eval': 'wasm-unsafe-eval' allows WebAssembly.compile and nothing else.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

// What a page that holds keys never needs. The clipboard and persistent storage stay allowed: it uses both.
const PERMISSIONS_POLICY = [
  "accelerometer",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "usb",
]
  .map((feature) => `${feature}=()`)
  .join(", ");

/** Every answer's headers, by name. */
export const SECURITY_HEADERS = Object.freeze({
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": PERMISSIONS_POLICY,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
});

/** Vite puts a hash of the contents into the name of everything below assets/. */
export const HASHED_FOLDER = "/assets/";
export const CACHE_HASHED = "public, max-age=31536000, immutable";
export const CACHE_OTHERS = "no-cache";

/** The same as a `_headers` file. */
export function headersFile() {
  const lines = Object.entries(SECURITY_HEADERS).map(([name, value]) => `  ${name}: ${value}`);
  return ["/*", ...lines, `${HASHED_FOLDER}*`, `  Cache-Control: ${CACHE_HASHED}`, ""].join("\n");
}

await runMain(import.meta.url, () => say(headersFile().trimEnd()));
