import type { KeptReportView, OfferedReportView } from "@assay/operations/api/schema/reports";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Group, NativeSelect, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { assayCommand } from "./command-line.ts";
import { ScheduleForm } from "./report-schedule.tsx";
import { makeReport, type ReportWanted, reportsQuery } from "./reports-api.ts";

/** Reports to be made, and those that were. */
export function ReportsPage() {
  const reports = useQuery(reportsQuery);
  return (
    <Stack maw={980}>
      <PageTitle>Reports</PageTitle>
      <Awaited of={reports} what="the reports">
        {({ offered, kept }) => (
          <>
            {offered.length === 0 ? <Text>No system is watched yet.</Text> : <Make offered={offered} />}
            <Kept kept={kept} />
          </>
        )}
      </Awaited>
    </Stack>
  );
}

function keyOf({ system, name }: OfferedReportView): string {
  return `${system}/${name}`;
}

const WINDOWS = [
  { value: "day", label: "the last 24 hours" },
  { value: "week", label: "the last 7 days" },
  { value: "month", label: "the last 30 days" },
  { value: "between", label: "from and to" },
] as const;

function Make({ offered }: { readonly offered: readonly OfferedReportView[] }) {
  const [chosen, setChosen] = useState(keyOf(offered[0]!));
  const [window, setWindow] = useState<(typeof WINDOWS)[number]["value"]>("day");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: (wanted: ReportWanted) => makeReport(wanted),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ["reports"] });
      await navigate({ to: "/reports/$id", params: { id } });
    },
  });
  const report = offered.find((one) => keyOf(one) === chosen) ?? offered[0]!;
  const { system, name } = report;
  const isBetween = window === "between";
  const span = isBetween ? { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` } : window;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ system, name, window: span });
  };
  const words = isBetween ? ["--from", from || "2026-01-01", "--to", to || "2026-02-01"] : ["--window", window];
  return (
    <Card withBorder component="section" aria-label="Make a report">
      <form onSubmit={submit}>
        <Stack>
          <Group align="flex-end">
            <NativeSelect
              label="Report"
              value={keyOf(report)}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={offered.map((one) => ({ value: keyOf(one), label: `${one.title} (${one.system}, ${one.kind})` }))}
              style={{ flex: "1 1 240px", minWidth: 0 }}
            />
            <NativeSelect
              label="Of"
              value={window}
              onChange={(event) => setWindow(event.currentTarget.value as typeof window)}
              data={[...WINDOWS]}
            />
            {isBetween && (
              <>
                <TextInput
                  type="date"
                  label="From, 00:00 UTC"
                  required
                  value={from}
                  onChange={(event) => setFrom(event.currentTarget.value)}
                />
                <TextInput
                  type="date"
                  label="To, 00:00 UTC"
                  required
                  value={to}
                  onChange={(event) => setTo(event.currentTarget.value)}
                />
              </>
            )}
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </Group>
          <CopyCommand command={assayCommand("report", "make", system, name, ...words)} />
          <ProblemNotice error={make.error} />
        </Stack>
      </form>
      <ScheduleForm key={`${keyOf(report)} ${JSON.stringify(report.schedule)}`} report={report} />
    </Card>
  );
}

function Kept({ kept }: { readonly kept: readonly KeptReportView[] }) {
  return (
    <section aria-labelledby="kept">
      <Title order={2} size="h4" id="kept" mb="xs">
        Made so far
      </Title>
      {kept.length === 0 ? (
        <Text>None.</Text>
      ) : (
        <Card withBorder p={0}>
          <ScrollTable label="Reports" minWidth={680} dense>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Report</Table.Th>
                <Table.Th>System</Table.Th>
                <Table.Th>From</Table.Th>
                <Table.Th>To</Table.Th>
                <Table.Th>Made</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {kept.map((report) => (
                <Table.Tr key={report.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/reports/${report.id}`} underline="always" fz="inherit">
                      {report.title}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>{report.system}</Table.Td>
                  <Table.Td>{report.from.slice(0, 16).replace("T", " ")}</Table.Td>
                  <Table.Td>{report.to.slice(0, 16).replace("T", " ")}</Table.Td>
                  <Table.Td>
                    {report.scheduled ? "by the clock" : report.madeBy}, <Time at={report.madeAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </ScrollTable>
        </Card>
      )}
    </section>
  );
}
