#!/usr/bin/env node
/** `tabkms`: a table of subcommands, each in a file of its own that is loaded when it is asked for. */

import { readFileSync } from "node:fs";
import { StoreError } from "../errors.ts";
import { type Command, columns, Failure, helpOf, readLine, UsageError } from "./command.ts";
import { EndpointError } from "./endpoint/endpoint.ts";
import { SeedError } from "./seed/shape.ts";

type Load = () => Promise<{ readonly command: Command }>;

const COMMANDS: Readonly<Record<string, Load>> = {
  serve: () => import("./commands/serve.ts"),
  credentials: () => import("./commands/credentials.ts"),
  encrypt: () => import("./commands/encrypt.ts"),
  decrypt: () => import("./commands/decrypt.ts"),
  inspect: () => import("./commands/inspect.ts"),
  import: () => import("./commands/import.ts"),
};

process.exitCode = await main(process.argv.slice(2));

async function main([first, ...rest]: readonly string[]): Promise<number> {
  try {
    if (first === "--version" || first === "-v") return say(version());
    if (first === undefined || first === "--help" || first === "-h" || first === "help")
      return say(await overview());
    if (!Object.hasOwn(COMMANDS, first)) {
      const what = first.startsWith("-") ? "option" : "command";
      throw new UsageError(`tabkms has no ${what} ${JSON.stringify(first)}.`);
    }
    const { command } = await (COMMANDS[first] as Load)();
    if (rest.includes("--help") || rest.includes("-h")) return say(helpOf(command));
    return await command.run(readLine(command, rest));
  } catch (thrown) {
    return report(thrown, first);
  }
}

function say(text: string): number {
  process.stdout.write(`${text.trimEnd()}\n`);
  return 0;
}

/** A sentence for what is known, a stack for what is a defect. */
function report(thrown: unknown, command: string | undefined): number {
  if (thrown instanceof UsageError) {
    const known = command !== undefined && Object.hasOwn(COMMANDS, command);
    process.stderr.write(
      `tabkms: ${thrown.message}\ntabkms${known ? ` ${command}` : ""} --help tells what there is.\n`,
    );
    return 2;
  }
  if (
    thrown instanceof EndpointError ||
    thrown instanceof StoreError ||
    thrown instanceof SeedError ||
    thrown instanceof Failure
  ) {
    process.stderr.write(`tabkms: ${thrown.message}\n`);
    return thrown.name === "NoCredentialsError" ? 2 : 1;
  }
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  process.stderr.write(`tabkms: this should not have happened.\n${stack}\n`);
  return 1;
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return [
    "tabkms: a key management service on this machine, with AWS KMS's API.",
    columns(commands.map(({ command: { name, summary } }) => [name, summary])),
    "tabkms COMMAND --help tells a command's options, tabkms --version the version.",
  ].join("\n\n");
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
