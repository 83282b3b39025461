import type { StandingView } from "@assay/operations/api/schema/standing";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Code, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { revokeStanding, standingQuery } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";

const TONES: Record<StandingView["state"], Tone> = {
  "in force": "warning",
  "used up": "neutral",
  ended: "neutral",
  revoked: "neutral",
};

/** What several people agreed to beforehand, and how to end it at once. */
export function StandingSection() {
  const standing = useQuery(standingQuery);
  return (
    <section aria-labelledby="standing">
      <Title order={2} size="h4" id="standing">
        Standing approvals
      </Title>
      <Text c="dimmed" mb="xs">
        Agreed to beforehand by the people the action takes: for one text of a runbook, some days and some uses.
      </Text>
      <Awaited of={standing} what="the standing approvals">
        {(found) => (
          <Stack gap="xs">
            {found.length === 0 && <Text>There is none.</Text>}
            {found.map((one) => (
              <Standing key={one.id} standing={one} />
            ))}
          </Stack>
        )}
      </Awaited>
    </section>
  );
}

function Standing({ standing }: { readonly standing: StandingView }) {
  const { id, state, action, environment, runbook, constraints, uses, usesAllowed, endsAt, approvalId } = standing;
  return (
    <Card withBorder component="article" aria-label={`Standing approval for ${action}`}>
      <Stack gap={4}>
        <Group justify="space-between">
          <Text fw={650}>
            <Code>{action}</Code> in {environment}
          </Text>
          <StateMark tone={TONES[state]} word={state} strong />
        </Group>
        <Text size="sm">
          In runs of {runbook.id} (<Code>{runbook.sha256.slice(0, 12)}</Code>), with{" "}
          <Code>{JSON.stringify(constraints)}</Code>
        </Text>
        <Text size="sm">
          Used {uses} of {usesAllowed} times ·{" "}
          {state === "in force" ? <Countdown until={endsAt} /> : <Time at={endsAt} />} ·{" "}
          <Anchor component={Link} to={`/approvals/${approvalId}`} underline="always" inherit>
            who agreed ({standing.code})
          </Anchor>
        </Text>
        {standing.revoked !== null && (
          <Text size="sm">
            Revoked by {standing.revoked.by}, <Time at={standing.revoked.at} />: {standing.revoked.reason}
          </Text>
        )}
        {state === "in force" && (
          <>
            <RevokeForm id={id} />
            <CopyCommand command={assayCommand("approve", "--revoke", id, "--reason", "…")} />
          </>
        )}
      </Stack>
    </Card>
  );
}

function RevokeForm({ id }: { readonly id: string }) {
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeStanding(id, reason),
    onSettled: () => queries.invalidateQueries({ queryKey: ["approvals"] }),
  });
  return (
    <Group align="flex-end">
      <TextInput
        label="Why it ends"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        style={{ flex: "1 1 200px" }}
      />
      <Button
        variant="default"
        disabled={reason.trim() === ""}
        loading={revoke.isPending}
        onClick={() => revoke.mutate()}
      >
        Revoke
      </Button>
      <ProblemNotice error={revoke.error} />
    </Group>
  );
}
