import { auditPageSchema, checkpointSchema } from "@assay/operations/api/schema/audit";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { request } from "@assay/page-kit/request.ts";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

/** The log, newest first, and how to check it without trusting this page. */
export function AuditPage() {
  const [text, setText] = useState("");
  const [sought] = useDebouncedValue(text.trim(), 300);
  const pages = useInfiniteQuery({
    queryKey: ["audit", sought],
    refetchInterval: 15_000,
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      request(
        `/api/audit?${new URLSearchParams({ limit: "100", ...(sought === "" ? {} : { q: sought }), ...(pageParam === undefined ? {} : { cursor: String(pageParam) }) })}`,
        { schema: auditPageSchema },
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          Audit
        </Title>
        <Button component="a" href="/api/audit/export" download="assay-audit.json" variant="default">
          Export all with proofs
        </Button>
      </Group>
      <Checkpoint />
      <TextInput
        label="Find"
        placeholder="A name, an action, an id"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={420}
      />
      <ProblemNotice error={pages.error} />
      <div className="scroll">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>#</Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th>Who</Table.Th>
              <Table.Th>What</Table.Th>
              <Table.Th>Target</Table.Th>
              <Table.Th>Details</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Table.Tr key={entry.sequence} id={`entry-${entry.sequence}`}>
                <Table.Td>{entry.sequence}</Table.Td>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  <Time at={entry.at} />
                </Table.Td>
                <Table.Td>
                  {entry.actor.name} ({entry.actor.kind})
                </Table.Td>
                <Table.Td>
                  <Code>{entry.action}</Code>
                </Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{entry.target}</Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere", minWidth: 240 }}>
                  <Code>{JSON.stringify(entry.details)}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {pages.hasNextPage && (
        <Button
          variant="default"
          w="fit-content"
          loading={pages.isFetchingNextPage}
          onClick={() => pages.fetchNextPage()}
        >
          Older entries
        </Button>
      )}
    </Stack>
  );
}

function Checkpoint() {
  const { data: checkpoint, error } = useQuery({
    queryKey: ["audit", "checkpoint"],
    refetchInterval: 30_000,
    queryFn: () => request("/api/audit/checkpoint", { schema: checkpointSchema }),
  });
  if (error !== null) return <ProblemNotice error={error} />;
  if (checkpoint === undefined) return null;
  return (
    <Card withBorder component="section" aria-label="Latest checkpoint">
      <Stack gap="xs">
        <Text>
          Latest signed checkpoint: {checkpoint.size} entries, <Time at={checkpoint.madeAt} />
        </Text>
        <Text ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
          root {checkpoint.root}
        </Text>
        <Text size="sm" c="dimmed">
          Check an export on any machine, without this server:
        </Text>
        <CopyCommand command="npm run assay -- audit verify assay-audit.json" />
      </Stack>
    </Card>
  );
}
