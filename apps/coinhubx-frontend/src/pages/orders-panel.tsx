import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Box, Button, Table, Tabs, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { group, placesOf } from "./decimal.ts";
import { cancelOrder, fillsQuery, type Market, openOrdersQuery, useSession } from "./exchange-api.ts";

/** The signed-in customer's open orders and fills in one market. */
export function OrdersPanel({ market }: { readonly market: Market }) {
  const { data: customer } = useSession();
  if (customer == null) return <Text c="dimmed">Sign in to see your orders.</Text>;
  return (
    <Tabs defaultValue="open" keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="open">Open</Tabs.Tab>
        <Tabs.Tab value="fills">Fills</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="open" pt="xs">
        <OpenOrders market={market} />
      </Tabs.Panel>
      <Tabs.Panel value="fills" pt="xs">
        <Fills market={market} />
      </Tabs.Panel>
    </Tabs>
  );
}

function OpenOrders({ market }: { readonly market: Market }) {
  const { data: orders, error } = useQuery(openOrdersQuery(market.market));
  const queries = useQueryClient();
  const cancel = useMutation({ mutationFn: cancelOrder, onSettled: () => queries.invalidateQueries() });
  if (orders?.length === 0) return <Text c="dimmed">No open orders.</Text>;
  return (
    <Box className="scroll" tabIndex={0} role="region" aria-label="Open orders">
      <ProblemNotice error={error ?? cancel.error} />
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Side</Table.Th>
            <Table.Th ta="right">Price</Table.Th>
            <Table.Th ta="right">Quantity</Table.Th>
            <Table.Th ta="right">Filled</Table.Th>
            <Table.Th>Placed</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {orders?.map((order) => (
            <Table.Tr key={order.order_id}>
              <Table.Td>{order.side}</Table.Td>
              <Table.Td ta="right">{group(order.price, placesOf(market.tick))}</Table.Td>
              <Table.Td ta="right">{group(order.quantity)}</Table.Td>
              <Table.Td ta="right">{group(order.filled)}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={order.created_at} />
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => cancel.mutate(order.order_id)}
                  aria-label={`Cancel the order to ${order.side} ${order.quantity} at ${order.price}`}
                >
                  Cancel
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function Fills({ market }: { readonly market: Market }) {
  const { data: fills, error } = useQuery(fillsQuery(market.market));
  if (fills?.length === 0) return <Text c="dimmed">No fills yet.</Text>;
  return (
    <Box className="scroll" tabIndex={0} role="region" aria-label="Fills">
      <ProblemNotice error={error} />
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Side</Table.Th>
            <Table.Th ta="right">Price</Table.Th>
            <Table.Th ta="right">Quantity</Table.Th>
            <Table.Th ta="right">Fee</Table.Th>
            <Table.Th>When</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fills?.map((fill) => (
            <Table.Tr key={`${fill.trade_id} ${fill.side}`}>
              <Table.Td>
                {fill.side} ({fill.liquidity})
              </Table.Td>
              <Table.Td ta="right">{group(fill.price, placesOf(market.tick))}</Table.Td>
              <Table.Td ta="right">{group(fill.quantity)}</Table.Td>
              <Table.Td ta="right">
                {group(fill.fee)} {fill.fee_asset}
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={fill.timestamp} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
