import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { compare, divideDown, group, isDecimal, multiply, roundDown } from "./decimal.ts";
import { balancesQuery, type Market, type Order, placeOrder, useSession } from "./exchange-api.ts";

const SHARES = [25, 50, 100] as const;
const BASIS_POINT = "0.0001";

interface TicketPanelProps {
  readonly market: Market;
  readonly price: string;
  readonly onPrice: (price: string) => void;
}

type Side = "buy" | "sell";

const OUTCOMES: Record<Order["status"], string> = {
  new: "Your order waits in the book:",
  partially_filled: "Your order is partly filled and its rest waits in the book:",
  filled: "Your order is filled:",
  canceled: "Your order was canceled:",
  rejected: "Your order was rejected:",
  expired: "Your order has expired:",
  expired_in_match: "Your order has expired, so as not to meet another one of yours:",
};

/** A limit order: side, price, quantity, what it costs at worst, and what came of it. */
export function TicketPanel({ market, price, onPrice }: TicketPanelProps) {
  const { data: customer } = useSession();
  const [side, setSide] = useState<Side>("buy");
  const [quantity, setQuantity] = useState("");
  const queries = useQueryClient();
  const place = useMutation({
    mutationFn: () => placeOrder({ market: market.market, side, price, quantity }),
    onSettled: () => queries.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    place.mutate();
  };
  const ready = isDecimal(price) && isDecimal(quantity) && compare(quantity, "0") > 0 && compare(price, "0") > 0;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl
          fullWidth
          aria-label="Side"
          value={side}
          onChange={(value) => setSide(value as Side)}
          data={[
            { value: "buy", label: "Buy" },
            { value: "sell", label: "Sell" },
          ]}
        />
        <TextInput
          label={`Price (${market.quote})`}
          inputMode="decimal"
          autoComplete="off"
          required
          value={price}
          onChange={(event) => onPrice(event.currentTarget.value.trim())}
        />
        <TextInput
          label={`Quantity (${market.base})`}
          inputMode="decimal"
          autoComplete="off"
          required
          value={quantity}
          onChange={(event) => setQuantity(event.currentTarget.value.trim())}
        />
        {customer != null && <Shares market={market} side={side} price={price} onQuantity={setQuantity} />}
        <Cost market={market} side={side} price={price} quantity={quantity} ready={ready} />
        {customer === null ? (
          <Button component={Link} to="/sign-in">
            Sign in to trade
          </Button>
        ) : (
          <Button
            type="submit"
            loading={place.isPending}
            disabled={!ready || customer === undefined}
            color={side === "buy" ? "buy" : "sell"}
          >
            {side === "buy" ? "Buy" : "Sell"} {market.base}
          </Button>
        )}
        <ProblemNotice error={place.error} />
        <Text size="sm" aria-live="polite">
          {place.data === undefined
            ? ""
            : `${OUTCOMES[place.data.status]} ${group(place.data.filled)} of ${group(place.data.quantity)} ${market.base} filled.`}
        </Text>
      </Stack>
    </form>
  );
}

interface SharesProps {
  readonly market: Market;
  readonly side: Side;
  readonly price: string;
  readonly onQuantity: (quantity: string) => void;
}

/** Buttons for a part of what is available, and how much that is. */
function Shares({ market, side, price, onQuantity }: SharesProps) {
  const { data: balances } = useQuery(balancesQuery);
  const asset = side === "buy" ? market.quote : market.base;
  const available = balances?.find((balance) => balance.asset === asset)?.available ?? "0";
  const most = affordable({ market, side, price, available });
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        Available: {group(available)} {asset}
      </Text>
      <Group gap={4} grow role="group" aria-label="Part of what is available">
        {SHARES.map((share) => (
          <Button
            key={share}
            size="compact-xs"
            variant="default"
            disabled={most === undefined}
            onClick={() =>
              most !== undefined && onQuantity(roundDown(multiply(most, (share / 100).toString()), market.lot))
            }
          >
            {share} %
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

// A buy must also pay the taker fee, so the affordable quantity is what the price with the fee on top divides into.
function affordable({
  market,
  side,
  price,
  available,
}: Omit<SharesProps, "onQuantity"> & { readonly available: string }): string | undefined {
  if (side === "sell") return roundDown(available, market.lot);
  if (!isDecimal(price) || compare(price, "0") === 0) return undefined;
  const withFee = multiply(price, `1.${market.taker_fee_bps.toString().padStart(4, "0")}`);
  return divideDown(available, withFee, market.lot);
}

interface CostProps {
  readonly market: Market;
  readonly side: Side;
  readonly price: string;
  readonly quantity: string;
  readonly ready: boolean;
}

function Cost({ market, price, quantity, ready }: CostProps) {
  const total = ready ? multiply(price, quantity) : "0";
  const fee = ready ? multiply(multiply(total, market.taker_fee_bps.toString()), BASIS_POINT) : "0";
  return (
    <Stack gap={2} fz="sm">
      <Group justify="space-between">
        <Text span inherit c="dimmed">
          Total
        </Text>
        <span>
          {group(total)} {market.quote}
        </span>
      </Group>
      <Group justify="space-between">
        <Text span inherit c="dimmed">
          Fee at most ({market.taker_fee_bps / 100} %)
        </Text>
        <span>
          {group(fee)} {market.quote}
        </span>
      </Group>
    </Stack>
  );
}
