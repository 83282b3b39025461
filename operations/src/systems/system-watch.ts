import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { EventPublisher } from "../events/events.ts";
import type { HealthStatus } from "./health-state.ts";
import type { MonitoredSystem } from "./monitored-system.ts";
import { repeat } from "./repeat.ts";

export interface SystemWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventPublisher;
  readonly scrapeIntervalMs: number;
}

export interface WatchLoop {
  readonly name: string;
  readonly everyMs: number;
  /** Ends the loop before the watch ends. */
  readonly signal?: AbortSignal;
}

const TRIM_INTERVAL_MS = 30_000;

/** The loops that look: one per check and per target of each system followed. */
export class SystemWatch implements AsyncDisposable {
  readonly #options: SystemWatchOptions;
  readonly #stop = new AbortController();
  readonly #loops = new Set<Promise<void>>();
  readonly #followed = new Map<string, AbortController>();
  readonly #statuses = new Map<string, HealthStatus>();

  constructor(options: SystemWatchOptions) {
    this.#options = options;
  }

  /** Runs `work` each `everyMs` until disposed; an error is logged once per run and the loop goes on. */
  every(loop: WatchLoop, work: () => Promise<void>): void {
    const { clock, logger } = this.#options;
    const { name, everyMs, signal = this.#stop.signal } = loop;
    const guarded = async () => {
      try {
        await work();
      } catch (error) {
        logger.error({ error, loop: name }, "A look at a system failed");
      }
    };
    const running = repeat(guarded, { clock, everyMs, signal }).finally(() => this.#loops.delete(running));
    this.#loops.add(running);
  }

  /** Probes and scrapes the system as its present manifest says; called again after each change of it. */
  follow(system: MonitoredSystem): void {
    const { manifest } = system;
    this.#followed.get(manifest.system)?.abort();
    const stop = new AbortController();
    this.#followed.set(manifest.system, stop);
    const signal = AbortSignal.any([stop.signal, this.#stop.signal]);
    for (const check of manifest.healthChecks) {
      const probe = () => system.probe(check).then(() => this.#announce(system));
      this.every({ name: `probe ${manifest.system} ${check.id}`, everyMs: check.everyMs, signal }, probe);
    }
    for (const target of manifest.metrics) {
      const scrape = () => system.scrape(target).then(() => this.#announce(system));
      const name = `scrape ${manifest.system} ${target.service}`;
      this.every({ name, everyMs: this.#options.scrapeIntervalMs, signal }, scrape);
    }
    const trim = async () => system.series.trim(this.#options.clock.now());
    this.every({ name: `trim ${manifest.system}`, everyMs: TRIM_INTERVAL_MS, signal }, trim);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops);
  }

  #announce(system: MonitoredSystem): void {
    const { system: name } = system.manifest;
    const { status } = system.health();
    if (this.#statuses.get(name) === status) return;
    this.#statuses.set(name, status);
    this.#options.logger.info({ system: name, status }, "System health changed");
    this.#options.events.publish({ topic: "systems", id: name });
  }
}
