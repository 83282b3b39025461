import { fetchJson } from "@assay/platform/http/http-client";
import type { Database } from "@assay/platform/storage/database";
import { Failure } from "@assay/primitives/failure";
import {
  addMs,
  DAY_MS,
  formatInstantSeconds,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  toInstant,
} from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { Manifest, Role } from "../manifest/manifest.ts";
import type { FigureSource } from "../manifest/report.ts";
import type { ChartHistory, ChartPoint } from "../metrics-history/chart-history.ts";
import { parseJsonPath, valueAt } from "../runbooks/expect/json-path.ts";
import { checkRead } from "../systems/read-path.ts";
import { holds, type Threshold } from "../thresholds/threshold.ts";
import { boundWords } from "../thresholds/threshold-sentence.ts";
import { chartName } from "./metric-chart.ts";
import { planeFigure } from "./plane-figures.ts";
import { type Figure, noData, type ReportWindow } from "./report.ts";

export interface FiguresOptions {
  readonly database: Database;
  readonly charts: Pick<ChartHistory, "points">;
  readonly url: (system: string) => string | undefined;
  /** Of the plane itself. */
  readonly token: (system: string) => Promise<string>;
}

export interface FigureRequest {
  readonly manifest: Manifest;
  readonly window: ReportWindow;
  readonly now: Instant;
}

interface Declared {
  readonly title: string;
  readonly unit: string;
  readonly source: FigureSource;
}

const MOST_POINTS = 200;
const MOST_STRETCHES = 31;
const READ_TIMEOUT_MS = 5_000;
const LONGEST_TEXT = 200;
const PLANE_ROLES: readonly Role[] = ["viewer", "operator"];

/** Reads one figure; what cannot be read has no data and says why. */
export async function readFigure(declared: Declared, request: FigureRequest, options: FiguresOptions): Promise<Figure> {
  const { source, title, unit } = declared;
  const { manifest, window } = request;
  switch (source.kind) {
    case "threshold":
      return await thresholdFigure({ title, unit, id: source.id }, request, options);
    case "metric":
      return await metricFigure({ title, unit, source }, request, options);
    case "read":
      return await readNow({ title, unit, source }, request, options);
    case "plane":
      return await planeFigure(options.database, {
        figure: source.figure,
        title,
        unit,
        system: manifest.system,
        window,
      });
  }
}

async function thresholdFigure(
  { id, ...words }: { readonly id: string; readonly title: string; readonly unit: string },
  { manifest, window }: FigureRequest,
  { charts }: FiguresOptions,
): Promise<Figure> {
  const threshold = manifest.thresholds.find((one) => one.id === id);
  const target = threshold === undefined ? "" : `, target ${boundWords(threshold.target, threshold.unit)}`;
  const of = { ...words, source: `history of threshold ${id}${target}` };
  const points = await history(charts, { system: manifest.system, name: id, window });
  const last = points.at(-1);
  if (threshold === undefined || last === undefined) return noData(of, "the plane has no samples of it in the window");
  const statistics = { ...statisticsOf(points), onTarget: onTarget(points, threshold) };
  return {
    ...of,
    value: last.latest,
    samples: points.length,
    note: beginning(points, window),
    statistics,
    points: thin(points),
  };
}

async function metricFigure(
  { source, ...words }: Declared & { readonly source: Extract<FigureSource, { kind: "metric" }> },
  { manifest, window }: FigureRequest,
  { charts }: FiguresOptions,
): Promise<Figure> {
  const name = chartName(source);
  const of = { ...words, source: `${source.function} of ${name.slice("metric:".length)}` };
  const points = await history(charts, { system: manifest.system, name, window });
  const last = points.at(-1);
  if (last === undefined) return noData(of, "the plane has no samples of it in the window");
  const found = statisticsOf(points);
  const values = { last: last.latest, min: found.least, max: found.greatest, avg: found.average };
  const value = source.function === "increase" ? increase(points) : values[source.function];
  if (value === null) return { ...noData(of, "one sample shows no increase"), samples: points.length };
  const statistics = { ...found, onTarget: null };
  return { ...of, value, samples: points.length, note: beginning(points, window), statistics, points: thin(points) };
}

