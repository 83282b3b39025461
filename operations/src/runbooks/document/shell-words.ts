import { accept, type Result, refuse } from "@assay/primitives/result";

/** What only a shell would give a meaning to. There is no shell, so the reader must not think there is. */
const SHELL_SYNTAX = /[|&;<>()`\n\r*?~#!\\]|\$(?=[A-Za-z_{(])/;

/**
 * Splits one command line into its argument vector: words apart by spaces, single or double quotes keep spaces.
 * Nothing is expanded. Text between quotes is taken as it stands.
 */
export function splitWords(line: string): Result<readonly string[], { code: "BAD_COMMAND"; message: string }> {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (const character of line) {
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === " ") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (SHELL_SYNTAX.test(character) || character === "$") {
      return badCommand(`\`${character}\` means something to a shell, and there is none; quote it or use another step`);
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) return badCommand(`a ${quote} is never closed`);
  if (word !== undefined) words.push(word);
  return words.length === 0 ? badCommand("the block is empty") : accept(words);
}

/** Writes an argument vector as a line to paste into a shell: the same words come out of it. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

function badCommand(message: string) {
  return refuse({ code: "BAD_COMMAND" as const, message });
}
