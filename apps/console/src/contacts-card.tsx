import type { ContactMethod, Contacts, QuietHours } from "@assay/operations/api/schema/delivery";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import {
  Button,
  Card,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Change, commandOf, contactsQuery, send } from "./on-call-api.ts";

const MINUTE_MS = 60_000;
const SEVERITIES = ["critical", "high", "warning", "info"];
const KINDS = ["email", "webhook", "slack", "telegram"];
const TEST_PAGE: Change = { method: "POST", path: "/api/on-call/test-page" };

interface Person {
  readonly id: string;
  readonly email: string;
}

/** How pages reach a person: by severity, after how long, and when not. */
export function ContactsCard({ person }: { readonly person: Person }) {
  const contacts = useQuery(contactsQuery(person.id));
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (next: Contacts) => send({ method: "PUT", path: `/api/people/${person.id}/contacts`, body: next }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["people", person.id, "contacts"] }),
  });
  return (
    <Card withBorder component="section" aria-labelledby="contacts">
      <Stack>
        <Title order={2} size="h4" id="contacts">
          How pages reach you
        </Title>
        <Text size="sm" c="dimmed">
          Tried in this order; when one fails, the next is used.
        </Text>
        <ProblemNotice error={save.error} />
        <Awaited of={contacts} what="how pages reach you">
          {(found) => (
            <>
              {found.contacts.length === 0 && (
                <StateMark tone="warning" word="nothing set: pages go to the address of your account" />
              )}
              {found.contacts.map((contact, index) => (
                <ContactRow
                  key={`${contact.kind} ${contact.target}`}
                  number={index + 1}
                  contact={contact}
                  onRemove={() =>
                    save.mutate({ ...found, contacts: found.contacts.filter((other) => other !== contact) })
                  }
                />
              ))}
              <AddContact
                email={person.email}
                isSaving={save.isPending}
                onAdd={(contact) => save.mutate({ ...found, contacts: [...found.contacts, contact] })}
              />
              <QuietHoursForm hours={found.quietHours} onSave={(quietHours) => save.mutate({ ...found, quietHours })} />
            </>
          )}
        </Awaited>
        <TestPage />
      </Stack>
    </Card>
  );
}

interface ContactRowProps {
  readonly number: number;
  readonly contact: ContactMethod;
  readonly onRemove: () => void;
}

function ContactRow({ number, contact, onRemove }: ContactRowProps) {
  const { kind, target, severities, delayMs } = contact;
  return (
    <Group justify="space-between">
      <Text style={{ flex: "1 1 240px", overflowWrap: "anywhere" }}>
        {number}. {kind}: {target}
        <Text span c="dimmed" size="sm">
          {" "}
          for {severities.length === 0 ? "everything" : severities.join(", ")}
          {delayMs > 0 && `, when nobody answers for ${delayMs / MINUTE_MS} min`}
        </Text>
      </Text>
      <Button size="xs" variant="default" aria-label={`Remove ${target}`} onClick={onRemove}>
        Remove
      </Button>
    </Group>
  );
}

interface AddContactProps {
  readonly email: string;
  readonly isSaving: boolean;
  readonly onAdd: (contact: ContactMethod) => void;
}

function AddContact({ email, isSaving, onAdd }: AddContactProps) {
  const [kind, setKind] = useState("email");
  const [target, setTarget] = useState(email);
  const [severities, setSeverities] = useState<string[]>([]);
  const [delay, setDelay] = useState(0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd({ kind, target, severities, delayMs: delay * MINUTE_MS } as ContactMethod);
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <Select
          label="By"
          data={KINDS}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(value ?? "email")}
          w={130}
        />
        <TextInput
          label="Address"
          required
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value.trim())}
          style={{ flex: "1 1 200px" }}
        />
        <MultiSelect
          label="For"
          searchable
          placeholder={severities.length === 0 ? "everything" : ""}
          data={SEVERITIES}
          value={severities}
          onChange={setSeverities}
          miw={160}
        />
        <NumberInput
          label="After minutes"
          min={0}
          max={15}
          value={delay}
          onChange={(value) => setDelay(Number(value))}
          w={120}
        />
        <Button type="submit" loading={isSaving}>
          Add
        </Button>
      </Group>
    </form>
  );
}

interface QuietHoursFormProps {
  readonly hours: QuietHours | null;
  readonly onSave: (hours: QuietHours | null) => void;
}

function QuietHoursForm({ hours, onSave }: QuietHoursFormProps) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [from, setFrom] = useState(hours?.from ?? "22:00");
  const [to, setTo] = useState(hours?.to ?? "07:00");
  const timeZone = hours?.timeZone ?? here;
  return (
    <Group align="flex-end">
      <Checkbox
        label={`Quiet hours in ${timeZone}`}
        description="Warnings and information wait for their end; what is worse never does."
        checked={hours !== null}
        onChange={(event) => onSave(event.currentTarget.checked ? { timeZone, from, to } : null)}
      />
      <TextInput label="Quiet from" type="time" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      <TextInput label="Quiet until" type="time" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      {hours !== null && (from !== hours.from || to !== hours.to) && (
        <Button variant="default" onClick={() => onSave({ timeZone, from, to })}>
          Save the hours
        </Button>
      )}
    </Group>
  );
}

function TestPage() {
  const test = useMutation({ mutationFn: () => send(TEST_PAGE) });
  return (
    <Stack gap="xs">
      <Button variant="default" w="fit-content" loading={test.isPending} onClick={() => test.mutate()}>
        Send myself a test page
      </Button>
      <ProblemNotice error={test.error} />
      {test.isSuccess && (
        <Notice tone="good" role="status" title="It is on its way">
          When it does not arrive within a minute, this way does not work.
        </Notice>
      )}
      <CopyCommand command={commandOf(TEST_PAGE)} />
    </Stack>
  );
}
