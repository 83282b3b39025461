import { Failure } from "@assay/primitives/failure";
import { ConfigurationError } from "../config/config.ts";
import type { CommandContext } from "./command-context.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { formatHelp } from "./format-help.ts";
import { type OptionShape, type Parsed, parseArguments, UsageError } from "./parse-arguments.ts";

/** One command as a dispatcher sees it. `args` is what stands behind its name. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  run(context: CommandContext, args: readonly string[]): Promise<ExitCode>;
}

export interface CommandDefinition<Shape extends OptionShape> {
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name, such as `<system> [path]`. */
  readonly usage?: string;
  /** What it does and when one wants it, in a few lines. */
  readonly details: string;
  /** Lines to copy, each with what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly options?: Shape;
  /** How many words it takes besides options; default none. */
  readonly words?: { readonly min: number; readonly max: number };
  /** What its exit codes mean beyond the common ones. */
  readonly exits?: Readonly<Record<number, string>>;
  run(context: CommandContext, input: Parsed<Shape>): Promise<ExitCode | undefined>;
}

/** A command that parses its own arguments, answers `--help` and returns 0 unless it says otherwise. */
export function defineCommand<const Shape extends OptionShape = Record<never, never>>(
  definition: CommandDefinition<Shape>,
): Command {
  return {
    summary: definition.summary,
    run: async (context, args) => {
      if (asksForHelp(args)) {
        context.terminal.print(formatHelp(definition, context.terminal));
        return EXIT.ok;
      }
      const input = parseArguments(args, definition.options ?? ({} as Shape), definition.words);
      return (await definition.run(context, input)) ?? EXIT.ok;
    },
  };
}

/** A command with commands of its own: `assay audit verify`. */
export function defineCommandGroup(definition: {
  readonly name: string;
  readonly summary: string;
  readonly details: string;
  readonly commands: Readonly<Record<string, Command>>;
}): Command {
  const { name, summary, commands } = definition;
  return {
    summary,
    run: async (context, [word, ...rest]) => {
      if (word === undefined || word === "--help" || word === "-h" || word === "help") {
        context.terminal.print(formatGroupHelp(definition, context));
        return word === undefined ? EXIT.usage : EXIT.ok;
      }
      const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
      if (command === undefined) throw new UsageError(unknownWord(`${name} `, word, Object.keys(commands)));
      return await command.run(context, rest);
    },
  };
}

/** Runs a command and turns whatever it throws into one sentence and an exit code. */
export async function runCommand(
  command: Command,
  context: CommandContext,
  args: readonly string[],
): Promise<ExitCode> {
  try {
    return await command.run(context, args);
  } catch (error) {
    const { code, sentence, exit } = explain(error, context);
    if (context.terminal.isJson) context.terminal.printError(JSON.stringify({ error: { code, detail: sentence } }));
    else if (sentence !== "") context.terminal.printError(context.terminal.style("bad", sentence));
    return exit;
  }
}

/** "no command X" with the nearest known word, if one is near. */
export function unknownWord(prefix: string, word: string, known: readonly string[]): string {
  const near = known.find(
    (candidate) => candidate.startsWith(word) || word.startsWith(candidate) || isOneEditAway(candidate, word),
  );
  return `there is no "${prefix}${word}"${near === undefined ? "" : `; did you mean "${prefix}${near}"?`}`;
}

const UNREACHABLE = new Set(["SUPERVISOR_NOT_RUNNING", "HTTP_UNREACHABLE", "HTTP_TIMEOUT", "DATABASE_UNAVAILABLE"]);

function explain(error: unknown, context: CommandContext): { code: string; sentence: string; exit: ExitCode } {
  if (context.signal.aborted) return { code: "INTERRUPTED", sentence: "", exit: EXIT.interrupted };
  if (error instanceof UsageError) {
    return { code: "USAGE", sentence: `${error.message}\nTry --help.`, exit: EXIT.usage };
  }
  if (error instanceof ConfigurationError) {
    return { code: "CONFIGURATION", sentence: error.message, exit: EXIT.configuration };
  }
  if (error instanceof Failure) {
    const exit = UNREACHABLE.has(error.code) ? EXIT.unreachable : EXIT.failed;
    return { code: error.code, sentence: failureSentence(error), exit };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "BUG", sentence: `This is a bug in assay:\n${stack}`, exit: EXIT.failed };
}

function failureSentence(failure: Failure): string {
  if (failure.code === "SUPERVISOR_NOT_RUNNING") return 'Assay is not running here; start it with "npm start".';
  const { reason } = failure.details;
  const cause = failure.cause instanceof Error ? failure.cause.message : undefined;
  return `${String(reason ?? cause ?? "it failed")} (${failure.code})`;
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === "--help" || arg === "-h");
}

function formatGroupHelp(
  { name, details, commands }: { name: string; details: string; commands: Readonly<Record<string, Command>> },
  { terminal }: CommandContext,
): string {
  const width = Math.max(...Object.keys(commands).map((word) => word.length));
  const lines = Object.entries(commands).map(([word, { summary }]) => `  ${word.padEnd(width)}  ${summary}`);
  const title = terminal.style("strong", `assay ${name} <command>`);
  return `${title}\n\n${details}\n\n${terminal.style("quiet", "Commands")}\n${lines.join("\n")}\n\nassay ${name} <command> --help tells more.`;
}

function isOneEditAway(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 1) return false;
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  let index = 0;
  while (index < short.length && short[index] === long[index]) index += 1;
  const skip = short.length === long.length ? 1 : 0;
  return short.slice(index + skip) === long.slice(index + 1) || isSwapped(short, long, index);
}

function isSwapped(left: string, right: string, index: number): boolean {
  return (
    left.length === right.length &&
    left[index] === right[index + 1] &&
    left[index + 1] === right[index] &&
    left.slice(index + 2) === right.slice(index + 2)
  );
}
