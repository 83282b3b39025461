import { Loading } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type AuditEntryView,
  type AuditSearch,
  auditPagesQuery,
  EMPTY_SEARCH,
  searchWords,
  visibleText,
} from "./audit-api.ts";
import { AuditTrust } from "./audit-trust.tsx";
import { assayCommand } from "./command-line.ts";

/** The log, newest first, and how to check it without trusting this page. */
export function AuditPage() {
  const [search, setSearch] = useState(EMPTY_SEARCH);
  const [sought] = useDebouncedValue(search, 300);
  const words = searchWords(sought);
  const pages = useInfiniteQuery(auditPagesQuery(words));
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Stack>
      <PageTitle>Audit</PageTitle>
      <AuditTrust />
      <SearchForm search={search} onChange={setSearch} />
      <Export words={words} />
      <ProblemNotice error={pages.error} />
      {pages.isPending && <Loading what="the log" />}
      {pages.data !== undefined && entries.length === 0 && <Text>No entry is like that.</Text>}
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

interface SearchFormProps {
  readonly search: AuditSearch;
  readonly onChange: (search: AuditSearch) => void;
}

const FIELDS = [
  { name: "q", label: "Find", placeholder: "A name, an action, an id" },
  { name: "action", label: "Action begins with", placeholder: "coinhubx.trading" },
  { name: "target", label: "Done to", placeholder: "coinhubx" },
  { name: "since", label: "From (UTC)", placeholder: "", type: "datetime-local" },
  { name: "until", label: "Until (UTC)", placeholder: "", type: "datetime-local" },
] as const;

function SearchForm({ search, onChange }: SearchFormProps) {
  return (
    <Group align="flex-end" role="search" aria-label="Search the log">
      {FIELDS.map(({ name, label, placeholder, ...more }) => (
        <TextInput
          key={name}
          label={label}
          placeholder={placeholder}
          {...more}
          value={search[name]}
          onChange={(event) => onChange({ ...search, [name]: event.currentTarget.value })}
          style={{ flex: "1 1 180px" }}
        />
      ))}
    </Group>
  );
}

/** What is searched for is what is exported; the rest stands in the file with its hash alone, so that it verifies. */
function Export({ words }: { readonly words: Readonly<Record<string, string>> }) {
  const names = Object.keys(words);
  const options = names.flatMap((name) => [name === "q" ? "--search" : `--${name}`, words[name]!]);
  return (
    <Group align="flex-start">
      <Button
        component="a"
        href={`/api/audit/export?${new URLSearchParams(words)}`}
        download="assay-audit.json"
        variant="default"
      >
        {names.length === 0 ? "Export all with proofs" : "Export these with proofs"}
      </Button>
      <div style={{ flex: "1 1 300px", minWidth: 0 }}>
        <CopyCommand command={assayCommand("audit", "export", "assay-audit.json", ...options)} />
      </div>
    </Group>
  );
}

function EntryTable({ entries }: { readonly entries: readonly AuditEntryView[] }) {
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
                <bdi>{visibleText(entry.actor.name)}</bdi>
                {entry.actor.kind !== "person" && ` (${entry.actor.kind})`}
              </Table.Td>
              <Table.Td>
                <Code>{visibleText(entry.action)}</Code>
              </Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                <bdi>{visibleText(entry.target)}</bdi>
              </Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere", minWidth: 280 }}>
                {Object.keys(entry.details).length > 0 && <Code>{visibleText(JSON.stringify(entry.details))}</Code>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}
