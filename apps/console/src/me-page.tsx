import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { renderSVG } from "uqr";
import { ContactsCard } from "./contacts-card.tsx";
import { confirmTotp, endSession, sessionsQuery, startTotp, useSession } from "./session-api.ts";

/** One's own second factor, contact methods and sessions. */
export function MePage() {
  const session = useSession();
  if (session == null) return null;
  return (
    <Stack maw={860}>
      <PageTitle>{session.person.name}</PageTitle>
      <Text>
        {session.person.email}: {session.person.roles.join(", ")}
      </Text>
      <Card withBorder component="section" aria-labelledby="totp">
        <Stack>
          <Group justify="space-between">
            <Title order={2} size="h4" id="totp">
              Second factor
            </Title>
            {session.person.totp ? (
              <StateMark tone="good" word="set up" />
            ) : (
              <StateMark tone="warning" word="missing" />
            )}
          </Group>
          {session.person.totp ? <Text>Signing and approving ask for its code each time.</Text> : <TotpSetup />}
        </Stack>
      </Card>
      <ContactsCard person={session.person} />
      <Sessions />
    </Stack>
  );
}

function TotpSetup() {
  const [code, setCode] = useState("");
  const queries = useQueryClient();
  const setup = useMutation({ mutationFn: startTotp });
  const confirm = useMutation({
    mutationFn: confirmTotp,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["session"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(code);
  };
  if (setup.data === undefined) {
    return (
      <>
        <Notice tone="warning" title="Without it you can look, but sign nothing" />
        <ProblemNotice error={setup.error} />
        <Button w="fit-content" loading={setup.isPending} onClick={() => setup.mutate()}>
          Set it up
        </Button>
      </>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>Scan this with your authenticator, or type the key, then enter the code it shows.</Text>
        <img
          src={`data:image/svg+xml,${encodeURIComponent(renderSVG(setup.data.uri, { border: 2 }))}`}
          width={200}
          height={200}
          alt="QR code of the authenticator key"
          style={{ background: "#fff" }}
        />
        <Code w="fit-content" data-testid="totp-secret">
          {setup.data.secret}
        </Code>
        <TextInput
          label="Six-digit code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          maw={220}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.trim())}
        />
        <ProblemNotice error={confirm.error} />
        <Button type="submit" w="fit-content" loading={confirm.isPending}>
          Turn it on
        </Button>
      </Stack>
    </form>
  );
}

function Sessions() {
  const sessions = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: endSession,
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <Card withBorder component="section" aria-labelledby="sessions">
      <Title order={2} size="h4" id="sessions" mb="xs">
        Sessions
      </Title>
      <ProblemNotice error={end.error} />
      <Awaited of={sessions} what="your sessions">
        {(found) => (
          <ScrollTable label="Sessions" minWidth={600}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Where</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th>Last seen</Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.map((session) => (
                <Table.Tr key={session.id}>
                  <Table.Td>
                    {session.transport === "cookie" ? "browser" : "command line"} at {session.address}
                  </Table.Td>
                  <Table.Td>
                    <Time at={session.createdAt} />
                  </Table.Td>
                  <Table.Td>
                    <Time at={session.lastSeenAt} />
                  </Table.Td>
                  <Table.Td ta="right">
                    {session.current ? (
                      "this one"
                    ) : (
                      <Button size="xs" variant="default" onClick={() => end.mutate(session.id)}>
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
    </Card>
  );
}
