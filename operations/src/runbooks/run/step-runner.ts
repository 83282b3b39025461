import type { Clock } from "@assay/platform/clock/clock";
import type { Instant } from "@assay/primitives/instant";
import type { PromqlSource } from "../../promql/promql-source.ts";
import { retryPauses } from "../document/retry.ts";
import type { Runbook, Step } from "../document/runbook.ts";
import type { PlaceValue } from "../document/template.ts";
import type { Expected } from "../expect/expectation.ts";
import { parseJsonPath, valueAt } from "../expect/json-path.ts";
import { executeHttp } from "./execute-http.ts";
import { executePromql } from "./execute-promql.ts";
import { executeShell } from "./execute-shell.ts";
import { executeSql } from "./execute-sql.ts";
import { judge, type PlaneView, verdictOf, withImplied } from "./judge.ts";
import { createRunValues, type RunValues } from "./lookup.ts";
import type { Output } from "./output.ts";
import type { DataSource, Program, RunbookSystem, RunbookSystems, RunnerTokens } from "./ports.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { type RenderedBlock, renderBlock } from "./render.ts";
import type { ExpectationResult, Run, Verdict } from "./run.ts";

export interface StepRunnerOptions {
  readonly clock: Clock;
  readonly systems: RunbookSystems;
  readonly tokens: RunnerTokens;
  readonly view: PlaneView;
  readonly programs: ReadonlyMap<string, Program>;
  readonly dataSource: (system: string) => DataSource | undefined;
  /** Answers `promql` steps. */
  readonly promql?: PromqlSource;
  /** Pause between two looks at something that may still come true. Default 500 ms. */
  readonly pollMs?: number;
}

export interface StepTask {
  readonly run: Run;
  readonly runbook: Runbook;
  readonly step: Step;
  readonly system: RunbookSystem;
  /** Id of the step run: the idempotency key of its requests. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** Hears all that a program has printed so far. */
  readonly onText?: ((text: string) => void) | undefined;
}

export interface StepResult {
  readonly output: Output;
  readonly results: readonly ExpectationResult[];
  readonly verdict: Exclude<Verdict, "skipped">;
  readonly captures: Readonly<Record<string, PlaceValue>>;
  readonly reason: string | null;
}

export interface StepRunner {
  /** Executes a check or a command and looks at what it must show. */
  execute(task: StepTask): Promise<StepResult>;
  /** Looks at what an action that is over must show. */
  observe(task: StepTask, output: Output): Promise<StepResult>;
}

const DEFAULT_POLL_MS = 500;
/** What the plane sees may still come true after the step's own output is fixed. */
const PLANE_SUBJECTS: readonly Expected["subject"][] = ["metric", "alert", "event"];

export function valuesOf({ run, runbook, system }: Pick<StepTask, "run" | "runbook" | "system">): RunValues {
  return createRunValues({
    manifest: system.manifest,
    runbook,
    params: run.params,
    captures: run.captures,
    runId: run.id,
  });
}

/** Executes blocks and judges them; keeps no state, so that a run can be taken over by another process. */
export function createStepRunner(options: StepRunnerOptions): StepRunner {
  return {
    execute: async (task) => {
      const { step } = task;
      const block = renderBlock(step.block, valuesOf(task));
      const execute = () => executeBlock(block, task, options);
      let result = await lookUntil(options, task, execute);
      for (const pauseMs of step.retry === undefined ? [] : retryPauses(step.retry)) {
        if (result.verdict === "passed" || task.signal.aborted) break;
        await pause(options.clock, pauseMs, task.signal);
        result = await lookUntil(options, task, execute);
      }
      return result;
    },
    observe: (task, output) => lookUntil(options, task, async () => output),
  };
}

