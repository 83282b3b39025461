import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Checkbox, Group, NativeSelect, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { compare, divideDown, group, isDecimal, multiply, roundDown } from "./decimal.ts";
import { balancesQuery, type Market, type Order, placeOrder, useSession } from "./exchange-api.ts";
import { hasLimit, hasStop, isReady, NO_TICKET, orderOf, type Ticket, TYPES } from "./ticket.ts";

const SHARES = [25, 50, 100] as const;
const BASIS_POINT = "0.0001";

interface TicketPanelProps {
  readonly market: Market;
  readonly price: string;
  readonly onPrice: (price: string) => void;
}

const OUTCOMES: Record<Order["status"], string> = {
  pending_trigger: "Your order waits for its price:",
  new: "Your order waits in the book:",
  partially_filled: "Your order is partly filled and its rest waits in the book:",
  filled: "Your order is filled:",
  canceled: "Your order was canceled:",
  rejected: "Your order was rejected:",
  expired: "Your order has ended, and what was not filled has expired:",
  expired_in_match: "Your order has expired, so as not to meet another one of yours:",
};

/** An order: its type, side, prices and size, what it costs at worst, and what came of it. */
export function TicketPanel({ market, price, onPrice }: TicketPanelProps) {
  const { data: customer } = useSession();
  const [own, setOwn] = useState(NO_TICKET);
  const ticket: Ticket = { ...own, price };
  const set = (change: Partial<Ticket>) => setOwn((before) => ({ ...before, ...change }));
  const queries = useQueryClient();
  const place = useMutation({
    mutationFn: () => placeOrder(orderOf(market.market, ticket)),
    onSettled: () => queries.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    place.mutate();
  };
  const ready = isReady(ticket);
  const { side } = ticket;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl
          fullWidth
          aria-label="Side"
          value={side}
          onChange={(value) => set({ side: value as Ticket["side"] })}
          data={[
            { value: "buy", label: "Buy" },
            { value: "sell", label: "Sell" },
          ]}
        />
        <NativeSelect
          label="Order type"
          data={TYPES.map(({ type, label }) => ({ value: type, label }))}
          value={ticket.type}
          onChange={(event) => set({ type: event.currentTarget.value as Ticket["type"] })}
          description={TYPES.find(({ type }) => type === ticket.type)!.meaning}
        />
        <Prices market={market} ticket={ticket} onPrice={onPrice} onStop={(stop) => set({ stop })} />
        <Sizes market={market} ticket={ticket} onChange={set} />
        {customer != null && hasLimit(ticket) && (
          <Shares market={market} side={side} price={price} onQuantity={(quantity) => set({ quantity })} />
        )}
        {ticket.type === "limit" && <LimitOptions ticket={ticket} onChange={set} />}
        {hasLimit(ticket) && <Cost market={market} price={price} quantity={ticket.quantity} ready={ready} />}
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

interface PartProps {
  readonly market: Market;
  readonly ticket: Ticket;
}

function Prices({
  market,
  ticket,
  onPrice,
  onStop,
}: PartProps & { readonly onPrice: (price: string) => void; readonly onStop: (price: string) => void }) {
  return (
    <>
      {hasStop(ticket) && <DecimalInput label={`Stop price (${market.quote})`} value={ticket.stop} onChange={onStop} />}
      {hasLimit(ticket) && <DecimalInput label={`Price (${market.quote})`} value={ticket.price} onChange={onPrice} />}
    </>
  );
}

/** How much: in the base coin, or for a market buy also as what may be spent. */
function Sizes({ market, ticket, onChange }: PartProps & { readonly onChange: (change: Partial<Ticket>) => void }) {
  const mayBudget = ticket.type === "market" && ticket.side === "buy";
  const isBudget = mayBudget && ticket.byBudget;
  return (
    <>
      {mayBudget && (
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Size"
          value={ticket.byBudget ? "budget" : "quantity"}
          onChange={(value) => onChange({ byBudget: value === "budget" })}
          data={[
            { value: "quantity", label: `How much ${market.base}` },
            { value: "budget", label: `How much ${market.quote}` },
          ]}
        />
      )}
      {isBudget ? (
        <DecimalInput
          label={`Spend, fee included (${market.quote})`}
          value={ticket.budget}
          onChange={(budget) => onChange({ budget })}
        />
      ) : (
        <DecimalInput
          label={`Quantity (${market.base})`}
          value={ticket.quantity}
          onChange={(quantity) => onChange({ quantity })}
        />
      )}
    </>
  );
}

function LimitOptions({
  ticket,
  onChange,
}: {
  readonly ticket: Ticket;
  readonly onChange: (change: Partial<Ticket>) => void;
}) {
  return (
    <>
      <NativeSelect
        label="Stays"
        value={ticket.time}
        onChange={(event) => onChange({ time: event.currentTarget.value as Ticket["time"] })}
        data={[
          { value: "gtc", label: "until it is filled or canceled" },
          { value: "ioc", label: "not at all: what is not filled at once expires" },
          { value: "fok", label: "not at all: filled whole at once, or nothing" },
        ]}
      />
      {ticket.time === "gtc" && (
        <Checkbox
          label="Post only: refuse it if it would trade at once"
          checked={ticket.postOnly}
          onChange={(event) => onChange({ postOnly: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

interface DecimalInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function DecimalInput({ label, value, onChange }: DecimalInputProps) {
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      autoComplete="off"
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}

interface SharesProps {
  readonly market: Market;
  readonly side: Ticket["side"];
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
