import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import type { Instant } from "@assay/primitives/instant";
import type { AuditLog } from "../../audit/audit.ts";
import type { EventPublisher } from "../../events/events.ts";
import type { Step } from "../document/runbook.ts";
import type { IncidentTimeline } from "./ports.ts";
import { createRedactor } from "./redact.ts";
import type { PersonName, Run, RunProgress, StepRun } from "./run.ts";
import { announceRun, type RunEntry, recordRun, stepEvidence, storedOutput } from "./run-record.ts";
import { afterStep } from "./run-rules.ts";
import { leaseOwner, lockRun, writePause, writeProgress } from "./run-store.ts";
import type { Scene } from "./scene.ts";
import { countAttempts, writeStepRun } from "./step-run-store.ts";
import type { StepResult } from "./step-runner.ts";

export interface TransitionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly timeline: IncidentTimeline;
  readonly events: EventPublisher;
}

/**
 * The steps of the state machine. Each is one transaction that locks the run and finds it where it was left and driven by
 * `owner`; otherwise it changes nothing and says so.
 */
export class RunTransitions {
  readonly #options: TransitionOptions;
  readonly #owner: string;

  constructor(options: TransitionOptions, owner: string) {
    this.#options = options;
    this.#owner = owner;
  }

  /** Opens a step run, intent first: what may have an effect is in the audit log before it happens. */
  async begin(scene: Scene, { command, waits }: { command: string; waits: boolean }): Promise<StepRun | undefined> {
    const { run, step } = scene;
    return await this.#change(run, async (transaction, current, at) => {
      const stepRun: StepRun = {
        ...(await this.#blank(transaction, scene, at)),
        state: waits ? "waiting_for_person" : "running",
        command: createRedactor({ names: step.redact }).text(command),
      };
      await writeStepRun(transaction, stepRun);
      if (waits) await this.#write(transaction, current, { ...current, state: "waiting_for_person" });
      if (step.effect === "write" || step.effect === "danger") await this.#recordStart(transaction, scene, stepRun);
      return stepRun;
    });
  }

  /** A person signed a step that one person may do: it runs from now on, in their name. */
  async beginSigned(scene: Scene, stepRun: StepRun, signedBy: PersonName): Promise<StepRun | undefined> {
    return await this.#change(scene.run, async (transaction, current) => {
      const running: StepRun = { ...stepRun, state: "running", signedBy };
      await writeStepRun(transaction, running);
      await this.#write(transaction, current, { ...current, state: "running" });
      return running;
    });
  }

  /** The second factor was wrong: the step waits on, signed by nobody. */
  async waitAgain(scene: Scene, stepRun: StepRun): Promise<void> {
    await this.#change({ ...scene.run, state: "running" }, async (transaction, current) => {
      await writeStepRun(transaction, { ...stepRun, state: "waiting_for_person", signedBy: null });
      await this.#write(transaction, current, { ...current, state: "waiting_for_person" });
      return true;
    });
  }

  /** False when the run was aborted meanwhile. */
  async waitForApproval(scene: Scene, stepRun: StepRun, approvalId: string): Promise<boolean> {
    const waiting = await this.#change(scene.run, async (transaction, current) => {
      await writeStepRun(transaction, { ...stepRun, state: "waiting_for_approval", approvalId });
      await this.#write(transaction, current, { ...current, state: "waiting_for_approval" });
      return true;
    });
    return waiting === true;
  }

  /** The people have decided: the step goes on. */
  async passGate(run: Run, stepRun: StepRun): Promise<{ run: Run; stepRun: StepRun } | undefined> {
    return await this.#change(run, async (transaction, current) => {
      const running: StepRun = { ...stepRun, state: "running" };
      await writeStepRun(transaction, running);
      await this.#write(transaction, current, { ...current, state: "running" });
      return { run: { ...current, state: "running" as const }, stepRun: running };
    });
  }

  /** Between two steps: the run stops as a person asked, and goes on when one says so. */
  async pause(run: Run): Promise<void> {
    await this.#change(run, async (transaction, current) => {
      const reason = `paused by ${run.pauseAskedBy}`;
      await writePause(transaction, run.id, null);
      await this.#write(transaction, current, { ...current, state: "stopped", offers: ["continue"], reason });
      return true;
    });
  }

  /** An interrupted step that only reads is closed, to be executed again. */
  async closeInterrupted(run: Run, stepRun: StepRun, reason: string): Promise<void> {
    await this.#change(run, async (transaction, _current, at) => {
      await writeStepRun(transaction, { ...stepRun, state: "done", verdict: "inconclusive", reason, endedAt: at });
      return true;
    });
  }

  /** A step that this environment has no use for. */
  async leaveOut(scene: Scene): Promise<void> {
    const { run, step, runbook } = scene;
    await this.#change(run, async (transaction, current, at) => {
      const reason = `only for ${step.environments?.join(", ")}`;
      const blank = await this.#blank(transaction, scene, at);
      await writeStepRun(transaction, { ...blank, state: "done", verdict: "skipped", reason, endedAt: at });
      await this.#write(transaction, current, afterStep(current, runbook, "skipped"));
      return true;
    });
  }

  /**
   * Closes a step run, moves the run on and writes down the evidence, all or nothing. `mustAsk` stops the run also where
   * the runbook would go on.
   */
  async finish(scene: Scene, stepRun: StepRun, result: StepResult & { readonly mustAsk?: boolean }): Promise<void> {
    const { run, runbook, step } = scene;
    const redact = createRedactor({ names: step.redact, output: result.output.json });
    await this.#change({ ...run, state: "running" }, async (transaction, current, at) => {
      const done: StepRun = {
        ...stepRun,
        ...storedOutput(result.output, step),
        state: "done",
        verdict: result.verdict,
        expectations: result.results,
        reason: result.reason === null ? null : redact.text(result.reason),
        endedAt: at,
      };
      await writeStepRun(transaction, done);
      const asked = result.mustAsk ? { ...runbook, steps: runbook.steps.map(stopping) } : runbook;
      const captures = { ...current.captures, ...result.captures };
      await this.#write(transaction, { ...current, captures }, afterStep(current, asked, result.verdict));
      await recordRun(this.#options, transaction, {
        run,
        actor: done.signedBy ?? run.startedBy,
        action: "runbook.step.finished",
        summary: `Step "${step.title}": ${result.verdict}.`,
        details: stepEvidence(done),
      });
      return true;
    });
  }

  async #recordStart(transaction: Sql, { run, step }: Scene, stepRun: StepRun): Promise<void> {
    const entry: RunEntry = {
      run,
      actor: run.startedBy,
      action: "runbook.step.started",
      summary: `Step "${step.title}" started.`,
      details: { step: step.name, effect: step.effect, command: stepRun.command.slice(0, 2_000) },
    };
    await recordRun(this.#options, transaction, entry);
  }

  async #blank(transaction: Sql, { run, step }: Scene, at: Instant): Promise<StepRun> {
    const attempt = 1 + (await countAttempts(transaction, run.id, step.name));
    return blankStepRun({ id: newId("stp", at, this.#options.random), runId: run.id, step: step.name, attempt, at });
  }

  async #change<T>(
    run: Run,
    work: (transaction: Sql, current: Run, at: Instant) => Promise<T>,
  ): Promise<T | undefined> {
    const { database, clock, events } = this.#options;
    const done = await database.transaction(async (transaction) => {
      const current = await lockRun(transaction, run.id);
      const isOurs = (await leaseOwner(transaction, run.id)) === this.#owner;
      const isThere = current !== undefined && current.state === run.state && current.cursor === run.cursor;
      return isOurs && isThere ? await work(transaction, current, clock.now()) : undefined;
    });
    announceRun(events, run);
    return done;
  }

  async #write(transaction: Sql, run: Run, progress: RunProgress): Promise<void> {
    await writeProgress(transaction, run.id, { progress, captures: run.captures, now: this.#options.clock.now() });
  }
}

/** A step run as it begins. */
export function blankStepRun(start: {
  readonly id: string;
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly at: Instant;
}): StepRun {
  const { at, ...names } = start;
  return {
    ...names,
    state: "running",
    verdict: null,
    command: "",
    output: "",
    outputSha256: null,
    truncated: false,
    expectations: [],
    approvalId: null,
    signedBy: null,
    note: null,
    itemNotes: [],
    reason: null,
    startedAt: at,
    endedAt: null,
  };
}

function stopping(step: Step): Step {
  return step.onFail === "rollback" ? step : { ...step, onFail: "stop" };
}
