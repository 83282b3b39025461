import { Box, useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface ChartLine {
  readonly label: string;
  readonly value: number;
  readonly tone: "target" | "warning" | "high" | "critical";
}

export interface ChartProps {
  /** What is plotted, for people who cannot see it. */
  readonly title: string;
  readonly unit: string;
  /** Points as [seconds since the epoch, value or null where nothing is known]. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Thresholds, drawn as labelled horizontal lines. */
  readonly lines?: readonly ChartLine[];
  readonly height?: number;
  /** `steps` for figures that hold until the next one. */
  readonly shape?: "line" | "steps";
  /** `zero` keeps zero in sight, for counts and times; `data` shows the data's own range, for prices. */
  readonly fit?: "zero" | "data";
}

const LINE_COLORS = { target: "#2f9e5b", warning: "#c08a00", high: "#e0701a", critical: "#d6344a" } as const;
const LINE_DASHES = { target: [2, 3], warning: [8, 4], high: [10, 3, 2, 3], critical: [] as number[] } as const;

/** A time series with its threshold lines. It follows the width of its place. */
export function Chart({ title, unit, points, lines = [], height = 160, shape = "line", fit = "zero" }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const dark = useComputedColorScheme("light") === "dark";
  const thresholds = JSON.stringify(lines);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = new uPlot(
      plotOptions({ width: element.clientWidth, height, unit, dark, shape, fit, lines: JSON.parse(thresholds) }),
      [[], []],
      element,
    );
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [height, unit, dark, shape, fit, thresholds]);

  useEffect(() => {
    plot.current?.setData([points.map(([at]) => at), points.map(([, value]) => value)]);
  });

  const last = points.findLast(([, value]) => value !== null)?.[1];
  const summary = `${title}: ${last === undefined || last === null ? "no data" : `${formatFigure(last)} ${unit} now`}. ${lines.map((line) => `${line.label} ${formatFigure(line.value)}`).join(", ")}`;
  return <Box ref={place} role="img" aria-label={summary} w="100%" style={{ minHeight: height, overflow: "hidden" }} />;
}

interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly unit: string;
  readonly dark: boolean;
  readonly shape: "line" | "steps";
  readonly fit: "zero" | "data";
  readonly lines: readonly ChartLine[];
}

function plotOptions({ width, height, unit, dark, shape, fit, lines }: PlotOptions): uPlot.Options {
  const ink = dark ? "#b6bec9" : "#4b5563";
  const axis = {
    stroke: ink,
    grid: { stroke: dark ? "#ffffff14" : "#00000014", width: 1 },
    ticks: { show: false },
    font: "11px system-ui",
  };
  const steps = uPlot.paths.stepped?.({ align: 1 });
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, low, high) => (fit === "zero" ? paddedRange(low, high, lines) : dataRange(low, high)) } },
    axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => `${formatFigure(tick)}`) }],
    series: [
      {},
      {
        label: unit,
        stroke: dark ? "#8aa6d3" : "#2b5594",
        width: 2,
        fill: dark ? "#8aa6d31f" : "#2b55941a",
        points: { show: false },
        ...(shape === "steps" && steps !== undefined ? { paths: steps } : {}),
      },
    ],
    hooks: { draw: [(plot) => drawLines(plot, lines)] },
  };
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

function drawLines(plot: uPlot, lines: readonly ChartLine[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
  for (const line of lines) {
    const y = plot.valToPos(line.value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = LINE_COLORS[line.tone];
    ctx.fillStyle = LINE_COLORS[line.tone];
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash(LINE_DASHES[line.tone].map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(
      `${line.label} ${formatFigure(line.value)}`,
      bbox.left + 4 * devicePixelRatio,
      y - 3 * devicePixelRatio,
    );
  }
  ctx.restore();
}

export function formatFigure(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
}
