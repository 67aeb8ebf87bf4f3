/** `tabkms serve`: the endpoint as a program. */

import { resolve } from "node:path";
import { type Command, type CommandLine, UsageError } from "../command.ts";
import { defaultDataDirectory } from "../directories.ts";
import { signatures } from "../endpoint/credentials.ts";
import { type Address, createEndpoint, DEFAULT_PORT, type Endpoint } from "../endpoint/endpoint.ts";
import { type LineWriter, LOG_FORMATS, logTo } from "../endpoint/log.ts";
import { Kms } from "../index.ts";
import { readSeed } from "../seed/read.ts";
import { sow } from "../seed/sow.ts";

export const command: Command = {
  name: "serve",
  summary: "answers AWS clients over HTTP, on this machine",
  options: {
    port: { value: "PORT", help: `the port; 0 takes a free one; ${DEFAULT_PORT} by default` },
    host: {
      value: "HOST",
      help: "the address to listen at; both loopback addresses by default; others need credentials",
    },
    data: { value: "DIR", help: `the store's folder; ${defaultDataDirectory()} by default` },
    memory: { help: "keeps everything in memory: it is gone when this ends" },
    seed: {
      value: "FILE",
      help: "makes the keys, users and policies of a file in YAML or JSON; what is there stays",
    },
    account: { value: "ID", help: "the account, 12 digits; the seed file's, or 000000000000" },
    log: {
      value: "FORMAT",
      help: `a line a request on standard error: ${LOG_FORMATS.join(", ")}; pretty on a terminal, else json`,
    },
    "allow-host": {
      value: "NAME",
      multiple: true,
      help: "a name, beside localhost, that requests may come under; may be repeated",
    },
    "allow-origin": {
      value: "ORIGIN",
      multiple: true,
      help: "an origin, beside those on localhost, whose pages may ask; may be repeated",
    },
  },
  notes: `The first line on standard output is the address. Ctrl-C or SIGTERM ends it: what is under way is answered, for at
most ten seconds; a second signal ends it at once.`,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const port = portOf(line.value("port"));
  const store = storeOf(line);
  const log = logOf(line.value("log"));
  const host = line.value("host");
  const seedFile = line.value("seed");
  const seed = seedFile === undefined ? {} : await readSeed(seedFile);
  const account = line.value("account") ?? seed.Account;
  const kms = await Kms.open({ store, ...(account && { account }) });
  try {
    const { credentials } = await sow(kms, seed);
    const endpoint = createEndpoint(kms, {
      authenticator: signatures(kms, credentials),
      port,
      ...(host !== undefined && { host }),
      allowedHosts: line.values("allow-host"),
      allowedOrigins: line.values("allow-origin"),
      connections: connectionsAtMost(),
      ...(log && { log: log.write }),
    });
    const address = await endpoint.listen();
    greet(address, store);
    await untilStopped(endpoint);
    return 0;
  } finally {
    log?.flush();
    await kms.close();
  }
}

function portOf(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT;
  const port = Number(given);
  if (!/^\d+$/.test(given) || port > 65_535)
    throw new UsageError(`${JSON.stringify(given)} is no port: a number from 0 to 65535.`);
  return port;
}

type Store = "memory" | { readonly directory: string };

function storeOf(line: CommandLine): Store {
  const directory = line.value("data");
  if (!line.has("memory")) return { directory: resolve(directory ?? defaultDataDirectory()) };
  if (directory !== undefined)
    throw new UsageError("--memory keeps nothing in a folder: give it or --data, not both.");
  return "memory";
}

function logOf(given: string | undefined): LineWriter | undefined {
  const format = given ?? (process.stderr.isTTY ? "pretty" : "json");
  if (!isFormat(format))
    throw new UsageError(`${JSON.stringify(format)} is no log: ${LOG_FORMATS.join(", ")}.`);
  return format === "off" ? undefined : logTo(process.stderr, format);
}

function isFormat(format: string): format is (typeof LOG_FORMATS)[number] {
  return (LOG_FORMATS as readonly string[]).includes(format);
}

/** File handles that are left for the store, the log and what Node itself has open. */
const HANDLES = 128;

/** As many connections as this process may have files open: beyond that the store could not be written. */
function connectionsAtMost(): number {
  const { userLimits } = (process.report?.getReport() ?? {}) as {
    userLimits?: { open_files?: { soft?: number | "unlimited" } };
  };
  const files = userLimits?.open_files?.soft;
  return typeof files === "number" ? Math.max(HANDLES, files - HANDLES) : 65_536;
}

/** The address alone on the first line, for scripts; what people need below. */
function greet({ url }: Address, store: Store): void {
  // Who has read the first line may close the pipe.
  process.stdout.on("error", () => {});
  const where = store === "memory" ? "in memory, gone when this ends" : `in ${store.directory}`;
  process.stdout.write(`${url}
tabkms answers as AWS KMS there. The keys are ${where}.
  aws --endpoint-url ${url} kms list-keys
`);
}

/** Resolves once a signal has come and what was under way is answered. */
function untilStopped(endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    const stop = () => {
      if (isStopping) process.exit(130);
      isStopping = true;
      endpoint.close().then(resolve, reject);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  });
}
