import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, NativeSelect, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { DrillSummary } from "./drill-summary.tsx";
import { DRILL_STATES, type ListedRunbookView, RUN_TONES, runbooksQuery, VERDICT_TONES } from "./runbooks-api.ts";
import { Runs } from "./runs-table.tsx";

/** Every runbook of every system: what it answers, how it went last, and whether a drill proves it. */
export function RunbooksPage() {
  const runbooks = useQuery(runbooksQuery);
  return (
    <Stack>
      <PageTitle>Runbooks</PageTitle>
      <DrillSummary />
      <Awaited of={runbooks} what="the runbooks">
        {(found) =>
          found.length === 0 ? (
            <StateMark tone="unknown" word="No system has shown its runbooks yet." />
          ) : (
            <Filtered runbooks={found} />
          )
        }
      </Awaited>
      <Runs filter={{}} />
    </Stack>
  );
}

interface Filter {
  readonly system?: string | undefined;
  readonly severity?: string | undefined;
  /** A word in a title, an id or an alert. */
  readonly about?: string | undefined;
}

/** The filter is in the address, so that what one sees can be sent to somebody. */
function Filtered({ runbooks }: { readonly runbooks: readonly ListedRunbookView[] }) {
  const filter = useSearch({ from: "/runbooks" });
  const navigate = useNavigate({ from: "/runbooks" });
  const change = (part: Filter) => navigate({ to: "/runbooks", search: { ...filter, ...part }, replace: true });
  const systems = [...new Set(runbooks.map(({ system }) => system))].sort();
  const shown = runbooks.filter((runbook) => matches(runbook, filter));
  return (
    <>
      <Group component="search" align="flex-end" aria-label="Which runbooks">
        <NativeSelect
          label="System"
          data={[{ value: "", label: "all" }, ...systems]}
          value={filter.system ?? ""}
          onChange={(event) => change({ system: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          label="Severity"
          data={[{ value: "", label: "all" }, "P0", "P1", "P2", "P3"]}
          value={filter.severity ?? ""}
          onChange={(event) => change({ severity: event.currentTarget.value || undefined })}
        />
        <TextInput
          label="Alert or title"
          value={filter.about ?? ""}
          onChange={(event) => change({ about: event.currentTarget.value || undefined })}
        />
      </Group>
      <Text role="status" size="sm" c="dimmed">
        {shown.length === runbooks.length
          ? `${shown.length} runbooks`
          : `${shown.length} of ${runbooks.length} runbooks`}
      </Text>
      {shown.length > 0 && <RunbookTable runbooks={shown} />}
    </>
  );
}

function matches(runbook: ListedRunbookView, { system, severity, about }: Filter): boolean {
  const words = [runbook.title, runbook.id, ...runbook.alerts].join(" ").toLowerCase();
  return (
    (system === undefined || runbook.system === system) &&
    (severity === undefined || runbook.severity === severity) &&
    (about === undefined || words.includes(about.toLowerCase()))
  );
}

function RunbookTable({ runbooks }: { readonly runbooks: readonly ListedRunbookView[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Runbooks" minWidth={920}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Runbook</Table.Th>
            <Table.Th>System</Table.Th>
            <Table.Th>Severity</Table.Th>
            <Table.Th>Answers</Table.Th>
            <Table.Th ta="right">Steps</Table.Th>
            <Table.Th>Last run</Table.Th>
            <Table.Th>Drill</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runbooks.map((runbook) => (
            <RunbookRow key={`${runbook.system} ${runbook.id}`} runbook={runbook} />
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function RunbookRow({ runbook }: { readonly runbook: ListedRunbookView }) {
  const drill = DRILL_STATES[runbook.drillStatus];
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Anchor
          renderRoot={(props) => (
            <Link {...props} to="/runbooks/$id" params={{ id: runbook.id }} search={{ system: runbook.system }} />
          )}
          underline="always"
          fz="sm"
        >
          {runbook.title}
        </Anchor>
        <Text size="xs" c="dimmed" fw={400}>
          version {runbook.version}
        </Text>
        {!runbook.isCurrent && <StateMark tone="unknown" word="a newer text could not be read" />}
        {runbook.problems > 0 && <StateMark tone="critical" word={`${runbook.problems} problems: does not run`} />}
      </Table.Th>
      <Table.Td>{runbook.system}</Table.Td>
      <Table.Td>{runbook.severity ?? <None />}</Table.Td>
      <Table.Td>{runbook.alerts.map((alert) => alert.split(".").at(-1)).join(", ") || <None />}</Table.Td>
      <Table.Td ta="right">{runbook.steps}</Table.Td>
      <Table.Td>
        <LastRun last={runbook.lastRun} />
      </Table.Td>
      <Table.Td>
        {runbook.drillStatus === "none" ? <None /> : <StateMark tone={drill.tone} word={drill.word} />}
      </Table.Td>
    </Table.Tr>
  );
}

function LastRun({ last }: { readonly last: ListedRunbookView["lastRun"] }) {
  if (last === null) return <Text size="sm">never</Text>;
  const { id, state, verdict, startedAt } = last;
  const mark =
    verdict === null
      ? { tone: RUN_TONES[state], word: state.replaceAll("_", " ") }
      : { tone: VERDICT_TONES[verdict], word: verdict };
  return (
    <>
      <Anchor component={Link} to={`/runs/${id}`} underline="always" fz="sm">
        <StateMark tone={mark.tone} word={mark.word} />
      </Anchor>
      <Text size="xs" c="dimmed">
        <Time at={startedAt} />
      </Text>
    </>
  );
}

function None() {
  return (
    <Text span inherit c="dimmed">
      none
    </Text>
  );
}
