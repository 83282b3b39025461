import { parsePromql } from "../../promql/parse-promql.ts";
import { fillPromql } from "../document/promql-places.ts";
import type { Step } from "../document/runbook.ts";
import type { Complain } from "./lint-step.ts";

/** A query reads, parses, and is one that the plane answers also where there is no Prometheus. */
export function lintPromql(step: Step, text: string, complain: Complain): void {
  if (step.effect !== "read") complain("promql", "a query reads; a change is an action");
  // Inside quotes a place is a text, outside a number: so it parses with any value, or with none.
  const filled = fillPromql(text, () => 1) ?? text;
  const parsed = parsePromql(filled);
  if (parsed.ok) return;
  const { code, message } = parsed.refusal;
  if (code === "PROMQL_SYNTAX") complain("promql", message);
  else
    complain("promql-beyond", `${message}; without one the step is inconclusive`, { ...atStep(step), isWarning: true });
}

function atStep({ line }: Step) {
  return { line, column: 1 };
}
