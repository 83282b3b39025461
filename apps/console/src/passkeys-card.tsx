import type { PasskeyView } from "@assay/operations/api/schema/passkeys";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { browserSupportsWebAuthn } from "@simplewebauthn/browser";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Dialog } from "./dialog.tsx";
import { addPasskey, passkeysQuery, removePasskey } from "./passkey-api.ts";
import type { Session } from "./session-api.ts";
import { StepUpField } from "./step-up-field.tsx";

/** One's own passkeys: which there are, one more, one fewer. */
export function PasskeysCard({ person }: { readonly person: Session["person"] }) {
  const passkeys = useQuery(passkeysQuery);
  const [leaving, setLeaving] = useState<PasskeyView>();
  return (
    <Card withBorder component="section" aria-labelledby="passkeys">
      <Stack>
        <Title order={2} size="h4" id="passkeys">
          Passkeys
        </Title>
        <Text size="sm" c="dimmed">
          A passkey signs you in without a password, and signs what you approve with exactly what it says.
        </Text>
        <Awaited of={passkeys} what="your passkeys">
          {({ passkeys: found, origin }) => (
            <>
              {found.length > 0 && <PasskeyTable passkeys={found} onRemove={setLeaving} />}
              <AddPasskey person={person} origin={origin} />
            </>
          )}
        </Awaited>
        {leaving !== undefined && <RemoveDialog passkey={leaving} onClose={() => setLeaving(undefined)} />}
      </Stack>
    </Card>
  );
}

interface PasskeyTableProps {
  readonly passkeys: readonly PasskeyView[];
  readonly onRemove: (passkey: PasskeyView) => void;
}

function PasskeyTable({ passkeys, onRemove }: PasskeyTableProps) {
  return (
    <ScrollTable label="Passkeys" minWidth={480}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Added</Table.Th>
          <Table.Th>Last used</Table.Th>
          <Table.Td />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {passkeys.map((passkey) => (
          <Table.Tr key={passkey.id}>
            <Table.Th scope="row">
              {passkey.name}
              <Text c="dimmed" size="sm">
                {passkey.synced ? "on your devices" : "on one device"}
              </Text>
            </Table.Th>
            <Table.Td>
              <Time at={passkey.createdAt} />
            </Table.Td>
            <Table.Td>{passkey.lastUsedAt === null ? "never" : <Time at={passkey.lastUsedAt} />}</Table.Td>
            <Table.Td ta="right">
              <Button
                size="xs"
                variant="default"
                aria-label={`Remove… ${passkey.name}`}
                onClick={() => onRemove(passkey)}
              >
                Remove…
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function AddPasskey({ person, origin }: { readonly person: Session["person"]; readonly origin: string | null }) {
  const [name, setName] = useState("");
  const [proof, setProof] = useState<StepUpProofView>();
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => addPasskey(name, proof),
    onSuccess: () => setName(""),
    onSettled: async () => {
      setProof(undefined);
      await queries.invalidateQueries({ queryKey: ["session"] });
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
  if (origin === null || !browserSupportsWebAuthn())
    return <Text size="sm">Passkeys are not possible in this browser, or under this address.</Text>;
  if (origin !== window.location.origin)
    return (
      <Text size="sm">
        Passkeys belong to{" "}
        <Anchor href={`${origin}/me`} underline="always">
          {origin}
        </Anchor>
        . Open this page there to add one.
      </Text>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const hasFactor = person.totp || person.passkeys > 0;
  return (
    <form onSubmit={submit}>
      <Stack align="flex-start">
        <TextInput
          label="Name of a new passkey"
          description="Such as the device that holds it."
          required
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {hasFactor && <StepUpField key={add.submittedAt} purpose={{ kind: "act" }} onProof={setProof} />}
        <ProblemNotice error={add.error} />
        <Button
          type="submit"
          loading={add.isPending}
          disabled={name.trim() === "" || (hasFactor && proof === undefined)}
        >
          Add a passkey
        </Button>
      </Stack>
    </form>
  );
}

function RemoveDialog({ passkey, onClose }: { readonly passkey: PasskeyView; readonly onClose: () => void }) {
  const [proof, setProof] = useState<StepUpProofView>();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removePasskey(passkey.id, proof),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["session"] });
      await queries.invalidateQueries({ queryKey: ["people"] });
      onClose();
    },
    onError: () => setProof(undefined),
  });
  return (
    <Dialog opened onClose={onClose} title={`Remove the passkey ${passkey.name}`}>
      <Stack>
        <Text>It signs you in no more, and signs nothing.</Text>
        <StepUpField key={remove.submittedAt} purpose={{ kind: "act" }} onProof={setProof} />
        <ProblemNotice error={remove.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Do nothing
          </Button>
          <Button
            color="danger"
            disabled={proof === undefined}
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
