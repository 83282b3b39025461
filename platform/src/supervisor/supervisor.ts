import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import { type Clock, systemClock } from "../clock/clock.ts";
import { findFreePort } from "./free-port.ts";
import { LogFile } from "./log-file.ts";
import { inStartOrder, type ProcessSpec } from "./process-spec.ts";
import { DEFAULT_TIMINGS, type ProcessStatus, type ProcessTimings } from "./process-status.ts";
import { measureUsage, type ProcessUsage } from "./process-usage.ts";
import { SupervisedProcess } from "./supervised-process.ts";

export interface SupervisorOptions {
  readonly specs: readonly ProcessSpec[];
  readonly logDirectory: string;
  readonly clock?: Clock;
  readonly timings?: Partial<ProcessTimings>;
  /** Hears each change of state. */
  readonly onChange?: (status: ProcessStatus) => void;
  readonly onLogError?: (error: Error) => void;
}

export const MAX_REPLICAS = 16;

/**
 * Runs a set of processes: starts each after what it depends on, restarts what ends or stops answering, and stops all in
 * reverse. Commands take names of processes, their aliases, groups, or `all`; a name it does not know is Failure
 * `UNKNOWN_PROCESS`. It knows no system: everything it does is in the specs.
 */
export class Supervisor implements AsyncDisposable {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #processes = new Map<string, SupervisedProcess>();
  #isClosing = false;
  readonly #logs = new Map<string, LogFile>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    for (const spec of inStartOrder(options.specs)) this.#add(spec);
  }

  status(): ProcessStatus[] {
    return [...this.#processes.values()].map((process) => process.status());
  }

  /** Starts processes, each when its dependencies are ready, and returns when all are. */
  async start(names: readonly string[] = ["all"]): Promise<void> {
    this.#refuseWhenClosing();
    const starting = new Map<SupervisedProcess, Promise<void>>();
    const startOne = (process: SupervisedProcess): Promise<void> => {
      const known = starting.get(process);
      if (known !== undefined) return known;
      const dependencies = (process.spec.dependsOn ?? []).map((name) => this.#processes.get(name)!);
      const promise = Promise.all(dependencies.map(startOne)).then(() => process.start());
      starting.set(process, promise);
      return promise;
    };
    const outcomes = await Promise.allSettled(this.#select(names).map(startOne));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** Stops processes, those that depend on others first. */
  async stop(names: readonly string[] = ["all"]): Promise<void> {
    for (const layer of this.#layers(this.#select(names)).reverse()) {
      await Promise.all(layer.map((process) => process.stop()));
    }
  }

  /** Restarts one after the other, each ready before the next. Of a group, stores keep running. */
  async restart(names: readonly string[]): Promise<void> {
    this.#refuseWhenClosing();
    const named = new Set(names.flatMap((name) => this.#resolve(name)));
    for (const process of named) {
      if (process.spec.kind === "store" && !isCalledBy(process, names)) continue;
      await process.stop();
      await process.start();
    }
  }

  freeze(names: readonly string[]): void {
    for (const process of this.#select(names)) process.freeze();
  }

  kill(names: readonly string[], options: { readonly hold: boolean }): void {
    for (const process of this.#select(names)) process.kill(options);
  }

  /** Runs `count` replicas; the first is the process itself. Returns the names that run afterwards. */
  async scale(name: string, count: number): Promise<string[]> {
    const [first] = this.#resolve(name);
    if (first === undefined || first.spec.replicate === undefined || !isCalledBy(first, [name])) {
      throw new Failure("NOT_SCALABLE", { retryable: false, details: { reason: `${name} runs as one process only` } });
    }
    assert(Number.isSafeInteger(count) && count >= 1 && count <= MAX_REPLICAS, `1 to ${MAX_REPLICAS} replicas`);
    for (let ordinal = MAX_REPLICAS; ordinal > count; ordinal -= 1) await this.#removeReplica(first.spec, ordinal);
    const names = [first.spec.name];
    for (let ordinal = 2; ordinal <= count; ordinal += 1) names.push(await this.#addReplica(first.spec, ordinal));
    await this.start(names);
    return names;
  }

  /** Processor and memory use of each running process with all it started, over a short moment. */
  async usage(): Promise<ProcessUsage[]> {
    const running = this.status().flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
    return await measureUsage(running, this.#clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await this.stop();
    for (const log of this.#logs.values()) log.close();
  }

  /** A process started now would outlive the supervisor's orderly end. */
  #refuseWhenClosing(): void {
    if (this.#isClosing)
      throw new Failure("CLOSING", { retryable: false, details: { reason: "everything is being stopped" } });
  }

  #add(spec: ProcessSpec): SupervisedProcess {
    const { logDirectory, onLogError, onChange = () => undefined, timings } = this.#options;
    const log = new LogFile({
      directory: logDirectory,
      name: spec.name,
      clock: this.#clock,
      ...(onLogError === undefined ? {} : { onError: onLogError }),
    });
    const process = new SupervisedProcess({
      spec,
      clock: this.#clock,
      timings: { ...DEFAULT_TIMINGS, ...timings },
      log,
      onChange,
    });
    this.#logs.set(spec.name, log);
    this.#processes.set(spec.name, process);
    return process;
  }

  async #addReplica(first: ProcessSpec, ordinal: number): Promise<string> {
    const name = `${first.name}-${ordinal}`;
    if (this.#processes.has(name)) return name;
    const port = await findFreePort();
    const { replicate, aliases: _, ...base } = first;
    this.#add({ ...base, ...replicate!({ ordinal, port }), name });
    return name;
  }

  async #removeReplica(first: ProcessSpec, ordinal: number): Promise<void> {
    const name = `${first.name}-${ordinal}`;
    await this.#processes.get(name)?.stop();
    this.#processes.delete(name);
    this.#logs.get(name)?.close();
    this.#logs.delete(name);
  }

  #select(names: readonly string[]): SupervisedProcess[] {
    return [...new Set(names.flatMap((name) => this.#resolve(name)))];
  }

  #resolve(name: string): SupervisedProcess[] {
    const all = [...this.#processes.values()];
    const found = name === "all" ? all : all.filter((process) => isCalledBy(process, [name]));
    const members = found.length > 0 ? found : all.filter(({ spec }) => spec.group === name);
    if (members.length > 0) return members;
    const known = [...new Set(all.flatMap(({ spec }) => [spec.name, spec.group]))].sort();
    const reason = `there is no process or group "${name}"; there are ${known.join(", ")}`;
    throw new Failure("UNKNOWN_PROCESS", { retryable: false, details: { reason } });
  }

  /** Groups processes so that each depends only on earlier groups. */
  #layers(processes: readonly SupervisedProcess[]): SupervisedProcess[][] {
    const depths = new Map<string, number>();
    for (const { spec } of this.#processes.values()) {
      depths.set(spec.name, 1 + Math.max(-1, ...(spec.dependsOn ?? []).map((name) => depths.get(name) ?? 0)));
    }
    const layers: SupervisedProcess[][] = [];
    for (const process of processes) {
      const depth = depths.get(process.spec.name) ?? 0;
      layers[depth] = [...(layers[depth] ?? []), process];
    }
    return layers.filter((layer) => layer !== undefined);
  }
}

function isCalledBy({ spec }: SupervisedProcess, names: readonly string[]): boolean {
  return names.includes(spec.name) || (spec.aliases ?? []).some((alias) => names.includes(alias));
}
