import type { AuditStateView } from "@assay/operations/api/schema/audit";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, List, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { auditStateQuery, checkpointQuery, readConsistency } from "./audit-api.ts";
import { assayCommand } from "./command-line.ts";

/** What says that the log is whole: the signed checkpoint, who else holds it, and a check against an older one. */
export function AuditTrust() {
  const state = useQuery(auditStateQuery);
  const checkpoint = useQuery({ ...checkpointQuery, enabled: state.data?.problem === null });
  return (
    <Card withBorder component="section" aria-label="Latest checkpoint">
      <Awaited of={state} what="the state of the log">
        {(found) => (
          <Stack gap="sm">
            {found.problem === null ? (
              <Awaited of={checkpoint} what="the latest checkpoint">
                {({ size, madeAt, root }) => (
                  <>
                    <Text>
                      Latest signed checkpoint: {size} entries, <Time at={madeAt} />
                    </Text>
                    <Text ff="monospace" style={{ overflowWrap: "anywhere" }}>
                      root {root}
                    </Text>
                  </>
                )}
              </Awaited>
            ) : (
              <Notice tone="critical" role="alert" title="The log is not what was signed">
                The table and the checkpoints part at entry {found.problem.at} ({found.problem.code}), known since{" "}
                <Time at={found.problem.since} />. Nothing is signed and nothing dangerous is done until it is cleared
                up. Keep the checkpoints outside the database.
              </Notice>
            )}
            <Witnesses witnesses={found.witnesses} />
            <Text c="dimmed" size="sm">
              Payloads are kept for {found.retentionDays} days; their hashes stay, so that older proofs still verify.
            </Text>
            <ConsistencyCheck />
            <div>
              <Text c="dimmed" mb={4}>
                Check an export on any machine, without this server, and against an older one:
              </Text>
              <CopyCommand command={assayCommand("audit", "verify", "assay-audit.json", "--since", "older.json")} />
            </div>
          </Stack>
        )}
      </Awaited>
    </Card>
  );
}

function Witnesses({ witnesses }: Pick<AuditStateView, "witnesses">) {
  if (witnesses.length === 0) {
    return <Text size="sm">No witness is configured: only the folder of this machine holds checkpoints outside.</Text>;
  }
  return (
    <List size="sm" aria-label="Witnesses">
      {witnesses.map(({ name, size, takenAt, failingSince, error }) => (
        <List.Item key={name}>
          {name}{" "}
          {failingSince !== null ? (
            <>
              <StateMark tone="high" word={`does not take them (${error ?? "unknown"})`} /> since{" "}
              <Time at={failingSince} />
            </>
          ) : takenAt === null ? (
            <StateMark tone="unknown" word="has taken none yet" />
          ) : (
            <>
              <StateMark tone="good" word={`holds ${size} entries`} />, <Time at={takenAt} />
            </>
          )}
        </List.Item>
      ))}
    </List>
  );
}

/** Whoever noted a size and a root earlier sees whether the log still begins with them. */
function ConsistencyCheck() {
  const [size, setSize] = useState("");
  const [root, setRoot] = useState("");
  const check = useMutation({ mutationFn: () => readConsistency(Number(size)) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.mutate();
  };
  const same = check.data === undefined || root.trim() === "" || check.data.fromRoot === root.trim().toLowerCase();
  return (
    <form onSubmit={submit} aria-label="Compare with an earlier checkpoint">
      <Title order={2} size="h5">
        Compare with an earlier checkpoint
      </Title>
      <Group align="flex-end">
        <TextInput
          label="Entries then"
          inputMode="numeric"
          value={size}
          onChange={(event) => setSize(event.currentTarget.value.trim())}
          w={130}
        />
        <TextInput
          label="Root then"
          value={root}
          onChange={(event) => setRoot(event.currentTarget.value)}
          style={{ flex: "1 1 240px" }}
        />
        <Button type="submit" variant="default" disabled={!/^\d{1,15}$/.test(size)} loading={check.isPending}>
          Compare
        </Button>
      </Group>
      <ProblemNotice error={check.error} />
      {check.data !== undefined && (
        <Notice
          role="status"
          tone={same ? "good" : "critical"}
          title={same ? "The log begins with it" : "The log was another one then"}
        >
          The first {check.data.from} of {check.data.to} entries have the root <Code>{check.data.fromRoot}</Code>; the
          proof has {check.data.proof.length} hashes.
        </Notice>
      )}
    </form>
  );
}
