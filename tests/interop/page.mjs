// tests/interop/browser in headless Chromium: bundled with its own packages, the built package beside it.

import { fileURLToPath } from "node:url";
import { openPackage } from "../lib/chromium.mjs";

const inBrowser = (name) => fileURLToPath(new URL(`browser/${name}`, import.meta.url));

/**
 * Opens the page; `endpoints` are the URLs that it may speak to beside its own site.
 * @param {{ endpoints: string[] }} options
 */
export function openPage({ endpoints }) {
  return openPackage({
    name: "interop",
    scripts: { "main.js": { entry: inBrowser("main.mjs"), inject: [inBrowser("buffer.mjs")] } },
    ready: "overHttp",
    connect: endpoints,
  });
}
