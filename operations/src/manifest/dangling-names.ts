import { isTimeZone } from "@assay/platform/clock/wall-time";
import type { JsonValue } from "@assay/primitives/json";
import { parseCron } from "../backups/cron.ts";
import { parseJsonPath } from "../runbooks/expect/json-path.ts";
import { parseMatcher } from "../runbooks/expect/matcher.ts";
import { levelProblems } from "../thresholds/threshold.ts";
import type { ChecklistDeclaration, ItemCheck } from "./checklist.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestProblem } from "./parse-manifest.ts";
import type { FigureSource } from "./report.ts";

type Names = ReadonlySet<string>;

interface Declared {
  readonly services: Names;
  readonly checks: Names;
  readonly thresholds: Names;
  readonly alerts: Names;
  readonly actions: Names;
  readonly reads: Names;
  readonly backups: Names;
}

/** What a manifest of the right shape still has wrong: names declared twice, names that point at nothing, rules that contradict. */
export function danglingNames(manifest: Manifest): ManifestProblem[] {
  const declared: Declared = {
    services: new Set(manifest.services.map(({ name }) => name)),
    checks: new Set(manifest.healthChecks.map(({ id }) => id)),
    thresholds: new Set(manifest.thresholds.map(({ id }) => id)),
    alerts: new Set(manifest.alertRules.map(({ name }) => name)),
    actions: new Set(manifest.actions.map(({ name }) => name)),
    reads: new Set(manifest.reads.map(({ path }) => path)),
    backups: new Set(manifest.backups.map(({ name }) => name)),
  };
  return [
    ...repeatedNames(manifest),
    ...watchProblems(manifest, declared),
    ...alertProblems(manifest, declared),
    ...controlProblems(manifest, declared),
    ...manifest.checklists.flatMap((checklist, index) =>
      checklistProblems(checklist, { path: `checklists.${index}`, declared }),
    ),
    ...reportProblems(manifest, declared),
  ];
}

function repeatedNames(manifest: Manifest): ManifestProblem[] {
  const byName = ["services", "alertRules", "killSwitches", "actions", "checklists", "reports", "backups"] as const;
  const byId = ["healthChecks", "thresholds", "runbooks", "panels", "components"] as const;
  return [
    ...byName.flatMap((member) => repeated<{ name: string }>(member, manifest[member], ({ name }) => name)),
    ...byId.flatMap((member) => repeated<{ id: string }>(member, manifest[member], ({ id }) => id)),
    ...repeated("metrics", manifest.metrics, ({ service }) => service),
    ...repeated("faults", manifest.faults, ({ name }) => name),
    ...manifest.checklists.flatMap(({ items }, index) => repeated(`checklists.${index}.items`, items, ({ id }) => id)),
  ];
}

function watchProblems(manifest: Manifest, { services, checks, alerts }: Declared): ManifestProblem[] {
  return [
    ...manifest.healthChecks.flatMap((check, index) =>
      missing(`healthChecks.${index}.service`, services, check.service),
    ),
    ...manifest.metrics.flatMap((target, index) => missing(`metrics.${index}.service`, services, target.service)),
    ...manifest.drillStart.flatMap((start, index) => missing(`drillStart.${index}.service`, services, start.service)),
    ...manifest.components.flatMap((component, index) => [
      ...component.healthChecks.flatMap((id) => missing(`components.${index}.healthChecks`, checks, id)),
      ...component.alerts.flatMap((name) => missing(`components.${index}.alerts`, alerts, name)),
    ]),
  ];
}

function alertProblems(manifest: Manifest, { thresholds, alerts }: Declared): ManifestProblem[] {
  return [
    ...manifest.thresholds.flatMap((threshold, index) =>
      levelProblems(threshold).map((reason) => ({ path: `thresholds.${index}.levels`, reason })),
    ),
    ...manifest.alertRules.flatMap((rule, index) => [
      ...rule.thresholds.flatMap((id) => missing(`alertRules.${index}.thresholds`, thresholds, id)),
      ...rule.inhibits.flatMap((name) => missing(`alertRules.${index}.inhibits`, alerts, name)),
    ]),
  ];
}

