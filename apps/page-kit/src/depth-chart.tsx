import { Text } from "@mantine/core";
import type { BookLevel } from "./order-book.tsx";

interface DepthChartProps {
  /** Best first. */
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
  readonly base: string;
  readonly height?: number;
}

interface Corner {
  readonly price: number;
  readonly depth: number;
}

const WIDTH = 600;

/** How much waits on each side up to each price: buyers to the left, sellers to the right, the gap between them. */
export function DepthChart({ asks, bids, base, height = 120 }: DepthChartProps) {
  const [allBuyers, allSellers] = [cornersOf(bids), cornersOf(asks)];
  if (allBuyers.length + allSellers.length < 2) return <Text c="dimmed">Depth shows when orders wait.</Text>;
  const { low, high } = windowOf(allBuyers, allSellers);
  const inside = ({ price }: Corner) => price >= low && price <= high;
  const [buyers, sellers] = [allBuyers.filter(inside), allSellers.filter(inside)];
  const deepest = Math.max(...[...buyers, ...sellers].map(({ depth }) => depth));
  const x = (price: number) => (high === low ? WIDTH / 2 : ((price - low) / (high - low)) * WIDTH);
  const y = (depth: number) => height - (depth / deepest) * (height - 8);
  const sums = `${allBuyers.at(-1)?.depth.toFixed(2) ?? 0} ${base} wanted, ${allSellers.at(-1)?.depth.toFixed(2) ?? 0} ${base} offered`;
  return (
    <figure style={{ margin: 0 }}>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        width="100%"
        height={height}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Depth of the book: ${sums}`}
        style={{ display: "block" }}
      >
        <Side corners={buyers} x={x} y={y} edge={{ height, end: 0 }} color="buy" />
        <Side corners={sellers} x={x} y={y} edge={{ height, end: WIDTH }} color="sell" />
      </svg>
      <Text component="figcaption" size="xs" c="dimmed" ta="center">
        {sums}
      </Text>
    </figure>
  );
}

// As far on each side as the nearer of the two reaches, so that one order far away does not squeeze the rest.
function windowOf(
  buyers: readonly Corner[],
  sellers: readonly Corner[],
): { readonly low: number; readonly high: number } {
  const prices = [...buyers, ...sellers].map(({ price }) => price);
  const [bid, ask] = [buyers[0]?.price, sellers[0]?.price];
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  if (bid === undefined || ask === undefined) return { low, high };
  const middle = (bid + ask) / 2;
  const reach = Math.max(Math.min(middle - low, high - middle), (ask - bid) / 2);
  return { low: middle - reach, high: middle + reach };
}

function cornersOf(levels: readonly BookLevel[]): Corner[] {
  let depth = 0;
  return levels.map(([price, quantity]) => {
    depth += Number(quantity);
    return { price: Number(price), depth };
  });
}

interface SideProps {
  readonly corners: readonly Corner[];
  readonly x: (price: number) => number;
  readonly y: (depth: number) => number;
  readonly edge: { readonly height: number; readonly end: number };
  readonly color: "buy" | "sell";
}

// Stairs, because between two levels nothing more waits.
function Side({ corners, x, y, edge, color }: SideProps) {
  if (corners.length === 0) return null;
  const start = `M${x(corners[0]!.price).toFixed(1)} ${edge.height}`;
  const stairs = corners.map(({ depth }, index) => {
    const until = corners[index + 1]?.price;
    return `V${y(depth).toFixed(1)}H${(until === undefined ? edge.end : x(until)).toFixed(1)}`;
  });
  const line = start + stairs.join("");
  return (
    <>
      <path d={`${line}V${edge.height}Z`} fill={`var(--${color}-shade)`} />
      <path d={line} fill="none" stroke={`var(--${color})`} strokeWidth="2" vectorEffect="non-scaling-stroke" />
    </>
  );
}
