import { accept, type Result, refuse } from "@assay/primitives/result";
import { type PatternError, type PatternNode, parsePattern } from "./pattern-syntax.ts";

/** A regular expression that no text can make slow: it is matched by states, never by going back (Thompson 1968). */
export interface LinearPattern {
  /** Whether it is found anywhere in the text; undefined when the text is too long to look through. */
  isIn(text: string): boolean | undefined;
  /** Whether it is the whole text. */
  isAllOf(text: string): boolean | undefined;
}

type Instruction =
  | { readonly op: "take"; readonly accepts: (codePoint: number, character: string) => boolean; next: number }
  | { readonly op: "fork"; next: number; other: number }
  | { readonly op: "edge"; readonly edge: "start" | "end" | "word" | "no-word"; next: number }
  | { readonly op: "match" };

const MAX_STATES = 1_000;
const MAX_PATTERN = 500;
/** Looks at one state for one character; some tens of milliseconds. */
const MAX_LOOKS = 5_000_000;

export function createLinearPattern(text: string): Result<LinearPattern, PatternError> {
  if (text.length > MAX_PATTERN) return bad(`a pattern has at most ${MAX_PATTERN} characters`);
  const parsed = parsePattern(text);
  if (!parsed.ok) return parsed;
  const program: Instruction[] = [];
  if (!compile(parsed.value, program)) return bad("the pattern repeats too much");
  program.push({ op: "match" });
  return accept({
    isIn: (subject) => run(program, subject, { anchored: false }),
    isAllOf: (subject) => run(program, subject, { anchored: true }),
  });
}

function bad(message: string) {
  return refuse({ code: "BAD_PATTERN" as const, message });
}

/** Adds what matches `node` and goes on behind it; false when it becomes too large. */
function compile(node: PatternNode, program: Instruction[]): boolean {
  if (program.length >= MAX_STATES) return false;
  switch (node.kind) {
    case "character":
      program.push({ op: "take", accepts: acceptor(node.set), next: program.length + 1 });
      return true;
    case "edge":
      program.push({ op: "edge", edge: node.edge, next: program.length + 1 });
      return true;
    case "sequence":
      return node.parts.every((part) => compile(part, program));
    case "choice":
      return compileChoice(node.parts, program);
    case "repeat":
      return compileRepeat(node, program);
  }
}

function compileChoice(parts: readonly PatternNode[], program: Instruction[]): boolean {
  const ends: { next: number }[] = [];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const fork = { op: "fork" as const, next: program.length + 1, other: -1 };
    if (!isLast) program.push(fork);
    if (!compile(part, program)) return false;
    if (isLast) break;
    // Jumps behind the last part, whose place is not known yet.
    const end = { op: "fork" as const, next: -1, other: -1 };
    ends.push(end);
    program.push(end);
    fork.other = program.length;
  }
  for (const end of ends) end.next = program.length;
  return true;
}

function compileRepeat(node: Extract<PatternNode, { kind: "repeat" }>, program: Instruction[]): boolean {
  for (let count = 0; count < node.min; count += 1) if (!compile(node.part, program)) return false;
  if (node.max === Number.POSITIVE_INFINITY) {
    const fork = { op: "fork" as const, next: program.length + 1, other: -1 };
    const start = program.push(fork) - 1;
    if (!compile(node.part, program)) return false;
    program.push({ op: "fork", next: start, other: -1 });
    fork.other = program.length;
    return true;
  }
  const forks: { other: number }[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    const fork = { op: "fork" as const, next: program.length + 1, other: -1 };
    forks.push(fork);
    program.push(fork);
    if (!compile(node.part, program)) return false;
  }
  for (const fork of forks) fork.other = program.length;
  return true;
}

/** A class is one character for the engine, so its own regular expression has nothing to go back over. */
function acceptor(set: string): (codePoint: number, character: string) => boolean {
  const pattern = new RegExp(`^${set}$`, "u");
  const known = Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
  return (codePoint, character) => (codePoint < 128 ? known[codePoint] === 1 : pattern.test(character));
}

function run(program: readonly Instruction[], text: string, { anchored }: { anchored: boolean }): boolean | undefined {
  let looks = 0;
  let current = new States(program);
  let next = new States(program);
  for (let index = 0; index <= text.length; ) {
    if (index === 0 || !anchored) current.add(0, text, index);
    if (current.matches && (!anchored || index === text.length)) return true;
    if (index === text.length) return false;
    const codePoint = text.codePointAt(index)!;
    const character = String.fromCodePoint(codePoint);
    for (const state of current.takers) {
      const instruction = program[state]!;
      if (instruction.op === "take" && instruction.accepts(codePoint, character))
        next.add(instruction.next, text, index + character.length);
    }
    looks += current.takers.length + 1;
    if (looks > MAX_LOOKS) return undefined;
    [current, next] = [next, current];
    next.clear();
    index += character.length;
  }
  return false;
}

/** The states that are open at one place of the text. */
class States {
  readonly takers: number[] = [];
  matches = false;
  readonly #program: readonly Instruction[];
  readonly #seen = new Set<number>();

  constructor(program: readonly Instruction[]) {
    this.#program = program;
  }

  clear(): void {
    this.takers.length = 0;
    this.#seen.clear();
    this.matches = false;
  }

  /** Opens a state and all that it leads to without taking a character. */
  add(first: number, text: string, index: number): void {
    const open = [first];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (state < 0 || this.#seen.has(state)) continue;
      this.#seen.add(state);
      const instruction = this.#program[state]!;
      if (instruction.op === "match") this.matches = true;
      else if (instruction.op === "take") this.takers.push(state);
      else if (instruction.op === "fork") open.push(instruction.other, instruction.next);
      else if (isAtEdge(instruction.edge, text, index)) open.push(instruction.next);
    }
  }
}

function isAtEdge(edge: "start" | "end" | "word" | "no-word", text: string, index: number): boolean {
  if (edge === "start") return index === 0;
  if (edge === "end") return index === text.length;
  const isBetween = isWord(text[index - 1]) !== isWord(text[index]);
  return isBetween === (edge === "word");
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character);
}
