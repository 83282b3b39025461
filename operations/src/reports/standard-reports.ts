import type { Manifest } from "../manifest/manifest.ts";
import { type ReportDeclaration, type ReportKind, reportSchema } from "../manifest/report.ts";
import type { PlaneFigure } from "./plane-figures.ts";

type Section = ReportDeclaration["sections"][number];

const TITLES: Readonly<Record<ReportKind, string>> = {
  performance: "Performance",
  security: "Security",
  compliance: "Compliance",
  system: "System",
};

/** The reports of a system: what it declares, and the four that every system has because the plane knows enough for them. */
export function reportsOf(manifest: Manifest): ReportDeclaration[] {
  const own = manifest.reports.filter(({ sections }) => sections.length > 0);
  const standard = (Object.keys(TITLES) as ReportKind[]).map((kind) => {
    const declared = own.find(({ name }) => name === kind);
    const sections = [...(declared?.sections ?? []), ...standardSections(kind, manifest)];
    const title = declared?.title ?? `${TITLES[kind]} of ${manifest.title}`;
    return reportSchema.parse({ name: kind, title, kind, sections, schedule: declared?.schedule });
  });
  return [...standard, ...own.filter(({ name }) => !(name in TITLES))];
}

function standardSections(kind: ReportKind, manifest: Manifest): Section[] {
  switch (kind) {
    case "performance":
      return thresholdSections(manifest);
    case "security":
      return [SIGN_INS, AGREEMENT, RUNS];
    case "compliance":
      return [
        ...(manifest.checklists.length === 0 ? [] : [CHECKLISTS]),
        ...backupSections(manifest),
        AGREEMENT,
        RECORD,
      ];
    case "system":
      return [ALERTS, RUNS];
  }
}

function thresholdSections({ thresholds }: Manifest): Section[] {
  const figures = thresholds
    .slice(0, 100)
    .map(({ id, title, unit }) => ({ title, unit, source: { kind: "threshold" as const, id } }));
  return figures.length === 0 ? [] : [{ title: "Every number that decides something", figures }];
}

function backupSections({ backups }: Manifest): Section[] {
  return backups.length === 0 ? [] : [BACKUPS];
}

const plane = (title: string, figure: PlaneFigure, unit = "count") => ({
  title,
  unit,
  source: { kind: "plane" as const, figure },
});

const ALERTS: Section = {
  title: "Alerts and incidents",
  figures: [
    plane("Alerts that fired", "alerts"),
    plane("Incidents opened", "incidents"),
    plane("Mean time to acknowledge", "time-to-acknowledge", "s"),
    plane("Mean time to resolve", "time-to-resolve", "s"),
  ],
};
const RUNS: Section = {
  title: "Runbooks and actions",
  figures: [
    plane("Runs of runbooks", "runs"),
    plane("Runs that did not pass", "run-failures"),
    plane("Actions of one person", "actions"),
  ],
};
const AGREEMENT: Section = {
  title: "Dual control",
  figures: [plane("Requests for approval", "approvals"), plane("Requests that were refused", "approvals-refused")],
};
const SIGN_INS: Section = {
  title: "People of the plane",
  figures: [plane("Sign-ins", "sign-ins"), plane("Sign-ins that were refused", "sign-in-failures")],
};
const RECORD: Section = { title: "Record", figures: [plane("Entries of the audit log", "audit-entries")] };
const CHECKLISTS: Section = {
  title: "Routine",
  figures: [
    plane("Checklists signed off in time", "checklists-in-time"),
    plane("Checklists signed off late", "checklists-late"),
    plane("Checklists missed and still open", "checklists-missed"),
  ],
};
const BACKUPS: Section = {
  title: "Copies",
  figures: [
    plane("Verifications that passed", "backups-verified"),
    plane("Restore drills that passed", "restore-drills"),
  ],
};
