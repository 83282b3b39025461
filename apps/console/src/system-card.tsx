import type { SystemSummary } from "@assay/operations/api/schema/systems";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SEVERITY_TONES } from "./alerts-api.ts";
import { HEALTH_TONES } from "./systems-api.ts";

const SEVERITIES = ["critical", "high", "warning", "info"] as const;

/** A system in a glance: its state, its services, what fires. */
export function SystemCard({ system }: { readonly system: SystemSummary }) {
  return (
    <Card withBorder component="article" aria-label={system.title} padding="sm">
      <Stack gap="xs">
        <Group justify="space-between">
          <Anchor component={Link} to={`/systems/${system.id}`} fw={650} fz="lg" underline="always">
            {system.title}
          </Anchor>
          <Worst system={system} />
        </Group>
        <Group gap="lg">
          {system.services.map((service) => (
            <Group key={service.name} gap={6}>
              <StateMark tone={HEALTH_TONES[service.status]} word={service.status} />
              <Text size="sm">{service.name}</Text>
            </Group>
          ))}
        </Group>
        <Group gap="lg">
          {SEVERITIES.filter((severity) => system.firing[severity] > 0).map((severity) => (
            <StateMark
              key={severity}
              tone={SEVERITY_TONES[severity]}
              word={`${system.firing[severity]} ${severity} firing`}
            />
          ))}
          <Text size="sm" c="dimmed">
            Version {system.version}, {system.environment}
          </Text>
        </Group>
      </Stack>
    </Card>
  );
}

/** A system whose processes are healthy may still have lost money: what fires comes before how it feels. */
function Worst({ system }: { readonly system: SystemSummary }) {
  const worst = SEVERITIES.find((severity) => system.firing[severity] > 0);
  if (worst === undefined || system.status === "unhealthy")
    return <StateMark tone={HEALTH_TONES[system.status]} word={system.status} strong />;
  return <StateMark tone={SEVERITY_TONES[worst]} word={`${worst}, processes ${system.status}`} strong />;
}
