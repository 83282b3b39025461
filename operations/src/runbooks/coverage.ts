import { z } from "zod";
import { type Problem, Problems } from "./document/problem.ts";
import { readYaml } from "./document/read-yaml.ts";

/** Where each line of a seed is answered, when no runbook's `covers:` says so. */
const coverageSchema = z.strictObject({
  prefix: z.string().regex(/^[A-Z]{2,3}$/),
  count: z.int().min(1).max(999),
  /** Answered by something that is not a runbook step: which. */
  elsewhere: z.record(z.string(), z.string().min(1)).default({}),
  /** Not ours: why. */
  "not-ours": z.record(z.string(), z.string().min(1)).default({}),
  /** Answered by a runbook of a later stage: which. */
  later: z.record(z.string(), z.string().min(1)).default({}),
});
export type Coverage = z.infer<typeof coverageSchema>;

export interface CoverageReport {
  readonly ids: readonly string[];
  readonly covered: readonly string[];
  readonly elsewhere: readonly string[];
  readonly notOurs: readonly string[];
  readonly later: readonly string[];
  readonly missing: readonly string[];
}

export function parseCoverage(text: string): { readonly coverage?: Coverage; readonly problems: readonly Problem[] } {
  const problems = new Problems();
  const yaml = readYaml(text, 1);
  if (!yaml.ok) problems.add("coverage", yaml.refusal.place, yaml.refusal.message);
  else {
    const parsed = coverageSchema.safeParse(yaml.value.value);
    if (parsed.success) return { coverage: parsed.data, problems: [] };
    for (const { path, message } of parsed.error.issues)
      problems.add("coverage", yaml.value.placeOf(path.filter((part) => typeof part !== "symbol")), message);
  }
  return { problems: problems.list() };
}

/** `HX-1` … `HX-101` */
export function coverageIds(coverage: Coverage): string[] {
  return Array.from({ length: coverage.count }, (_, index) => `${coverage.prefix}-${index + 1}`);
}

/** Sorts every line of the seed into one drawer; `missing` must be empty, and an id must not lie in two drawers. */
export function reportCoverage(coverage: Coverage, coveredIds: ReadonlySet<string>): CoverageReport {
  const ids = coverageIds(coverage);
  const drawers = {
    elsewhere: Object.keys(coverage.elsewhere),
    notOurs: Object.keys(coverage["not-ours"]),
    later: Object.keys(coverage.later),
  };
  const answered = new Set([...coveredIds, ...Object.values(drawers).flat()]);
  return {
    ids,
    covered: ids.filter((id) => coveredIds.has(id)),
    ...drawers,
    missing: ids.filter((id) => !answered.has(id)),
  };
}

/** What is wrong with the drawers: an unknown id, an id in two of them, an id in none. */
export function coverageProblems(report: CoverageReport): string[] {
  const known = new Set(report.ids);
  const listed = [...report.elsewhere, ...report.notOurs, ...report.later];
  return [
    ...report.missing.map((id) => `${id} is covered by no runbook and listed nowhere`),
    ...listed.filter((id) => !known.has(id)).map((id) => `${id} is no line of the seed`),
    ...listed.filter((id, index) => listed.indexOf(id) !== index).map((id) => `${id} is listed twice`),
    ...listed.filter((id) => report.covered.includes(id)).map((id) => `${id} is covered by a runbook; unlist it`),
  ];
}
