import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Chart } from "@assay/page-kit/chart.tsx";
import { type ChartLine, formatFigure } from "@assay/page-kit/chart-options.ts";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, useNow } from "@assay/page-kit/time.tsx";
import { Card, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PanelTable } from "./panel-table.tsx";
import { type Panel, readQuery, type Series, seriesQuery } from "./systems-api.ts";

interface PanelProps {
  readonly system: string;
  readonly panel: Panel;
  readonly spanMs: number;
}

export function PanelCard(props: PanelProps) {
  const { panel } = props;
  return (
    <Card withBorder component="section" aria-label={panel.title} padding="sm" style={{ minWidth: 0 }}>
      {panel.kind === "chart" ? <ChartPanel {...props} /> : <ReadPanel {...props} />}
    </Card>
  );
}

function ChartPanel({ system, panel, spanMs }: PanelProps) {
  const source = panel.threshold === undefined ? { metric: panel.metric ?? "" } : { threshold: panel.threshold };
  const series = useQuery(seriesQuery({ system, ...source, spanMs }));
  const last = series.data?.points.at(-1);
  return (
    <>
      <PanelTitle
        title={panel.title}
        figure={last === undefined ? undefined : `${formatFigure(last[3])} ${unitOf(series.data)}`}
        at={last?.[0]}
        known={series.data === undefined || last !== undefined}
      />
      <Awaited of={series} what="the chart">
        {(found) => (
          <Chart
            title={panel.title}
            unit={unitOf(found)}
            points={withGaps(found.points, found.stepMs)}
            lines={linesOf(found)}
            spanMs={spanMs}
          />
        )}
      </Awaited>
    </>
  );
}

// A count of things needs no word after it.
function unitOf(series: Series | undefined): string {
  return series === undefined || series.unit === "count" || series.unit === "bool" ? "" : series.unit;
}

const LINE_TONES = {
  target: "target",
  info: "warning",
  warning: "warning",
  high: "high",
  critical: "critical",
} as const;
const SIGNS = { gt: ">", gte: "≥", lt: "<", lte: "≤" } as const;

function linesOf(series: Series): ChartLine[] {
  return series.lines.map(({ bound, comparison }) => ({
    label: bound,
    value: comparison.value,
    sign: SIGNS[comparison.op],
    tone: LINE_TONES[bound as keyof typeof LINE_TONES] ?? "warning",
  }));
}

// A step that is missing was not known: the line breaks there instead of bridging it.
function withGaps(
  points: readonly (readonly [number, number, number, number])[],
  stepMs: number,
): [number, number | null][] {
  return points.flatMap(([at, , greatest], index) => {
    const before = points[index - 1]?.[0];
    const gap: [number, null][] =
      before !== undefined && at - before > stepMs * 2.5 ? [[(before + stepMs) / 1_000, null]] : [];
    return [...gap, [at / 1_000, greatest] as [number, number]];
  });
}

function ReadPanel({ system, panel }: PanelProps) {
  const read = useQuery(readQuery(system, panel.read ?? "", panel.everyMs));
  return (
    <>
      <PanelTitle
        title={panel.title}
        at={read.data === undefined ? undefined : read.dataUpdatedAt}
        known={read.data !== undefined || read.error === null}
      />
      <Awaited of={read} what="what the system answers">
        {(data) => {
          const selected = select(data, panel.select ?? "$");
          return panel.kind === "figure" ? (
            <Text fz={32}>{String(selected)}</Text>
          ) : (
            <PanelTable title={panel.title} value={selected} />
          );
        }}
      </Awaited>
    </>
  );
}

/** Walks `$.a.b`; anything that is not there is undefined. */
function select(value: unknown, path: string): unknown {
  const names = path.split(".").slice(1);
  return names.reduce<unknown>(
    (inside, name) =>
      typeof inside === "object" && inside !== null ? (inside as Record<string, unknown>)[name] : undefined,
    value,
  );
}

const STALE_MS = 60_000;

interface PanelTitleProps {
  readonly title: string;
  /** The latest value, with its unit. */
  readonly figure?: string | undefined;
  readonly at: number | undefined;
  readonly known: boolean;
}

function PanelTitle({ title, figure, at, known }: PanelTitleProps) {
  const now = useNow(5_000);
  const age = at === undefined ? 0 : now - at;
  return (
    <Group justify="space-between" mb="xs" gap="xs" wrap="nowrap" align="baseline">
      <Title order={2} size="h5">
        {title}
      </Title>
      <Group gap="sm" wrap="nowrap" fz="sm">
        {!known && <StateMark tone="unknown" word="unknown" />}
        {age > STALE_MS && <StateMark tone="unknown" word={`${formatDuration(age)} old`} />}
        {figure !== undefined && (
          <Text span fw={650} size="md" style={{ whiteSpace: "nowrap" }}>
            {figure}
          </Text>
        )}
      </Group>
    </Group>
  );
}