/** What a system answers is about the present: a window that has passed has none of it. */
async function readNow(
  { source, ...words }: Declared & { readonly source: Extract<FigureSource, { kind: "read" }> },
  { manifest, window, now }: FigureRequest,
  { url: urlOf, token }: FiguresOptions,
): Promise<Figure> {
  const { path } = source;
  const of = { ...words, source: `GET ${path} ${source.select}` };
  if (now - window.to > HOUR_MS) return noData(of, "it is known only of the present, and the window has passed");
  const [url, select] = [urlOf(manifest.system), parseJsonPath(source.select)];
  if (url === undefined || !select.ok || !checkRead(manifest, path, PLANE_ROLES).ok)
    return noData(of, "the system does not offer it to the plane");
  try {
    const limits = { token: await token(manifest.system), timeoutMs: READ_TIMEOUT_MS };
    const reply = await fetchJson(new URL(path, url).href, limits);
    if (reply.status !== 200) return noData(of, `the system answered ${reply.status}`);
    const value = scalar(valueAt((reply.body ?? null) as JsonValue, select.value));
    if (value === undefined) return noData(of, "the answer has no such value");
    return { ...of, value, samples: 1, note: "read when the report was made", statistics: null, points: [] };
  } catch (error) {
    return noData(of, error instanceof Failure ? error.code : "it could not be read");
  }
}

/** A list counts its entries. */
function scalar(value: JsonValue | undefined): number | string | undefined {
  if (Array.isArray(value)) return value.length;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : undefined;
}

async function history(
  charts: FiguresOptions["charts"],
  { system, name, window }: { readonly system: string; readonly name: string; readonly window: ReportWindow },
): Promise<ChartPoint[]> {
  // A chart joins minutes when there are many; a day at a time they stay apart.
  const stepMs = Math.max(DAY_MS, Math.ceil((window.to - window.from) / MOST_STRETCHES));
  const points: ChartPoint[] = [];
  for (let since = window.from; since < window.to; since = addMs(since, stepMs)) {
    const until = toInstant(Math.min(since + stepMs, window.to));
    const found = await charts.points({ system, name, since, until, stepMs: MINUTE_MS });
    points.push(...found.filter(({ at }) => at < until && at > (points.at(-1)?.at ?? Number.NEGATIVE_INFINITY)));
  }
  return points;
}

/** History is kept for some days only: a window that reaches further back says so. */
function beginning([first]: readonly ChartPoint[], { from }: ReportWindow): string | null {
  return first !== undefined && first.at - from > HOUR_MS ? `samples since ${formatInstantSeconds(first.at)}` : null;
}

function statisticsOf(points: readonly ChartPoint[]) {
  return {
    least: Math.min(...points.map(({ least }) => least)),
    greatest: Math.max(...points.map(({ greatest }) => greatest)),
    average: points.reduce((sum, { latest }) => sum + latest, 0) / points.length,
  };
}

function onTarget(points: readonly ChartPoint[], { target }: Threshold): number {
  const good = points.filter(({ least, greatest }) => holds(target, least) && holds(target, greatest));
  return good.length / points.length;
}

/** Of a counter: a fall is a process that started anew. */
function increase(points: readonly ChartPoint[]): number | null {
  if (points.length < 2) return null;
  return points.slice(1).reduce((sum, { latest }, index) => {
    const before = points[index]!.latest;
    return sum + (latest >= before ? latest - before : latest);
  }, 0);
}

/** Enough for a chart: the greatest of each stretch. */
function thin(points: readonly ChartPoint[]): [number, number][] {
  const size = Math.ceil(points.length / MOST_POINTS);
  const stretches = Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  );
  return stretches.map((stretch) => [stretch[0]!.at, Math.max(...stretch.map(({ greatest }) => greatest))]);
}
