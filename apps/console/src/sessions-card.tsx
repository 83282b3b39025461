import { Awaited } from "@assay/page-kit/awaited.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { curlCommand } from "./curl-command.ts";
import { deviceName } from "./device-name.ts";
import { endOtherSessions, endSession, sessionsQuery } from "./session-api.ts";
import { TerminalLine } from "./terminal-line.tsx";

/** Where one is signed in; each can be ended, or all others at once. */
export function SessionsCard() {
  const sessions = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["people", "me", "sessions"] });
  const end = useMutation({ mutationFn: endSession, onSettled });
  const endOthers = useMutation({ mutationFn: endOtherSessions, onSettled });
  const others = (sessions.data ?? []).filter(({ current }) => !current).length;
  return (
    <Card withBorder component="section" aria-labelledby="sessions">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4" id="sessions">
            Sessions
          </Title>
          <Button
            variant="default"
            disabled={others === 0}
            loading={endOthers.isPending}
            onClick={() => endOthers.mutate()}
          >
            End all others
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          A session ends after twelve hours, after two without a call, or when you end it: at once.
        </Text>
        <TerminalLine command={curlCommand("POST", "/api/session/end-others")} />
        <ProblemNotice error={end.error ?? endOthers.error} />
        <Awaited of={sessions} what="your sessions">
          {(found) => (
            <ScrollTable label="Sessions" minWidth={700}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Where</Table.Th>
                  <Table.Th>Since</Table.Th>
                  <Table.Th>Last seen</Table.Th>
                  <Table.Th>Ends</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map((session) => (
                  <Table.Tr key={session.id}>
                    <Table.Td>
                      {session.transport === "cookie" ? deviceName(session.userAgent) : "Command line"} at{" "}
                      {session.address}
                    </Table.Td>
                    <Table.Td>
                      <Time at={session.createdAt} />
                    </Table.Td>
                    <Table.Td>
                      <Time at={session.lastSeenAt} />
                    </Table.Td>
                    <Table.Td>
                      <Countdown until={session.expiresAt} />
                    </Table.Td>
                    <Table.Td ta="right">
                      {session.current ? (
                        "this one"
                      ) : (
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={`End the session at ${session.address}`}
                          onClick={() => end.mutate(session.id)}
                        >
                          End
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </ScrollTable>
          )}
        </Awaited>
      </Stack>
    </Card>
  );
}
