import type { ThresholdView } from "@assay/operations/api/schema/systems";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { formatFigure } from "@assay/page-kit/chart-options.ts";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Card, Code, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { SEVERITY_TONES } from "./alerts-api.ts";
import { thresholdsQuery } from "./systems-api.ts";

/** Every number that decides: what it is now, beside what it should be and where it becomes bad. */
export function ThresholdTable({ system }: { readonly system: string }) {
  const thresholds = useQuery(thresholdsQuery);
  return (
    <Card withBorder component="section" aria-labelledby="thresholds">
      <Title order={2} size="h4" id="thresholds" mb="xs">
        Thresholds
      </Title>
      <Awaited of={thresholds} what="the thresholds">
        {(all) => <Rows thresholds={all.filter((one) => one.system === system)} />}
      </Awaited>
    </Card>
  );
}

function Rows({ thresholds }: { readonly thresholds: readonly ThresholdView[] }) {
  if (thresholds.length === 0) return <Text>It declares none.</Text>;
  return (
    <ScrollTable label="Thresholds" minWidth={860} dense>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Number</Table.Th>
          <Table.Th>Now</Table.Th>
          <Table.Th>Target</Table.Th>
          <Table.Th>Becomes bad at</Table.Th>
          <Table.Th>Alerts</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {thresholds.map(({ threshold, reading, alerts, promql }) => (
          <Table.Tr key={threshold.id}>
            <Table.Th scope="row">
              <Text inherit title={promql}>
                {threshold.title}
              </Text>
              <Code>{threshold.id}</Code>
            </Table.Th>
            <Table.Td>
              <Now reading={reading} unit={threshold.unit} />
            </Table.Td>
            <Table.Td style={{ whiteSpace: "nowrap" }}>{bound(threshold.target, threshold.unit)}</Table.Td>
            <Table.Td>
              {SEVERITIES.flatMap((severity) => {
                const comparison = threshold.levels[severity];
                return comparison === undefined ? [] : [`${severity} ${bound(comparison, threshold.unit)}`];
              }).join(", ")}
            </Table.Td>
            <Table.Td>{alerts.join(", ")}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

const SEVERITIES = ["info", "warning", "high", "critical"] as const;
const SIGNS = { gt: ">", gte: "≥", lt: "<", lte: "≤" } as const;

function bound({ op, value }: ThresholdView["threshold"]["target"], unit: string): string {
  return `${SIGNS[op]} ${withUnit(value, unit)}`;
}

function withUnit(value: number, unit: string): string {
  return unit === "count" || unit === "bool" ? formatFigure(value) : `${formatFigure(value)} ${unit}`;
}

function Now({ reading, unit }: { readonly reading: ThresholdView["reading"]; readonly unit: string }) {
  if (reading.kind === "unknown") return <StateMark tone="unknown" word={`unknown: ${reading.reason}`} />;
  if (reading.kind === "quiet")
    return (
      <StateMark
        tone="neutral"
        word={reading.reason === "NOTHING_OBSERVED" ? "nothing happened" : "too little happened to judge"}
      />
    );
  const worst = reading.levels.at(-1);
  const tone: Tone = worst !== undefined ? SEVERITY_TONES[worst] : reading.onTarget ? "good" : "neutral";
  const word = worst ?? (reading.onTarget ? "on target" : "off target");
  return <StateMark tone={tone} word={`${withUnit(reading.value, unit)}, ${word}`} />;
}
