import { existsSync, readFileSync } from "node:fs";
import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { ConfigurationError } from "@assay/platform/config/config";
import { Secret } from "@assay/platform/config/secret";
import type { Environment } from "@assay/platform/config/setting";
import { type Random, systemRandom } from "@assay/platform/random/random";
import { askPostgres } from "@assay/platform/storage/ask-postgres";
import { askSupervisor } from "@assay/platform/supervisor/control-client";
import { controlSocketPath } from "@assay/platform/supervisor/control-protocol";
import { startControlServer } from "@assay/platform/supervisor/control-server";
import type { ProcessSpec } from "@assay/platform/supervisor/process-spec";
import type { ProcessStatus, ProcessTimings } from "@assay/platform/supervisor/process-status";
import { Supervisor } from "@assay/platform/supervisor/supervisor";
import { Failure } from "@assay/primitives/failure";
import { REPOSITORY } from "./repository.ts";
import { processFaults } from "./stack/process-faults.ts";
import { databaseUrls, describeStack, type StackUrls, stackUrls } from "./stack/stack.ts";
import { removeStackFile, writeStackFile } from "./stack/stack-file.ts";
import { choosePorts, type PortChoice } from "./stack/stack-ports.ts";
import { loadOrCreateSecrets } from "./stack/stack-secrets.ts";
import { openStateFolder } from "./stack/state-folder.ts";
import { VERSION } from "./version.ts";

