import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { addMs, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import type { Alerts } from "../alerts/alerts.ts";
import type { ChartHistory } from "../metrics-history/chart-history.ts";
import { keepSnapshot, restoreSnapshots } from "../metrics-history/metric-snapshots.ts";
import { chartedMetrics, chartName } from "../reports/metric-chart.ts";
import { type Reading, readThreshold } from "../thresholds/reading.ts";
import type { MonitoredSystem } from "./monitored-system.ts";
import { repeat } from "./repeat.ts";
import type { Systems } from "./systems.ts";

export interface EvaluationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly systems: Systems;
  readonly alerts: Pick<Alerts, "evaluate" | "tick">;
  readonly charts: ChartHistory;
  readonly intervalMs: number;
}

/** Reads every threshold of every system, notes the numbers for the charts, and lets the alerts follow. */
export class Evaluation implements AsyncDisposable {
  readonly #options: EvaluationOptions;
  readonly #readings = new Map<string, ReadonlyMap<string, Reading>>();
  readonly #restored = new Set<string>();
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #last: { readonly at: Instant; readonly monotonicMs: number } | null = null;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    options.metrics.gauge({
      name: "operations_evaluation_age_seconds",
      help: "Seconds since the alert rules were last evaluated; absent before the first time.",
      read: () => (this.#last === null ? undefined : (options.clock.monotonicMs() - this.#last.monotonicMs) / 1_000),
    });
    options.systems.clock.onJump((byMs) => {
      if (byMs < 0) options.charts.rewind(options.clock.now());
      if (this.#last !== null) this.#last = { ...this.#last, at: addMs(this.#last.at, byMs) };
    });
  }

  /** When all rules were last evaluated and their alerts written. */
  get lastAt(): Instant | null {
    return this.#last?.at ?? null;
  }

  reading(system: string, threshold: string): Reading | undefined {
    return this.#readings.get(system)?.get(threshold);
  }

  start(): void {
    const { clock, intervalMs } = this.#options;
    const { signal } = this.#stop;
    this.#loops.push(
      repeat(() => this.evaluate(), { clock, everyMs: intervalMs, signal }),
      repeat(() => this.keep(), { clock, everyMs: MINUTE_MS, signal }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops);
    await this.keep();
  }

  /** One round over all systems; trouble with one does not keep the others from theirs. */
  async evaluate(): Promise<void> {
    let failed = !(await this.#tick());
    for (const system of this.#options.systems.list()) {
      try {
        await this.#evaluateSystem(system);
      } catch (error) {
        failed = true;
        this.#options.logger.error({ error, system: system.manifest.system }, "Alert rules could not be evaluated");
      }
    }
    const { clock } = this.#options.systems;
    if (!failed) this.#last = { at: clock.now(), monotonicMs: clock.monotonicMs() };
  }

  /** Writes what a restart needs. */
  async keep(): Promise<void> {
    const { database, clock, charts, logger, systems } = this.#options;
    try {
      await charts.flush(clock.now());
      for (const { manifest, series } of systems.list())
        await keepSnapshot(database, { system: manifest.system, series }, clock.now());
    } catch (error) {
      logger.warn({ error }, "The history of numbers could not be written");
    }
  }

  /** Alerts of systems that nobody watches have their times, too. */
  async #tick(): Promise<boolean> {
    try {
      await this.#options.alerts.tick();
      return true;
    } catch (error) {
      this.#options.logger.error({ error }, "Waiting alerts could not be told");
      return false;
    }
  }

  async #evaluateSystem(monitored: MonitoredSystem): Promise<void> {
    const { alerts, systems } = this.#options;
    const { manifest, series } = monitored;
    await this.#restoreOnce(monitored);
    const now = systems.clock.now();
    const readings = new Map(
      manifest.thresholds.map((threshold) => [threshold.id, readThreshold(threshold, series, now)] as const),
    );
    this.#readings.set(manifest.system, readings);
    this.#noteCharts(monitored, readings, now);
    const { system, alertRules: rules, thresholds } = manifest;
    await alerts.evaluate({ system, rules, thresholds, readings });
  }

  async #restoreOnce({ manifest, series }: MonitoredSystem): Promise<void> {
    if (this.#restored.has(manifest.system)) return;
    await restoreSnapshots(this.#options.database, { system: manifest.system, series }, this.#options.clock.now());
    this.#restored.add(manifest.system);
  }

  #noteCharts({ manifest, series }: MonitoredSystem, readings: ReadonlyMap<string, Reading>, now: Instant): void {
    const { charts } = this.#options;
    const { system } = manifest;
    for (const [id, reading] of readings)
      charts.record({ system, name: id }, now, reading.kind === "unknown" ? undefined : reading.value);
    for (const charted of chartedMetrics(manifest)) {
      const values = [...series.select(charted.metric, charted.labels)].flatMap((one) => one.latest(now) ?? []);
      const sum = values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
      charts.record({ system, name: chartName(charted) }, now, sum);
    }
  }
}
