import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Box, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { group, placesOf } from "./decimal.ts";
import { bookQuery, type Market } from "./exchange-api.ts";

const SHOWN_LEVELS = 12;

interface BookPanelProps {
  readonly market: Market;
  /** A level was chosen: its price goes into the ticket. */
  readonly onPick: (price: string) => void;
}

/** The best levels of both sides, best in the middle, with bars for how much waits up to there. */
export function BookPanel({ market, onPick }: BookPanelProps) {
  const { data: book, error } = useQuery(bookQuery(market.market));
  if (error !== null) return <ProblemNotice error={error} />;
  const asks = withDepth(book?.asks ?? []);
  const bids = withDepth(book?.bids ?? []);
  const deepest = Math.max(asks.at(-1)?.depth ?? 0, bids.at(-1)?.depth ?? 0, Number.MIN_VALUE);
  const row = (side: "bid" | "ask") => (level: Level) => (
    <LevelRow
      key={`${side} ${level.price}`}
      side={side}
      level={level}
      share={level.depth / deepest}
      market={market}
      onPick={onPick}
    />
  );
  return (
    <Box>
      <Group justify="space-between" px={8} fz="xs" c="dimmed" aria-hidden>
        <span>Price ({market.quote})</span>
        <span>Quantity ({market.base})</span>
        <span>Sum</span>
      </Group>
      <Box role="group" aria-label="Sell orders, best last">
        {asks.toReversed().map(row("ask"))}
      </Box>
      <Text size="xs" c="dimmed" ta="center" py={4}>
        {asks.length === 0 && bids.length === 0 ? "The book is empty." : spreadText(asks[0], bids[0])}
      </Text>
      <Box role="group" aria-label="Buy orders, best first">
        {bids.map(row("bid"))}
      </Box>
    </Box>
  );
}

interface Level {
  readonly price: string;
  readonly quantity: string;
  /** Sum of the quantities up to this level, for the bar's length only. */
  readonly depth: number;
}

function withDepth(levels: readonly (readonly [string, string])[]): Level[] {
  let depth = 0;
  return levels.slice(0, SHOWN_LEVELS).map(([price, quantity]) => {
    depth += Number(quantity);
    return { price, quantity, depth };
  });
}

function spreadText(ask: Level | undefined, bid: Level | undefined): string {
  if (ask === undefined || bid === undefined) return "one side only";
  return `spread ${((100 * (Number(ask.price) - Number(bid.price))) / Number(ask.price)).toFixed(3)} %`;
}

interface LevelRowProps extends BookPanelProps {
  readonly side: "bid" | "ask";
  readonly level: Level;
  readonly share: number;
}

function LevelRow({ side, level, share, market, onPick }: LevelRowProps) {
  const price = group(level.price, placesOf(market.tick));
  const quantity = group(level.quantity, placesOf(market.lot));
  return (
    <button
      type="button"
      className={`level ${side}`}
      style={{ "--depth": `${(share * 100).toFixed(1)}%` } as React.CSSProperties}
      onClick={() => onPick(level.price)}
      aria-label={`${side === "bid" ? "Buy" : "Sell"} orders at ${price}: ${quantity} ${market.base}. Use this price`}
    >
      <span>{price}</span>
      <span>{quantity}</span>
      <span>{level.depth.toFixed(2)}</span>
    </button>
  );
}