export interface LocalStackOptions {
  /** Its secrets, data, logs and control socket; two stacks never share one. */
  readonly stateDirectory: string;
  /** Added to the usual ports; `free` takes any, for tests and drills beside a running stack. */
  readonly portOffset: number | "free";
  /** Settings for the processes, over the stack's own. */
  readonly environment?: Environment;
  readonly strictPorts?: boolean;
  /** Which processes to run; default all. */
  readonly select?: (spec: ProcessSpec) => boolean;
  /** Hears each change of a process's state. */
  readonly log?: (status: ProcessStatus) => void;
  /** Hears which ports were chosen, before anything starts. */
  readonly onPorts?: (choice: PortChoice) => void;
  /** Where programs are found. */
  readonly path?: string;
  readonly timings?: Partial<ProcessTimings>;
  readonly startTimeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface LocalStack extends AsyncDisposable {
  readonly urls: StackUrls;
  /** The superuser's logins. */
  readonly databases: ReturnType<typeof databaseUrls>;
  /** Starts, stops, freezes and kills single processes. */
  readonly control: Supervisor;
  /** Faults that only a supervisor can inject, by name, for drills. */
  readonly faults: ReturnType<typeof processFaults>;
  /** Resolves when somebody asks over the control socket for the end of the stack. */
  readonly shutdownRequested: Promise<void>;
  /** The one-time code for the first administrator; undefined when it was used. */
  bootstrapCode(): string | undefined;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const MAX_FRUITLESS_STARTS = 6;
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Starts every process of the product on this machine and returns when all are ready. On failure everything that was
 * started is stopped again.
 * @throws Failure `ALREADY_RUNNING`, `PORT_IN_USE`, `NO_SPACE`, `PROCESS_FAILED`, `NOT_READY_IN_TIME` and those of its
 *   parts, each with one sentence in `details.reason`.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { clock = systemClock, random = systemRandom, environment = {}, path = DEFAULT_PATH } = options;
  const state = openStateFolder(options.stateDirectory);
  const socketPath = controlSocketPath(state.path);
  await refuseSecond(socketPath, state.path);
  await requireDatabases(environment);
  const secrets = loadOrCreateSecrets(state.secretsFile, random);
  const choice = await choosePorts({ offset: options.portOffset, isStrict: options.strictPorts ?? false });
  options.onPorts?.(choice);
  const { ports } = choice;
  const urls = stackUrls(ports);
  const stackOptions = { repository: REPOSITORY, state, ports, secrets, version: VERSION, environment, path };
  const loops = new CrashLoops();
  const supervisor = new Supervisor({
    specs: selected(describeStack(stackOptions), options.select),
    logDirectory: state.logs,
    clock,
    timings: options.timings ?? {},
    onChange: (status) => {
      loops.see(status);
      options.log?.(status);
    },
  });
  const shutdown = Promise.withResolvers<void>();
  await using resources = new AsyncDisposableStack();
  // The socket is the folder's lock, so it is given back last.
  const describe = () => ({ urls, ports, version: VERSION });
  resources.use(await startControlServer({ socketPath, supervisor, describe, onShutdown: shutdown.resolve }));
  const startedAt = new Date(clock.now()).toISOString();
  writeStackFile(state.stackFile, { pid: process.pid, startedAt, urls: { ...urls }, ports: { ...ports } });
  resources.defer(() => removeStackFile(state.stackFile));
  resources.use(supervisor);
  await untilReady({
    supervisor,
    loops,
    clock,
    limitMs: options.startTimeoutMs ?? START_TIMEOUT_MS,
    signal: options.signal,
  });
  const running = resources.move();
  return {
    urls,
    databases: databaseUrls(stackOptions),
    control: supervisor,
    faults: processFaults(supervisor),
    shutdownRequested: shutdown.promise,
    bootstrapCode: () => readBootstrapCode(state.bootstrapFile),
    stop: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function selected(specs: readonly ProcessSpec[], select: (spec: ProcessSpec) => boolean = () => true): ProcessSpec[] {
  const kept = specs.filter(select);
  const names = new Set(kept.map(({ name }) => name));
  return kept.map((spec) => ({ ...spec, dependsOn: (spec.dependsOn ?? []).filter((name) => names.has(name)) }));
}

async function refuseSecond(socketPath: string, folder: string): Promise<void> {
  const running = await askSupervisor(socketPath, { command: "describe" }).catch(() => undefined);
  if (running === undefined) return;
  const { operations } = (running as { urls: Record<string, string> }).urls;
  const reason = `Assay already runs on ${folder}, with its console at ${operations}; end it with "assay stop", or set ASSAY_HOME to another folder.`;
  throw new Failure("ALREADY_RUNNING", { retryable: false, details: { reason } });
}

/** A server that somebody names must be there before anything is started; our own are started first. */
async function requireDatabases(environment: Environment): Promise<void> {
  for (const name of ["DATABASE_URL", "OPERATIONS_DATABASE_URL"]) {
    const url = environment[name];
    if (url === undefined || url === "") continue;
    if (!/^postgres(ql)?:\/\//.test(url)) throw new ConfigurationError([`${name} does not begin with postgres://.`]);
    await askPostgres(new Secret(url)).catch((error: Failure) => {
      const reason = `The database of ${name} does not answer: ${error.details?.reason ?? error.message}.`;
      throw new Failure("DATABASE_UNAVAILABLE", { retryable: false, cause: error, details: { reason } });
    });
  }
}

interface Waiting {
  readonly supervisor: Supervisor;
  readonly loops: CrashLoops;
  readonly clock: Clock;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

async function untilReady({ supervisor, loops, clock, limitMs, signal }: Waiting): Promise<void> {
  const over = new AbortController();
  const ends = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const tooLate = clock.sleep(limitMs, { signal: ends }).then(() => {
    const late = supervisor.status().find(({ state }) => state !== "ready");
    const reason = `${late?.name} is not ready after ${limitMs / 1_000} s: ${late?.reason ?? "still starting"}.`;
    throw new Failure("NOT_READY_IN_TIME", { retryable: false, details: { reason } });
  });
  try {
    await Promise.race([supervisor.start(), tooLate, loops.found]);
  } catch (error) {
    throw withName(error);
  } finally {
    over.abort();
    tooLate.catch(() => undefined);
  }
}

/** A process that ends again and again before it was ever ready is not waited for to the end. */
class CrashLoops {
  readonly found: Promise<never>;
  readonly #reject: (error: Failure) => void;
  readonly #wereReady = new Set<string>();

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    this.found = promise;
    this.found.catch(() => undefined);
    this.#reject = reject;
  }

  see({ name, state, restarts, reason }: ProcessStatus): void {
    if (state === "ready") this.#wereReady.add(name);
    if (restarts < MAX_FRUITLESS_STARTS || this.#wereReady.has(name)) return;
    const details = { process: name, reason: reason?.replace(/; next try in .*$/, "") };
    this.#reject(new Failure("PROCESS_FAILED", { retryable: false, details }));
  }
}

/** "operations ended with 78: …" as one sentence; a wrong configuration keeps its kind. */
function withName(error: unknown): unknown {
  if (!(error instanceof Failure) || error.code !== "PROCESS_FAILED") return error;
  const { process: name, reason } = error.details;
  const sentence = `${name} ${reason}`;
  if (String(reason).startsWith("ended with 78")) return new ConfigurationError([sentence]);
  return new Failure(error.code, { retryable: false, cause: error, details: { process: name, reason: sentence } });
}

function readBootstrapCode(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}
