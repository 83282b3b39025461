import { type ChildProcess, spawn } from "node:child_process";
import { Failure } from "@assay/primitives/failure";
import type { Instant } from "@assay/primitives/instant";
import type { Clock } from "../clock/clock.ts";
import { complaintOf, messageOf, sentence } from "./complaint.ts";
import { dieWithParent } from "./die-with-parent.ts";
import type { LogFile } from "./log-file.ts";
import { runProbe } from "./probe.ts";
import { untilExit } from "./process-exit.ts";
import type { Probe, ProcessSpec } from "./process-spec.ts";
import type { ProcessState, ProcessStatus, ProcessTimings } from "./process-status.ts";
import { signalTree } from "./process-tree.ts";

export interface SupervisedProcessOptions {
  readonly spec: ProcessSpec;
  readonly clock: Clock;
  readonly timings: ProcessTimings;
  readonly log: LogFile;
  readonly onChange: (status: ProcessStatus) => void;
}

const START_POLL_MS = 50;
const MISSES_BEFORE_RESTART = 3;
/** EX_CONFIG of sysexits.h, and the shell's "cannot execute" and "not found". */
const HOPELESS_EXITS = new Set([78, 126, 127]);
const KEPT_LINES = 40;

/** Runs one process for as long as it is wanted. */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #options: SupervisedProcessOptions;
  readonly #clock: Clock;
  readonly #timings: ProcessTimings;
  #state: ProcessState = "stopped";
  #reason: string | undefined;
  #child: ChildProcess | undefined;
  #startedAt: Instant | undefined;
  #restarts = 0;
  #lastErrors: string[] = [];
  #wanted: AbortController | undefined;
  #run: Promise<void> = Promise.resolve();
  #hold: "frozen" | "down" | undefined;
  readonly #waiters = new Set<() => void>();

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
    this.spec = options.spec;
    this.#clock = options.clock;
    this.#timings = {
      ...options.timings,
      startTimeoutMs: options.spec.startTimeoutMs ?? options.timings.startTimeoutMs,
      stopTimeoutMs: options.spec.stopTimeoutMs ?? options.timings.stopTimeoutMs,
    };
  }

  status(): ProcessStatus {
    const { name, group, version, address } = this.spec;
    const pid = this.#child?.pid;
    const startedAt = pid === undefined ? undefined : this.#startedAt;
    const reason = this.#state === "ready" ? undefined : this.#reason;
    return { name, group, state: this.#state, pid, startedAt, restarts: this.#restarts, version, address, reason };
  }

  /**
   * Starts it, or lets go of one that is held, and waits until it is ready.
   * @throws Failure `PROCESS_FAILED` when it cannot become ready, `PROCESS_STOPPED` when somebody stops it meanwhile.
   */
  async start(): Promise<void> {
    const wasFrozen = this.#letGo();
    if (this.#wanted === undefined) {
      const wanted = new AbortController();
      this.#wanted = wanted;
      this.#set("starting");
      this.#run = this.#keepRunning(wanted.signal).finally(() => {
        if (this.#wanted === wanted) this.#wanted = undefined;
      });
    } else if (this.#state === "held") {
      this.#set(wasFrozen ? "unready" : "starting");
    }
    await this.#untilState((state) => state === "ready" || state === "failed" || state === "stopped");
    if (this.#state === "failed") throw this.#failure("PROCESS_FAILED");
    if (this.#state === "stopped") throw this.#failure("PROCESS_STOPPED");
  }

  /** Asks it to end, insists after the stop timeout, and returns when nothing of it is left. */
  async stop(): Promise<void> {
    this.#letGo();
    if (this.#child !== undefined) this.#set("stopping");
    this.#wanted?.abort();
    await this.#run;
    this.#set("stopped");
  }

  /** Freezes it: connections stay open and nothing answers, until it is started again. */
  freeze(): void {
    this.#hold = "frozen";
    this.#signal("SIGSTOP");
    this.#set("held", "frozen on purpose");
  }

  /** SIGKILL to all of it; `hold` keeps it down until it is started again. */
  kill(options: { readonly hold: boolean }): void {
    if (options.hold) this.#hold = "down";
    this.#signal("SIGKILL");
    if (options.hold) this.#set("held", "killed on purpose");
  }

  /** Whether it was frozen. */
  #letGo(): boolean {
    const wasFrozen = this.#hold === "frozen";
    if (wasFrozen) this.#signal("SIGCONT");
    this.#hold = undefined;
    return wasFrozen;
  }

  async #keepRunning(wanted: AbortSignal): Promise<void> {
    let failures = 0;
    while (!wanted.aborted) {
      const startedMs = this.#clock.monotonicMs();
      const outcome = await this.#runOnce(wanted);
      if (wanted.aborted) return;
      if (this.#hold !== undefined) {
        await this.#untilState((state) => state !== "held", wanted);
        continue;
      }
      if (outcome.isHopeless) return this.#set("failed", outcome.reason);
      failures = this.#clock.monotonicMs() - startedMs > this.#timings.stableAfterMs ? 1 : failures + 1;
      this.#restarts += 1;
      const delayMs = Math.min(this.#timings.firstBackOffMs * 2 ** (failures - 1), this.#timings.lastBackOffMs);
      this.#set("waiting", `${outcome.reason}; next try in ${(delayMs / 1_000).toFixed(1)} s`);
      await this.#clock.sleep(delayMs, { signal: wanted }).catch(() => undefined);
    }
  }

  async #runOnce(wanted: AbortSignal): Promise<Outcome> {
    this.#set("starting");
    try {
      await this.spec.prepare?.();
    } catch (error) {
      return { isHopeless: error instanceof Failure && !error.retryable, reason: sentence(error) };
    }
    if (wanted.aborted) return { isHopeless: false, reason: "not wanted any more" };
    const child = this.#spawn();
    const ended = new AbortController();
    const exit = untilExit(child, this.#clock).finally(() => ended.abort());
    const complaint = await this.#watch(AbortSignal.any([wanted, ended.signal]));
    if (!ended.signal.aborted) await this.#end(child, exit);
    const { code, signal, cause } = await exit;
    this.#child = undefined;
    const last = complaintOf(this.#lastErrors);
    const how = cause ?? (signal === null ? `ended with ${code}` : `ended by ${signal}`);
    const reason = complaint ?? (last === undefined ? how : `${how}: ${last}`);
    return { isHopeless: complaint === undefined && (cause !== undefined || HOPELESS_EXITS.has(code ?? 0)), reason };
  }

  #spawn(): ChildProcess {
    const { spec } = this;
    const signal = spec.deathSignal ?? "TERM";
    const program = signal === "none" ? spec.program : dieWithParent(spec.program, signal);
    // Detached, so that Ctrl-C in a terminal reaches the supervisor alone, which then stops all in order.
    const child = spawn(program.command, program.args, {
      env: { ...spec.env },
      cwd: spec.workingDirectory,
      detached: true,
      stdio: ["pipe", "pipe", "pipe", ...(spec.ipc ? (["ipc"] as const) : [])],
    });
    this.#child = child;
    this.#startedAt = this.#clock.now();
    this.#lastErrors = [];
    child.stdin?.on("error", () => undefined);
    this.#options.log.capture(child.stdout!, "stdout");
    this.#options.log.capture(child.stderr!, "stderr", (line) => {
      this.#lastErrors = [...this.#lastErrors, messageOf(line)].slice(-KEPT_LINES);
    });
    return child;
  }

  /** Waits until it is ready and then watches it. Returns the reason when it must be restarted, nothing when it ended. */
  async #watch(over: AbortSignal): Promise<string | undefined> {
    const limitMs = this.#clock.monotonicMs() + this.#timings.startTimeoutMs;
    let problem: string | undefined = "starting";
    let misses = 0;
    while (!over.aborted) {
      const isAlive = await this.#check(this.spec.alive, over);
      problem = await this.#check(this.spec.ready, over);
      if (over.aborted) return undefined;
      if (this.#hold !== undefined) {
        misses = 0;
      } else if (this.#state === "starting") {
        problem ??= await this.#afterStart();
        if (problem === undefined) this.#set("ready");
        else if (this.#clock.monotonicMs() > limitMs) return `not ready in time: ${problem}`;
      } else {
        misses = isAlive === undefined ? 0 : misses + 1;
        if (misses >= MISSES_BEFORE_RESTART) return `${misses} health checks in a row failed: ${isAlive}`;
        this.#set(problem === undefined ? "ready" : "unready", problem);
      }
      const intervalMs = this.#state === "starting" ? START_POLL_MS : this.#timings.probeIntervalMs;
      await this.#clock.sleep(intervalMs, { signal: over }).catch(() => undefined);
    }
    return undefined;
  }

  async #afterStart(): Promise<string | undefined> {
    try {
      await this.spec.afterStart?.();
      return undefined;
    } catch (error) {
      return sentence(error);
    }
  }

  /** What is wrong, or nothing. */
  async #check(probe: Probe | undefined, over: AbortSignal): Promise<string | undefined> {
    if (probe === undefined) return undefined;
    const limit = new AbortController();
    const timer = this.#clock
      .sleep(this.#timings.probeTimeoutMs, { signal: AbortSignal.any([over, limit.signal]) })
      .then(() => limit.abort(new Error("no answer in time")))
      .catch(() => undefined);
    try {
      const runsForMs = this.#clock.now() - (this.#startedAt ?? this.#clock.now());
      await runProbe(probe, AbortSignal.any([over, limit.signal]), runsForMs);
      return undefined;
    } catch (error) {
      return limit.signal.aborted ? "no answer in time" : sentence(error);
    } finally {
      limit.abort();
      await timer;
    }
  }

  async #end(child: ChildProcess, exit: Promise<unknown>): Promise<void> {
    child.kill(this.spec.stopSignal ?? "SIGTERM");
    const timer = new AbortController();
    const limit = this.#clock.sleep(this.#timings.stopTimeoutMs, { signal: timer.signal }).then(
      () => child.pid !== undefined && signalTree(child.pid, "SIGKILL"),
      () => undefined,
    );
    await exit;
    timer.abort();
    await limit;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) signalTree(this.#child.pid, signal);
  }

  #set(state: ProcessState, reason?: string): void {
    const hasChanged = state !== this.#state || (state !== "unready" && reason !== this.#reason);
    this.#state = state;
    this.#reason = reason;
    if (!hasChanged) return;
    this.#options.onChange(this.status());
    for (const wake of [...this.#waiters]) wake();
  }

  async #untilState(accepts: (state: ProcessState) => boolean, signal?: AbortSignal): Promise<void> {
    while (!accepts(this.#state) && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiters.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        this.#waiters.add(wake);
        signal?.addEventListener("abort", wake, { once: true });
      });
    }
  }

  #failure(code: string): Failure {
    const reason = this.#reason ?? "stopped";
    return new Failure(code, { retryable: false, details: { process: this.spec.name, reason } });
  }
}

interface Outcome {
  /** Trying again cannot help. */
  readonly isHopeless: boolean;
  readonly reason: string;
}
