import { parseRunbook } from "../document/parse-runbook.ts";
import { type Problem, Problems } from "../document/problem.ts";
import type { Runbook } from "../document/runbook.ts";
import type { LintContext } from "./lint-context.ts";
import { lintHeader } from "./lint-header.ts";
import { lintProse } from "./lint-prose.ts";
import { lintReferences } from "./lint-references.ts";
import { lintSteps } from "./lint-step.ts";

export interface LintedRunbook {
  readonly runbook?: Runbook;
  readonly problems: readonly Problem[];
}

/** Everything that can be said about one runbook without running it. */
export function lintRunbook(text: string, context: LintContext): LintedRunbook {
  const parsed = parseRunbook(text);
  if (parsed.runbook === undefined) return { problems: parsed.problems };
  const problems = new Problems();
  const input = { runbook: parsed.runbook, text, context, problems };
  lintHeader(input);
  lintReferences(input);
  lintSteps(input);
  lintProse(input);
  const all = [...parsed.problems, ...problems.list()];
  return { runbook: parsed.runbook, problems: all.sort((left, right) => left.line - right.line) };
}
