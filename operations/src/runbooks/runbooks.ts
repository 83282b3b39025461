import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { SECOND_MS } from "@assay/primitives/instant";
import type { AuditLog } from "../audit/audit.ts";
import type { Events } from "../events/events.ts";
import type { PersonPrincipal } from "../identity/principal.ts";
import type { PromqlSource } from "../promql/promql-source.ts";
import { type Catalogue, createCatalogue } from "./catalogue.ts";
import type { PlaneView } from "./run/judge.ts";
import { LiveOutput } from "./run/live-output.ts";
import type { ActionDesk, DataSource, IncidentTimeline, Program, RunbookSystems, RunnerTokens } from "./run/ports.ts";
import type { Decision, PersonName, Run, StepRun } from "./run/run.ts";
import type { CommandOutcome } from "./run/run-command.ts";
import { abortRun, continueRun, pauseRun, type StartRequest, startRun } from "./run/run-commands.ts";
import { RunEngine } from "./run/run-engine.ts";
import { lastRuns, listRuns, type RunQuery, readRun } from "./run/run-store.ts";
import { RunTransitions } from "./run/run-transitions.ts";
import { type SignRequest, signStep } from "./run/sign-step.ts";
import { StepDriver } from "./run/step-driver.ts";
import { listStepRuns } from "./run/step-run-store.ts";
import { createStepRunner } from "./run/step-runner.ts";
import { transcriptOf } from "./run/transcript.ts";

export interface RunbooksOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: Events;
  readonly timeline: IncidentTimeline;
  readonly systems: RunbookSystems;
  readonly desk: ActionDesk;
  readonly tokens: RunnerTokens;
  /** A token of the plane itself towards a system, to fetch runbooks. */
  readonly serviceToken: (audience: string) => Promise<string>;
  readonly view: PlaneView;
  /** By the first word of a `sh` block. */
  readonly programs: ReadonlyMap<string, Program>;
  readonly dataSource: (system: string) => DataSource | undefined;
  /** Answers `promql` steps. */
  readonly promql?: PromqlSource;
  readonly leaseMs?: number;
  readonly pollMs?: number;
}

export interface RunDetail {
  readonly run: Run;
  readonly steps: readonly StepRun[];
}

/** Runs as people see and steer them. */
export interface Runs {
  start(request: StartRequest, person: PersonName): Promise<CommandOutcome>;
  sign(request: SignRequest, principal: PersonPrincipal): Promise<CommandOutcome>;
  continue(
    id: string,
    choice: { readonly decision: Decision; readonly note: string | null; readonly person: PersonName },
  ): Promise<CommandOutcome>;
  /** Stops the run before its next step. */
  pause(id: string, person: PersonName): Promise<CommandOutcome>;
  abort(id: string, choice: { readonly reason: string; readonly person: PersonName }): Promise<CommandOutcome>;
  list(query: RunQuery): Promise<readonly Run[]>;
  /** The newest run of each runbook. */
  last(): Promise<readonly Run[]>;
  get(id: string): Promise<RunDetail | undefined>;
  transcript(id: string): Promise<string | undefined>;
}

export interface Runbooks extends AsyncDisposable {
  readonly catalogue: Catalogue;
  readonly runs: Runs;
  readonly systems: RunbookSystems;
  /** What programs have printed so far. */
  readonly live: Pick<LiveOutput, "read">;
  /** Begins to drive runs and to fetch new runbooks. */
  start(): void;
  /** Drives what can be driven now; resolves when every run waits or is over. */
  tick(): Promise<void>;
}

/** Only what a manifest names and the plane lacks is fetched. What could not be is tried again this soon. */
const REFRESH_EVERY_MS = 5 * SECOND_MS;

/** Wires the runbooks of the plane: catalogue, engine and the commands of people. */
export function createRunbooks(options: RunbooksOptions): Runbooks {
  const { database, clock, random, logger, systems, desk, leaseMs } = options;
  const owner = newId("drv", clock.now(), random);
  const catalogue = createCatalogue(options);
  const transitions = new RunTransitions(options, owner);
  const steps = createStepRunner(options);
  const live = new LiveOutput({ clock, changed: () => options.events.publish({ topic: "runs", id: "live" }) });
  const driver = new StepDriver({ database, systems, desk, catalogue, steps, transitions, live });
  const engine = new RunEngine({
    ...{ database, clock, logger, driver, owner },
    ...(leaseMs === undefined ? {} : { leaseMs }),
  });
  const commands = { ...options, catalogue, engine, driver, transitions, owner };
  const stop = new AbortController();
  let refreshing: Promise<void> = Promise.resolve();
  const parts = { catalogue, systems, live, runs: createRuns(commands) };
  return {
    ...parts,
    start: () => {
      engine.start();
      refreshing = keepFresh(options, catalogue, stop.signal);
    },
    tick: () => engine.tick(),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await refreshing;
      await engine[Symbol.asyncDispose]();
    },
  };
}

function createRuns(commands: Parameters<typeof startRun>[0]): Runs {
  const { database } = commands;
  const get = async (id: string): Promise<RunDetail | undefined> => {
    const run = await readRun(database, id);
    return run && { run, steps: await listStepRuns(database, id) };
  };
  return {
    start: (request, person) => startRun(commands, request, person),
    sign: (request, principal) => signStep(commands, request, principal),
    continue: (id, choice) => continueRun(commands, id, choice),
    pause: (id, person) => pauseRun(commands, id, person),
    abort: (id, choice) => abortRun(commands, id, choice),
    list: (query) => listRuns(database, query),
    last: () => lastRuns(database),
    get,
    transcript: async (id) => {
      const detail = await get(id);
      return detail && transcriptOf(detail.run, detail.steps);
    },
  };
}

/** At once when a manifest comes into force, and every few seconds for what could not be fetched before. */
async function keepFresh(options: RunbooksOptions, catalogue: Catalogue, signal: AbortSignal): Promise<void> {
  const { clock, logger, events } = options;
  const nap = { now: new AbortController() };
  const listening = listen(events, signal, () => nap.now.abort());
  while (!signal.aborted) {
    nap.now = new AbortController();
    await catalogue.refresh().catch((error: unknown) => logger.warn({ error }, "runbooks could not be refreshed"));
    const either = AbortSignal.any([signal, nap.now.signal]);
    await clock.sleep(REFRESH_EVERY_MS, { signal: either }).catch(() => undefined);
  }
  await listening;
}

async function listen(events: Events, signal: AbortSignal, wake: () => void): Promise<void> {
  for await (const { topic } of events.subscribe(signal)) if (topic === "systems" || topic === "all") wake();
}
