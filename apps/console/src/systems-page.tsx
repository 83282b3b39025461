import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SourceProblems, SourceTable } from "./source-table.tsx";
import { SystemCard } from "./system-card.tsx";
import { systemsQuery } from "./systems-api.ts";

export function SystemsPage() {
  const systems = useQuery(systemsQuery);
  return (
    <Stack>
      <PageTitle>Systems</PageTitle>
      <Awaited of={systems} what="the systems">
        {({ systems: found, sources }) => (
          <>
            {found.map((system) => (
              <SystemCard key={system.id} system={system} />
            ))}
            {found.length === 0 && <StateMark tone="unknown" word="No system has shown its manifest yet." />}
            {sources.map((source) => (
              <SourceProblems key={source.name} source={source} />
            ))}
            <section aria-labelledby="manifests">
              <Title order={2} size="h4" id="manifests" mb="xs">
                Manifests
              </Title>
              <SourceTable sources={sources} />
            </section>
          </>
        )}
      </Awaited>
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
