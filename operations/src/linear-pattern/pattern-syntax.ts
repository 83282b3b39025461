import { accept, type Result, refuse } from "@assay/primitives/result";

/** What a pattern says. Lazy and greedy repetition are the same here: only whether it matches is asked. */
export type PatternNode =
  | { readonly kind: "character"; readonly set: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly min: number; readonly max: number }
  | { readonly kind: "edge"; readonly edge: "start" | "end" | "word" | "no-word" };

export interface PatternError {
  readonly code: "BAD_PATTERN";
  readonly message: string;
}

const MAX_REPEAT = 200;
const QUANTIFIER = /^(?:[*+?]|\{(\d{1,4})(,(\d{0,4}))?\})\??/;
const ESCAPE =
  /^\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[\w=]{1,40}\}|[dDwWsSnrtfv]|[^\w\s])/u;
const CLASS = /^\[(?:\\.|[^\]\\])+\]/u;

class Unreadable extends Error {}

/**
 * Reads a regular expression of the part that can be matched in linear time: characters, classes, groups, alternation,
 * repetition and edges. Look-around and back-references are refused.
 */
export function parsePattern(text: string): Result<PatternNode, PatternError> {
  try {
    const [node, rest] = readChoice(text, 0);
    if (rest !== "") throw new Unreadable("a `)` closes nothing");
    return accept(node);
  } catch (error) {
    if (error instanceof Unreadable) return refuse({ code: "BAD_PATTERN", message: error.message });
    throw error;
  }
}

type Read = readonly [node: PatternNode, rest: string];

const MAX_DEPTH = 20;

function readChoice(text: string, depth: number): Read {
  if (depth > MAX_DEPTH) throw new Unreadable("groups are nested too deep");
  const parts: PatternNode[] = [];
  for (let rest = text; ; rest = rest.slice(1)) {
    const [part, after] = readSequence(rest, depth);
    parts.push(part);
    rest = after;
    if (!rest.startsWith("|")) return [parts.length === 1 ? part : { kind: "choice", parts }, rest];
  }
}

function readSequence(text: string, depth: number): Read {
  const parts: PatternNode[] = [];
  let rest = text;
  while (rest !== "" && !rest.startsWith("|") && !rest.startsWith(")")) {
    const [atom, after] = readAtom(rest, depth);
    const quantifier = QUANTIFIER.exec(after);
    parts.push(quantifier === null ? atom : repeated(atom, quantifier));
    rest = after.slice(quantifier?.[0].length ?? 0);
    if (quantifier !== null && /^[*+?{]/.test(rest)) throw new Unreadable("a repetition stands twice");
  }
  return [{ kind: "sequence", parts }, rest];
}

function repeated(part: PatternNode, [text, least, comma, most]: RegExpExecArray): PatternNode {
  if (part.kind === "edge") throw new Unreadable("an edge is not repeated");
  if (text.startsWith("*")) return { kind: "repeat", part, min: 0, max: Number.POSITIVE_INFINITY };
  if (text.startsWith("+")) return { kind: "repeat", part, min: 1, max: Number.POSITIVE_INFINITY };
  if (text.startsWith("?")) return { kind: "repeat", part, min: 0, max: 1 };
  const min = Number(least);
  const max = comma === undefined ? min : most ? Number(most) : Number.POSITIVE_INFINITY;
  if (min > MAX_REPEAT || (Number.isFinite(max) && max > MAX_REPEAT))
    throw new Unreadable(`a part is repeated at most ${MAX_REPEAT} times`);
  if (max < min) throw new Unreadable("a repetition ends before it begins");
  return { kind: "repeat", part, min, max };
}

function readAtom(text: string, depth: number): Read {
  if (text.startsWith("(")) return readGroup(text, depth);
  if (text.startsWith("^")) return [{ kind: "edge", edge: "start" }, text.slice(1)];
  if (text.startsWith("$")) return [{ kind: "edge", edge: "end" }, text.slice(1)];
  if (text.startsWith("\\b")) return [{ kind: "edge", edge: "word" }, text.slice(2)];
  if (text.startsWith("\\B")) return [{ kind: "edge", edge: "no-word" }, text.slice(2)];
  if (/^[*+?{}\]]/.test(text)) throw new Unreadable(`\`${text[0]}\` has nothing to repeat or close; escape it`);
  if (text.startsWith("[")) return character(CLASS.exec(text)?.[0], text, "a class is never closed");
  if (text.startsWith("\\"))
    return character(ESCAPE.exec(text)?.[0], text, `\`${text.slice(0, 2)}\` cannot be matched in linear time`);
  return character(String.fromCodePoint(text.codePointAt(0)!), text, "");
}

function readGroup(text: string, depth: number): Read {
  const plain = text.startsWith("(?:");
  if (text.startsWith("(?") && !plain) throw new Unreadable("look-around and named groups are not matched here");
  const [inner, rest] = readChoice(text.slice(plain ? 3 : 1), depth + 1);
  if (!rest.startsWith(")")) throw new Unreadable("a group is never closed");
  return [inner, rest.slice(1)];
}

function character(set: string | undefined, text: string, problem: string): Read {
  if (set === undefined) throw new Unreadable(problem);
  try {
    new RegExp(`^${set}$`, "u");
  } catch {
    throw new Unreadable(`\`${set}\` is no character`);
  }
  return [{ kind: "character", set }, text.slice(set.length)];
}
