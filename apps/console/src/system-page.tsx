import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { PanelCard } from "./panel-card.tsx";
import { HEALTH_TONES, type SystemDetail, systemQuery } from "./systems-api.ts";

const SPANS = [
  { value: "900000", label: "15 min" },
  { value: "3600000", label: "1 h" },
  { value: "21600000", label: "6 h" },
  { value: "86400000", label: "24 h" },
];

/** Everything a system shows of itself, as its manifest says. */
export function SystemPage() {
  const { id } = useParams({ from: "/systems/$id" });
  const system = useQuery(systemQuery(id));
  return (
    <Awaited of={system} what="the system">
      {(found) => <Panels system={found} />}
    </Awaited>
  );
}

function Panels({ system }: { readonly system: SystemDetail }) {
  const { manifest, summary, health } = system;
  const [span, setSpan] = useState("900000");
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="md" align="baseline">
          <PageTitle>{manifest.title}</PageTitle>
          <StateMark tone={HEALTH_TONES[summary.status]} word={summary.status} strong />
          <Text c="dimmed">
            version {manifest.version}, {manifest.environment}
          </Text>
        </Group>
        <SegmentedControl
          size="xs"
          aria-label="How far back the charts go"
          data={SPANS}
          value={span}
          onChange={setSpan}
        />
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="sm" verticalSpacing="sm">
        {manifest.panels.map((panel) => (
          <PanelCard key={panel.id} system={manifest.system} panel={panel} spanMs={Number(span)} />
        ))}
      </SimpleGrid>
      <Checks health={health} />
      <KillSwitches manifest={manifest} />
    </Stack>
  );
}

function Checks({ health }: { readonly health: SystemDetail["health"] }) {
  return (
    <Card withBorder component="section" aria-labelledby="checks">
      <Title order={2} size="h4" id="checks" mb="xs">
        Health
      </Title>
      <ScrollTable label="Health checks" minWidth={760} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Check</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Answered in</Table.Th>
            <Table.Th>Seen</Table.Th>
            <Table.Th>Parts</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {health.checks.map((check) => (
            <Table.Tr key={check.id}>
              <Table.Th scope="row">{check.id}</Table.Th>
              <Table.Td>
                <StateMark tone={HEALTH_TONES[check.status]} word={check.status} />
                {check.status !== "healthy" && check.message !== null && <Text size="sm">{check.message}</Text>}
              </Table.Td>
              <Table.Td>{check.durationMs === null ? "" : `${Math.round(check.durationMs)} ms`}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                {check.lastProbeAt === null ? "never" : <Time at={check.lastProbeAt} fz={13} />}
              </Table.Td>
              <Table.Td>
                <Group gap="sm">
                  {check.components.map((component) => (
                    <StateMark
                      key={component.name}
                      tone={HEALTH_TONES[component.status]}
                      word={`${component.name} ${component.status}`}
                    />
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
          {health.targets
            .filter(({ problem }) => problem !== null)
            .map((target) => (
              <Table.Tr key={`${target.service} ${target.path}`}>
                <Table.Th scope="row">metrics of {target.service}</Table.Th>
                <Table.Td colSpan={4}>
                  <StateMark tone="unknown" word={`cannot be used: ${target.problem?.reason}`} />
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function KillSwitches({ manifest }: { readonly manifest: SystemDetail["manifest"] }) {
  if (manifest.killSwitches.length === 0) return null;
  return (
    <Card withBorder component="section" aria-labelledby="switches">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="switches">
          Kill switches
        </Title>
        <Anchor component={Link} to="/danger-zone" underline="always">
          Danger Zone
        </Anchor>
      </Group>
      <Stack gap={4}>
        {manifest.killSwitches.map((killSwitch) => (
          <Text key={killSwitch.name} size="sm">
            <Text span fw={650} inherit>
              {killSwitch.title}
            </Text>
            : {killSwitch.effect}
          </Text>
        ))}
      </Stack>
    </Card>
  );
}
