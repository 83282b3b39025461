import { AuthenticatorForm } from "@assay/page-kit/authenticator-form.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Box, Button, Card, Checkbox, Code, Group, List, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { renderSVG } from "uqr";
import { apiKeysQuery, confirmTotp, createApiKey, deleteApiKey, startTotp, useSession } from "./exchange-api.ts";
import { SignedInOnly } from "./shell.tsx";

export function SecurityPage() {
  const { data: customer } = useSession();
  return (
    <SignedInOnly>
      <Stack gap="lg" maw={860}>
        <PageTitle>Security</PageTitle>
        <Card withBorder component="section" aria-labelledby="totp">
          <Stack>
            <Group justify="space-between">
              <Title order={2} size="h4" id="totp">
                Two-step sign-in
              </Title>
              {customer?.totp_enabled ? <StateMark tone="good" word="on" /> : <StateMark tone="warning" word="off" />}
            </Group>
            {customer?.totp_enabled ? (
              <Text>Signing in and withdrawing ask for a code from your authenticator.</Text>
            ) : (
              <TotpSetup />
            )}
          </Stack>
        </Card>
        <ApiKeys canCreate={customer?.totp_enabled ?? false} />
      </Stack>
    </SignedInOnly>
  );
}

function TotpSetup() {
  const queries = useQueryClient();
  const setup = useMutation({ mutationFn: startTotp });
  const confirm = useMutation({ mutationFn: confirmTotp });
  if (confirm.data !== undefined) {
    return (
      <Notice tone="good" title="Two-step sign-in is on" role="status">
        <Text size="sm">
          Keep these recovery codes where you keep your passport. Each works once, and they are not shown again.
        </Text>
        <List my="sm">
          {confirm.data.recovery_codes.map((recovery) => (
            <List.Item key={recovery}>
              <Code>{recovery}</Code>
            </List.Item>
          ))}
        </List>
        <Button size="xs" onClick={() => queries.invalidateQueries()}>
          I have kept them
        </Button>
      </Notice>
    );
  }
  if (setup.data === undefined) {
    return (
      <>
        <Text>Without it, a stolen password is enough to trade with your coins, and withdrawals stay closed.</Text>
        <ProblemNotice error={setup.error} />
        <Button w="fit-content" loading={setup.isPending} onClick={() => setup.mutate()}>
          Set it up
        </Button>
      </>
    );
  }
  return (
    <AuthenticatorForm
      qrCode={renderSVG(setup.data.uri, { border: 2 })}
      secret={setup.data.secret}
      onCode={confirm.mutate}
      error={confirm.error}
      isPending={confirm.isPending}
    />
  );
}

function ApiKeys({ canCreate }: { readonly canCreate: boolean }) {
  const { data: keys, error } = useQuery(apiKeysQuery);
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  const [mayTrade, setMayTrade] = useState(false);
  const create = useMutation({
    mutationFn: () => createApiKey({ name, scopes: mayTrade ? ["read", "trade"] : ["read"], totp_code: code }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
  });
  const remove = useMutation({
    mutationFn: (keyId: string) => deleteApiKey(keyId, code),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Card withBorder component="section" aria-labelledby="keys">
      <Stack>
        <Title order={2} size="h4" id="keys">
          API keys
        </Title>
        <ProblemNotice error={error ?? remove.error} />
        {(keys?.length ?? 0) > 0 && (
          <Box className="scroll" tabIndex={0} role="region" aria-labelledby="keys">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>May</Table.Th>
                  <Table.Th>Ends</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {keys?.map((key) => (
                  <Table.Tr key={key.key_id}>
                    <Table.Th scope="row">{key.name}</Table.Th>
                    <Table.Td>{key.scopes.join(", ")}</Table.Td>
                    <Table.Td>
                      <Time at={key.expires_at} />
                    </Table.Td>
                    <Table.Td ta="right">
                      <Button
                        size="xs"
                        variant="default"
                        disabled={code === ""}
                        aria-label={`Delete ${key.name}`}
                        onClick={() => remove.mutate(key.key_id)}
                      >
                        Delete
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Box>
        )}
        {create.data !== undefined && (
          <Notice tone="good" title="Your new key, shown once" role="status">
            <Code block>{create.data.api_key}</Code>
          </Notice>
        )}
        {canCreate ? (
          <form onSubmit={submit}>
            <Group align="flex-end">
              <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
              <TextInput
                label="Six-digit code"
                inputMode="numeric"
                required
                value={code}
                onChange={(event) => setCode(event.currentTarget.value.trim())}
              />
              <Checkbox
                label="May trade"
                checked={mayTrade}
                onChange={(event) => setMayTrade(event.currentTarget.checked)}
                mb={8}
              />
              <Button type="submit" loading={create.isPending}>
                Create
              </Button>
            </Group>
          </form>
        ) : (
          <Text c="dimmed">Turn on two-step sign-in to create keys.</Text>
        )}
        <ProblemNotice error={create.error} />
      </Stack>
    </Card>
  );
}
