import { formatInstant } from "@assay/primitives/instant";
import type { Manifest } from "../../manifest/manifest.ts";
import type { CatalogueEntry, PinnedText } from "../../runbooks/catalogue.ts";
import type { Runbook } from "../../runbooks/document/runbook.ts";
import type { PlaceValue } from "../../runbooks/document/template.ts";
import { planRun } from "../../runbooks/plan-run.ts";
import type { Run, StepRun } from "../../runbooks/run/run.ts";
import { transcriptDigest } from "../../runbooks/run/transcript-document.ts";
import type { RunDetail } from "../../runbooks/runbooks.ts";
import type {
  ListedRunbookView,
  PlannedStepView,
  RunbookSummaryView,
  RunbookView,
  RunView,
  StepRunView,
  TranscriptView,
} from "../schema/runbooks.ts";

export function summaryView(entry: CatalogueEntry): RunbookSummaryView {
  const { system, id, version, sha256, title, isCurrent, runbook, problems } = entry;
  return {
    ...{ system, id, version, sha256, title, isCurrent },
    severity: runbook?.severity ?? null,
    alerts: [...(runbook?.alerts ?? [])],
    covers: [...(runbook?.covers ?? [])],
    environments: [...(runbook?.environments ?? [])],
    steps: runbook?.steps.length ?? 0,
    drill: runbook?.drill?.fault ?? null,
    problems: problems.filter(({ isWarning }) => !isWarning).length,
  };
}

/** The newest run of a runbook; null when it never ran. */
export function lastRunView(entry: CatalogueEntry, runs: readonly Run[]): ListedRunbookView["lastRun"] {
  const last = runs.find((run) => run.system === entry.system && run.runbook.id === entry.id);
  if (last === undefined) return null;
  const { id, state, verdict, startedAt } = runView(last);
  return { id, state, verdict, startedAt };
}

/** An earlier text of the same runbook, as a run was pinned to it. */
export function pinnedEntry(current: CatalogueEntry, sha256: string, pinned: PinnedText): CatalogueEntry {
  const { system, id, version } = current;
  const { markdown, runbook } = pinned;
  const head = { version: runbook?.version ?? version, title: runbook?.title ?? current.title };
  return { system, id, sha256, ...head, markdown, isCurrent: false, problems: [], ...(runbook && { runbook }) };
}

export function runbookView(entry: CatalogueEntry, manifest: Manifest): RunbookView {
  const { runbook } = entry;
  const defaults = Object.entries(runbook?.params ?? {}).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    ...summaryView(entry),
    markdown: entry.markdown,
    params: Object.fromEntries(
      Object.entries(runbook?.params ?? {}).map(([name, { choices, ...declaration }]) => [
        name,
        { ...declaration, ...(choices === undefined ? {} : { choices: [...choices] }) },
      ]),
    ),
    plan: runbook === undefined ? [] : planView(runbook, { manifest, params: Object.fromEntries(defaults) }),
    found: [...entry.problems],
    environment: manifest.environment,
  };
}

export function planView(
  runbook: Runbook,
  options: {
    readonly manifest: Manifest;
    readonly params: Readonly<Record<string, PlaceValue>>;
    readonly captures?: Readonly<Record<string, PlaceValue>>;
    readonly runId?: string;
  },
): PlannedStepView[] {
  return planRun(runbook, options).map((step) => ({ ...step, expects: [...step.expects], items: [...step.items] }));
}

export function runView(run: Run): RunView {
  const { captures: _, offers, params, startedAt, endedAt, verdict, ...rest } = run;
  return {
    ...rest,
    // Until then it is only the worst so far, and a run that waits has not passed.
    verdict: endedAt === null ? null : verdict,
    params: { ...params },
    offers: [...offers],
    startedAt: formatInstant(startedAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
  };
}

export function stepRunView(step: StepRun): StepRunView {
  const { runId: _, expectations, itemNotes, startedAt, endedAt, ...rest } = step;
  return {
    ...rest,
    expectations: [...expectations] as StepRunView["expectations"],
    itemNotes: [...itemNotes],
    startedAt: formatInstant(startedAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
  };
}

export function transcriptView({ run, steps }: RunDetail, text: string): TranscriptView {
  const document = { run: runView(run), steps: steps.map(stepRunView), text };
  return { format: "assay.run.v1", ...document, digest: transcriptDigest(document) };
}
