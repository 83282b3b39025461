import {
  type RunDetailView,
  runDetailSchema,
  runSchema,
  type StepRunView,
} from "@assay/operations/api/schema/runbooks";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { printable, type Style } from "@assay/platform/command-line/terminal";
import { Failure } from "@assay/primitives/failure";
import { planeSession } from "../plane/plane-session.ts";

const POLL_MS = 500;
const RECONNECT_MS = 1_000;
const LONGEST_ABSENCE_MS = 120_000;
const STYLES: Readonly<Record<string, Style>> = {
  passed: "good",
  failed: "bad",
  inconclusive: "warning",
  skipped: "quiet",
};

/** Shows a run's steps as they end and asks for what a person must do, until the run is over or wants a decision. */
export async function followRun(context: CommandContext, id: string): Promise<ExitCode> {
  const { terminal, clock, signal } = context;
  const session = planeSession(context);
  const shown = new Set<string>();
  const printed = new Map<string, number>();
  let announced = "";
  for (;;) {
    const detail = await patiently(context, () => session.call(`/api/runs/${encodeURIComponent(id)}`, runDetailSchema));
    if (!terminal.isJson) showEnded(context, detail.steps, shown);
    const { state } = detail.run;
    if (!terminal.isJson) showPrinted(context, detail.steps, printed);
    if (state === "finished" || state === "aborted" || state === "stopped") return showEnd(context, detail);
    const waiting = detail.steps.find((step) => step.state !== "done" && step.state !== "running");
    if (state === "waiting_for_person" && waiting !== undefined) {
      if (!terminal.isInteractive || terminal.isJson) return showEnd(context, detail);
      await signStep(context, detail, waiting);
    } else if (state === "waiting_for_approval" && waiting?.approvalId != null && announced !== waiting.approvalId) {
      announced = waiting.approvalId;
      terminal.printError(terminal.style("warning", `${waiting.step} waits: assay approve ${announced}`));
    }
    await clock.sleep(POLL_MS, { signal });
  }
}

/** The run goes on without us: a plane that restarts, or a line that breaks, is waited for. */
async function patiently<T>({ terminal, clock, signal }: CommandContext, look: () => Promise<T>): Promise<T> {
  const deadline = clock.monotonicMs() + LONGEST_ABSENCE_MS;
  for (let isTold = false; ; isTold = true) {
    try {
      return await look();
    } catch (error) {
      const isOver = clock.monotonicMs() >= deadline || signal.aborted;
      if (!(error instanceof Failure) || !error.retryable || isOver) throw error;
      if (!isTold)
        terminal.printError(terminal.style("warning", "The plane does not answer; the run is kept there. Waiting …"));
      await clock.sleep(RECONNECT_MS, { signal });
    }
  }
}

/** What a program prints while it runs, as far as it is known. */
function showPrinted({ terminal }: CommandContext, steps: readonly StepRunView[], printed: Map<string, number>): void {
  for (const { id, output } of steps.filter(({ state }) => state === "running")) {
    const before = printed.get(id) ?? 0;
    if (output.length <= before) continue;
    printed.set(id, output.length);
    for (const line of output.slice(before).split("\n").filter(Boolean))
      terminal.printError(terminal.style("quiet", `  | ${printable(line)}`));
  }
}

function showEnded({ terminal }: CommandContext, steps: readonly StepRunView[], shown: Set<string>): void {
  for (const { id, step, state, verdict, command, expectations, reason } of steps) {
    if (state !== "done" || shown.has(id)) continue;
    shown.add(id);
    const judged = verdict ?? "inconclusive";
    terminal.print(`${terminal.style(STYLES[judged] ?? "quiet", judged.padEnd(12))} ${terminal.style("strong", step)}`);
    for (const line of command.split("\n").filter(Boolean)) terminal.print(`  $ ${printable(line)}`);
    for (const { text, observed, verdict: seen } of expectations) {
      const what = seen === "passed" ? "" : ` but saw ${JSON.stringify(observed)}`;
      terminal.print(`  ${terminal.style(STYLES[seen] ?? "quiet", seen)} ${printable(`${text}${what}`)}`);
    }
    if (reason !== null) terminal.print(`  ${printable(reason)}`);
  }
}

function showEnd({ terminal }: CommandContext, detail: RunDetailView): ExitCode {
  const { run } = detail;
  if (terminal.isJson) terminal.printJson(detail);
  else if (run.state === "stopped") {
    terminal.print(`\nIt stopped at ${run.cursor}: ${printable(run.reason ?? "a step did not pass")}`);
    terminal.print(`Decide: assay runbook decide ${run.id} ${run.offers.join("|")}`);
  } else if (run.state === "waiting_for_person") {
    terminal.print(`\nA person must look at ${run.cursor}: assay runbook follow ${run.id}, or sign it`);
  } else {
    const verdict = run.verdict ?? run.state;
    terminal.print(`\n${terminal.style(STYLES[verdict] ?? "warning", verdict)} ${run.runbook.title} (${run.id})`);
  }
  return run.state === "finished" && run.verdict === "passed" ? EXIT.ok : EXIT.failed;
}

/** Asks item by item; a "no" leaves the step waiting. */
async function signStep(context: CommandContext, detail: RunDetailView, waiting: StepRunView): Promise<void> {
  const { terminal } = context;
  const planned = detail.plan.find(({ name }) => name === waiting.step);
  terminal.print(`\n${terminal.style("strong", planned?.title ?? waiting.step)}`);
  if (planned?.caution != null) {
    const { people, effect, undo } = planned.caution;
    terminal.print(terminal.style("bad", printable(`${people}. ${effect} Undo: ${undo}`)));
  }
  const items: { done: boolean; note?: string }[] = [];
  for (const { text, noteRequired } of planned?.items ?? []) {
    const isDone = /^y(es)?$/i.test(await context.ask(`[ ] ${printable(text)} (yes/no)`));
    const note = noteRequired && isDone ? await context.ask("    what did you see?") : "";
    items.push(note === "" ? { done: isDone } : { done: isDone, note });
  }
  const isAction = planned?.kind === "action";
  const totp = isAction ? (await context.ask("Sign this with the code of your authenticator:")).replace(/\s/g, "") : "";
  const path = `/api/runs/${encodeURIComponent(detail.run.id)}/steps/${encodeURIComponent(waiting.step)}/sign`;
  const body = { items, ...(totp === "" ? {} : { totp }) };
  await planeSession(context).call(path, runSchema, { method: "POST", body });
}

/** Signs the step that a run waits with, every item of it. @throws Failure `NOTHING_TO_SIGN`. */
export async function signWaiting(
  context: CommandContext,
  id: string,
  signature: { readonly note?: string; readonly totp?: string },
): Promise<void> {
  const session = planeSession(context);
  const { run, steps, plan } = await session.call(`/api/runs/${encodeURIComponent(id)}`, runDetailSchema);
  const waiting = steps.find((step) => step.state === "waiting_for_person");
  if (waiting === undefined) {
    const details = { reason: `Run ${id} is ${run.state.replaceAll("_", " ")}; nothing waits for a signature.` };
    throw new Failure("NOTHING_TO_SIGN", { retryable: false, details });
  }
  const { note } = signature;
  const items = (plan.find(({ name }) => name === waiting.step)?.items ?? []).map(({ noteRequired }) =>
    noteRequired && note !== undefined ? { done: true, note } : { done: true },
  );
  const path = `/api/runs/${encodeURIComponent(id)}/steps/${encodeURIComponent(waiting.step)}/sign`;
  await session.call(path, runSchema, { method: "POST", body: { items, ...signature } });
}
