import type { Database } from "@assay/platform/storage/database";
import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { Catalogue } from "../catalogue.ts";
import type { LiveOutput } from "./live-output.ts";
import type { Output } from "./output.ts";
import type { ActionDesk, DeskOutcome, DeskRefusal, DeskRequest, RunbookSystems } from "./ports.ts";
import { reasonOf } from "./reason-of.ts";
import { createRedactor } from "./redact.ts";
import { commandLine, renderBlock, withoutSecrets } from "./render.ts";
import type { PersonName, Run, StepRun } from "./run.ts";
import type { RunTransitions } from "./run-transitions.ts";
import { loadScene, type Scene } from "./scene.ts";
import { openStepRun } from "./step-run-store.ts";
import { type StepResult, type StepRunner, type StepTask, valuesOf } from "./step-runner.ts";

export interface StepDriverOptions {
  readonly database: Database;
  readonly systems: RunbookSystems;
  readonly desk: ActionDesk;
  readonly catalogue: Pick<Catalogue, "version">;
  readonly steps: StepRunner;
  readonly transitions: RunTransitions;
  readonly live: LiveOutput;
}

/** Does the next thing of a run; says whether there is more to do now. */
export class StepDriver {
  readonly #options: StepDriverOptions;

  constructor(options: StepDriverOptions) {
    this.#options = options;
  }

  async next(run: Run, signal: AbortSignal): Promise<boolean> {
    const open = await openStepRun(this.#options.database, run.id);
    if (run.state === "waiting_for_approval") return open !== undefined && (await this.#askGate(run, open, signal));
    if (open === undefined && run.pauseAskedBy !== null) {
      await this.#options.transitions.pause(run);
      return false;
    }
    const scene = await loadScene(run, this.#options);
    return open === undefined ? await this.#advance(scene, signal) : await this.#takeUp(scene, open, signal);
  }

  async #advance(scene: Scene, signal: AbortSignal): Promise<boolean> {
    const { run, step } = scene;
    const { transitions, steps } = this.#options;
    if (step.environments && !step.environments.includes(run.environment)) {
      await transitions.leaveOut(scene);
      return true;
    }
    const people = step.effect === "danger" ? await this.#options.desk.people(askedOf(scene)) : 0;
    const waits = step.kind === "manual" || people === 1;
    const stepRun = await transitions.begin(scene, { command: commandOf(scene), waits });
    if (stepRun === undefined || waits) return false;
    if (step.kind === "action" && step.effect === "danger") return await this.#ask(scene, stepRun);
    const result = await guarded(async () => {
      if (step.kind !== "action") return await steps.execute(this.#liveTask(scene, stepRun, signal));
      return await this.#perform(scene, stepRun, signal);
    });
    return await this.#finish(scene, stepRun, { result, signal });
  }

  /** A step run that a process left open when it ended. */
  async #takeUp(scene: Scene, open: StepRun, signal: AbortSignal): Promise<boolean> {
    const { transitions } = this.#options;
    if (open.state !== "running") return false;
    if (open.approvalId !== null) return await this.#settle(scene, open, signal);
    if (scene.step.effect === "read") {
      await transitions.closeInterrupted(scene.run, open, "INTERRUPTED: the plane restarted while the step ran");
      return true;
    }
    if (scene.step.kind === "action") return await this.#takeUpAction(scene, open, signal);
    await transitions.finish(scene, open, { ...nothingSeen(OUTCOME_UNKNOWN), mustAsk: true });
    return true;
  }

  /** Actions are recorded by the key of their step run: that record says whether there is anything left to do. */
  async #takeUpAction(scene: Scene, open: StepRun, signal: AbortSignal): Promise<boolean> {
    const { desk, transitions } = this.#options;
    // Asked for again with the same key, it is the same request.
    if (scene.step.effect === "danger" && open.signedBy === null) return await this.#ask(scene, open);
    const known = await desk.known(open.id);
    if (known === "unknown") {
      await transitions.finish(scene, open, { ...nothingSeen(OUTCOME_UNKNOWN), mustAsk: true });
      return true;
    }
    if (known === undefined && scene.step.effect === "danger") {
      // It never began, and nobody acts in the name of a second factor of yesterday.
      await transitions.waitAgain(scene, open);
      return false;
    }
    const result = await guarded(async () => {
      if (known !== undefined) return await this.#observe(scene, open, { output: outputOf(known), signal });
      return await this.#perform(scene, open, signal);
    });
    return await this.#finish(scene, open, { result, signal });
  }

  #liveTask(scene: Scene, stepRun: StepRun, signal: AbortSignal): StepTask {
    const { live } = this.#options;
    const onText = (text: string) => live.write(stepRun.id, text, scene.step.redact);
    return { ...taskOf(scene, stepRun, signal), onText };
  }

