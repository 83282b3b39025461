import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Card, Code, Group, Table, Text, Title } from "@mantine/core";
import { HEALTH_TONES, type SystemDetail } from "./systems-api.ts";

/** Its processes, what the plane asked them last, and how old each answer is. */
export function SystemHealth({ system }: { readonly system: SystemDetail }) {
  const { health, summary } = system;
  return (
    <Card withBorder component="section" aria-labelledby="health">
      <Title order={2} size="h4" id="health" mb="xs">
        Health
      </Title>
      <Group gap="lg" mb="xs">
        {summary.services.map(({ name, url, status }) => (
          <Group key={name} gap={6}>
            <StateMark tone={HEALTH_TONES[status]} word={status} />
            <Text size="sm">
              {name} <Code>{url}</Code>
            </Text>
          </Group>
        ))}
      </Group>
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
            <CheckRow key={check.id} check={check} />
          ))}
          {health.targets.map((target) => (
            <TargetRow key={`${target.service} ${target.path}`} target={target} />
          ))}
        </Table.Tbody>
      </ScrollTable>
      {health.checks.length + health.targets.length === 0 && (
        <StateMark tone="unknown" word="It declares neither checks nor metrics, so nobody can know." />
      )}
    </Card>
  );
}

function CheckRow({ check }: { readonly check: SystemDetail["health"]["checks"][number] }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{check.id}</Table.Th>
      <Table.Td>
        <StateMark tone={HEALTH_TONES[check.status]} word={check.status} />
        {check.since !== null && (
          <Text size="sm" c="dimmed">
            since <Time at={check.since} />
          </Text>
        )}
        {check.status !== "healthy" && check.message !== null && <Text size="sm">{check.message}</Text>}
      </Table.Td>
      <Table.Td>{check.durationMs === null ? "" : `${Math.round(check.durationMs)} ms`}</Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        {check.lastProbeAt === null ? "never" : <Time at={check.lastProbeAt} fz={13} />}
      </Table.Td>
      <Table.Td>
        <Group gap="sm">
          {check.components.map(({ name, status }) => (
            <StateMark key={name} tone={HEALTH_TONES[status]} word={`${name} ${status}`} />
          ))}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function TargetRow({ target }: { readonly target: SystemDetail["health"]["targets"][number] }) {
  const { problem, lastScrapeAt } = target;
  const unread = lastScrapeAt === null;
  return (
    <Table.Tr>
      <Table.Th scope="row">metrics of {target.service}</Table.Th>
      <Table.Td>
        {problem === null && !unread && <StateMark tone="good" word="read" />}
        {problem === null && unread && <StateMark tone="unknown" word="not read yet" />}
        {problem !== null && (
          <>
            <StateMark tone="unknown" word="cannot be used" />
            <Text size="sm">{problem.reason}</Text>
          </>
        )}
      </Table.Td>
      <Table.Td />
      <Table.Td style={{ whiteSpace: "nowrap" }}>{unread ? "never" : <Time at={lastScrapeAt} fz={13} />}</Table.Td>
      <Table.Td>
        <Code>{target.path}</Code>
      </Table.Td>
    </Table.Tr>
  );
}