function controlProblems(manifest: Manifest, { actions, thresholds }: Declared): ManifestProblem[] {
  const runbooks = new Set(manifest.runbooks.map(({ id }) => id));
  const reads = new Set(manifest.reads.map(({ path }) => path));
  const optional = (path: string, names: Names, name: string | undefined) =>
    name === undefined ? [] : missing(path, names, name);
  return [
    ...manifest.killSwitches.flatMap((killSwitch, index) => [
      ...missing(`killSwitches.${index}.engageAction`, actions, killSwitch.engageAction),
      ...missing(`killSwitches.${index}.releaseAction`, actions, killSwitch.releaseAction),
      ...optional(`killSwitches.${index}.state.read`, reads, killSwitch.state?.read),
    ]),
    ...manifest.panels.flatMap((panel, index) => optional(`panels.${index}.threshold`, thresholds, panel.threshold)),
    ...manifest.backups.flatMap((backup, index) => [
      ...optional(`backups.${index}.createAction`, actions, backup.createAction),
      ...optional(`backups.${index}.verifyAction`, actions, backup.verifyAction),
      ...optional(`backups.${index}.restoreDrillAction`, actions, backup.restoreDrillAction),
      ...optional(`backups.${index}.runbook`, runbooks, backup.runbook),
      ...zoneProblem(`backups.${index}.timeZone`, backup.timeZone),
      ...cronProblem(`backups.${index}.every`, backup.every),
    ]),
  ];
}

function checklistProblems(
  checklist: ChecklistDeclaration,
  { path, declared }: { readonly path: string; readonly declared: Declared },
): ManifestProblem[] {
  const { every, weekday, dayOfMonth, opensAt, dueAt } = checklist;
  const wrong = (member: string, reason: string) => [{ path: `${path}.${member}`, reason }];
  return [
    ...zoneProblem(`${path}.timeZone`, checklist.timeZone),
    ...((every === "week") === (weekday !== undefined)
      ? []
      : wrong("weekday", "a weekly checklist names its weekday, and no other does")),
    ...((every === "month") === (dayOfMonth !== undefined)
      ? []
      : wrong("dayOfMonth", "a monthly checklist names its day of the month, and no other does")),
    ...(opensAt < dueAt ? [] : wrong("dueAt", `it is due at ${dueAt}, which is not after it opens at ${opensAt}`)),
    ...checklist.items.flatMap(({ check }, index) =>
      check === undefined ? [] : checkProblems(check, { path: `${path}.items.${index}.check`, declared }),
    ),
  ];
}

function checkProblems(
  check: ItemCheck,
  { path, declared }: { readonly path: string; readonly declared: Declared },
): ManifestProblem[] {
  switch (check.kind) {
    case "threshold":
      return missing(`${path}.id`, declared.thresholds, check.id);
    case "health":
      return missing(`${path}.id`, declared.checks, check.id);
    case "alerts":
      return [];
    case "backup":
      return missing(`${path}.name`, declared.backups, check.name);
    case "read": {
      const matcher = parseMatcher(check.matcher as JsonValue);
      return [
        ...missing(`${path}.path`, declared.reads, check.path),
        ...selectProblem(`${path}.select`, check.select),
        ...(matcher.ok ? [] : [{ path: `${path}.matcher`, reason: matcher.refusal.message }]),
      ];
    }
  }
}

function reportProblems({ reports }: Manifest, declared: Declared): ManifestProblem[] {
  return reports.flatMap(({ sections, schedule }, report) => [
    ...(schedule === undefined ? [] : zoneProblem(`reports.${report}.schedule.timeZone`, schedule.timeZone)),
    ...sections.flatMap(({ figures }, section) =>
      figures.flatMap(({ source }, figure) =>
        sourceProblems(source, {
          path: `reports.${report}.sections.${section}.figures.${figure}.source`,
          declared,
        }),
      ),
    ),
  ]);
}

function sourceProblems(
  source: FigureSource,
  { path, declared }: { readonly path: string; readonly declared: Declared },
): ManifestProblem[] {
  if (source.kind === "threshold") return missing(`${path}.id`, declared.thresholds, source.id);
  if (source.kind !== "read") return [];
  return [...missing(`${path}.path`, declared.reads, source.path), ...selectProblem(`${path}.select`, source.select)];
}

function missing(path: string, names: Names, name: string): ManifestProblem[] {
  return names.has(name) ? [] : [{ path, reason: `${name} is not declared` }];
}

function repeated<T>(path: string, members: readonly T[], nameOf: (member: T) => string): ManifestProblem[] {
  const seen = new Set<string>();
  return members.flatMap((member, index) => {
    const name = nameOf(member);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: `${path}.${index}`, reason: `${name} is declared twice` }];
  });
}

function cronProblem(path: string, every: string | undefined): ManifestProblem[] {
  const cron = every === undefined ? undefined : parseCron(every);
  return cron === undefined || cron.ok ? [] : [{ path, reason: cron.refusal.reason }];
}

function zoneProblem(path: string, zone: string): ManifestProblem[] {
  return isTimeZone(zone) ? [] : [{ path, reason: `${zone} is not a time zone` }];
}

function selectProblem(path: string, select: string): ManifestProblem[] {
  return parseJsonPath(select).ok ? [] : [{ path, reason: `${select} is not a path to one value, such as $.rows[0]` }];
}
