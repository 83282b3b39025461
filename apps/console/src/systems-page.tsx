import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Alert, Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SystemCard } from "./system-card.tsx";
import { systemsQuery } from "./systems-api.ts";

export function SystemsPage() {
  const { data, error } = useQuery(systemsQuery);
  return (
    <Stack>
      <Title order={1} size="h2">
        Systems
      </Title>
      <ProblemNotice error={error} />
      {data?.systems.map((system) => (
        <SystemCard key={system.id} system={system} />
      ))}
      {data?.systems.length === 0 && <StateMark tone="unknown" word="No system has shown its manifest yet." />}
      {data?.sources
        .filter(({ problems }) => problems.length > 0)
        .map((source) => (
          <Alert key={source.name} color="orange" title={`The manifest of ${source.name} cannot be used`}>
            {source.readAt !== null && (
              <Text size="sm">
                Read <Time at={source.readAt} />; the one before it stays in force.
              </Text>
            )}
            {source.problems.map(({ path, reason }) => (
              <Text key={`${path} ${reason}`} size="sm">
                {path}: {reason}
              </Text>
            ))}
          </Alert>
        ))}
      <Card withBorder>
        <Group justify="space-between">
          <Text>Every rule as Prometheus would evaluate it.</Text>
          <Anchor href="/api/prometheus-rules" underline="always">
            Prometheus rules
          </Anchor>
        </Group>
        <Text size="sm" c="dimmed">
          A system joins with a manifest alone;{" "}
          <Anchor component={Link} to="/runbooks" underline="always" inherit>
            its runbooks
          </Anchor>{" "}
          come with it.
        </Text>
      </Card>
    </Stack>
  );
}
