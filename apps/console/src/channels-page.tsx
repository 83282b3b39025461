import type { NotificationView } from "@assay/operations/api/schema/delivery";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ChannelForm } from "./channel-form.tsx";
import {
  type ChannelView,
  channelsQuery,
  deadLettersQuery,
  moveDeadLetter,
  removeChannel,
  testChannel,
} from "./channels-api.ts";
import { curlCommand } from "./curl-command.ts";
import { Dialog } from "./dialog.tsx";
import { NotificationTable } from "./notification-table.tsx";
import { useSession } from "./session-api.ts";
import { TerminalLine } from "./terminal-line.tsx";

/** Where the plane itself can tell a team or a machine, and what did not arrive. */
export function ChannelsPage() {
  const channels = useQuery(channelsQuery);
  const roles = useSession()?.person.roles ?? [];
  const isAdmin = roles.includes("admin");
  return (
    <Stack>
      <PageTitle>Channels</PageTitle>
      <Awaited of={channels} what="the channels">
        {(found) => (
          <>
            {found.channels.length === 0 && <Text>No channel. People are told over their own.</Text>}
            {found.channels.map((channel) => (
              <ChannelCard key={channel.id} channel={channel} all={found.channels} isAdmin={isAdmin} />
            ))}
            {isAdmin ? (
              <ChannelForm channels={found.channels} kinds={found.kinds} />
            ) : (
              <Text c="dimmed">An admin can add, test and remove channels.</Text>
            )}
          </>
        )}
      </Awaited>
      <DeadLetters mayMove={isAdmin || roles.includes("operator")} />
    </Stack>
  );
}

interface ChannelCardProps {
  readonly channel: ChannelView;
  readonly all: readonly ChannelView[];
  readonly isAdmin: boolean;
}

function ChannelCard({ channel, all, isAdmin }: ChannelCardProps) {
  const [isLeaving, setIsLeaving] = useState(false);
  const test = useMutation({ mutationFn: () => testChannel(channel.id) });
  const next = all.find(({ id }) => id === channel.fallback);
  return (
    <Card withBorder component="article" aria-label={`Channel ${channel.name}`} padding="sm">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 300px", minWidth: 0 }}>
          <Text fw={650}>{channel.name}</Text>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {channel.kind} to <Code>{channel.target}</Code>
            {channel.hasSecret && ", with a sealed secret"}
          </Text>
          <Text size="sm" c="dimmed">
            {next === undefined ? "When it fails, nothing else is tried." : `When it fails, ${next.name} is tried.`}{" "}
            Added by {channel.createdBy}, <Time at={channel.createdAt} />
          </Text>
          <div role="status">
            {test.data !== undefined &&
              (test.data.error === null ? (
                <StateMark tone="good" word="The test message was taken" />
              ) : (
                <>
                  <StateMark tone="critical" word="The test message did not arrive" />: <Code>{test.data.error}</Code>
                </>
              ))}
          </div>
        </Stack>
        {isAdmin && (
          <Group gap="xs">
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
              Send a test
            </Button>
            <Button variant="default" onClick={() => setIsLeaving(true)} aria-label={`Remove… ${channel.name}`}>
              Remove…
            </Button>
          </Group>
        )}
      </Group>
      {isAdmin && <TerminalLine command={curlCommand("POST", `/api/channels/${channel.id}/test`)} />}
      <ProblemNotice error={test.error} />
      {isLeaving && <RemoveDialog channel={channel} onClose={() => setIsLeaving(false)} />}
    </Card>
  );
}

function RemoveDialog({ channel, onClose }: { readonly channel: ChannelView; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeChannel(channel.id),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: ["on-call"] }),
  });
  return (
    <Dialog opened onClose={onClose} title={`Remove the channel ${channel.name}`}>
      <Stack>
        <Text>What waits for it fails, and policies that name it tell nobody there. Its secret is forgotten.</Text>
        <TextInput
          label={`Type ${channel.name}`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <TerminalLine command={curlCommand("DELETE", `/api/channels/${channel.id}`)} />
        <ProblemNotice error={remove.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="danger"
            disabled={typed !== channel.name}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Remove
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function DeadLetters({ mayMove }: { readonly mayMove: boolean }) {
  const letters = useQuery(deadLettersQuery);
  const queries = useQueryClient();
  const move = useMutation({
    mutationFn: ({ id, how }: { id: string; how: "redrive" | "discard" }) => moveDeadLetter(id, how),
    onSettled: () => queries.invalidateQueries({ queryKey: ["on-call"] }),
  });
  const actions = ({ id, to }: NotificationView) => (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Button
        size="xs"
        variant="default"
        aria-label={`Send again to ${to}`}
        onClick={() => move.mutate({ id, how: "redrive" })}
      >
        Send again
      </Button>
      <Button
        size="xs"
        variant="default"
        aria-label={`Put away what did not reach ${to}`}
        onClick={() => move.mutate({ id, how: "discard" })}
      >
        Put away
      </Button>
    </Group>
  );
  return (
    <section aria-labelledby="dead">
      <Title order={2} size="h4" id="dead" mb="xs">
        What did not arrive
      </Title>
      <Awaited of={letters} what="what did not arrive">
        {(found) =>
          found.length === 0 ? (
            <Text>
              <StateMark tone="good" word="Everything arrived" />, or somebody has looked after it.
            </Text>
          ) : (
            <Stack gap="xs">
              <NotificationTable label="What did not arrive" notifications={found} {...(mayMove ? { actions } : {})} />
              <TerminalLine command={curlCommand("POST", `/api/dead-letters/${found[0]!.id}/redrive`)} />
            </Stack>
          )
        }
      </Awaited>
      <ProblemNotice error={move.error} />
    </section>
  );
}
