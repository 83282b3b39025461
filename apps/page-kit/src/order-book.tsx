import { Box, Group, Text, VisuallyHidden } from "@mantine/core";
import type { CSSProperties } from "react";

/** Price and quantity, as decimals. */
export type BookLevel = readonly [price: string, quantity: string];

interface OrderBookProps {
  /** Best first. */
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
  /** Of the quantities and of the prices. */
  readonly base?: string;
  readonly quote?: string;
  readonly levels?: number;
  /** Left out, all get as many fraction digits as the longest. */
  readonly formatPrice?: (price: string) => string;
  readonly formatQuantity?: (quantity: string) => string;
  /** A level was chosen; without it the levels are not buttons. */
  readonly onPick?: (price: string) => void;
}

interface Level {
  readonly price: string;
  readonly quantity: string;
  /** Sum of the quantities up to this level, for the bar and for reading only. */
  readonly depth: number;
}

/** The best levels of both sides, best in the middle, with bars for how much waits up to there. */
export function OrderBook(props: OrderBookProps) {
  const { base = "", quote = "", levels = 12 } = props;
  const asks = withDepth(props.asks.slice(0, levels));
  const bids = withDepth(props.bids.slice(0, levels));
  const deepest = Math.max(asks.at(-1)?.depth ?? 0, bids.at(-1)?.depth ?? 0, Number.MIN_VALUE);
  const look = {
    formatPrice: aligned([...asks, ...bids], "price"),
    formatQuantity: aligned([...asks, ...bids], "quantity"),
  };
  const row = (side: "bid" | "ask") => (level: Level) => (
    <LevelRow
      key={`${side} ${level.price}`}
      side={side}
      level={level}
      share={level.depth / deepest}
      book={{ ...look, ...props }}
    />
  );
  return (
    <Box>
      <Group justify="space-between" px={8} fz="xs" c="dimmed" aria-hidden>
        <span>Price{quote === "" ? "" : ` (${quote})`}</span>
        <span>Quantity{base === "" ? "" : ` (${base})`}</span>
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

function withDepth(levels: readonly BookLevel[]): Level[] {
  let depth = 0;
  return levels.map(([price, quantity]) => {
    depth += Number(quantity);
    return { price, quantity, depth };
  });
}

/** As many fraction digits for all as the longest has, so that the points stand below each other. */
function aligned(levels: readonly Level[], of: "price" | "quantity"): (text: string) => string {
  const places = Math.max(0, ...levels.map((level) => level[of].split(".")[1]?.length ?? 0));
  return (text) => {
    const [whole = "0", fraction = ""] = text.split(".");
    return places === 0 ? whole : `${whole}.${fraction.padEnd(places, "0")}`;
  };
}

function spreadText(ask: Level | undefined, bid: Level | undefined): string {
  if (ask === undefined) return "nobody sells";
  if (bid === undefined) return "nobody buys";
  return `spread ${((100 * (Number(ask.price) - Number(bid.price))) / Number(ask.price)).toFixed(3)} %`;
}

interface LevelRowProps {
  readonly side: "bid" | "ask";
  readonly level: Level;
  readonly share: number;
  readonly book: OrderBookProps & Required<Pick<OrderBookProps, "formatPrice" | "formatQuantity">>;
}

function LevelRow({ side, level, share, book }: LevelRowProps) {
  const { formatPrice, formatQuantity, base = "", onPick } = book;
  const [price, quantity] = [formatPrice(level.price), formatQuantity(level.quantity)];
  const look = {
    className: `level ${side}`,
    style: { "--depth": `${(share * 100).toFixed(1)}%` } as CSSProperties,
  };
  const [word, tail] = [side === "bid" ? "Buy" : "Sell", onPick === undefined ? "" : ". Use this price"];
  const cells = (
    <>
      <span className="price">
        <VisuallyHidden>{word} orders at </VisuallyHidden>
        {price}
      </span>
      <span>
        {quantity}
        <VisuallyHidden> {base}</VisuallyHidden>
      </span>
      <span>
        {level.depth.toFixed(2)}
        <VisuallyHidden> up to here{tail}</VisuallyHidden>
      </span>
    </>
  );
  if (onPick === undefined) return <div {...look}>{cells}</div>;
  return (
    <button type="button" {...look} onClick={() => onPick(level.price)}>
      {cells}
    </button>
  );
}