  async #perform(scene: Scene, stepRun: StepRun, signal: AbortSignal): Promise<StepResult> {
    const done = await this.#options.desk.perform(requestOf(scene, stepRun, scene.run.startedBy));
    const output = done.ok ? outputOf(done.value) : refused(done.refusal);
    return await this.#observe(scene, stepRun, { output, signal });
  }

  async #observe(
    scene: Scene,
    stepRun: StepRun,
    { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
  ): Promise<StepResult> {
    return await this.#options.steps.observe(taskOf(scene, stepRun, signal), output);
  }

  /** Opens the approval request and waits as state. */
  async #ask(scene: Scene, stepRun: StepRun): Promise<boolean> {
    const { desk, transitions } = this.#options;
    const asked = await desk.request(requestOf(scene, stepRun, scene.run.startedBy));
    if (!asked.ok) {
      await transitions.finish(scene, stepRun, nothingSeen(sentence(asked.refusal)));
      return true;
    }
    const isWaiting = await transitions.waitForApproval(scene, stepRun, asked.value.approvalId);
    // Aborted meanwhile: nobody shall be asked to agree to what nobody wants.
    if (!isWaiting) await desk.cancel(asked.value.approvalId, scene.run.startedBy);
    return false;
  }

  /** Looks whether the people have decided; goes on when they have. */
  async #askGate(run: Run, open: StepRun, signal: AbortSignal): Promise<boolean> {
    assert(open.approvalId !== null, "a run that waits for approval has asked for it");
    const outcome = await this.#options.desk.outcome(open.approvalId);
    if (isOpen(outcome)) return false;
    const gone = await this.#options.transitions.passGate(run, open);
    if (gone === undefined) return false;
    return await this.#settle(await loadScene(gone.run, this.#options), gone.stepRun, signal);
  }

  async #settle(scene: Scene, stepRun: StepRun, signal: AbortSignal): Promise<boolean> {
    const result = await guarded(async () => {
      const outcome = await this.#options.desk.outcome(stepRun.approvalId!);
      const output = outcome ? outputOf(outcome) : { trouble: "APPROVAL_UNKNOWN: the request is not known any more" };
      return await this.#options.steps.observe(taskOf(scene, stepRun, signal), output);
    });
    return await this.#finish(scene, stepRun, { result, signal });
  }

  /** What one person did with a fresh second factor is looked at like any other action. */
  async settleAlone(
    scene: Scene,
    stepRun: StepRun,
    { outcome, signal }: { outcome: DeskOutcome; signal: AbortSignal },
  ) {
    const result = await guarded(() => this.#options.steps.observe(taskOf(scene, stepRun, signal), outputOf(outcome)));
    await this.#finish(scene, stepRun, { result, signal });
  }

  /** A step that was cut off, since the plane stops or the run was aborted, is left for whoever looks next. */
  async #finish(scene: Scene, stepRun: StepRun, end: { result: StepResult; signal: AbortSignal }): Promise<boolean> {
    this.#options.live.end(stepRun.id);
    if (end.signal.aborted) return false;
    await this.#options.transitions.finish(scene, stepRun, end.result);
    return true;
  }
}

const OUTCOME_UNKNOWN =
  "OUTCOME_UNKNOWN: the plane restarted while the step ran; look at what it did before you repeat it";

function isOpen(outcome: DeskOutcome | undefined): boolean {
  return outcome !== undefined && ["awaiting_requester", "pending", "approved"].includes(outcome.state);
}

function taskOf({ run, runbook, step, system }: Scene, stepRun: StepRun, signal: AbortSignal): StepTask {
  return { run, runbook, step, system, key: stepRun.id, signal };
}

function scopeOf({ run, step }: Scene): Pick<DeskRequest, "system" | "action" | "raiseTo"> {
  assert(step.block.kind === "action", "only actions are dangerous");
  return { system: run.system, action: step.block.action, raiseTo: step.approval ?? 1 };
}

/** With the parameters as well where they are known: people may have agreed to exactly these beforehand. */
function askedOf(scene: Scene): Parameters<ActionDesk["people"]>[0] {
  const { id, version, sha256 } = scene.run.runbook;
  try {
    const block = renderBlock(scene.step.block, valuesOf(scene));
    assert(block.kind === "action", "an action step holds an action");
    return { ...scopeOf(scene), params: block.params, runbook: { id, version, sha256 } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return scopeOf(scene);
  }
}

/** The request of an action step; the same step run always makes the same one. */
export function requestOf(scene: Scene, stepRun: StepRun, requester: PersonName): DeskRequest {
  const { run, step } = scene;
  const block = renderBlock(step.block, valuesOf(scene));
  assert(block.kind === "action", "an action step holds an action");
  return {
    ...scopeOf(scene),
    params: block.params,
    reason: reasonOf(scene.runbook, step),
    requester,
    runbook: { id: run.runbook.id, version: run.runbook.version, sha256: run.runbook.sha256 },
    step: step.name,
    incidentId: run.incidentId,
    key: stepRun.id,
  };
}

function commandOf(scene: Scene): string {
  try {
    const { step, run, runbook } = scene;
    const context = { system: run.system, reason: reasonOf(runbook, step) };
    const block = renderBlock(step.block, valuesOf(scene));
    return commandLine(withoutSecrets(block, createRedactor({ names: step.redact })), context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return sentence(error);
  }
}

/** Turns what the world did to a step into an inconclusive verdict; a bug still goes up. */
async function guarded(work: () => Promise<StepResult>): Promise<StepResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return nothingSeen(sentence(error));
  }
}

function nothingSeen(reason: string): StepResult {
  return { output: { trouble: reason }, results: [], verdict: "inconclusive", captures: {}, reason };
}

function outputOf({ state, answer, reason }: DeskOutcome): Output {
  // It began, and nobody knows how it ended: neither done nor failed.
  if (reason === "OUTCOME_UNKNOWN") return { trouble: OUTCOME_UNKNOWN };
  return { state, ...(answer === null ? {} : { json: answer }), ...(reason === null ? {} : { text: reason }) };
}

function refused(refusal: DeskRefusal): Output {
  return { state: "failed", text: sentence(refusal) };
}

function sentence(trouble: DeskRefusal | Failure): string {
  if (trouble instanceof Failure) return `${trouble.code}: ${JSON.stringify(trouble.details)}`;
  return `${trouble.code}: ${trouble.detail ?? "refused"}`;
}
