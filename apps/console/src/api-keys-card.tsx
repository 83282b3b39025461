import {
  type ApiKeyView,
  apiKeysSchema,
  createdApiKeySchema,
  scopeSchema,
} from "@assay/operations/api/schema/api-keys";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { request } from "@assay/page-kit/request.ts";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time, useNow } from "@assay/page-kit/time.tsx";
import { Button, Card, Checkbox, Code, Group, Select, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { curlCommand } from "./curl-command.ts";
import { nothing } from "./session-api.ts";
import { StepUpField } from "./step-up-field.tsx";
import { TerminalLine } from "./terminal-line.tsx";

const DAY_MS = 86_400_000;
const LIVES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
];

const apiKeysQuery = queryOptions({
  queryKey: ["people", "api-keys"],
  queryFn: async () => (await request("/api/api-keys", { schema: apiKeysSchema })).keys,
});

interface ApiKeysCardProps {
  /** Only keys that this person made; everybody's when absent. */
  readonly of?: string;
  /** Whether new keys are made here. */
  readonly mayCreate?: boolean;
}

/** Keys with which machines call the plane. */
export function ApiKeysCard({ of, mayCreate = false }: ApiKeysCardProps) {
  const keys = useQuery(apiKeysQuery);
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => request(`/api/api-keys/${id}/revoke`, { method: "POST", schema: nothing }),
    onSettled: () => queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  });
  return (
    <Card withBorder component="section" aria-labelledby="api-keys">
      <Stack>
        <Title order={2} size="h4" id="api-keys">
          {of === undefined ? "API keys of machines" : "API keys that you made"}
        </Title>
        <ProblemNotice error={revoke.error} />
        <Awaited of={keys} what="the keys">
          {(found) => {
            const shown = of === undefined ? found : found.filter(({ createdBy }) => createdBy.id === of);
            return shown.length === 0 ? <Text c="dimmed">None.</Text> : <Keys keys={shown} onRevoke={revoke.mutate} />;
          }}
        </Awaited>
        {mayCreate && <NewKey />}
      </Stack>
    </Card>
  );
}

function Keys({ keys, onRevoke }: { readonly keys: readonly ApiKeyView[]; readonly onRevoke: (id: string) => void }) {
  return (
    <ScrollTable label="API keys" minWidth={760}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Machine</Table.Th>
          <Table.Th>May</Table.Th>
          <Table.Th>Last used</Table.Th>
          <Table.Th>Ends</Table.Th>
          <Table.Td />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map((key) => (
          <Table.Tr key={key.id}>
            <Table.Th scope="row">
              {key.name}
              <Text c="dimmed" size="sm">
                <Code>{key.prefix}…</Code> by {key.createdBy.name}
              </Text>
            </Table.Th>
            <Table.Td>{key.scopes.join(", ")}</Table.Td>
            <Table.Td>{key.lastUsedAt === null ? "never" : <Time at={key.lastUsedAt} />}</Table.Td>
            <Table.Td>
              {key.state === "active" ? (
                <Countdown until={key.expiresAt} />
              ) : (
                <StateMark tone="neutral" word={key.state} />
              )}
            </Table.Td>
            <Table.Td ta="right">
              {key.state === "active" && (
                <Button size="xs" variant="default" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key.id)}>
                  Revoke
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function NewKey() {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState("90");
  const [proof, setProof] = useState<StepUpProofView>();
  const now = useNow(60_000);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => {
      const expiresAt = new Date(now + Number(days) * DAY_MS).toISOString();
      const body = { name, scopes, expiresAt, ...(proof === undefined ? {} : { stepUp: proof }) };
      return request("/api/api-keys", { method: "POST", body, schema: createdApiKeySchema });
    },
    onSettled: async () => {
      setProof(undefined);
      await queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack align="flex-start">
        <Group align="flex-end">
          <TextInput
            label="Name of the machine"
            required
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select label="Ends in" data={LIVES} value={days} allowDeselect={false} onChange={(next) => setDays(next!)} />
        </Group>
        <Checkbox.Group label="What it may do" withAsterisk value={scopes} onChange={setScopes}>
          <Group mt="xs">
            {scopeSchema.options.map((scope) => (
              <Checkbox key={scope} value={scope} label={scope} />
            ))}
          </Group>
        </Checkbox.Group>
        <StepUpField
          key={create.submittedAt}
          purpose={{ kind: "act" }}
          onProof={setProof}
          label="Your six-digit code"
        />
        <TerminalLine
          command={curlCommand("POST", "/api/api-keys", {
            ...{ name: name || "…", scopes, expiresAt: new Date(now + Number(days) * DAY_MS).toISOString() },
            totp: "…",
          })}
        />
        <ProblemNotice error={create.error} />
        <Button type="submit" disabled={proof === undefined || scopes.length === 0} loading={create.isPending}>
          Make a key
        </Button>
        {create.data !== undefined && (
          <Notice tone="good" role="status" title={`The key of ${create.data.apiKey.name}; it is shown once`}>
            <CopyCommand command={create.data.key} />
            <Text size="sm">
              Sent as <Code>Authorization: Bearer …</Code>. It ends <Time at={create.data.apiKey.expiresAt} />.
            </Text>
          </Notice>
        )}
      </Stack>
    </form>
  );
}
