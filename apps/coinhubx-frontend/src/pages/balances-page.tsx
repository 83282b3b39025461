import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { group } from "./decimal.ts";
import { type Balance, balancesQuery, type Transaction, takeFromFaucet, transactionsQuery } from "./exchange-api.ts";
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
          <PageTitle>Balances</PageTitle>
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
  const balances = useQuery(balancesQuery);
  return (
    <Awaited of={balances} what="your balances">
      {(found) => (
        <Card withBorder p={0}>
          <ScrollTable label="Balances by asset" minWidth={460}>
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
              {found.map((balance) => (
                <BalanceRow key={balance.asset} balance={balance} />
              ))}
            </Table.Tbody>
          </ScrollTable>
          {found.length === 0 && (
            <Text p="md" c="dimmed">
              Nothing yet. Take some test coins to begin.
            </Text>
          )}
        </Card>
      )}
    </Awaited>
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

/** Every movement of the customer's coins, newest first, as the ledger holds it. */
function Journal() {
  const transactions = useQuery(transactionsQuery);
  return (
    <Stack gap="xs" component="section" aria-labelledby="journal">
      <Title order={2} size="h4" id="journal">
        Journal
      </Title>
      <Awaited of={transactions} what="the journal">
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">No movements yet.</Text>
          ) : (
            <Card withBorder p={0}>
              <ScrollTable label="Journal" minWidth={700} dense>
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
                  {found.map((row) => (
                    <JournalRow key={`${row.position} ${row.asset} ${row.direction}`} row={row} />
                  ))}
                </Table.Tbody>
              </ScrollTable>
            </Card>
          )
        }
      </Awaited>
    </Stack>
  );
}

function JournalRow({ row }: { readonly row: Transaction }) {
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <Time at={row.timestamp} fz={13} />
      </Table.Td>
      <Table.Td>{row.type.replaceAll("_", " ")}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
        {row.direction === "debit" ? "−" : "+"}
        {group(row.amount)} {row.asset}
      </Table.Td>
      <Table.Td ta="right">{group(row.balance_after)}</Table.Td>
      <Table.Td ta="right">{row.position}</Table.Td>
    </Table.Tr>
  );
}
