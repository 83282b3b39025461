import { parseMarkdown } from "../document/markdown.ts";
import type { Place } from "../document/problem.ts";
import { readYaml } from "../document/read-yaml.ts";
import type { ParameterDeclaration } from "../document/runbook.ts";
import { patternOf } from "../expect/matcher.ts";
import type { LintInput } from "./lint-context.ts";

/** Alerts, faults and covered ids that the header claims must exist; parameters must make sense. */
export function lintHeader(input: LintInput): void {
  const { runbook, context, problems } = input;
  const { manifest, coverageIds, faults } = context;
  const place = headerPlaces(input.text);
  runbook.alerts.forEach((alert, index) => {
    const real = manifest.alertRules.some((rule) => `${manifest.system}.${rule.name}` === alert);
    if (!real) problems.add("alert-exists", place(["alerts", index]), `no alert rule is named ${alert}`);
  });
  const fault = runbook.drill?.fault;
  if (fault !== undefined && faults && !faults.has(fault))
    problems.add("fault-exists", place(["drill", "fault"]), `no fault is named ${fault}`);
  runbook.covers.forEach((id, index) => {
    if (coverageIds && !coverageIds.has(id))
      problems.add("covers-exists", place(["covers", index]), `the specification has no line ${id}`);
  });
  for (const [name, declaration] of Object.entries(runbook.params)) {
    const message = parameterProblem(declaration);
    if (message !== undefined) problems.add("parameter", place(["params", name]), `${name}: ${message}`);
  }
}

function parameterProblem({ type, choices, pattern, default: value }: ParameterDeclaration): string | undefined {
  if ((type === "choice") !== (choices !== undefined)) return "`choices` belongs to the type choice";
  if (pattern !== undefined && type !== "string") return "`pattern` belongs to the type string";
  if (pattern !== undefined && patternOf(pattern) === undefined)
    return "`pattern` is no regular expression that is matched in linear time";
  if (value === undefined) return undefined;
  const expected = type === "integer" ? "number" : type === "boolean" ? "boolean" : "string";
  if (typeof value !== expected) return `its default is no ${type}`;
  return type === "choice" && !choices?.includes(String(value)) ? "its default is none of its choices" : undefined;
}

/** Looks up where in the file a part of the front matter stands. */
function headerPlaces(text: string): (path: readonly (string | number)[]) => Place {
  const first = parseMarkdown(text).children[0];
  const yaml = first?.type === "yaml" ? readYaml(first.value, 2) : undefined;
  return (path) => (yaml?.ok ? yaml.value.placeOf(path) : { line: 1, column: 1 });
}
