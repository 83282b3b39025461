import { accept, type Result, refuse } from "@assay/primitives/result";
import { LOOKBACK_MS, matchesLabels, type SeriesReader, type SeriesView } from "../thresholds/series-reader.ts";
import { type ExposedSample, parseSeriesName } from "./parse-exposition.ts";
import { StoredSeries } from "./stored-series.ts";

export interface SeriesStoreOptions {
  /** As {@link SeriesStore.watch} takes them. */
  readonly windows?: ReadonlyMap<string, number>;
  /** Series of all targets together. */
  readonly maxSeries: number;
  readonly maxSamplesPerSeries: number;
}

export type IngestRefusal = { readonly code: "SERIES_INVALID" | "TOO_MANY_SERIES"; readonly reason: string };

const UNWATCHED_SAMPLES = 16;
/** Beyond the window, so that a sample just outside is still there when an evaluation comes late. */
const SLACK_MS = 60_000;

/** The samples of one system in memory: what the evaluator reads. Bounded in series and in samples per series. */
export class SeriesStore implements SeriesReader {
  readonly #options: SeriesStoreOptions;
  #windows: ReadonlyMap<string, number>;
  readonly #byKey = new Map<string, StoredSeries>();
  readonly #byMetric = new Map<string, Set<StoredSeries>>();

  constructor(options: SeriesStoreOptions) {
    this.#options = options;
    this.#windows = options.windows ?? new Map();
  }

  get size(): number {
    return this.#byKey.size;
  }

  /**
   * How far back each metric is read from now on (ms). A metric that is not listed is only ever read at its present
   * value and kept in a few samples; one that is newly listed starts again.
   */
  watch(windows: ReadonlyMap<string, number>): void {
    const known = this.#windows;
    this.#windows = windows;
    for (const series of this.#byKey.values())
      if (windows.has(series.metric) && !known.has(series.metric)) this.#delete(series);
  }

  *select(metric: string, labels: Readonly<Record<string, string>>): Iterable<SeriesView> {
    for (const series of this.#byMetric.get(metric) ?? []) if (matchesLabels(series.labels, labels)) yield series;
  }

  /**
   * Adds one scrape of the service `target` taken `at`. A series that the target showed before and no longer shows
   * ends here, and so does one whose value is NaN. Refuses the whole scrape, changing nothing, when a series is
   * malformed or there would be too many.
   */
  ingest(target: string, at: number, samples: readonly ExposedSample[]): Result<void, IngestRefusal> {
    const fresh = this.#prepare(target, samples);
    if (!fresh.ok) return fresh;
    for (const series of fresh.value) this.#add(series);
    for (const sample of samples) this.#byKey.get(keyOf(target, sample.series))!.push(at, sample.value);
    this.endTarget(target, at);
    return accept(undefined);
  }

  /** Ends, at `at`, every series of `target` that was not seen then: the target shows it no longer or did not answer. */
  endTarget(target: string, at: number): void {
    for (const series of this.#byKey.values()) if (series.target === target) series.endUnlessSeen(at);
  }

  /** Adds a value that the plane itself measured, such as `probe_success{check="backend"}`. */
  record(series: string, at: number, value: number): Result<void, IngestRefusal> {
    const fresh = this.#prepare("", [{ series, value }]);
    if (!fresh.ok) return fresh;
    for (const one of fresh.value) this.#add(one);
    this.#byKey.get(keyOf("", series))!.push(at, value);
    return accept(undefined);
  }

  /** Ends a series that the plane measures itself: it could not be measured at `at`. */
  endOwn(series: string, at: number): void {
    this.#byKey.get(keyOf("", series))?.endUnlessSeen(at);
  }

  /** Forgets samples that no window reaches any more, and series that have none left. */
  trim(now: number): void {
    for (const series of this.#byKey.values()) {
      const window = Math.max(this.#windows.get(series.metric) ?? 0, LOOKBACK_MS);
      series.ring.dropBefore(now - window - SLACK_MS);
      if (series.ring.size === 0) this.#delete(series);
    }
  }

  /** Moves all samples along with a clock that jumped, so that windows keep their meaning. */
  shift(byMs: number): void {
    for (const series of this.#byKey.values()) series.shift(byMs);
  }

  /** Present values of the watched metrics, keyed so that {@link restore} takes them back. */
  snapshot(now: number): Record<string, number> {
    const values: Record<string, number> = {};
    for (const series of this.#byKey.values()) {
      const value = this.#windows.has(series.metric) ? series.latest(now) : undefined;
      if (value !== undefined && Number.isFinite(value)) values[series.key] = value;
    }
    return values;
  }

  /** Takes back a snapshot made `at`; what is malformed or too much is left out. */
  restore(values: Readonly<Record<string, number>>, at: number): void {
    for (const [key, value] of Object.entries(values)) {
      const end = key.indexOf("\n");
      const fresh = this.#prepare(key.slice(0, end), [{ series: key.slice(end + 1), value }]);
      if (!fresh.ok) continue;
      for (const one of fresh.value) this.#add(one);
      this.#byKey.get(key)?.push(at, value);
    }
  }

  /** New series for the samples whose series are not known yet. */
  #prepare(target: string, samples: readonly ExposedSample[]): Result<Iterable<StoredSeries>, IngestRefusal> {
    const fresh = new Map<string, StoredSeries>();
    for (const sample of samples) {
      const key = keyOf(target, sample.series);
      if (this.#byKey.has(key) || fresh.has(key)) continue;
      if (this.size + fresh.size >= this.#options.maxSeries)
        return refuse({ code: "TOO_MANY_SERIES", reason: `more than ${this.#options.maxSeries} series` });
      const name = parseSeriesName(sample.series);
      if (!name.ok)
        return refuse({ code: "SERIES_INVALID", reason: `${sample.series.slice(0, 80)}: ${name.refusal.reason}` });
      const { metric } = name.value;
      const maxSamples = this.#windows.has(metric) ? this.#options.maxSamplesPerSeries : UNWATCHED_SAMPLES;
      const labels = target === "" ? name.value.labels : withService(name.value.labels, target);
      fresh.set(key, new StoredSeries({ key, target, metric, labels, maxSamples }));
    }
    return accept(fresh.values());
  }

  #add(series: StoredSeries): void {
    this.#byKey.set(series.key, series);
    const siblings = this.#byMetric.get(series.metric);
    if (siblings === undefined) this.#byMetric.set(series.metric, new Set([series]));
    else siblings.add(series);
  }

  #delete(series: StoredSeries): void {
    this.#byKey.delete(series.key);
    const siblings = this.#byMetric.get(series.metric)!;
    siblings.delete(series);
    if (siblings.size === 0) this.#byMetric.delete(series.metric);
  }
}

function keyOf(target: string, series: string): string {
  return `${target}\n${series}`;
}

// As Prometheus does with a label of the target's own that it sets itself.
function withService(labels: Readonly<Record<string, string>>, target: string): Record<string, string> {
  const { service: exported, ...rest } = labels;
  return { ...rest, ...(exported === undefined ? {} : { exported_service: exported }), service: target };
}
