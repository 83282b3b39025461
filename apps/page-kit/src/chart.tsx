import { Box, Group, Text, useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type ChartLine, chartOptions, formatFigure, LINES } from "./chart-options.ts";
import { toneColor } from "./state-mark.tsx";

export interface ChartProps {
  /** What is plotted, for people who cannot see it. */
  readonly title: string;
  readonly unit: string;
  /** Points as [seconds since the epoch, value or null where nothing is known]. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Thresholds, drawn as labelled horizontal lines and named below. */
  readonly lines?: readonly ChartLine[];
  readonly height?: number;
  /** `steps` for figures that hold until the next one. */
  readonly shape?: "line" | "steps";
  /** `zero` keeps zero in sight, for counts and times; `data` shows the data's own range, for prices. */
  readonly fit?: "zero" | "data";
  /** The time axis ends now and goes back this far; left out, it spans the points. */
  readonly spanMs?: number;
}

/** A time series with its threshold lines; times are UTC. It follows the width of its place. */
export function Chart({
  title,
  unit,
  points,
  lines = [],
  height = 160,
  shape = "line",
  fit = "zero",
  spanMs,
}: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const dark = useComputedColorScheme("light") === "dark";
  const thresholds = JSON.stringify(lines);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const look = { unit, dark, shape, fit, spanMs, lines: JSON.parse(thresholds) as ChartLine[] };
    const drawn = new uPlot({ ...chartOptions(look), width: element.clientWidth, height }, [[], []], element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [height, unit, dark, shape, fit, spanMs, thresholds]);

  useEffect(() => {
    plot.current?.setData([points.map(([at]) => at), points.map(([, value]) => value)]);
  });

  const last = points.findLast(([, value]) => value !== null)?.[1];
  const present = last === undefined || last === null ? "no data" : `${formatFigure(last)} ${unit} now`;
  return (
    <>
      <Box
        ref={place}
        role="img"
        aria-label={`${title}: ${present}`}
        w="100%"
        style={{ minHeight: height, overflow: "hidden" }}
      />
      {lines.length > 0 && <LineLegend lines={lines} unit={unit} />}
    </>
  );
}

function LineLegend({ lines, unit }: { readonly lines: readonly ChartLine[]; readonly unit: string }) {
  return (
    <Group gap="md" mt={4}>
      {lines.map((line) => (
        <Group key={line.label} gap={6} wrap="nowrap">
          <svg width="22" height="6" aria-hidden="true" style={{ color: toneColor(LINES[line.tone].tone) }}>
            <path d="M0 3h22" stroke="currentColor" strokeWidth="2" strokeDasharray={LINES[line.tone].dash.join(" ")} />
          </svg>
          <Text size="xs" c="dimmed">
            {line.label} {line.sign ?? ""} {formatFigure(line.value)} {unit}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
