import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SystemCard } from "./system-card.tsx";
import { type ManifestSource, systemsQuery } from "./systems-api.ts";

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
            {sources
              .filter(({ problems }) => problems.length > 0)
              .map((source) => (
                <ManifestProblems key={source.name} source={source} />
              ))}
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

function ManifestProblems({ source }: { readonly source: ManifestSource }) {
  return (
    <Notice tone="high" title={`The manifest of ${source.name} cannot be used`}>
      {source.readAt !== null && (
        <Text>
          Read <Time at={source.readAt} />; the one before it stays in force.
        </Text>
      )}
      {source.problems.map(({ path, reason }) => (
        <Text key={`${path} ${reason}`}>
          {path}: {reason}
        </Text>
      ))}
    </Notice>
  );
}
