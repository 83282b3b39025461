import type { FigureView, ReportView } from "@assay/operations/api/schema/reports";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Chart } from "@assay/page-kit/chart.tsx";
import { formatFigure } from "@assay/page-kit/chart-options.ts";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { assayCommand } from "./command-line.ts";
import { reportQuery } from "./reports-api.ts";
import "./report.css";

/** A report as it was made; printed, only the report itself is on the paper. */
export function ReportPage() {
  const { id } = useParams({ from: "/reports/$id" });
  const report = useQuery(reportQuery(id));
  return (
    <Awaited of={report} what="the report">
      {(found) => <Report report={found} />}
    </Awaited>
  );
}

function Report({ report }: { readonly report: ReportView }) {
  const { content } = report;
  return (
    <Stack maw={1100} className="report">
      <div>
        <PageTitle>{content.title}</PageTitle>
        <Text>
          {content.system}, {content.kind}: from {words(content.from)} to {words(content.to)} UTC
        </Text>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          Made by {report.scheduled ? "the clock" : report.madeBy}, <Time at={report.madeAt} />. Content sha256{" "}
          {report.sha256}
        </Text>
      </div>
      <Group className="not-printed">
        <Button variant="default" onClick={() => print()}>
          Print
        </Button>
        <Anchor href={`/api/reports/${report.id}`} download={`${report.id}.json`} underline="always">
          JSON
        </Anchor>
        <Anchor href={`/api/reports/${report.id}/markdown`} download={`${report.id}.md`} underline="always">
          Markdown
        </Anchor>
      </Group>
      <div className="not-printed">
        <CopyCommand command={assayCommand("report", "show", report.id)} />
      </div>
      {content.sections.map(({ title, figures }) => (
        <section key={title} aria-label={title}>
          <Title order={2} size="h4" mb="xs">
            {title}
          </Title>
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
            {figures.map((figure) => (
              <Figure key={`${figure.title} ${figure.source}`} figure={figure} />
            ))}
          </SimpleGrid>
        </section>
      ))}
    </Stack>
  );
}

const WORDLESS = new Set(["count", "bool", "text"]);

function Figure({ figure }: { readonly figure: FigureView }) {
  const { title, unit, value, samples, source, note, statistics, points } = figure;
  const word = WORDLESS.has(unit) ? "" : unit;
  return (
    <Card withBorder component="article" aria-label={title} padding="sm" style={{ minWidth: 0 }}>
      <Group justify="space-between" gap="xs" align="baseline">
        <Text fw={600}>{title}</Text>
        {value === null ? (
          <StateMark tone="unknown" word="no data" />
        ) : (
          <Text fz={20} fw={650} style={{ overflowWrap: "anywhere" }}>
            {typeof value === "number" ? formatFigure(value) : value} {word}
          </Text>
        )}
      </Group>
      {points.length > 1 && (
        <Chart title={title} unit={word} points={points.map(([at, value]) => [at / 1_000, value])} height={110} />
      )}
      {statistics !== null && (
        <Text size="sm">
          {formatFigure(statistics.least)} to {formatFigure(statistics.greatest)}, mean{" "}
          {formatFigure(statistics.average)}
          {statistics.onTarget !== null && `; on target ${formatFigure(statistics.onTarget * 100)} % of the time`}
        </Text>
      )}
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {samples} {samples === 1 ? "sample" : "samples"}
        {note !== null && `; ${note}`}. Source: {source}
      </Text>
    </Card>
  );
}

function words(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