/** Looks again until everything holds or `within` is over. Only what reads is executed again. */
async function lookUntil(
  options: StepRunnerOptions,
  task: StepTask,
  execute: () => Promise<Output>,
): Promise<StepResult> {
  const { step, run, system } = task;
  const { clock } = options;
  const context = {
    system: system.manifest.system,
    values: valuesOf(task),
    view: options.view,
    since: run.startedAt as Instant,
  };
  const deadline = clock.monotonicMs() + (step.expect?.withinMs ?? 0);
  for (let output = await execute(); ; ) {
    const all = withImplied(step.expect?.all ?? [], output);
    const redact = createRedactor({ names: step.redact, output: output.json });
    const results = await judge(all, output, { ...context, redact });
    const verdict = verdictOf(all, results, output);
    const canChange = step.effect === "read" || onlyPlaneMisses(all, results);
    if (verdict === "passed" || !canChange || clock.monotonicMs() >= deadline || task.signal.aborted)
      return withCaptures(step, { output, results, verdict, captures: {}, reason: output.trouble ?? null }, redact);
    await pause(clock, options.pollMs ?? DEFAULT_POLL_MS, task.signal);
    if (step.effect === "read" && step.kind !== "action") output = await execute();
  }
}

function onlyPlaneMisses(all: readonly Expected[], results: readonly ExpectationResult[]): boolean {
  return results.every(({ verdict }, index) => verdict === "passed" || PLANE_SUBJECTS.includes(all[index]!.subject));
}

/** Keeps what later steps need; a value that is not there leaves the step inconclusive. */
function withCaptures(step: Step, result: StepResult, redact: Redactor): StepResult {
  if (result.verdict !== "passed") return result;
  const captures: Record<string, PlaceValue> = {};
  for (const { name, path } of step.captures) {
    const parsed = parseJsonPath(path);
    const value = parsed.ok && result.output.json !== undefined ? valueAt(result.output.json, parsed.value) : undefined;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      return { ...result, verdict: "inconclusive", reason: `there is nothing to capture at ${path}` };
    // Captures are stored and shown: what must not be shown is not captured.
    if (parsed.ok && valueAt(redact.json(result.output.json!), parsed.value) !== value)
      return { ...result, verdict: "inconclusive", reason: `what stands at ${path} is secret and not captured` };
    captures[name] = value;
  }
  return { ...result, captures };
}

async function executeBlock(block: RenderedBlock, task: StepTask, options: StepRunnerOptions): Promise<Output> {
  const { step, signal, key } = task;
  const timeoutMs = step.timeoutMs!;
  switch (block.kind) {
    case "http": {
      const owner = await ownerOf(block.url, options.systems);
      if (owner === undefined) return { trouble: "UNKNOWN_ADDRESS: no supervised service answers there" };
      const token = await options.tokens.accessToken(task.run.startedBy.id, owner.manifest.system);
      if (token === undefined) return { trouble: `NOT_ALLOWED: ${task.run.startedBy.name} may not act any more` };
      const shown = owner.takesTokens === false ? undefined : token;
      return await executeHttp({ block, token: shown, idempotencyKey: key, timeoutMs, signal });
    }
    case "sh": {
      const program = options.programs.get(block.words[0]!);
      if (program === undefined) return { trouble: `NO_PROGRAM: ${block.words[0]} cannot be started by this plane` };
      return await executeShell({ program, args: block.words.slice(1), timeoutMs, signal, onText: task.onText });
    }
    case "promql":
      return await executePromql({ source: options.promql, system: task.run.system, promql: block.text, timeoutMs });
    case "sql":
      return await executeSql({ block, source: options.dataSource(task.run.system), timeoutMs });
    default:
      return { trouble: `NOT_AVAILABLE: the plane does not execute ${block.kind}` };
  }
}

/** The system whose service has this address: only such an address gets a request, and only that system's token. */
async function ownerOf(url: string, systems: RunbookSystems): Promise<RunbookSystem | undefined> {
  if (!URL.canParse(url)) return undefined;
  const { origin } = new URL(url);
  const all = await systems.list();
  return all.find(({ manifest }) => manifest.services.some((service) => new URL(service.url).origin === origin));
}

/** A pause that an abort ends without an error. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
