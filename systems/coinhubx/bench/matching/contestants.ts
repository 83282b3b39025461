import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../../src/customers/customer.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import type { EngineEvent } from "../../src/matching/engine-event.ts";
import { MatchingEngine } from "../../src/matching/matching-engine.ts";
import type { Side } from "../../src/matching/order.ts";
import type { StreamStep } from "./stream-step.ts";

/** Something that can be driven by the stream. */
export interface Contestant {
  run(step: StreamStep): void;
  /** Levels as `[price in ticks, lots]`, best first: proof that both did the same work. */
  depth(side: Side): [number, number][];
  /** Throws when the books do not add up. */
  assertSound(): void;
}

interface Account {
  readonly customerId: CustomerId;
  base: bigint;
  quote: bigint;
}

// A million coins and a trillion: nobody runs dry, and the figures are as long as real ones.
const START = { base: 10n ** 24n, quote: 10n ** 18n };

/** Our engine with a risk check before every insert and every fill settled between balances, all in memory. */
export class OurEngine implements Contestant {
  readonly #engine = new MatchingEngine({ ...ETH_USDT, openOrdersPerCustomer: 1_000 });
  readonly #accounts = new Map<CustomerId, Account>();
  // An amend asks for its customer's more than once.
  #lastAccount: Account = { customerId: "" as CustomerId, base: 0n, quote: 0n };
  #fees = 0n;
  #spendable = 0n;

  run({ cancel, place }: StreamStep): void {
    if (cancel !== undefined) this.#settle(this.#engine.execute(cancel, "accepted"));
    if (place === undefined) return;
    assert(this.#engine.check(place) === undefined, "the stream keeps to the rules");
    const reserve = this.#engine.reserveOf(place);
    const account = this.#accountOf(place.customerId);
    const isFunded = place.side === "buy" ? account.quote >= reserve : account.base >= reserve;
    if (isFunded && place.side === "buy") account.quote -= reserve;
    else if (isFunded) account.base -= reserve;
    this.#settle(this.#engine.execute(place, isFunded ? "accepted" : "INSUFFICIENT_FUNDS"));
  }

  depth(side: Side): [number, number][] {
    return [...this.#engine.book.side(side).levels()].map((level) => [level.priceTicks, level.lots]);
  }

  /** Nothing was made or lost: what customers hold, what is reserved and the fees are what they started with. */
  assertSound(): void {
    let quote = this.#fees;
    for (const account of this.#accounts.values()) quote += account.quote;
    for (const level of this.#engine.book.side("buy").levels()) {
      for (let order = level.first; order !== undefined; order = order.next) quote += order.reserve;
    }
    assert(quote === this.#spendable, "quote units are conserved");
  }

  #settle(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type === "trade") this.#trade(event);
      else if ((event.type === "placed" || event.type === "canceled") && event.released > 0n) {
        const account = this.#accountOf(event.customerId);
        if (event.side === "buy") account.quote += event.released;
        else account.base += event.released;
      }
    }
  }

  #trade(event: EngineEvent & { type: "trade" }): void {
    const [buyer, seller] = event.takerSide === "buy" ? [event.taker, event.maker] : [event.maker, event.taker];
    this.#accountOf(buyer.customerId).base += BigInt(event.lots) * ETH_USDT.lot;
    this.#accountOf(seller.customerId).quote += event.notional - seller.fee;
    this.#fees += buyer.fee + seller.fee;
  }

  #accountOf(customerId: CustomerId): Account {
    if (this.#lastAccount.customerId !== customerId) {
      this.#lastAccount = this.#accounts.get(customerId) ?? this.#openAccount(customerId);
    }
    return this.#lastAccount;
  }

  #openAccount(customerId: CustomerId): Account {
    const account = { customerId, base: START.base, quote: START.quote };
    this.#spendable += START.quote;
    this.#accounts.set(customerId, account);
    return account;
  }
}

/** What we use of npm `nodejs-order-book`. */
export interface PeerBook {
  limit(order: { side: Side; id: string; size: number; price: number }): { err: unknown };
  cancel(id: string): unknown;
  depth(): [asks: [number, number][], bids: [number, number][]];
}

export type PeerConstructor = new () => PeerBook;

/** The peer is a dependency of the tools workspace only. */
export async function loadPeer(): Promise<PeerConstructor> {
  const name = "nodejs-order-book";
  const module: { readonly OrderBook: PeerConstructor } = await import(name);
  return module.OrderBook;
}

/** The peer on the same stream: its book alone, without accounts, since it has none. */
export class PeerEngine implements Contestant {
  readonly #book: PeerBook;

  constructor(book: PeerBook) {
    this.#book = book;
  }

  run({ cancel, place }: StreamStep): void {
    if (cancel !== undefined) this.#book.cancel(cancel.orderId);
    if (place === undefined) return;
    const { side, orderId: id, quantityLots: size, priceTicks: price } = place;
    assert(this.#book.limit({ side, id, size, price }).err === null, "the peer takes every order of the stream");
  }

  depth(side: Side): [number, number][] {
    const [asks, bids] = this.#book.depth();
    const [levels, sign] = side === "buy" ? [bids, -1] : [asks, 1];
    return [...levels].sort((left, right) => (left[0] - right[0]) * sign);
  }

  /** It has no accounts that could add up. */
  assertSound(): void {}
}
