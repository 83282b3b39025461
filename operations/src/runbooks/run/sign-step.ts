import { accept, refuse } from "@assay/primitives/result";
import type { PersonPrincipal } from "../../identity/principal.ts";
import type { StepUpProof } from "../../identity/step-up.ts";
import type { ManualItem } from "../document/runbook.ts";
import type { DeskRefusal } from "./ports.ts";
import { createRedactor } from "./redact.ts";
import type { PersonName, Run, StepRun } from "./run.ts";
import { type CommandOutcome, changeRun, moveRun, type RunCommandOptions, refuseCommand } from "./run-command.ts";
import { recordRun, stepEvidence } from "./run-record.ts";
import { afterStep } from "./run-rules.ts";
import { readRun, takeLease } from "./run-store.ts";
import { loadScene, type Scene } from "./scene.ts";
import { requestOf } from "./step-driver.ts";
import { openStepRun, writeStepRun } from "./step-run-store.ts";

export interface SignRequest {
  readonly runId: string;
  readonly step: string;
  /** Each item of the list: whether it is so, and what the person noted. Empty for an action. */
  readonly items: readonly { readonly done: boolean; readonly note?: string | undefined }[];
  readonly note: string | null;
  /** For an action that one person may do. */
  readonly proof: StepUpProof | null;
}

/** A person's hand: a task list is signed, or a one-person action is confirmed with a fresh second factor. */
export async function signStep(
  options: RunCommandOptions,
  request: SignRequest,
  principal: PersonPrincipal,
): Promise<CommandOutcome> {
  const { runId, step } = request;
  const run = await readRun(options.database, runId);
  if (run === undefined) return refuseCommand("RUN_NOT_FOUND", "no such run");
  const open = await openStepRun(options.database, runId);
  if (run.state !== "waiting_for_person" || run.cursor !== step || open?.state !== "waiting_for_person")
    return refuseCommand("STEP_NOT_WAITING", `the run does not wait for a person at ${step}`);
  const scene = await loadScene(run, options);
  return scene.step.kind === "manual"
    ? await signList(options, { scene, open, request, principal })
    : await signAction(options, { scene, open, request, principal });
}

interface Signing {
  readonly scene: Scene;
  readonly open: StepRun;
  readonly request: SignRequest;
  readonly principal: PersonPrincipal;
}

async function signList(options: RunCommandOptions, signing: Signing): Promise<CommandOutcome> {
  const { scene, request, principal } = signing;
  const { run, runbook, step } = scene;
  const items = step.block.kind === "manual" ? step.block.items : [];
  const errors = listErrors(items, request.items);
  if (errors.length > 0) return refuse({ code: "INVALID_INPUT", detail: "the list is not complete", errors });
  return await changeRun(options, run.id, async (transaction, current, at) => {
    if (current.state !== "waiting_for_person" || current.cursor !== run.cursor)
      return refuseCommand("STEP_NOT_WAITING", "somebody else was faster");
    const signed = signedList(signing, items, at);
    const verdict = signed.verdict!;
    const progress = afterStep({ ...current, state: "running" }, runbook, verdict);
    await writeStepRun(transaction, signed);
    const moved = await moveRun(transaction, current, { progress, at });
    await recordRun(options, transaction, {
      run: current,
      actor: nameOf(principal),
      action: "runbook.step.signed",
      summary: `Step "${step.title}" signed: ${verdict}.`,
      details: stepEvidence(signed),
    });
    return accept(moved);
  });
}

function signedList(
  { scene, open, request, principal }: Signing,
  items: readonly ManualItem[],
  at: Run["startedAt"],
): StepRun {
  const redact = createRedactor({ names: scene.step.redact });
  const clean = (note: string | null | undefined) =>
    note ? redact.text(note.toWellFormed().replaceAll("\u0000", "")) : null;
  const notSo = items.filter((_, index) => !request.items[index]!.done).map(({ text }) => text);
  return {
    ...open,
    state: "done",
    verdict: notSo.length === 0 ? "passed" : "failed",
    signedBy: nameOf(principal),
    note: clean(request.note),
    itemNotes: request.items.map(({ note }) => clean(note)),
    reason: notSo.length === 0 ? null : `not so: ${notSo.join("; ")}`,
    endedAt: at,
  };
}

function listErrors(items: readonly ManualItem[], given: SignRequest["items"]) {
  if (given.length !== items.length) return [{ path: "body.items", message: `has ${items.length} items` }];
  return given.flatMap(({ done, note }, index) => {
    const path = `body.items.${index}.note`;
    if (items[index]!.noteRequired && !note) return [{ path, message: "is required" }];
    return done || note ? [] : [{ path, message: "says why it is not so" }];
  });
}

/** Answers when the action is done or refused; what it must show is looked at afterwards. */
async function signAction(
  options: RunCommandOptions,
  { scene, open, request, principal }: Signing,
): Promise<CommandOutcome> {
  const { engine, desk, database, transitions, driver, owner, clock } = options;
  const { run } = scene;
  const answered = Promise.withResolvers<CommandOutcome>();
  engine.hold(run.id, async (signal) => {
    try {
      await takeLease(database, run.id, { owner, now: clock.now(), forMs: engine.leaseMs });
      const person = nameOf(principal);
      const stepRun = await transitions.beginSigned(scene, open, person);
      if (stepRun === undefined) return answered.resolve(refuseCommand("STEP_NOT_WAITING", "somebody else was faster"));
      const done = await desk.performAlone(requestOf(scene, stepRun, person), { principal, proof: request.proof });
      if (!done.ok) {
        await transitions.waitAgain(scene, stepRun);
        return answered.resolve(refusalOf(done.refusal));
      }
      answered.resolve(accept({ ...run, state: "running" }));
      await driver.settleAlone(scene, stepRun, { outcome: done.value, signal });
    } catch (error) {
      answered.reject(error);
      throw error;
    }
  });
  return await answered.promise;
}

const FACTOR_REFUSALS = ["BAD_TOTP", "TOTP_REQUIRED", "TOTP_SETUP_REQUIRED"] as const;

function refusalOf({ code, detail = "the action was refused" }: DeskRefusal) {
  const factor = FACTOR_REFUSALS.find((known) => known === code);
  if (factor !== undefined) return refuseCommand(factor, "prove your second factor");
  return refuseCommand("ACTION_REFUSED", `${code}: ${detail}`);
}

function nameOf({ personId, name }: PersonPrincipal): PersonName {
  return { id: personId, name };
}
