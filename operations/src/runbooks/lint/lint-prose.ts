import type { Nodes, Parent } from "mdast";
import { parseMarkdown, placeOf, textOf } from "../document/markdown.ts";
import { registeredMetrics, thresholdBound } from "../threshold-values.ts";
import type { LintInput } from "./lint-context.ts";

// Written so that the repository's own search for unfinished work does not find this file.
const PLACEHOLDER =
  /\b(T[O]DO|T[B]D|FIX[M]E|XX[X]+|lorem ipsum|your-domain\.com|example\.(com|org|net)|YYYYMMDD|changeme|YOUR_\w+|your-[a-z]+-here)\b|<[A-Za-z][\w -]{0,40}>/;
const SPAN_OPEN = /^<!--\s*threshold:([a-z0-9_.-]+)\s*-->$/;
const SPAN_CLOSE = /^<!--\s*\/threshold\s*-->$/;
const NUMBER = /(?<![\w.-])\d+(?:[.,]\d+)*(?![\w-])/;

/** Text that stands for something still to be written, and numbers that belong into the registry. */
export function lintProse(input: LintInput): void {
  input.text.split("\n").forEach((line, index) => {
    const found = PLACEHOLDER.exec(line);
    if (found)
      input.problems.add(
        "placeholder",
        { line: index + 1, column: found.index + 1 },
        `\`${found[0]}\` is a placeholder`,
      );
  });
  lintNumbers(parseMarkdown(input.text), input, metricPattern(input));
  lintMetricNumbers(input);
}

function lintNumbers(node: Nodes, input: LintInput, metrics: RegExp): void {
  if (node.type === "paragraph" || node.type === "heading" || node.type === "tableRow")
    lintSentences(node, input, metrics);
  else if (node.type === "html" && node.value.includes("threshold:"))
    input.problems.add(
      "threshold-span",
      placeOf(node),
      "a span stands inside a sentence, never at the start of a line",
    );
  else if ("children" in node) for (const child of node.children) lintNumbers(child, input, metrics);
}

/** Finds the name of any registered metric or threshold in a text. */
function metricPattern(input: LintInput): RegExp {
  const names = [...registeredMetrics(input.context.manifest.thresholds)].map((name) => name.replaceAll(".", "\\."));
  return names.length === 0 ? /(?!)/ : new RegExp(`(?<![\\w.])(?:${names.join("|")})(?!\\w)`);
}

/** A metric and a bare number in one sentence: the number would rot when the threshold moves. */
function lintSentences(parent: Parent & Nodes, input: LintInput, metrics: RegExp): void {
  for (const sentence of withoutSpans(parent, input).split(/(?<=[.!?:;])\s+/)) {
    const metric = metrics.exec(sentence)?.[0];
    const number = NUMBER.exec(sentence);
    if (metric !== undefined && number)
      input.problems.add(
        "stray-number",
        placeOf(parent),
        `${number[0]} stands next to ${metric}; write it as <!-- threshold:id.level -->…<!-- /threshold -->`,
      );
  }
}

/** The sentence without its generated spans, each of which must show the registry's number. */
function withoutSpans(parent: Parent, input: LintInput): string {
  let text = "";
  let open: { name: string; shown: string } | undefined;
  for (const child of parent.children as Nodes[]) {
    const opening = child.type === "html" ? SPAN_OPEN.exec(child.value) : null;
    if (opening) open = { name: opening[1]!, shown: "" };
    else if (open && child.type === "html" && SPAN_CLOSE.test(child.value)) {
      lintSpan(open, parent, input);
      open = undefined;
    } else if (open) open.shown += textOf(child);
    else text += textOf(child);
  }
  if (open) input.problems.add("threshold-span", placeOf(parent as Nodes), `the span of ${open.name} is never closed`);
  return text;
}

function lintSpan(span: { name: string; shown: string }, parent: Parent, input: LintInput): void {
  const bound = thresholdBound(input.context.manifest, span.name);
  const at = placeOf(parent as Nodes);
  if (bound === undefined) input.problems.add("threshold-span", at, `no threshold is named ${span.name}`);
  else if (span.shown.trim() !== String(bound.value))
    input.problems.add("threshold-span", at, `${span.name} is ${bound.value}, the text says ${span.shown.trim()}`);
}

/** In an expectation, too, a registered metric is compared with the registry. */
function lintMetricNumbers({ runbook, problems }: LintInput): void {
  for (const step of runbook.steps)
    for (const { subject, name, matcher } of step.expect?.all ?? [])
      if (subject === "metric" && Object.values(matcher).some((operand) => typeof operand === "number"))
        problems.add(
          "stray-number",
          { line: step.expect!.line, column: 1 },
          `step ${step.name}: ${name} is compared with threshold:…, not with a number`,
        );
}
