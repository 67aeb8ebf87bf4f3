/** What a subcommand is, and how its line is read. */

import { parseArgs } from "node:util";

export interface Option {
  /** What stands for its value in the help; without one it is a switch. */
  readonly value?: string;
  /** It may be given several times. */
  readonly multiple?: boolean;
  /** One sentence for the help. */
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** A line for the list of commands. */
  readonly summary: string;
  /** What stands behind the options: `FILE`. Without it nothing may. */
  readonly operands?: string;
  /** By name, without the dashes. */
  readonly options: Readonly<Record<string, Option>>;
  /** Paragraphs at the end of the help. */
  readonly notes?: string;
  /** Returns the exit code. */
  run(line: CommandLine): Promise<number>;
}

/** What was given. */
export interface CommandLine {
  readonly operands: readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The value of an option, if it was given. */
  value(name: string): string | undefined;
  /** The values of an option that may be given several times. */
  values(name: string): readonly string[];
}

/** The line cannot be read: exit code 2. */
export class UsageError extends Error {}

/** What was asked cannot be done, and the message says why: exit code 1. */
export class Failure extends Error {}

export function readLine(command: Command, args: readonly string[]): CommandLine {
  const { name, options, operands: wanted } = command;
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([option, { value }]) => [
        option,
        { type: value === undefined ? "boolean" : "string" } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (!wanted) throw new UsageError(`${name} takes no ${JSON.stringify(token.value)}.`);
      operands.push(token.value);
    } else if (token.kind === "option") {
      const { rawName, value, inlineValue } = token;
      const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
      if (!option) throw new UsageError(`${name} has no option ${rawName}.`);
      if (option.value === undefined && value !== undefined)
        throw new UsageError(`${rawName} takes no value.`);
      if (option.value !== undefined && isMissing(value, inlineValue))
        throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}.`);
      const before = given.get(token.name);
      if (before && !option.multiple) throw new UsageError(`${rawName} may be given only once.`);
      given.set(token.name, [...(before ?? []), value ?? ""]);
    }
  }
  return {
    operands,
    has: (option) => given.has(option),
    value: (option) => given.get(option)?.[0],
    values: (option) => given.get(option) ?? [],
  };
}

/** `--port --memory` forgot the port. */
function isMissing(value: string | undefined, isInline: boolean | undefined): boolean {
  return value === undefined || value === "" || (!isInline && /^--?[a-z]/.test(value));
}

export function helpOf({ name, summary, operands = "", options, notes }: Command): string {
  const rows = Object.entries(options).map(([option, { value, help }]) => [
    value === undefined ? `--${option}` : `--${option} ${value}`,
    help,
  ]);
  return [
    `tabkms ${name} [options]${operands && ` ${operands}`}: ${summary}`,
    columns([...rows, ["--help", "this text"]]),
    ...(notes ? [notes] : []),
    "",
  ]
    .join("\n\n")
    .replace(/\n\n$/, "\n");
}

/** Two columns, the second wrapped nowhere: its sentences are short. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows.map(([first = "", second = ""]) => `  ${first.padEnd(width)}  ${second}`).join("\n");
}
