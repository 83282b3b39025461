import type { Blockquote } from "mdast";
import { sourceOf } from "./markdown.ts";
import type { Place } from "./problem.ts";

/** The box of a dangerous step: `> Two people. Customers can withdraw again. Undo: step \`stop\`.` Texts are Markdown. */
export interface Caution {
  /** How many must sign, as the author says it: `Two people`. */
  readonly people: string;
  /** What the step changes. */
  readonly effect: string;
  /** How back; empty when the box does not say. */
  readonly undo: string;
  readonly line: number;
}

const OPENING = /^\[!CAUTION\]\s*/;
const UNDO = /\bUndo:\s*/;

/** Reads the box into what it tells: the first sentence, the rest, and what follows `Undo:`. */
export function parseCaution(source: string, box: Blockquote, { line }: Place): Caution {
  const text = sourceOf(source, [box])
    .replaceAll(/^\s*>[ \t]?/gm, "")
    .trim()
    .replace(OPENING, "");
  const [before = "", ...after] = text.split(UNDO);
  const [people = "", ...effect] = flat(before).split(/(?<=[.:])\s+/);
  return {
    people: people.replace(/[.:]$/, ""),
    effect: effect.join(" "),
    undo: flat(after.join("Undo: ")),
    line,
  };
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
