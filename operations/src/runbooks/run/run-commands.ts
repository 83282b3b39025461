import type { Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { mayRun } from "../document/problem.ts";
import type { Environment, Runbook } from "../document/runbook.ts";
import type { PlaceValue } from "../document/template.ts";
import { readParameters } from "./lookup.ts";
import { createRedactor } from "./redact.ts";
import { type Decision, OPEN_STATES, type PersonName, type Run } from "./run.ts";
import {
  type CommandOutcome,
  type CommandRefusal,
  changeRun,
  moveRun,
  type RunCommandOptions,
  refuseCommand,
  wakeEngine,
} from "./run-command.ts";
import { recordRun } from "./run-record.ts";
import { abort, decide, firstProgress } from "./run-rules.ts";
import { insertRun, writePause } from "./run-store.ts";
import { blankStepRun } from "./run-transitions.ts";
import { countAttempts, openStepRun, writeStepRun } from "./step-run-store.ts";

export interface StartRequest {
  readonly system?: string;
  readonly runbook: string;
  /** The text the person looked at; refused when another is current. */
  readonly sha256?: string;
  readonly params: Readonly<Record<string, PlaceValue>>;
  readonly environment: Environment;
  readonly incidentId: string | null;
}

interface Startable {
  readonly system: string;
  readonly runbook: Runbook;
  readonly params: Run["params"];
}

/** Starts a run in the name of a person, with the current text of the runbook. */
export async function startRun(
  options: RunCommandOptions,
  request: StartRequest,
  person: PersonName,
): Promise<CommandOutcome> {
  const startable = await checkStart(options, request);
  if (!startable.ok) return startable;
  const { system, runbook, params } = startable.value;
  const at = options.clock.now();
  const run: Run = {
    ...firstProgress(runbook),
    id: newId("run", at, options.random),
    system,
    runbook: { id: runbook.runbook, version: runbook.version, sha256: runbook.sha256, title: runbook.title },
    environment: request.environment,
    params,
    captures: {},
    incidentId: request.incidentId,
    startedBy: person,
    startedAt: at,
    endedAt: null,
    pauseAskedBy: null,
  };
  await options.database.transaction(async (transaction) => {
    await insertRun(transaction, run);
    await recordRun(options, transaction, {
      run,
      actor: person,
      action: "runbook.run.started",
      summary: `Runbook "${runbook.title}" started.`,
      details: { params, environment: run.environment },
    });
  });
  wakeEngine(options, run);
  return accept(run);
}

async function checkStart(
  { catalogue, systems, timeline }: RunCommandOptions,
  request: StartRequest,
): Promise<Result<Startable, CommandRefusal>> {
  const found = await catalogue.find(request.runbook, request.system);
  if (found === undefined) return refuseCommand("RUNBOOK_NOT_FOUND", `no runbook is named ${request.runbook}`);
  const { runbook, system, problems } = found;
  if (runbook === undefined || !mayRun(problems))
    return refuseCommand("RUNBOOK_BROKEN", `its lint finds ${problems.length} problems; it does not run`);
  if (request.sha256 !== undefined && request.sha256 !== runbook.sha256)
    return refuseCommand("RUNBOOK_CHANGED", `version ${runbook.version} is current; look at it first`);
  const actual = (await systems.get(system))?.manifest.environment;
  if (request.environment !== actual)
    return refuseCommand("WRONG_ENVIRONMENT", `${system} runs in ${actual ?? "an unknown place"}`);
  if (!runbook.environments.includes(request.environment))
    return refuseCommand("WRONG_ENVIRONMENT", `this runbook is for ${runbook.environments.join(", ")}`);
  if (request.incidentId !== null && (await timeline.find(request.incidentId)) === undefined)
    return refuseCommand("INCIDENT_NOT_FOUND", `no incident is named ${request.incidentId}`);
  const { params, errors } = readParameters(runbook.params, request.params);
  if (errors.length > 0) return refuse({ code: "INVALID_INPUT", detail: "the parameters do not fit", errors });
  return accept({ system, runbook, params });
}

/** A person decides how a stopped run goes on. */
export async function continueRun(
  options: RunCommandOptions,
  id: string,
  { decision, note: typed, person }: { decision: Decision; note: string | null; person: PersonName },
): Promise<CommandOutcome> {
  const note = typed === null ? null : withoutSecrets(typed);
  return await changeRun(options, id, async (transaction, current, at) => {
    const { system, runbook } = current;
    const found = await options.catalogue.version(system, runbook.id, runbook.sha256);
    if (found === undefined) return refuseCommand("RUNBOOK_NOT_FOUND", "its text is gone");
    const decided = decide(current, found, { decision, note });
    if (!decided.ok) return decided;
    if (decision === "skip") await writeSkip(options, transaction, { run: current, at, note, person });
    const moved = await moveRun(transaction, current, { progress: decided.value, at });
    await recordRun(options, transaction, {
      run: current,
      actor: person,
      action: "runbook.run.decided",
      summary: `Step ${current.cursor}: ${decision}.`,
      details: { step: current.cursor, decision, note },
    });
    return accept(moved);
  });
}

/** A run goes on to the end of the step that runs now, and stops before the next. */
export async function pauseRun(options: RunCommandOptions, id: string, person: PersonName): Promise<CommandOutcome> {
  return await changeRun(options, id, async (transaction, current) => {
    if (!OPEN_STATES.includes(current.state)) return refuseCommand("RUN_ENDED", "the run is over");
    if (current.state === "stopped") return refuseCommand("RUN_STOPPED", "it has stopped already");
    await writePause(transaction, id, person.name);
    await recordRun(options, transaction, {
      run: current,
      actor: person,
      action: "runbook.run.paused",
      summary: `Runbook "${current.runbook.title}" is to pause before its next step.`,
      details: { step: current.cursor },
    });
    return accept({ ...current, pauseAskedBy: person.name });
  });
}

async function writeSkip(
  { random }: RunCommandOptions,
  transaction: Sql,
  { run, at, note, person }: { run: Run; at: Run["startedAt"]; note: string | null; person: PersonName },
): Promise<void> {
  const step = run.cursor!;
  const attempt = 1 + (await countAttempts(transaction, run.id, step));
  const blank = blankStepRun({ id: newId("stp", at, random), runId: run.id, step, attempt, at });
  await writeStepRun(transaction, { ...blank, state: "done", verdict: "skipped", signedBy: person, note, endedAt: at });
}

/** People paste what they have at hand. */
function withoutSecrets(text: string): string {
  return createRedactor({ names: [] }).text(text);
}

/** Ends a run at any time, also while it waits for people; an open request for approval is taken back. */
export async function abortRun(
  options: RunCommandOptions,
  id: string,
  { reason: typed, person }: { reason: string; person: PersonName },
): Promise<CommandOutcome> {
  const reason = withoutSecrets(typed);
  let approvalId: string | null = null;
  const aborted = await changeRun(options, id, async (transaction, current, at) => {
    const progress = abort(current, reason);
    if (!progress.ok) return progress;
    const open = await openStepRun(transaction, id);
    approvalId = open?.approvalId ?? null;
    // What was running may have had its effect: nobody knows, and so it says.
    const verdict = open?.state === "running" ? "inconclusive" : "skipped";
    if (open)
      await writeStepRun(transaction, { ...open, state: "done", verdict, reason: `aborted: ${reason}`, endedAt: at });
    const moved = await moveRun(transaction, current, { progress: progress.value, at });
    await recordRun(options, transaction, {
      run: current,
      actor: person,
      action: "runbook.run.aborted",
      summary: `Runbook "${current.runbook.title}" aborted: ${reason}`,
      details: { step: current.cursor, reason },
    });
    return accept(moved);
  });
  if (!aborted.ok) return aborted;
  options.engine.interrupt(id);
  if (approvalId !== null) await options.desk.cancel(approvalId, aborted.value.startedBy);
  return aborted;
}
