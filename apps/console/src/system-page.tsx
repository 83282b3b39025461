import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Code, Group, SegmentedControl, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { AlertRow } from "./alert-row.tsx";
import { alertsQuery, byUrgency } from "./alerts-api.ts";
import { SwitchPosition } from "./kill-switches.tsx";
import { PanelCard } from "./panel-card.tsx";
import { SourceProblems } from "./source-table.tsx";
import { SystemHealth } from "./system-health.tsx";
import { HEALTH_TONES, type SystemDetail, systemQuery } from "./systems-api.ts";
import { ThresholdTable } from "./threshold-table.tsx";

const SPANS = [
  { value: "900000", label: "15 min" },
  { value: "3600000", label: "1 h" },
  { value: "21600000", label: "6 h" },
  { value: "86400000", label: "24 h" },
  { value: "604800000", label: "7 d" },
];

/** Everything a system shows of itself, as its manifest says. */
export function SystemPage() {
  const { id } = useParams({ from: "/systems/$id" });
  const system = useQuery(systemQuery(id));
  return (
    <Awaited of={system} what="the system">
      {(found) => (
        <Stack>
          <Head system={found} />
          {found.source !== null && <SourceProblems source={found.source} />}
          <Firing system={id} />
          <Panels system={found} />
          <SystemHealth system={found} />
          <ThresholdTable system={id} />
          <Switches manifest={found.manifest} />
          <Routine manifest={found.manifest} />
        </Stack>
      )}
    </Awaited>
  );
}

function Head({ system: { manifest, summary, source } }: { readonly system: SystemDetail }) {
  return (
    <div>
      <Group gap="md" align="baseline">
        <PageTitle>{manifest.title}</PageTitle>
        <StateMark tone={HEALTH_TONES[summary.status]} word={summary.status} strong />
        <Text c="dimmed">
          version {manifest.version}, {manifest.environment}
        </Text>
      </Group>
      {source?.inForce && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          Manifest <Code>{source.inForce.sha256.slice(0, 12)}</Code> of {source.name}, in force since{" "}
          <Time at={source.inForce.since} />
        </Text>
      )}
    </div>
  );
}

function Firing({ system }: { readonly system: string }) {
  const { data } = useQuery(alertsQuery("current"));
  const firing = data?.filter((alert) => alert.system === system && alert.state === "firing") ?? [];
  return firing.toSorted(byUrgency).map((alert) => <AlertRow key={alert.id} alert={alert} />);
}

function Panels({ system: { manifest } }: { readonly system: SystemDetail }) {
  const [span, setSpan] = useState("900000");
  if (manifest.panels.length === 0) return null;
  return (
    <section aria-labelledby="panels">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="panels">
          Numbers
        </Title>
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
    </section>
  );
}

type Manifest = SystemDetail["manifest"];

function Switches({ manifest: { system, killSwitches } }: { readonly manifest: Manifest }) {
  if (killSwitches.length === 0) return null;
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
      <Stack gap="xs">
        {killSwitches.map((killSwitch) => (
          <div key={killSwitch.name}>
            <Group gap="sm">
              <Text fw={650}>{killSwitch.title}</Text>
              <SwitchPosition system={system} killSwitch={killSwitch} />
            </Group>
            <Text size="sm">{killSwitch.effect}</Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

/** What is done for it again and again, each on its own page. */
function Routine({ manifest }: { readonly manifest: Manifest }) {
  const kinds = [
    { title: "Checklists", place: "checklists", declared: manifest.checklists },
    { title: "Reports", place: "reports", declared: manifest.reports },
    { title: "Backups", place: "backups", declared: manifest.backups },
  ].filter(({ declared }) => declared.length > 0);
  if (kinds.length === 0) return null;
  return (
    <Card withBorder component="section" aria-labelledby="routine">
      <Title order={2} size="h4" id="routine" mb="xs">
        Routine
      </Title>
      {kinds.map(({ title, place, declared }) => (
        <Text key={place}>
          <Anchor component={Link} to={`/${place}`} underline="always" inherit>
            {title}
          </Anchor>
          : {declared.map((one) => one.title).join(", ")}
        </Text>
      ))}
    </Card>
  );
}
