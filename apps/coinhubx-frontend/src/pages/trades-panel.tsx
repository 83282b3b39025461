import { Box, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { group, placesOf } from "./decimal.ts";
import { type Market, tradesQuery } from "./exchange-api.ts";

const SHOWN_TRADES = 20;

/** The market's last trades; the arrow says which side took. */
export function TradesPanel({ market }: { readonly market: Market }) {
  const { data: trades } = useQuery(tradesQuery(market.market));
  if (trades?.length === 0) return <Text c="dimmed">No trades yet.</Text>;
  return (
    <Box className="scroll" tabIndex={0} role="region" aria-label="Last trades">
      <Table verticalSpacing={2}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Price</Table.Th>
            <Table.Th ta="right">Quantity</Table.Th>
            <Table.Th ta="right">UTC</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {trades?.slice(0, SHOWN_TRADES).map((trade) => (
            <Table.Tr key={trade.trade_id}>
              <Table.Td style={{ color: trade.taker_side === "buy" ? "var(--buy)" : "var(--sell)" }}>
                {trade.taker_side === "buy" ? "▲" : "▼"} {group(trade.price, placesOf(market.tick))}
              </Table.Td>
              <Table.Td ta="right">{group(trade.quantity, placesOf(market.lot))}</Table.Td>
              <Table.Td ta="right">{trade.timestamp.slice(11, 19)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
