import type { BreakGlassUseView } from "@assay/operations/api/schema/break-glass";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, NativeSelect, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { breakGlassQuery, type Policy, reviewBreakGlass } from "./approvals-api.ts";
import { useSession } from "./session-api.ts";

interface BreakGlassSectionProps {
  readonly policies: readonly Policy[];
  readonly onChoose: (policy: Policy) => void;
}

/** The door for one person: apart from everything else, in the stop direction only, with what still waits for a review. */
export function BreakGlassSection({ policies, onChoose }: BreakGlassSectionProps) {
  const stops = policies.filter(({ direction }) => direction === "stop");
  const [action, setAction] = useState("");
  const chosen = stops.find((policy) => policy.action === action);
  const uses = useQuery(breakGlassQuery);
  return (
    <section aria-labelledby="break-glass">
      <Title order={2} size="h4" id="break-glass" mb="xs">
        Break-glass
      </Title>
      <Stack>
        <Notice tone="critical" title="One person, in an emergency, to stop something">
          <Stack gap="xs">
            <Text size="sm">
              For when those who must agree do not answer. It never starts anything. Everybody is called at once, and
              somebody else must review it within 24 hours.
            </Text>
            <Group align="flex-end">
              <NativeSelect
                label="What to stop"
                value={action}
                onChange={(event) => setAction(event.currentTarget.value)}
                data={[
                  { value: "", label: "Choose…" },
                  ...stops.map((policy) => ({ value: policy.action, label: `${policy.title} (${policy.system})` })),
                ]}
              />
              <Button
                variant="default"
                disabled={chosen === undefined}
                onClick={() => chosen !== undefined && onChoose(chosen)}
              >
                Break the glass…
              </Button>
            </Group>
          </Stack>
        </Notice>
        <Awaited of={uses} what="what was stopped alone">
          {(found) => found.map((use) => <Use key={use.run.id} use={use} />)}
        </Awaited>
      </Stack>
    </section>
  );
}

function Use({ use }: { readonly use: BreakGlassUseView }) {
  const { run, sentence, openedAt, reviewDueAt, review } = use;
  const isOwn = useSession()?.person.id === run.requester.id;
  return (
    <Card withBorder component="article" aria-label={`Break-glass: ${sentence}`} id={run.id}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={650}>{sentence}</Text>
          {review === null ? (
            <StateMark tone="high" word="not reviewed" strong />
          ) : (
            <StateMark tone="neutral" word="reviewed" />
          )}
        </Group>
        <Text size="sm">
          {run.requester.name}, <Time at={openedAt} />: {run.reason}. Outcome: {run.outcome?.code ?? "not known yet"}
        </Text>
        {review === null ? (
          <>
            <Text size="sm">
              Review: <Countdown until={reviewDueAt} />
            </Text>
            {isOwn ? <Text size="sm">Somebody else reviews it.</Text> : <ReviewForm id={run.id} />}
          </>
        ) : (
          <Text size="sm">
            {review.by.name}, <Time at={review.at} />: {review.note}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function ReviewForm({ id }: { readonly id: string }) {
  const [note, setNote] = useState("");
  const queries = useQueryClient();
  const review = useMutation({
    mutationFn: () => reviewBreakGlass(id, note),
    onSettled: () => queries.invalidateQueries({ queryKey: ["approvals"] }),
  });
  return (
    <Group align="flex-end">
      <Textarea
        label="What you found"
        autosize
        minRows={1}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        style={{ flex: "1 1 200px" }}
      />
      <Button
        variant="default"
        disabled={note.trim() === ""}
        loading={review.isPending}
        onClick={() => review.mutate()}
      >
        Reviewed
      </Button>
      <ProblemNotice error={review.error} />
    </Group>
  );
}
