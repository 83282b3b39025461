import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { group } from "./decimal.ts";
import { type Balance, balancesQuery, takeFromFaucet, transactionsQuery } from "./exchange-api.ts";
import { SignedInOnly } from "./shell.tsx";

/** What the faucet of a local exchange gives at a time. */
const GIFTS = [
  { asset: "USDT", amount: "5000" },
  { asset: "ETH", amount: "2" },
] as const;

export function BalancesPage() {
  return (
    <SignedInOnly>
      <Stack gap="lg">
        <Group justify="space-between" align="flex-end">
          <Title order={1} size="h2">
            Balances
          </Title>
          <Faucet />
        </Group>
        <Balances />
        <Journal />
      </Stack>
    </SignedInOnly>
  );
}

function Faucet() {
  const queries = useQueryClient();
  const take = useMutation({
    mutationFn: ({ asset, amount }: { asset: string; amount: string }) => takeFromFaucet(asset, amount),
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs" role="group" aria-label="Local faucet: test coins without value">
        <Text size="sm" c="dimmed">
          Test coins:
        </Text>
        {GIFTS.map((gift) => (
          <Button
            key={gift.asset}
            variant="default"
            size="xs"
            disabled={take.isPending}
            onClick={() => take.mutate(gift)}
          >
            Get {group(gift.amount)} {gift.asset}
          </Button>
        ))}
      </Group>
      <ProblemNotice error={take.error} />
    </Stack>
  );
}

function Balances() {
  const { data: balances, error } = useQuery(balancesQuery);
  if (error !== null) return <ProblemNotice error={error} />;
  return (
    <Card withBorder p={0} className="scroll" tabIndex={0} role="region" aria-label="Balances by asset">
      <Table verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Asset</Table.Th>
            <Table.Th ta="right">Available</Table.Th>
            <Table.Th ta="right">In orders</Table.Th>
            <Table.Th ta="right">On hold</Table.Th>
            <Table.Th ta="right">Total</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(balances ?? []).map((balance) => (
            <BalanceRow key={balance.asset} balance={balance} />
          ))}
        </Table.Tbody>
      </Table>
      {balances?.length === 0 && (
        <Text p="md" c="dimmed">
          Nothing yet. Take some test coins to begin.
        </Text>
      )}
    </Card>
  );
}

function BalanceRow({ balance }: { readonly balance: Balance }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{balance.asset}</Table.Th>
      <Table.Td ta="right">{group(balance.available)}</Table.Td>
      <Table.Td ta="right">{group(balance.in_orders)}</Table.Td>
      <Table.Td ta="right">{group(balance.on_hold)}</Table.Td>
      <Table.Td ta="right" fw={650}>
        {group(balance.total)}
      </Table.Td>
    </Table.Tr>
  );
}

function Journal() {
  const { data: transactions, error } = useQuery(transactionsQuery);
  return (
    <Stack gap="xs" component="section" aria-labelledby="journal">
      <Title order={2} size="h3" id="journal">
        Journal
      </Title>
      <ProblemNotice error={error} />
      <Card withBorder p={0} className="scroll" tabIndex={0} role="region" aria-labelledby="journal">
        <Table horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>What</Table.Th>
              <Table.Th ta="right">Amount</Table.Th>
              <Table.Th ta="right">Balance after</Table.Th>
              <Table.Th ta="right">Position</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(transactions ?? []).map((row) => (
              <Table.Tr key={`${row.position} ${row.asset} ${row.direction}`}>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  <Time at={row.timestamp} />
                </Table.Td>
                <Table.Td>{row.type.replaceAll("_", " ")}</Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
                  {row.direction === "debit" ? "−" : "+"}
                  {group(row.amount)} {row.asset}
                </Table.Td>
                <Table.Td ta="right">{group(row.balance_after)}</Table.Td>
                <Table.Td ta="right">{row.position}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {transactions?.length === 0 && (
          <Text p="md" c="dimmed">
            No movements yet.
          </Text>
        )}
      </Card>
    </Stack>
  );
}
