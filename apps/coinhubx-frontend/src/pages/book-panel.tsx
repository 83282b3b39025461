import { Awaited } from "@assay/page-kit/awaited.tsx";
import { OrderBook } from "@assay/page-kit/order-book.tsx";
import { useQuery } from "@tanstack/react-query";
import { group, placesOf } from "./decimal.ts";
import { bookQuery, type Market } from "./exchange-api.ts";

interface BookPanelProps {
  readonly market: Market;
  /** A level was chosen: its price goes into the ticket. */
  readonly onPick: (price: string) => void;
}

/** The market's book; choosing a level takes its price. */
export function BookPanel({ market, onPick }: BookPanelProps) {
  const book = useQuery(bookQuery(market.market));
  return (
    <Awaited of={book} what="the book">
      {({ asks, bids }) => (
        <OrderBook
          asks={asks}
          bids={bids}
          base={market.base}
          quote={market.quote}
          formatPrice={(price) => group(price, placesOf(market.tick))}
          formatQuantity={(quantity) => group(quantity, placesOf(market.lot))}
          onPick={onPick}
        />
      )}
    </Awaited>
  );
}
