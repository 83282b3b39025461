import { Awaited } from "@assay/page-kit/awaited.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { group, placesOf } from "./decimal.ts";
import { type Market, type Trade, tradesQuery } from "./exchange-api.ts";

const SHOWN_TRADES = 20;

/** The market's last trades; the arrow says which side took. */
export function TradesPanel({ market }: { readonly market: Market }) {
  const trades = useQuery(tradesQuery(market.market));
  return (
    <Awaited of={trades} what="the trades">
      {(found) =>
        found.length === 0 ? <Text c="dimmed">No trades yet.</Text> : <TradeTable market={market} trades={found} />
      }
    </Awaited>
  );
}

function TradeTable({ market, trades }: { readonly market: Market; readonly trades: readonly Trade[] }) {
  return (
    <ScrollTable label="Last trades" minWidth={240} maxHeight={400} dense>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Price</Table.Th>
          <Table.Th ta="right">Quantity</Table.Th>
          <Table.Th ta="right">UTC</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {trades.slice(0, SHOWN_TRADES).map((trade) => (
          <Table.Tr key={trade.trade_id}>
            <Table.Td style={{ color: trade.taker_side === "buy" ? "var(--buy)" : "var(--sell)" }}>
              {trade.taker_side === "buy" ? "▲" : "▼"} {group(trade.price, placesOf(market.tick))}
            </Table.Td>
            <Table.Td ta="right">{group(trade.quantity, placesOf(market.lot))}</Table.Td>
            <Table.Td ta="right">{trade.timestamp.slice(11, 19)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
