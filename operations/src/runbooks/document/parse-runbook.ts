import { sha256Hex } from "@assay/primitives/hash";
import type { Heading, RootContent } from "mdast";
import { parseFrontMatter } from "./front-matter.ts";
import { parseMarkdown, placeOf, textOf } from "./markdown.ts";
import { parseStep, type Section } from "./parse-step.ts";
import { Problems } from "./problem.ts";
import type { ParsedRunbook, Step } from "./runbook.ts";

const MAX_STEPS = 60;
const MAX_CHARACTERS = 100_000;

/**
 * Reads a runbook: GitHub Markdown with front matter, in which a heading of level two or three opens a section, and a
 * section with an executable block or a task list is a step (operations.md §7). Reports every problem of its grammar.
 */
export function parseRunbook(text: string): ParsedRunbook {
  const problems = new Problems();
  const start = { line: 1, column: 1 };
  if (text.length > MAX_CHARACTERS) {
    problems.add("size", start, `a runbook has at most ${MAX_CHARACTERS} characters`);
    return { problems: problems.list() };
  }
  const [first, ...body] = parseMarkdown(text).children;
  if (first?.type !== "yaml") {
    problems.add("front-matter", start, "a runbook begins with front matter between `---` lines");
    return { problems: problems.list() };
  }
  const header = parseFrontMatter(first.value, 2, problems);
  const steps = parseSteps(text, body, problems);
  if (header === undefined) return { problems: problems.list() };
  return { runbook: { ...header, steps, sha256: sha256Hex(text) }, problems: problems.list() };
}

function parseSteps(text: string, body: readonly RootContent[], problems: Problems): Step[] {
  const steps: Step[] = [];
  for (const section of sectionsOf(body, problems)) {
    const step = parseStep({ section, source: text, index: steps.length, problems });
    if (step !== undefined) steps.push(step);
  }
  if (steps.length === 0) problems.add("steps", { line: 1, column: 1 }, "a runbook has at least one step");
  if (steps.length > MAX_STEPS)
    problems.add("steps", { line: 1, column: 1 }, `a runbook has at most ${MAX_STEPS} steps`);
  const names = new Set<string>();
  for (const step of steps) {
    if (names.has(step.name))
      problems.add("unique-name", { line: step.line, column: 1 }, `two steps are named \`${step.name}\``);
    names.add(step.name);
  }
  return steps;
}

function sectionsOf(body: readonly RootContent[], problems: Problems): Section[] {
  const sections: Section[] = [];
  for (const node of body) {
    const current = sections.at(-1);
    if (node.type === "heading" && (node.depth === 2 || node.depth === 3)) sections.push(openSection(node));
    else if (current !== undefined) current.content.push(node);
    else if (node.type === "code")
      problems.add("block-place", placeOf(node), "a block stands under the heading of its step");
  }
  return sections;
}

function openSection(heading: Heading): Section {
  const title = textOf(heading)
    .replace(/^\d+[.)]\s+/, "")
    .trim();
  return { title, heading, content: [] };
}
