import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The playground is plain files that work under any path of any static host. The Content-Security-Policy
// (scripts/headers.mjs) allows no inline script, no inline style and no data: URL, so nothing is inlined.
export default defineConfig({
  root: here("./www"),
  base: "./",
  cacheDir: here("./node_modules/.vite"),
  build: {
    outDir: here("./dist/www"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1024,
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", fs: { allow: [here(".")] } },
});
