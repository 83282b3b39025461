import type { BackupStateView } from "@assay/operations/api/schema/backups";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { BackupRuns, Copies } from "./backup-tables.tsx";
import { backupsQuery, beginBackup } from "./backups-api.ts";
import { assayCommand } from "./command-line.ts";
import { RestoreDrillDialog } from "./restore-drill-dialog.tsx";

/** Every system's copies: how good they are, and what a loss would cost now. */
export function BackupsPage() {
  const backups = useQuery(backupsQuery);
  return (
    <Stack maw={1100}>
      <PageTitle>Backups</PageTitle>
      <Awaited of={backups} what="the backups">
        {(found) =>
          found.length === 0 ? (
            <Text>No system declares any.</Text>
          ) : (
            found.map((backup) => <Backup key={`${backup.system}/${backup.name}`} backup={backup} />)
          )
        }
      </Awaited>
    </Stack>
  );
}

function Backup({ backup }: { readonly backup: BackupStateView }) {
  const { system, name, title, offers, schedule, copies } = backup;
  const [drilling, setDrilling] = useState(false);
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: (what: "create" | "verify") => beginBackup({ system, backup: name, what }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["backups"] }),
  });
  const running = backup.runs.find(({ endedAt }) => endedAt === null);
  const idle = running === undefined && backup.unreadable === null;
  return (
    <Stack component="section" aria-label={title} gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title} ({system})
        </Title>
        <Group gap="xs">
          {offers.includes("create") && (
            <Button variant="default" disabled={!idle || begin.isPending} onClick={() => begin.mutate("create")}>
              Make one now
            </Button>
          )}
          {offers.includes("verify") && (
            <Button
              variant="default"
              disabled={!idle || copies.length === 0 || begin.isPending}
              onClick={() => begin.mutate("verify")}
            >
              Verify the newest
            </Button>
          )}
          {offers.includes("drill") && (
            <Button variant="default" disabled={!idle || copies.length === 0} onClick={() => setDrilling(true)}>
              Drill a restore
            </Button>
          )}
        </Group>
      </Group>
      <ProblemNotice error={begin.error} />
      {running !== undefined && (
        <Notice tone="info" role="status" title={`Under way: ${running.kind} ${running.copy ?? ""}`}>
          Begun by {running.by}, <Time at={running.startedAt} />
        </Notice>
      )}
      {backup.unreadable !== null && (
        <Notice tone="unknown" role="status" title="The copies cannot be told">
          {backup.unreadable}. Nothing here is known to be good.
        </Notice>
      )}
      {backup.problems.map((problem) => (
        <Notice key={problem.name} tone={problem.severity === "high" ? "high" : "warning"} title={problem.name}>
          {problem.summary}
        </Notice>
      ))}
      <Objectives backup={backup} />
      <Text size="sm">
        {schedule === null
          ? "No schedule."
          : `Each ${schedule.every} (cron, ${schedule.timeZone}); the plane asks for one that the system has not made.`}{" "}
        {schedule?.nextAt != null && (
          <>
            Next <Time at={schedule.nextAt} />.
          </>
        )}{" "}
        {backup.keep} are kept. To put a copy in the place of the live data, use{" "}
        <Anchor component={Link} to="/danger-zone" underline="always" inherit>
          the Danger Zone
        </Anchor>{" "}
        or its runbook.
      </Text>
      {offers.includes("create") && <CopyCommand command={assayCommand("backup", "test", system)} />}
      <Copies backup={backup} />
      <BackupRuns backup={backup} />
      {drilling && <RestoreDrillDialog backup={backup} onClose={() => setDrilling(false)} />}
    </Stack>
  );
}

function Objectives({ backup }: { readonly backup: BackupStateView }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Objective label="A restore now would lose" of={backup.rpo} />
      <Objective label="The last restore drill took" of={backup.rto} />
    </SimpleGrid>
  );
}

function Objective({ label, of: objective }: { readonly label: string; readonly of: BackupStateView["rpo"] }) {
  const measured = objective?.measuredMs ?? null;
  return (
    <div>
      <Text size="sm">{label}</Text>
      <Group gap="sm" align="baseline">
        <Text fz={20} fw={650}>
          {measured === null ? "not known" : formatDuration(measured)}
        </Text>
        {objective === null || objective.met === null ? (
          <StateMark tone="unknown" word="never measured" />
        ) : (
          <StateMark tone={objective.met ? "good" : "critical"} word={objective.met ? "as promised" : "too much"} />
        )}
      </Group>
      {objective !== null && (
        <Text size="sm" c="dimmed">
          promised at most {formatDuration(objective.targetMs)}
          {objective.at !== null && (
            <>
              , from <Time at={objective.at} />
            </>
          )}
        </Text>
      )}
    </div>
  );
}
