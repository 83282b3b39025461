import { Chart, type ChartLine } from "@assay/page-kit/chart.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, useNow } from "@assay/page-kit/time.tsx";
import { Card, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PanelTable } from "./panel-table.tsx";
import { type Panel, readQuery, seriesQuery } from "./systems-api.ts";

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

const LINE_TONES = {
  target: "target",
  info: "warning",
  warning: "warning",
  high: "high",
  critical: "critical",
} as const;

function ChartPanel({ system, panel, spanMs }: PanelProps) {
  const source = panel.threshold === undefined ? { metric: panel.metric ?? "" } : { threshold: panel.threshold };
  const { data: series, error, dataUpdatedAt } = useQuery(seriesQuery({ system, ...source, spanMs }));
  const last = series?.points.at(-1);
  const lines: ChartLine[] = (series?.lines ?? []).map(({ bound, comparison }) => ({
    label: bound,
    value: comparison.value,
    tone: LINE_TONES[bound as keyof typeof LINE_TONES] ?? "warning",
  }));
  return (
    <>
      <PanelTitle
        title={panel.title}
        at={last?.[0] ?? (series === undefined ? undefined : dataUpdatedAt)}
        known={last !== undefined || series === undefined}
      />
      <ProblemNotice error={error} />
      {series !== undefined && (
        <Chart title={panel.title} unit={series.unit} points={withGaps(series.points, series.stepMs)} lines={lines} />
      )}
    </>
  );
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
  const { data, error, dataUpdatedAt } = useQuery(readQuery(system, panel.read ?? "", panel.everyMs));
  const selected = select(data, panel.select ?? "$");
  return (
    <>
      <PanelTitle
        title={panel.title}
        at={data === undefined ? undefined : dataUpdatedAt}
        known={data !== undefined || error === null}
      />
      <ProblemNotice error={error} />
      {data !== undefined &&
        (panel.kind === "figure" ? (
          <Text fz={32}>{String(selected)}</Text>
        ) : (
          <PanelTable title={panel.title} value={selected} />
        ))}
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

const STALE_MS = 30_000;

function PanelTitle({
  title,
  at,
  known,
}: {
  readonly title: string;
  readonly at: number | undefined;
  readonly known: boolean;
}) {
  const now = useNow(5_000);
  return (
    <Group justify="space-between" mb="xs">
      <Title order={2} size="h5">
        {title}
      </Title>
      {!known && <StateMark tone="unknown" word="unknown" />}
      {at !== undefined && now - at > STALE_MS && <StateMark tone="unknown" word={`${formatDuration(now - at)} old`} />}
    </Group>
  );
}
