import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { type Refused, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../../audit/audit.ts";
import type { EventPublisher } from "../../events/events.ts";
import type { Catalogue } from "../catalogue.ts";
import type { ActionDesk, IncidentTimeline, RunbookSystems } from "./ports.ts";
import { OPEN_STATES, type Run, type RunProgress } from "./run.ts";
import type { RunEngine } from "./run-engine.ts";
import { announceRun } from "./run-record.ts";
import type { RunRefusal } from "./run-rules.ts";
import { lockRun, writeProgress } from "./run-store.ts";
import type { RunTransitions } from "./run-transitions.ts";
import type { StepDriver } from "./step-driver.ts";

/** What the commands of people work with. */
export interface RunCommandOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly timeline: IncidentTimeline;
  readonly events: EventPublisher;
  readonly systems: RunbookSystems;
  readonly desk: ActionDesk;
  readonly catalogue: Pick<Catalogue, "find" | "version">;
  readonly engine: RunEngine;
  readonly driver: StepDriver;
  readonly transitions: RunTransitions;
  readonly owner: string;
}

export type CommandRefusal = {
  readonly code:
    | RunRefusal["code"]
    | "RUN_NOT_FOUND"
    | "RUN_STOPPED"
    | "INCIDENT_NOT_FOUND"
    | "RUNBOOK_NOT_FOUND"
    | "RUNBOOK_CHANGED"
    | "RUNBOOK_BROKEN"
    | "WRONG_ENVIRONMENT"
    | "INVALID_INPUT"
    | "ACTION_REFUSED"
    | "BAD_TOTP"
    | "TOTP_REQUIRED"
    | "TOTP_SETUP_REQUIRED";
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
};

export type CommandOutcome = Result<Run, CommandRefusal>;

export function refuseCommand(code: CommandRefusal["code"], detail: string): Refused<CommandRefusal> {
  return refuse({ code, detail });
}

/** Locks the run, lets `work` change it in one transaction, and has the engine look at it at once. */
export async function changeRun(
  options: RunCommandOptions,
  id: string,
  work: (transaction: Sql, current: Run, at: Run["startedAt"]) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  const outcome = await options.database.transaction(async (transaction) => {
    const current = await lockRun(transaction, id);
    return current
      ? await work(transaction, current, options.clock.now())
      : refuseCommand("RUN_NOT_FOUND", "no such run");
  });
  if (outcome.ok) wakeEngine(options, outcome.value);
  return outcome;
}

export function wakeEngine({ events, engine }: RunCommandOptions, run: Run): void {
  announceRun(events, run);
  engine.wake();
}

/** Writes what the rules decided and returns the run as it is now. */
export async function moveRun(
  transaction: Sql,
  run: Run,
  change: { progress: RunProgress; at: Run["startedAt"] },
): Promise<Run> {
  const { progress, at } = change;
  await writeProgress(transaction, run.id, { progress, captures: run.captures, now: at });
  return { ...run, ...progress, endedAt: OPEN_STATES.includes(progress.state) ? null : at };
}
