import type { BackupCopyView, BackupRunView, BackupStateView } from "@assay/operations/api/schema/backups";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, Time } from "@assay/page-kit/time.tsx";
import { Card, Table, Text } from "@mantine/core";
import { COPY_TONES } from "./backups-api.ts";

export function Copies({ backup }: { readonly backup: BackupStateView }) {
  if (backup.unreadable !== null) return null;
  if (backup.copies.length === 0) return <Text>There is no copy.</Text>;
  return (
    <Card withBorder p={0}>
      <ScrollTable label={`Copies of ${backup.title}`} minWidth={760} maxHeight={340} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Copy</Table.Th>
            <Table.Th w={200}>Made</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Restored and compared</Table.Th>
            <Table.Th>Second location</Table.Th>
            <Table.Th>SHA-256</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {backup.copies.map((copy) => (
            <CopyRow key={copy.name} copy={copy} />
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function CopyRow({ copy }: { readonly copy: BackupCopyView }) {
  return (
    <Table.Tr>
      <Table.Td>{copy.name}</Table.Td>
      <Table.Td>
        <Time at={copy.createdAt} />
      </Table.Td>
      <Table.Td ta="right">{copy.sizeBytes === null ? "?" : `${(copy.sizeBytes / 1_000_000).toFixed(1)} MB`}</Table.Td>
      <Table.Td>
        <StateMark tone={COPY_TONES[copy.verification]} word={copy.verification} />
        {copy.verifiedAt !== null && (
          <>
            {" "}
            <Time at={copy.verifiedAt} />
          </>
        )}
        {copy.reason !== null && <Text size="sm">{copy.reason}</Text>}
      </Table.Td>
      <Table.Td>
        {copy.second === null ? (
          "not configured"
        ) : (
          <StateMark tone={COPY_TONES[copy.second.status]} word={copy.second.status} />
        )}
      </Table.Td>
      <Table.Td ff="monospace" title={copy.sha256 ?? undefined}>
        {copy.sha256?.slice(0, 12) ?? "none"}
      </Table.Td>
    </Table.Tr>
  );
}

const SHOWN = 8;

export function BackupRuns({ backup }: { readonly backup: BackupStateView }) {
  const ended = backup.runs.filter(({ endedAt }) => endedAt !== null).slice(0, SHOWN);
  if (ended.length === 0) return null;
  return (
    <Card withBorder p={0}>
      <ScrollTable label={`What was done with ${backup.title}`} minWidth={680} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th>Copy</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th>Measured</Table.Th>
            <Table.Th w={220}>When, by</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ended.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Td>{run.kind}</Table.Td>
              <Table.Td>{run.copy ?? "none"}</Table.Td>
              <Table.Td>
                <StateMark tone={COPY_TONES[run.verdict ?? "inconclusive"]} word={run.verdict ?? "inconclusive"} />
                {run.reason !== null && <Text size="sm">{run.reason}</Text>}
              </Table.Td>
              <Table.Td>{measuredWords(run)}</Table.Td>
              <Table.Td>
                <Time at={run.startedAt} />, {run.scheduled ? "the clock" : run.by}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function measuredWords({ kind, facts }: BackupRunView): string {
  const { rpo_ms: lost, rto_ms: took } = facts;
  if (kind !== "drill" || typeof lost !== "number" || typeof took !== "number") return "";
  return `took ${formatDuration(took)}, would lose ${formatDuration(lost)}`;
}
