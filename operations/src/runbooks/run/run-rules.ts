import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Runbook, Step } from "../document/runbook.ts";
import { type Decision, OPEN_STATES, type RunProgress, type Verdict } from "./run.ts";

export type RunRefusal = {
  readonly code: "RUN_ENDED" | "RUN_NOT_STOPPED" | "NOT_OFFERED" | "NOTE_REQUIRED" | "STEP_NOT_WAITING";
  readonly detail: string;
};

/** The names of steps that run only to undo another. */
export function undoSteps(runbook: Runbook): ReadonlySet<string> {
  return new Set(runbook.steps.flatMap(({ rollback }) => (rollback && rollback !== "none" ? [rollback] : [])));
}

export function stepNamed(runbook: Runbook, name: string | null): Step | undefined {
  return runbook.steps.find((step) => step.name === name);
}

export function firstProgress(runbook: Runbook): RunProgress {
  const cursor = nextStep(runbook, -1);
  return { state: "running", cursor, undoing: null, verdict: null, offers: [], reason: null };
}

/** Where a run goes when the step at its cursor is over. Nothing is undone that a person did not decide to undo. */
export function afterStep(progress: RunProgress, runbook: Runbook, verdict: Verdict): RunProgress {
  const step = stepNamed(runbook, progress.cursor)!;
  if (progress.undoing !== null) return afterUndo(progress, runbook, verdict === "passed" || verdict === "skipped");
  if (verdict === "passed" || verdict === "skipped" || step.onFail === "continue")
    return moveOn(progress, runbook, verdict);
  if (step.onFail === "abort") return endAfter(progress, step, verdict);
  if (typeof step.onFail === "object") return goTo(progress, step.onFail.goto, verdict);
  return { ...progress, state: "stopped", offers: offersFor(step), reason: `${step.name}: ${verdict}` };
}

/** The runbook itself says that nothing after this step makes sense. */
function endAfter(progress: RunProgress, step: Step, verdict: NotGreen): RunProgress {
  const reason = `${step.name}: ${verdict}, after which this runbook ends`;
  return { ...progress, state: "aborted", cursor: null, verdict: worse(progress.verdict, verdict), offers: [], reason };
}

/** To a later step; what lies between is left out, and the run is no longer one that passed. */
function goTo(progress: RunProgress, step: string, verdict: NotGreen): RunProgress {
  return { ...progress, state: "running", cursor: step, verdict: worse(progress.verdict, verdict), reason: null };
}

type NotGreen = Exclude<Verdict, "skipped">;

function afterUndo(progress: RunProgress, runbook: Runbook, isGreen: boolean): RunProgress {
  const undone = stepNamed(runbook, progress.undoing)!;
  const reason = `${undone.name}: ${isGreen ? "undone" : "its undo did not pass"} by ${progress.cursor}`;
  const offers: Decision[] = isGreen ? ["retry", "skip"] : ["rollback", "retry", "skip"];
  return { ...progress, state: "stopped", cursor: undone.name, undoing: null, offers, reason };
}

function offersFor(step: Step): Decision[] {
  if (step.rollback === undefined || step.rollback === "none") return ["retry", "skip"];
  return step.onFail === "rollback" ? ["rollback", "retry", "skip"] : ["retry", "skip", "rollback"];
}

function moveOn(progress: RunProgress, runbook: Runbook, verdict: Verdict): RunProgress {
  const step = stepNamed(runbook, progress.cursor)!;
  const cursor = nextStep(runbook, step.index);
  const state = cursor === null ? "finished" : "running";
  const worst = verdict === "skipped" ? progress.verdict : worse(progress.verdict, verdict);
  return {
    state,
    cursor,
    undoing: null,
    // Every step left out is not a run that passed.
    verdict: cursor === null ? (worst ?? "inconclusive") : worst,
    offers: [],
    reason: null,
  };
}

const RANK = { passed: 0, inconclusive: 1, failed: 2 } as const;

function worse(
  left: RunProgress["verdict"],
  right: Exclude<Verdict, "skipped">,
): Exclude<RunProgress["verdict"], null> {
  return left === null || RANK[right] > RANK[left] ? right : left;
}

function nextStep(runbook: Runbook, index: number): string | null {
  const undo = undoSteps(runbook);
  return runbook.steps.find((step) => step.index > index && !undo.has(step.name))?.name ?? null;
}

/** A person decides how a stopped run goes on. Leaving out a step that did not pass needs a reason and is never green. */
export function decide(
  progress: RunProgress,
  runbook: Runbook,
  { decision, note }: { readonly decision: Decision; readonly note: string | null },
): Result<RunProgress, RunRefusal> {
  if (!OPEN_STATES.includes(progress.state)) return refuse({ code: "RUN_ENDED", detail: "the run is over" });
  if (progress.state !== "stopped") return refuse({ code: "RUN_NOT_STOPPED", detail: "the run is not stopped" });
  if (!progress.offers.includes(decision))
    return refuse({ code: "NOT_OFFERED", detail: `offered are ${progress.offers.join(", ")}` });
  const running = { ...progress, state: "running", offers: [], reason: null } as const;
  if (decision === "retry" || decision === "continue") return accept(running);
  if (decision === "skip") {
    if (!note) return refuse({ code: "NOTE_REQUIRED", detail: "a step is left out only with a reason" });
    return accept(moveOn(progress, runbook, "inconclusive"));
  }
  const undo = stepNamed(runbook, progress.cursor)!.rollback!;
  return accept({ ...running, undoing: progress.cursor, cursor: undo });
}

/** Anybody who may run may stop, at any time, also while somebody is waited for. */
export function abort(progress: RunProgress, reason: string): Result<RunProgress, RunRefusal> {
  if (!OPEN_STATES.includes(progress.state)) return refuse({ code: "RUN_ENDED", detail: "the run is over" });
  return accept({ ...progress, state: "aborted", cursor: null, undoing: null, offers: [], reason });
}
