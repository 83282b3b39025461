import type { Clock } from "@assay/platform/clock/clock";
import type { Manifest } from "../manifest/manifest.ts";
import { metricWindows } from "../metrics-history/metric-windows.ts";
import { SeriesStore } from "../metrics-history/series-store.ts";
import { type HealthCheck, probeHealth } from "./health-probe.ts";
import {
  advanceHealth,
  type CheckHealth,
  currentStatus,
  type HealthStatus,
  NEVER_PROBED,
  type ProbeResult,
  shiftHealth,
  worstStatus,
} from "./health-state.ts";
import { type ScrapeRefusal, scrapeMetrics } from "./scrape.ts";

export type MetricsTarget = Manifest["metrics"][number];

export interface TargetHealth {
  readonly service: string;
  readonly path: string;
  readonly at: number | null;
  /** Null after a good scrape, and before the first. */
  readonly refusal: ScrapeRefusal | null;
}

export interface SystemHealth {
  readonly status: HealthStatus;
  readonly checks: readonly (CheckHealth & { readonly check: HealthCheck; readonly current: HealthStatus })[];
  readonly targets: readonly TargetHealth[];
}

export interface MonitoredSystemOptions {
  readonly manifest: Manifest;
  readonly clock: Clock;
  /** Undefined for a service that is not ours, which is sent none. */
  readonly token: () => Promise<string | undefined>;
  readonly scrapeIntervalMs: number;
}

const MAX_SCRAPE_BYTES = 4 * 1024 * 1024;
const MAX_SERIES = 20_000;
// Two hours of scrapes each second: windows reach back one hour.
const MAX_SAMPLES_PER_SERIES = 7_200;
// A system whose database hangs needs 2 s to say so, for that is how long it waits for each of its gauges.
const SHORTEST_SCRAPE_TIMEOUT_MS = 3_000;
const LONGEST_SCRAPE_TIMEOUT_MS = 5_000;
/** A check not probed, or a target not scraped, for this many of its intervals is unknown. */
const STALE_INTERVALS = 3;

/** What the plane has seen of one system: health of its checks and samples of its metrics. Does one look when told to. */
export class MonitoredSystem {
  readonly series = new SeriesStore({ maxSeries: MAX_SERIES, maxSamplesPerSeries: MAX_SAMPLES_PER_SERIES });
  readonly #options: MonitoredSystemOptions;
  #manifest: Manifest;
  /** How often the clock jumped; what was begun before a jump is dated wrongly after it. */
  #jumps = 0;
  #checks = new Map<string, CheckHealth>();
  #targets = new Map<string, TargetHealth>();

