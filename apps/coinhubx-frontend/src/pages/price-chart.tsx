import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Chart } from "@assay/page-kit/chart.tsx";
import { DepthChart } from "@assay/page-kit/depth-chart.tsx";
import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { bookQuery, type Market, type Trade, tradesQuery } from "./exchange-api.ts";

const FEWEST_POINTS = 2;

/** The price of the last trades above, and below it what waits in the book around it. */
export function PriceChart({ market }: { readonly market: Market }) {
  const trades = useQuery(tradesQuery(market.market));
  const book = useQuery(bookQuery(market.market));
  return (
    <Stack gap="xs">
      <Awaited of={trades} what="the trades">
        {(found) =>
          found.length < FEWEST_POINTS ? (
            <Text c="dimmed">The chart begins with the second trade.</Text>
          ) : (
            <Prices market={market} trades={found} />
          )
        }
      </Awaited>
      <Title order={3} size="h6">
        Depth
      </Title>
      <Awaited of={book} what="the book">
        {({ asks, bids }) => <DepthChart asks={asks} bids={bids} base={market.base} height={150} />}
      </Awaited>
    </Stack>
  );
}

// Steps, because a price holds until the next trade.
function Prices({ market, trades }: { readonly market: Market; readonly trades: readonly Trade[] }) {
  const points = trades
    .toReversed()
    .map((trade) => [Date.parse(trade.timestamp) / 1_000, Number(trade.price)] as const);
  const look = { height: 330, shape: "steps", fit: "data" } as const;
  return <Chart title={`Price of ${market.market}`} unit={market.quote} points={points} {...look} />;
}
