import { accept, type Result, refuse } from "@assay/primitives/result";
import { levelProblems } from "../thresholds/threshold.ts";
import { type Manifest, manifestSchema } from "./manifest.ts";

/** Where a manifest is wrong: the path into it (`thresholds.3.forMs`) and why. */
export interface ManifestProblem {
  readonly path: string;
  readonly reason: string;
}

export type ManifestRefusal = { readonly code: "MANIFEST_INVALID"; readonly problems: readonly ManifestProblem[] };

const MOST_PROBLEMS = 50;

/** Reads a manifest that a system served or a file holds. Names that point at nothing are refused like a wrong shape. */
export function parseManifest(document: unknown): Result<Manifest, ManifestRefusal> {
  const parsed = manifestSchema.safeParse(document);
  if (!parsed.success) {
    return refused(
      parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), reason: message })),
    );
  }
  const problems = danglingNames(parsed.data);
  return problems.length > 0 ? refused(problems) : accept(parsed.data);
}

function refused(problems: readonly ManifestProblem[]): Result<never, ManifestRefusal> {
  return refuse({ code: "MANIFEST_INVALID", problems: problems.slice(0, MOST_PROBLEMS) });
}

function danglingNames(manifest: Manifest): ManifestProblem[] {
  const services = new Set(manifest.services.map(({ name }) => name));
  const thresholds = new Set(manifest.thresholds.map(({ id }) => id));
  const alerts = new Set(manifest.alertRules.map(({ name }) => name));
  const actions = new Set(manifest.actions.map(({ name }) => name));
  const missing = (path: string, names: ReadonlySet<string>, name: string): ManifestProblem[] =>
    names.has(name) ? [] : [{ path, reason: `${name} is not declared` }];
  return [
    ...repeated(
      "services",
      manifest.services.map(({ name }) => name),
    ),
    ...repeated(
      "healthChecks",
      manifest.healthChecks.map(({ id }) => id),
    ),
    ...repeated(
      "thresholds",
      manifest.thresholds.map(({ id }) => id),
    ),
    ...repeated(
      "alertRules",
      manifest.alertRules.map(({ name }) => name),
    ),
    ...repeated(
      "actions",
      manifest.actions.map(({ name }) => name),
    ),
    ...repeated(
      "runbooks",
      manifest.runbooks.map(({ id }) => id),
    ),
    ...repeated(
      "metrics",
      manifest.metrics.map(({ service }) => service),
    ),
    ...manifest.healthChecks.flatMap((check, index) =>
      missing(`healthChecks.${index}.service`, services, check.service),
    ),
    ...manifest.metrics.flatMap((target, index) => missing(`metrics.${index}.service`, services, target.service)),
    ...manifest.thresholds.flatMap((threshold, index) =>
      levelProblems(threshold).map((reason) => ({ path: `thresholds.${index}.levels`, reason })),
    ),
    ...manifest.alertRules.flatMap((rule, index) => [
      ...rule.thresholds.flatMap((id) => missing(`alertRules.${index}.thresholds`, thresholds, id)),
      ...rule.inhibits.flatMap((name) => missing(`alertRules.${index}.inhibits`, alerts, name)),
    ]),
    ...manifest.killSwitches.flatMap((killSwitch, index) => [
      ...missing(`killSwitches.${index}.engageAction`, actions, killSwitch.engageAction),
      ...missing(`killSwitches.${index}.releaseAction`, actions, killSwitch.releaseAction),
    ]),
    ...manifest.panels.flatMap((panel, index) =>
      panel.threshold === undefined ? [] : missing(`panels.${index}.threshold`, thresholds, panel.threshold),
    ),
  ];
}

function repeated(path: string, names: readonly string[]): ManifestProblem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [{ path: `${path}.${index}`, reason: `${name} is declared twice` }],
  );
}