  constructor(options: MonitoredSystemOptions) {
    this.#options = options;
    this.#manifest = options.manifest;
    this.series.watch(metricWindows(options.manifest.thresholds));
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** Takes a newer manifest; what was seen of checks and targets that stay is kept. */
  update(manifest: Manifest): void {
    this.#manifest = manifest;
    this.series.watch(metricWindows(manifest.thresholds));
    const checks = new Set(manifest.healthChecks.map(({ id }) => id));
    for (const id of this.#checks.keys()) if (!checks.has(id)) this.#checks.delete(id);
    const targets = new Set(manifest.metrics.map(targetKey));
    for (const key of this.#targets.keys()) if (!targets.has(key)) this.#targets.delete(key);
  }

  health(): SystemHealth {
    const now = this.#options.clock.now();
    const checks = this.#manifest.healthChecks.map((check) => {
      const seen = this.#checks.get(check.id) ?? NEVER_PROBED;
      const maxAgeMs = check.everyMs * STALE_INTERVALS + check.timeoutMs;
      return { ...seen, check, current: currentStatus(seen, now, maxAgeMs) };
    });
    const targets = this.#manifest.metrics.map((target) => this.#targetHealth(target));
    // Metrics that cannot be read leave the rules blind, which is not healthy, whatever the probes say.
    const oldest = now - this.#options.scrapeIntervalMs * STALE_INTERVALS - LONGEST_SCRAPE_TIMEOUT_MS;
    const blind = targets.some(({ at, refusal }) => at === null || refusal !== null || at < oldest);
    const statuses = [...checks.map(({ current }) => current), ...(blind ? (["unknown"] as const) : [])];
    return { status: worstStatus(statuses), checks, targets };
  }

  /** Moves what was seen along with a clock that jumped: ages stay what they are. */
  shift(byMs: number): void {
    this.series.shift(byMs);
    this.#jumps += 1;
    for (const [id, check] of this.#checks) this.#checks.set(id, shiftHealth(check, byMs));
    for (const [key, target] of this.#targets)
      this.#targets.set(key, { ...target, at: target.at === null ? null : target.at + byMs });
  }

  /** Probes one check and records `probe_success`, `probe_duration_ms` and `probe_component_status`. */
  async probe(check: HealthCheck): Promise<void> {
    const service = this.#manifest.services.find(({ name }) => name === check.service);
    if (service === undefined) return;
    const jumps = this.#jumps;
    const result = await probeHealth(check, service.url, this.#options.clock);
    // The probe after the next pause knows what time it is.
    if (jumps !== this.#jumps) return;
    this.#checks.set(check.id, advanceHealth(this.#checks.get(check.id) ?? NEVER_PROBED, result));
    this.#recordProbe(check, result);
  }

  /** Scrapes one target; a refusal ends its series, so that what it showed before is not taken for the present. */
  async scrape(target: MetricsTarget): Promise<void> {
    const { clock, token, scrapeIntervalMs } = this.#options;
    const service = this.#manifest.services.find(({ name }) => name === target.service);
    if (service === undefined) return;
    const at = clock.now();
    const jumps = this.#jumps;
    const scraped = await scrapeMetrics(new URL(target.path, service.url).href, {
      timeoutMs: Math.min(Math.max(scrapeIntervalMs, SHORTEST_SCRAPE_TIMEOUT_MS), LONGEST_SCRAPE_TIMEOUT_MS),
      maxBytes: MAX_SCRAPE_BYTES,
      maxSeries: MAX_SERIES,
      token: await token(),
    });
    clock.now();
    if (jumps !== this.#jumps) return;
    const ingested = scraped.ok ? this.series.ingest(target.service, at, scraped.value) : scraped;
    if (!ingested.ok) this.series.endTarget(target.service, at);
    this.series.record(`up{service=${JSON.stringify(target.service)}}`, at, ingested.ok ? 1 : 0);
    this.#targets.set(targetKey(target), { ...target, at, refusal: ingested.ok ? null : ingested.refusal });
  }

  #targetHealth(target: MetricsTarget): TargetHealth {
    return this.#targets.get(targetKey(target)) ?? { ...target, at: null, refusal: null };
  }

  #recordProbe(check: HealthCheck, result: ProbeResult): void {
    const labels = `check=${JSON.stringify(check.id)},service=${JSON.stringify(check.service)}`;
    const success = `probe_success{${labels}}`;
    // An inconclusive probe is no value at all: the last one must not stand in for it.
    if (result.outcome === "inconclusive") this.series.endOwn(success, result.at);
    else this.series.record(success, result.at, result.outcome === "unhealthy" ? 0 : 1);
    this.series.record(`probe_duration_ms{${labels}}`, result.at, result.durationMs);
    for (const { name, status } of result.components) {
      const component = `probe_component_status{${labels},component=${JSON.stringify(name)}}`;
      this.series.record(component, result.at, COMPONENT_VALUES[status]);
    }
  }
}

const COMPONENT_VALUES: Readonly<Record<HealthStatus, number>> = {
  healthy: 1,
  degraded: 0.5,
  unhealthy: 0,
  unknown: 0,
};

function targetKey({ service, path }: MetricsTarget): string {
  return `${service} ${path}`;
}
