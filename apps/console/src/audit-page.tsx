import { type auditEntrySchema, auditPageSchema, checkpointSchema } from "@assay/operations/api/schema/audit";
import { Awaited, Loading } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { request } from "@assay/page-kit/request.ts";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import { assayCommand } from "./command-line.ts";

type Entry = z.infer<typeof auditEntrySchema>;

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
        <PageTitle>Audit</PageTitle>
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
      {pages.isPending && <Loading what="the log" />}
      {pages.data !== undefined && entries.length === 0 && <Text>No entry has that text.</Text>}
      {entries.length > 0 && <EntryTable entries={entries} />}
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

function EntryTable({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Entries" minWidth={980} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">#</Table.Th>
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
              <Table.Td ta="right">{entry.sequence}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={entry.at} fz={13} />
              </Table.Td>
              <Table.Td>
                {entry.actor.name}
                {entry.actor.kind !== "person" && ` (${entry.actor.kind})`}
              </Table.Td>
              <Table.Td>
                <Code>{entry.action}</Code>
              </Table.Td>
              <Table.Td>{entry.target}</Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere", minWidth: 280 }}>
                {Object.keys(entry.details).length > 0 && <Code>{JSON.stringify(entry.details)}</Code>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function Checkpoint() {
  const checkpoint = useQuery({
    queryKey: ["audit", "checkpoint"],
    refetchInterval: 30_000,
    queryFn: () => request("/api/audit/checkpoint", { schema: checkpointSchema }),
  });
  return (
    <Card withBorder component="section" aria-label="Latest checkpoint">
      <Awaited of={checkpoint} what="the latest checkpoint">
        {({ size, madeAt, root }) => (
          <Stack gap="xs">
            <Text>
              Latest signed checkpoint: {size} entries, <Time at={madeAt} />
            </Text>
            <Text ff="monospace" style={{ overflowWrap: "anywhere" }}>
              root {root}
            </Text>
            <Text c="dimmed">Check an export on any machine, without this server:</Text>
            <CopyCommand command={assayCommand("audit", "verify", "assay-audit.json")} />
          </Stack>
        )}
      </Awaited>
    </Card>
  );
}
