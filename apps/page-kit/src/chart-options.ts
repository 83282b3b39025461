import uPlot from "uplot";
import { MARKS, type Tone } from "./state-mark.tsx";

export interface ChartLine {
  readonly label: string;
  readonly value: number;
  readonly tone: keyof typeof LINES;
  /** On which side of the value it counts: `<`, `≥`. */
  readonly sign?: string;
}

/** Each kind of line has a dash of its own, so that it is told without its colour. */
export const LINES = {
  target: { tone: "good", dash: [2, 3] },
  warning: { tone: "warning", dash: [8, 4] },
  high: { tone: "high", dash: [10, 3, 2, 3] },
  critical: { tone: "critical", dash: [] },
} as const satisfies Record<string, { readonly tone: Tone; readonly dash: readonly number[] }>;

export interface ChartLook {
  readonly unit: string;
  readonly dark: boolean;
  readonly shape: "line" | "steps";
  readonly fit: "zero" | "data";
  readonly spanMs: number | undefined;
  readonly lines: readonly ChartLine[];
}

const FONT = "11px system-ui";
const LABEL_HEIGHT = 13;
const FEW_POINTS = 40;
const SHORTEST_SPAN_S = 60;

export function chartOptions(look: ChartLook): Omit<uPlot.Options, "width" | "height"> {
  const { dark, shape, fit, lines, spanMs } = look;
  const axis = {
    stroke: dark ? "#a9b3c0" : "#566070",
    grid: { stroke: dark ? "#ffffff14" : "#00000012", width: 1 },
    ticks: { show: false },
    font: FONT,
  };
  const steps = shape === "steps" ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), "Etc/UTC"),
    padding: [12, 12, 0, 0],
    scales: {
      x: { range: (_, first, last) => timeRange(first, last, spanMs) },
      y: { range: (_, low, high) => (fit === "zero" ? paddedRange(low, high, lines) : dataRange(low, high)) },
    },
    axes: [
      { ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map((at) => clock(at, ticks)) },
      { ...axis, size: 58, space: 28, values: (_, ticks) => ticks.map(formatFigure) },
    ],
    series: [
      {},
      {
        stroke: dark ? "#8aa6d3" : "#2b5594",
        width: 2,
        fill: dark ? "#8aa6d31f" : "#2b55941a",
        points: { show: (...[, , from, to]) => to - from < FEW_POINTS, size: 5 },
        ...(steps === undefined ? {} : { paths: steps }),
      },
    ],
    hooks: { draw: [(plot) => drawLines(plot, look)] },
  };
}

// Without points uPlot would take its own idea of a range; with few, they stand where they belong in the whole span.
function timeRange(first: number | null, last: number | null, spanMs: number | undefined): [number, number] {
  const now = Date.now() / 1_000;
  if (spanMs !== undefined) return [now - spanMs / 1_000, now];
  const end = last ?? now;
  return [Math.min(first ?? end, end - SHORTEST_SPAN_S), end];
}

function clock(at: number, ticks: readonly number[]): string {
  const text = new Date(at * 1_000).toISOString();
  const stepS = (ticks[1] ?? at) - (ticks[0] ?? at);
  if (stepS >= 86_400) return text.slice(5, 10);
  return text.slice(11, stepS < 60 ? 19 : 16);
}

// A threshold far above the data would flatten it, so only those near the data widen the range.
function paddedRange(low: number | null, high: number | null, lines: readonly ChartLine[]): [number, number] {
  const top = high ?? 1;
  const near = lines.map(({ value }) => value).filter((value) => value <= Math.max(top * 4, 1));
  const ceiling = Math.max(top, ...near);
  const floor = Math.min(low ?? 0, 0, ...near);
  return [floor, ceiling === floor ? floor + 1 : ceiling + (ceiling - floor) * 0.12];
}

function dataRange(low: number | null, high: number | null): [number, number] {
  const [bottom, top] = [low ?? 0, high ?? 1];
  const margin = top === bottom ? Math.max(Math.abs(top) * 0.01, 1e-9) : (top - bottom) * 0.12;
  return [bottom - margin, top + margin];
}

/** Lines with their names inside the plot; names that would cover each other stand side by side. */
function drawLines(plot: uPlot, { lines, dark }: ChartLook): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const taken: { readonly y: number; readonly end: number }[] = [];
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  for (const line of lines) {
    const y = plot.valToPos(line.value, "y", true);
    if (y < bbox.top - 1 || y > bbox.top + bbox.height + 1) continue;
    const { tone, dash } = LINES[line.tone];
    ctx.strokeStyle = ctx.fillStyle = dark ? MARKS[tone].dark : MARKS[tone].light;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash(dash.map((length) => length * ratio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    const beside = taken.filter((other) => Math.abs(other.y - y) < LABEL_HEIGHT * ratio).map(({ end }) => end);
    const x = Math.max(bbox.left + 6 * ratio, ...beside);
    ctx.fillText(line.label, x, y - 4 * ratio);
    taken.push({ y, end: x + ctx.measureText(line.label).width + 10 * ratio });
  }
  ctx.restore();
}

/** 1,234 · 12.5 · 0.04: enough digits to compare, no more. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return value.toLocaleString("en-US", { maximumFractionDigits: size < 10 ? 2 : size < 100 ? 1 : 0 });
}
