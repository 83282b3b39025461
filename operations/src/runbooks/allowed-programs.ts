import type { Effect } from "../manifest/manifest.ts";

export interface AllowedCommand {
  readonly words: readonly string[];
  readonly effect: Exclude<Effect, "danger">;
}

/**
 * The programs a runbook may start, by the words they begin with. Longer entries win. What needs a session, follows a
 * log or needs a terminal is left out: a step ends by itself, and speaks for a person only through requests and actions.
 */
export const ALLOWED_COMMANDS: readonly AllowedCommand[] = [
  ...reading("ps", "logs", "sql", "doctor"),
  ...writing("start", "stop", "restart", "scale", "backup swap"),
];

/** Words that make a command wait for ever or for a person. */
const ENDLESS = ["-f", "--follow", "--watch", "--interactive", "-i"];

/** The entry a command falls under; undefined when no runbook may start it. */
export function allowedCommand(words: readonly string[]): AllowedCommand | undefined {
  return ALLOWED_COMMANDS.filter((command) => command.words.every((word, index) => words[index] === word)).sort(
    (left, right) => right.words.length - left.words.length,
  )[0];
}

/** The word that would keep a command from ending, if any. */
export function endlessWord(words: readonly string[]): string | undefined {
  return words.find((word) => ENDLESS.includes(word));
}

function reading(...commands: string[]): AllowedCommand[] {
  return commands.map((command) => ({ words: ["assay", ...command.split(" ")], effect: "read" }));
}

function writing(...commands: string[]): AllowedCommand[] {
  return commands.map((command) => ({ words: ["assay", ...command.split(" ")], effect: "write" }));
}
