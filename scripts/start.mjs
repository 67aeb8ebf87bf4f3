// npm start: installs what is missing, builds what has changed, serves the built site.

import { build } from "./build.mjs";
import { runMain } from "./lib/report.mjs";
import { serveForPeople } from "./serve.mjs";
import { setup } from "./setup.mjs";

await runMain(import.meta.url, async (args) => {
  await setup();
  await build();
  await serveForPeople(args);
});
