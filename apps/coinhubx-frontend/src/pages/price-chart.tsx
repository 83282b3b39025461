import { Chart } from "@assay/page-kit/chart.tsx";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Market, tradesQuery } from "./exchange-api.ts";

const FEWEST_POINTS = 2;

/** The price of the last trades as steps: it holds until the next trade. */
export function PriceChart({ market }: { readonly market: Market }) {
  const { data: trades } = useQuery(tradesQuery(market.market));
  if ((trades?.length ?? 0) < FEWEST_POINTS) return <Text c="dimmed">The chart begins with the second trade.</Text>;
  const points = (trades ?? [])
    .toReversed()
    .map((trade) => [Date.parse(trade.timestamp) / 1_000, Number(trade.price)] as const);
  return (
    <Chart
      title={`Price of ${market.market}`}
      unit={market.quote}
      points={points}
      height={320}
      shape="steps"
      fit="data"
    />
  );
}
