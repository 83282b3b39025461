import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { printable } from "@assay/platform/command-line/terminal";
import type { LogLine } from "@assay/platform/supervisor/log-file";
import { followLogs, type LogQuery, listLogs, queryLogs } from "@assay/platform/supervisor/query-logs";
import { toInstant } from "@assay/primitives/instant";
import { parseDuration } from "../format.ts";
import { describeStateFolder } from "../stack/state-folder.ts";

export const command = defineCommand({
  name: "logs",
  usage: "[process|group …]",
  summary: "search and follow what processes print",
  details: `Shows the newest lines of processes, oldest first. The logs are files, so this also works when nothing runs any more.
With --error it shows what went to standard error, which is where our services put warnings and errors.`,
  examples: [
    ["assay logs coinhubx-backend --error --since 15m", "what went wrong in the last quarter of an hour"],
    ["assay logs coinhubx --grep RECONCILIATION_MISMATCH", "a word in all processes of a system"],
    ["assay logs -f", "follow everything"],
  ],
  options: {
    since: { kind: "text", value: "AGE|TIME", summary: "not older than 90s, 15m, 2h, 1d or a time in RFC 3339" },
    grep: { kind: "text", value: "PATTERN", summary: "only lines that match this regular expression" },
    error: { kind: "flag", summary: "only what went to standard error" },
    follow: { kind: "flag", short: "f", summary: "go on with new lines until Ctrl-C" },
    lines: { kind: "integer", short: "n", value: "N", min: 1, max: 100_000, summary: "at most this many lines (200)" },
    raw: { kind: "flag", summary: "print lines as the process wrote them" },
  },
  words: { min: 0, max: 50 },
  run: async (context, { options, words }) => {
    const { terminal, clock, signal } = context;
    const directory = describeStateFolder(context.stateDirectory).logs;
    const names = matchLogs(await listLogs(directory), words);
    const pattern = options.grep === undefined ? undefined : toPattern(options.grep);
    const since = options.since === undefined ? undefined : toTime(options.since, clock.now());
    const query: Omit<LogQuery, "limit"> = {
      directory,
      names,
      errorsOnly: options.error,
      ...(pattern === undefined ? {} : { pattern }),
      ...(since === undefined ? {} : { since: toInstant(since) }),
    };
    const width = Math.max(0, ...names.map((name) => name.length));
    const show = (line: LogLine) => printLine(context, line, { isRaw: options.raw, width });
    const found = await queryLogs({ ...query, limit: options.lines ?? 200 });
    if (terminal.isJson && !options.follow) terminal.printJson(found);
    else found.forEach(show);
    if (options.follow) for await (const line of followLogs(query, { clock, signal })) show(line);
    return undefined;
  },
});

/** Also replicas (`coinhubx-backend-2`) and short names (`backend`). */
function matchLogs(known: readonly string[], words: readonly string[]): string[] {
  if (words.length === 0 || words.includes("all")) return [...known];
  return [...new Set(words.flatMap((word) => matchOne(known, word)))];
}

function matchOne(known: readonly string[], word: string): string[] {
  if (known.includes(word)) return [word];
  const matching = known.filter((name) => name.startsWith(`${word}-`) || name.endsWith(`-${word}`));
  if (matching.length > 0) return matching;
  throw new UsageError(
    `there are no logs of "${word}"${known.length === 0 ? "" : `; there are those of ${known.join(", ")}`}`,
  );
}

function toPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new UsageError(`"${text}" is not a regular expression`);
  }
}

function toTime(text: string, now: number): number {
  const age = parseDuration(text);
  const time = age === undefined ? Date.parse(text) : now - age;
  if (Number.isFinite(time)) return time;
  throw new UsageError(`--since is an age such as 90s, 15m, 2h, 1d or a time in RFC 3339, not "${text}"`);
}

function printLine(
  { terminal }: CommandContext,
  line: LogLine,
  { isRaw, width }: { isRaw: boolean; width: number },
): void {
  if (isRaw || terminal.isJson) {
    terminal.print(isRaw ? line.text : JSON.stringify(line));
    return;
  }
  const source = terminal.style("quiet", `${line.at} ${line.process.padEnd(width)}`);
  const text = printable(readable(line.text));
  terminal.print(`${source} ${line.stream === "stderr" ? terminal.style("bad", text) : text}`);
}

/** A JSON line of our own services as a sentence with its fields behind it; `--raw` has the stack traces. */
function readable(text: string): string {
  try {
    const { level, message, ...fields } = JSON.parse(text) as Record<string, unknown>;
    if (typeof message !== "string") return text;
    const rest = Object.entries(fields).filter(([name]) => !HIDDEN_FIELDS.has(name));
    return [String(level), message, ...rest.map(([name, value]) => `${name}=${fieldText(value)}`)].join(" ");
  } catch {
    return text;
  }
}

/** They stand before the line already. */
const HIDDEN_FIELDS = new Set(["time", "service", "pid"]);

function fieldText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { message, stack, details } = value as { message?: unknown; stack?: unknown; details?: unknown };
  if (stack === undefined) return JSON.stringify(value);
  return `${message}${details === undefined ? "" : ` ${JSON.stringify(details)}`}`;
}
