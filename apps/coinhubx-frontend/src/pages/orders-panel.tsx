import { Awaited, Loading } from "@assay/page-kit/awaited.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Table, Tabs, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { group, placesOf } from "./decimal.ts";
import {
  cancelOrder,
  type Fill,
  fillsQuery,
  type Market,
  type Order,
  openOrdersQuery,
  useSession,
} from "./exchange-api.ts";

/** The signed-in customer's open orders and fills in one market. */
export function OrdersPanel({ market }: { readonly market: Market }) {
  const { data: customer } = useSession();
  if (customer === undefined) return <Loading what="your orders" />;
  if (customer === null) return <Text c="dimmed">Sign in to see your orders.</Text>;
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
  const orders = useQuery(openOrdersQuery(market.market));
  const queries = useQueryClient();
  const cancel = useMutation({ mutationFn: cancelOrder, onSettled: () => queries.invalidateQueries() });
  return (
    <>
      <ProblemNotice error={cancel.error} />
      <Awaited of={orders} what="your orders">
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">No open orders.</Text>
          ) : (
            <OrderTable market={market} orders={found} onCancel={cancel.mutate} />
          )
        }
      </Awaited>
    </>
  );
}

interface OrderTableProps {
  readonly market: Market;
  readonly orders: readonly Order[];
  readonly onCancel: (orderId: string) => void;
}

function OrderTable({ market, orders, onCancel }: OrderTableProps) {
  return (
    <ScrollTable label="Open orders" minWidth={600} dense>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Order</Table.Th>
          <Table.Th ta="right">Price</Table.Th>
          <Table.Th ta="right">Quantity</Table.Th>
          <Table.Th ta="right">Filled</Table.Th>
          <Table.Th>Placed</Table.Th>
          <Table.Td />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {orders.map((order) => (
          <Table.Tr key={order.order_id}>
            <Table.Td style={{ color: order.side === "buy" ? "var(--buy)" : "var(--sell)" }}>
              {order.side}
              {order.stop_price !== null && (
                <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                  {order.status === "pending_trigger" ? "waits for" : "triggered at"}{" "}
                  {group(order.stop_price, placesOf(market.tick))}
                </Text>
              )}
            </Table.Td>
            <Table.Td ta="right">
              {order.price === null ? "market" : group(order.price, placesOf(market.tick))}
            </Table.Td>
            <Table.Td ta="right">{group(order.quantity)}</Table.Td>
            <Table.Td ta="right">{group(order.filled)}</Table.Td>
            <Table.Td style={{ whiteSpace: "nowrap" }}>
              <Time at={order.created_at} fz={13} />
            </Table.Td>
            <Table.Td ta="right">
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => onCancel(order.order_id)}
                aria-label={`Cancel the order to ${order.side} ${order.quantity} at ${order.price ?? "the market price"}`}
              >
                Cancel
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function Fills({ market }: { readonly market: Market }) {
  const fills = useQuery(fillsQuery(market.market));
  return (
    <Awaited of={fills} what="your fills">
      {(found) =>
        found.length === 0 ? <Text c="dimmed">No fills yet.</Text> : <FillTable market={market} fills={found} />
      }
    </Awaited>
  );
}

function FillTable({ market, fills }: { readonly market: Market; readonly fills: readonly Fill[] }) {
  return (
    <ScrollTable label="Fills" minWidth={560} maxHeight={400} dense>
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
        {fills.map((fill) => (
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
              <Time at={fill.timestamp} fz={13} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
