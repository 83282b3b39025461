import type { AlertView } from "@assay/operations/api/schema/alerts";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, NativeSelect, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { AlertRow } from "./alert-row.tsx";
import { acknowledgeAlert, alertQuery, notificationsQuery } from "./alerts-api.ts";
import { curlCommand } from "./curl-command.ts";
import { NotificationTable } from "./notification-table.tsx";

/** One alert, where a page sent somebody: what it is, who is on it, who was told. */
export function AlertPage() {
  const { id } = useParams({ from: "/alerts/$id" });
  const alert = useQuery(alertQuery(id));
  return (
    <Stack>
      <PageTitle>Alert</PageTitle>
      <Awaited of={alert} what="the alert">
        {(found) => (
          <>
            <AlertRow alert={found} isAlone />
            {found.state !== "resolved" && <WhatToDo alert={found} />}
            <Facts alert={found} />
            <Told alert={found} />
          </>
        )}
      </Awaited>
    </Stack>
  );
}

const DURATIONS = [
  { value: "15", label: "15 minutes" },
  { value: "30", label: "30 minutes" },
  { value: "60", label: "1 hour" },
  { value: "240", label: "4 hours" },
  { value: "1440", label: "1 day" },
];

function WhatToDo({ alert }: { readonly alert: AlertView }) {
  const [note, setNote] = useState("");
  const [minutes, setMinutes] = useState("30");
  const queries = useQueryClient();
  const body = { note, minutes: Number(minutes) };
  const take = useMutation({
    mutationFn: () => acknowledgeAlert(alert.id, body),
    onSettled: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <Card withBorder component="section" aria-labelledby="take">
      <form onSubmit={submit}>
        <Stack>
          <Title order={2} size="h4" id="take">
            {alert.human === "acknowledged" ? "Stay on it, or hand it on" : "Take it on"}
          </Title>
          <Group align="flex-end">
            <TextInput
              label="Note"
              description="What you are doing; others read it."
              maxLength={2_000}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
              style={{ flex: "1 1 260px" }}
            />
            <NativeSelect
              label="Quiet for"
              description="Then it calls again."
              data={DURATIONS}
              value={minutes}
              onChange={(event) => setMinutes(event.currentTarget.value)}
            />
            <Button type="submit" loading={take.isPending}>
              Acknowledge
            </Button>
            <Button
              component={Link}
              to={`/quiet?system=${encodeURIComponent(alert.system)}&name=${encodeURIComponent(alert.name)}`}
              variant="default"
            >
              Silence…
            </Button>
          </Group>
          <CopyCommand command={curlCommand("POST", `/api/alerts/${alert.id}/acknowledge`, body)} />
          <ProblemNotice error={take.error} />
        </Stack>
      </form>
    </Card>
  );
}

function Facts({ alert }: { readonly alert: AlertView }) {
  const labels = Object.entries(alert.labels);
  return (
    <Card withBorder component="section" aria-labelledby="facts">
      <Title order={2} size="h4" id="facts" mb="xs">
        What is known
      </Title>
      <Table variant="vertical" layout="fixed" fz="sm">
        <Table.Tbody>
          <Fact name="Comes from">{alert.source === "rules" ? "the rules of its system" : alert.source}</Fact>
          {alert.threshold !== null && (
            <Fact name="Threshold">
              <Code>{alert.threshold}</Code>
              {alert.value !== null && ` at ${alert.value}`}
            </Fact>
          )}
          <Fact name="Told in">
            the group <Code>{alert.group}</Code>
          </Fact>
          <Fact name="Last page">{alert.toldAt === null ? "nobody" : <Time at={alert.toldAt} />}</Fact>
          {alert.coolDownUntil !== null && (
            <Fact name="Began again too soon">
              nobody is told before <Time at={alert.coolDownUntil} />
            </Fact>
          )}
          <Fact name="Labels">
            {labels.length === 0
              ? "none"
              : labels.map(([name, value]) => (
                  <Code key={name} mr={6}>
                    {name}={value}
                  </Code>
                ))}
          </Fact>
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w={150}>
        {name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{children}</Table.Td>
    </Table.Tr>
  );
}

function Told({ alert }: { readonly alert: AlertView }) {
  const notifications = useQuery(notificationsQuery(alert.id));
  return (
    <section aria-labelledby="told">
      <Title order={2} size="h4" id="told" mb="xs">
        Who was told
      </Title>
      <Awaited of={notifications} what="who was told">
        {(found) =>
          found.length === 0 ? (
            <Text>
              {alert.toldAt === null ? (
                "Nobody, so far."
              ) : (
                <>
                  <StateMark tone="critical" word="Nobody could be reached" />: nobody has a contact method that this
                  plane can use.
                </>
              )}
            </Text>
          ) : (
            <NotificationTable label="Who was told" notifications={found} />
          )
        }
      </Awaited>
    </section>
  );
}
