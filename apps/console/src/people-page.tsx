import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { AddPerson } from "./add-person.tsx";
import { ApiKeysCard } from "./api-keys-card.tsx";
import { type PersonView, peopleQuery } from "./people-api.ts";
import { InvitationDialog, RemoveDialog, RolesDialog } from "./person-dialogs.tsx";
import { useSession } from "./session-api.ts";

type Opened = { readonly what: "roles" | "code" | "remove"; readonly person: PersonView };

/** Who operates, and who did; admins let people in, change what they may, and take access away. */
export function PeoplePage() {
  const people = useQuery(peopleQuery);
  const roles = useSession()?.person.roles ?? [];
  const mayChange = roles.includes("admin");
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  return (
    <Stack>
      <PageTitle>People</PageTitle>
      <Awaited of={people} what="the people">
        {(found) => (
          <>
            <PeopleTable people={found} onOpen={mayChange ? setOpened : undefined} />
            {mayChange ? <AddPerson people={found} /> : <Text c="dimmed">An admin can add and remove people.</Text>}
            {opened?.what === "roles" && <RolesDialog person={opened.person} people={found} onClose={close} />}
          </>
        )}
      </Awaited>
      {(mayChange || roles.includes("auditor")) && <ApiKeysCard mayCreate={mayChange} />}
      {opened?.what === "code" && <InvitationDialog person={opened.person} onClose={close} />}
      {opened?.what === "remove" && <RemoveDialog person={opened.person} onClose={close} />}
    </Stack>
  );
}

interface PeopleTableProps {
  readonly people: readonly PersonView[];
  /** Undefined for those who may not. */
  readonly onOpen: ((opened: Opened) => void) | undefined;
}

function PeopleTable({ people, onOpen }: PeopleTableProps) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="People" minWidth={820}>
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
                <FactorState person={person} />
              </Table.Td>
              <Table.Td>
                <LifeState person={person} />
              </Table.Td>
              <Table.Td ta="right">
                {onOpen !== undefined && person.state !== "removed" && <Choices person={person} onOpen={onOpen} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function FactorState({ person }: { readonly person: PersonView }) {
  if (person.state !== "active") return "–";
  return person.secondFactor ? <StateMark tone="good" word="set up" /> : <StateMark tone="warning" word="missing" />;
}

function LifeState({ person: { state, removedAt, createdAt, invitedBy } }: { readonly person: PersonView }) {
  return (
    <>
      {state}
      {removedAt !== null && (
        <>
          , <Time at={removedAt} />
        </>
      )}
      <Text c="dimmed" size="sm">
        {invitedBy === null ? "first person" : `let in by ${invitedBy}`}, <Time at={createdAt} />
      </Text>
    </>
  );
}

function Choices({ person, onOpen }: { readonly person: PersonView; readonly onOpen: (opened: Opened) => void }) {
  const choose = (what: Opened["what"], word: string) => (
    <Button size="xs" variant="default" onClick={() => onOpen({ what, person })} aria-label={`${word} ${person.name}`}>
      {word}
    </Button>
  );
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {person.state === "invited" && choose("code", "New code…")}
      {choose("roles", "Roles…")}
      {choose("remove", "Remove…")}
    </Group>
  );
}
