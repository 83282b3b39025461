import { addedPersonSchema, peopleSchema } from "@assay/operations/api/schema/identity";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { request } from "@assay/page-kit/request.ts";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, MultiSelect, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { Dialog } from "./dialog.tsx";
import { nothing, useSession } from "./session-api.ts";

const ROLES = ["viewer", "operator", "approver", "compliance", "auditor", "admin"];

type Person = z.infer<typeof peopleSchema>["people"][number];

const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: async () => (await request("/api/people", { schema: peopleSchema })).people,
});

export function PeoplePage() {
  const people = useQuery(peopleQuery);
  const mayChange = useSession()?.person.roles.includes("admin") ?? false;
  const [leaving, setLeaving] = useState<Person>();
  return (
    <Stack>
      <PageTitle>People</PageTitle>
      <Awaited of={people} what="the people">
        {(found) => <PeopleTable people={found} onRemove={mayChange ? setLeaving : undefined} />}
      </Awaited>
      {mayChange ? <AddPerson /> : <Text c="dimmed">An admin can add and remove people.</Text>}
      {leaving !== undefined && <RemoveDialog person={leaving} onClose={() => setLeaving(undefined)} />}
    </Stack>
  );
}

interface PeopleTableProps {
  readonly people: readonly Person[];
  /** Undefined for those who may not. */
  readonly onRemove: ((person: Person) => void) | undefined;
}

function PeopleTable({ people, onRemove }: PeopleTableProps) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="People" minWidth={700}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Roles</Table.Th>
            <Table.Th>Second factor</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((person) => (
            <Table.Tr key={person.id}>
              <Table.Th scope="row">
                {person.name}
                <Text c="dimmed">{person.email}</Text>
              </Table.Th>
              <Table.Td>{person.roles.join(", ")}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                {person.totp ? <StateMark tone="good" word="set up" /> : <StateMark tone="warning" word="missing" />}
              </Table.Td>
              <Table.Td>
                {person.state}
                {person.removedAt !== null && (
                  <>
                    , <Time at={person.removedAt} />
                  </>
                )}
              </Table.Td>
              <Table.Td ta="right">
                {onRemove !== undefined && person.state !== "removed" && (
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => onRemove(person)}
                    aria-label={`Remove… ${person.name}`}
                  >
                    Remove…
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function AddPerson() {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [roles, setRoles] = useState<string[]>(["viewer"]);
  const [totp, setTotp] = useState("");
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () =>
      request("/api/people", {
        method: "POST",
        body: { name, email, roles, ...(totp === "" ? {} : { totp }) },
        schema: addedPersonSchema,
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["people"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Card withBorder component="section" aria-labelledby="add">
      <form onSubmit={submit}>
        <Stack>
          <Title order={2} size="h4" id="add">
            Add somebody
          </Title>
          <Group align="flex-end">
            <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <TextInput
              label="E-mail"
              type="email"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <MultiSelect label="Roles" required data={ROLES} value={roles} onChange={setRoles} miw={220} />
            <TextInput
              label="Your six-digit code"
              inputMode="numeric"
              autoComplete="one-time-code"
              value={totp}
              onChange={(event) => setTotp(event.currentTarget.value.trim())}
            />
            <Button type="submit" loading={add.isPending}>
              Add
            </Button>
          </Group>
          <ProblemNotice error={add.error} />
          {add.data !== undefined && (
            <Notice tone="good" role="status" title={`Give ${add.data.person.name} this code; it is shown once`}>
              <Code block data-testid="enrolment-code">
                {add.data.enrolmentCode}
              </Code>
              <Text size="sm">
                Good until <Time at={add.data.expiresAt} />. They choose "I have a code" on the sign-in page.
              </Text>
            </Notice>
          )}
        </Stack>
      </form>
    </Card>
  );
}

function RemoveDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [totp, setTotp] = useState("");
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      request(`/api/people/${person.id}/remove`, {
        method: "POST",
        body: totp === "" ? {} : { totp },
        schema: nothing,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["people"] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={`Remove ${person.name}`}>
      <form onSubmit={submit}>
        <Stack>
          <Text>
            Their sessions end at once, and every system refuses their tokens within five seconds. What they did stays
            in the log.
          </Text>
          <TextInput
            label={`Type ${person.email}`}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value.trim())}
          />
          <TextInput
            label="Your six-digit code"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={totp}
            onChange={(event) => setTotp(event.currentTarget.value.trim())}
          />
          <ProblemNotice error={remove.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Do nothing
            </Button>
            <Button type="submit" color="danger" disabled={typed !== person.email} loading={remove.isPending}>
              Remove
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
