import { Awaited } from "@assay/page-kit/awaited.tsx";
import { useEventStream } from "@assay/page-kit/event-stream.ts";
import { Notice } from "@assay/page-kit/notice.tsx";
import { usePageName } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, useNow } from "@assay/page-kit/time.tsx";
import { Box, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { BookPanel } from "./book-panel.tsx";
import { group, placesOf } from "./decimal.ts";
import { type Book, type Market, marketsQuery, type Trade, tradesQuery } from "./exchange-api.ts";
import { OrdersPanel } from "./orders-panel.tsx";
import { PriceChart } from "./price-chart.tsx";
import { TicketPanel } from "./ticket-panel.tsx";
import { TradesPanel } from "./trades-panel.tsx";

const KEPT_TRADES = 300;

export function TradePage() {
  const { market: name } = useParams({ from: "/trade/$market" });
  const markets = useQuery(marketsQuery);
  usePageName(name);
  return (
    <Awaited of={markets} what="the market">
      {(found) => {
        const market = found.find((candidate) => candidate.market === name);
        return market === undefined ? <Text>There is no market {name}.</Text> : <MarketPanels market={market} />;
      }}
    </Awaited>
  );
}

function MarketPanels({ market }: { readonly market: Market }) {
  const [price, setPrice] = useState("");
  const live = useLiveMarket(market.market);
  return (
    <Stack gap="sm">
      <MarketHeader market={market} live={live.live} lastEventAt={live.lastEventAt} />
      {market.state !== "open" && (
        <Notice tone="warning" title="Trading is paused" role="status">
          New orders are refused for now. Your open orders keep their place and you can cancel them.
        </Notice>
      )}
      <div className="trade">
        <Panel area="chart" title="Price">
          <PriceChart market={market} />
        </Panel>
        <Panel area="book" title="Order book">
          <BookPanel market={market} onPick={setPrice} />
        </Panel>
        <Panel area="ticket" title="Place an order">
          <TicketPanel market={market} price={price} onPrice={setPrice} />
        </Panel>
        <Panel area="orders" title="Your orders">
          <OrdersPanel market={market} />
        </Panel>
        <Panel area="trades" title="Last trades">
          <TradesPanel market={market} />
        </Panel>
      </div>
    </Stack>
  );
}

function Panel({
  area,
  title,
  children,
}: {
  readonly area: string;
  readonly title: string;
  readonly children: React.ReactNode;
}) {
  return (
    <Card withBorder p="sm" component="section" aria-label={title} style={{ gridArea: area, minWidth: 0 }}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  );
}

interface MarketHeaderProps {
  readonly market: Market;
  readonly live: boolean;
  readonly lastEventAt: number | undefined;
}

function MarketHeader({ market, live, lastEventAt }: MarketHeaderProps) {
  const { data: trades } = useQuery(tradesQuery(market.market));
  const now = useNow();
  const last = trades?.[0];
  return (
    <Group justify="space-between" align="baseline">
      <Group align="baseline" gap="md">
        <Title order={1} size="h2">
          {market.market}
        </Title>
        {last !== undefined && (
          <Text
            fz="xl"
            fw={650}
            aria-live="off"
            style={{ color: last.taker_side === "buy" ? "var(--buy)" : "var(--sell)" }}
          >
            {last.taker_side === "buy" ? "▲" : "▼"} {group(last.price, placesOf(market.tick))} {market.quote}
          </Text>
        )}
      </Group>
      <Box fz="sm">
        {live ? (
          <StateMark tone="good" word="live" />
        ) : (
          <StateMark
            tone="unknown"
            word={lastEventAt === undefined ? "connecting" : `${formatDuration(now - lastEventAt)} old`}
          />
        )}
      </Box>
    </Group>
  );
}

// The stream carries whole books and single trades; what it brings goes where the queries look, so each panel has one source.
function useLiveMarket(market: string) {
  const queries = useQueryClient();
  return useEventStream(`/api/markets/${market}/stream`, ["book", "trade"], (name, data) => {
    if (name === "book") queries.setQueryData(["book", market], data as Book);
    else
      queries.setQueryData<Trade[]>(["trades", market], (before) =>
        [data as Trade, ...(before ?? [])].slice(0, KEPT_TRADES),
      );
  });
}
