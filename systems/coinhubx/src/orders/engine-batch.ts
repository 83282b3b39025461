import type { Database, Sql } from "@assay/platform/storage/database";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import { ALL_CLOSED, type FlagValues } from "../feature-flags/flag-values.ts";
import type { LedgerBatch, openLedgerBatch } from "../ledger/ledger-batch.ts";
import type { TransferCommand } from "../ledger/transfer.ts";
import type { Market, MarketState } from "../markets/markets.ts";
import type { Amendment, EngineCommand, PlaceCommand, RiskVerdict } from "../matching/engine-command.ts";
import type { MatchingEngine } from "../matching/matching-engine.ts";
import type { BookOrder, OrderId, OrderTerms } from "../matching/order.ts";
import { notionalOf } from "../matching/order-money.ts";
import { STATE_HASH_INTERVAL } from "../matching/replay.ts";
import { stateHash } from "../matching/state-codec.ts";
import { appendJournal, type ExecutedCommand } from "./engine-journal.ts";
import { holdLease, type Lease } from "./engine-lease.ts";
import type { AmendRefusal, CancelRefusal, NewOrder, OrderChange, PlacedOrder, PlaceRefusal } from "./order.ts";
import { OrderChanges } from "./order-changes.ts";
import { clientKeyOf, type EarlierOrder, readOrdersByClientKey } from "./order-reads.ts";
import { answerOf, differingField } from "./placed-order.ts";
import {
  accountsOf,
  amendTransfer,
  customersOf,
  feeAccount,
  reserveTransfer,
  settlementTransfers,
} from "./settlement.ts";

export interface PlaceRequest {
  readonly kind: "place";
  readonly customerId: CustomerId;
  /** Given to the order if it is a new one. */
  readonly orderId: OrderId;
  readonly order: NewOrder;
}

export interface CancelRequest {
  readonly kind: "cancel";
  readonly customerId: CustomerId;
  /** One open order, or all that the customer has. */
  readonly orderId: OrderId | "all";
}

export interface AmendRequest {
  readonly kind: "amend";
  readonly customerId: CustomerId;
  readonly orderId: OrderId;
  readonly change: OrderChange;
}

export type EngineRequest = PlaceRequest | CancelRequest | AmendRequest;

export interface PlaceAnswer {
  readonly kind: "place";
  readonly result: Result<PlacedOrder, PlaceRefusal>;
}

export interface CancelAnswer {
  readonly kind: "cancel";
  /** The orders canceled; `NOT_FOUND` stands for any order that is not open and this customer's. */
  readonly result: Result<readonly OrderId[], CancelRefusal & { readonly code: "NOT_FOUND" }>;
}

export interface AmendAnswer {
  readonly kind: "amend";
  readonly result: Result<undefined, AmendRefusal>;
}

export type EngineAnswer = PlaceAnswer | CancelAnswer | AmendAnswer;

/** What a batch reads from outside its own tables. */
export interface BatchPorts {
  readonly readFlagsForShare: (transaction: Sql) => Promise<FlagValues>;
  readonly openLedgerBatch: typeof openLedgerBatch;
}

export interface BatchContext {
  readonly market: Market;
  readonly engine: MatchingEngine;
  readonly lease: Lease;
  readonly ports: BatchPorts;
  readonly now: Instant;
}

/**
 * One commit of the engine: lease and flags held, requests judged and matched in order, the ledger moved, journal,
 * orders and trades written. Lock order: engine lease → flags → advisory lock `coinhubx.ledger` → accounts.
 */
export class EngineBatch {
  readonly #context: BatchContext;
  readonly #requests: readonly EngineRequest[];
  readonly #executed: ExecutedCommand[] = [];
  readonly #answers: EngineAnswer[] = [];
  readonly #changes: OrderChanges;
  #marketState: MarketState = "closed";
  #flags: FlagValues = ALL_CLOSED;
  #earlier = new Map<string, EarlierOrder>();
  #ledger: LedgerBatch | undefined;
  readonly #loaded = new Set<CustomerId>();

  constructor(context: BatchContext, requests: readonly EngineRequest[]) {
    this.#context = context;
    this.#requests = requests;
    this.#changes = new OrderChanges(context.market, context.now);
  }

  /** What ran in the engine's memory, and is lost to it unless the transaction commits. */
  get executed(): readonly ExecutedCommand[] {
    return this.#executed;
  }

  /** One for each request, in order; to be given only once the transaction has committed. */
  get answers(): readonly EngineAnswer[] {
    return this.#answers;
  }

  get now(): Instant {
    return this.#context.now;
  }

  /** Runs and commits. Whatever it throws, nothing was committed, except for Failure `OUTCOME_UNKNOWN`. */
  async commit(database: Database): Promise<void> {
    await database.transaction(async (transaction) => {
      await this.#open(transaction);
      for (const request of this.#requests) this.#answers.push(await this.#answer(request));
      if (this.#executed.length === 0) return;
      await this.#ledger!.flush();
      await appendJournal(transaction, this.#context.lease, this.#executed);
      await this.#changes.write(transaction);
    });
  }

  async #open(transaction: Sql): Promise<void> {
    const { lease, ports, now } = this.#context;
    this.#marketState = await holdLease(transaction, lease);
    const placed = this.#requests.filter((request) => request.kind === "place");
    if (this.#requests.some(({ kind }) => kind !== "cancel")) this.#flags = await ports.readFlagsForShare(transaction);
    if (placed.length > 0) {
      const keys = placed.map(({ customerId, order }) => ({ customerId, clientKey: order.clientKey }));
      this.#earlier = await readOrdersByClientKey(transaction, keys);
    }
    this.#ledger = await ports.openLedgerBatch(transaction, { now, accounts: this.#accounts(placed) });
  }

  /** Nearly always all that the batch will touch; a maker who comes up later is loaded then. */
  #accounts(placed: readonly PlaceRequest[]) {
    const { market, engine } = this.#context;
    const customers = new Set(this.#requests.map((request) => request.customerId));
    for (const request of placed) for (const maker of engine.possibleMakers(this.#terms(request))) customers.add(maker);
    return [feeAccount(market), ...this.#accountsOf(customers)];
  }

  /** The accounts of those customers whose accounts were not asked for before. */
  #accountsOf(customers: ReadonlySet<CustomerId>) {
    const missing = [...customers].filter((customerId) => !this.#loaded.has(customerId));
    for (const customerId of missing) this.#loaded.add(customerId);
    return missing.flatMap((customerId) => accountsOf(this.#context.market, customerId));
  }

  async #load(customers: ReadonlySet<CustomerId>): Promise<void> {
    const accounts = this.#accountsOf(customers);
    if (accounts.length > 0) await this.#ledger!.load(accounts);
  }

  async #answer(request: EngineRequest): Promise<EngineAnswer> {
    if (request.kind === "cancel") return { kind: "cancel", result: await this.#cancel(request) };
    if (request.kind === "amend") return { kind: "amend", result: await this.#amend(request) };
    return { kind: "place", result: await this.#place(request) };
  }

  async #place(request: PlaceRequest): Promise<Result<PlacedOrder, PlaceRefusal>> {
    const { now } = this.#context;
    const key = clientKeyOf(request.customerId, request.order.clientKey);
    const earlier = this.#earlier.get(key);
    if (earlier !== undefined) {
      const field = differingField(earlier.request.order, request.order);
      if (field !== undefined) return refuse({ code: "IDEMPOTENCY_KEY_REUSED", field });
      return answerOf(earlier.request, earlier.events, true);
    }
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) return refuse(refusal);
    const command: PlaceCommand = { type: "place", ...this.#terms(request), at: now };
    const executed = await this.#executePlace(command, request.order.clientKey);
    const placed = { ...request, at: now };
    this.#earlier.set(key, { request: placed, events: executed.events });
    return answerOf(placed, executed.events);
  }

  /** Everything that says no before anything changes; such a request leaves no trace. */
  #refusalOf(request: PlaceRequest): PlaceRefusal | undefined {
    const closed = this.#closed();
    if (closed !== undefined) return closed;
    const { engine } = this.#context;
    const terms = this.#terms(request);
    const code = engine.check(terms);
    if (code !== undefined) return { code };
    return this.#marketState === "post_only" && engine.wouldTake(terms) ? { code: "WOULD_TAKE" } : undefined;
  }

  /** Why the market takes nothing but cancels now. */
  #closed() {
    const flags = this.#flags.checkTrading(this.#context.market.code);
    if (!flags.ok) return flags.refusal;
    const isClosed = this.#marketState === "closed" || this.#marketState === "cancel_only";
    return isClosed ? ({ code: "MARKET_CLOSED" } as const) : undefined;
  }

  async #executePlace(command: PlaceCommand, clientKey: NewOrder["clientKey"]): Promise<ExecutedCommand> {
    const { market, engine } = this.#context;
    const isFunded = this.#setAside(reserveTransfer(market, command, engine.reserveOf(command)));
    return await this.#execute(command, isFunded ? "accepted" : "INSUFFICIENT_FUNDS", clientKey);
  }

  /** The risk check. */
  #setAside(transfer: TransferCommand): boolean {
    const reserved = this.#ledger!.apply(transfer);
    if (reserved.ok) return true;
    // A closed account has nothing to spend either.
    const { code } = reserved.refusal;
    assert(code === "EXCEEDS_CREDITS" || code === "DEBIT_ACCOUNT_ALREADY_CLOSED", `${code} is about the money`);
    return false;
  }

  async #cancel(request: CancelRequest): Promise<CancelAnswer["result"]> {
    const { engine, now } = this.#context;
    const { customerId, orderId } = request;
    if (orderId !== "all" && engine.ownerOf(orderId) !== customerId) return refuse({ code: "NOT_FOUND" });
    const ids = orderId === "all" ? engine.openOrdersOf(customerId) : [orderId];
    for (const id of ids) await this.#execute({ type: "cancel", orderId: id, customerId, at: now }, "accepted");
    return accept(ids);
  }

  async #amend(request: AmendRequest): Promise<AmendAnswer["result"]> {
    const { market, engine, now } = this.#context;
    const { customerId, orderId } = request;
    const order = engine.find(orderId);
    if (order?.customerId !== customerId)
      return refuse({ code: engine.ownerOf(orderId) === customerId ? "NOT_RESTING" : "ORDER_DONE" });
    const { priceTicks = order.priceTicks, quantityLots = order.quantityLots } = request.change;
    const amendment = { priceTicks, quantityLots };
    const refusal = this.#amendRefusalOf(order, amendment);
    if (refusal === "NOTHING_TO_CHANGE") return accept(undefined);
    if (refusal !== undefined) return refuse(refusal);
    const units = engine.reserveOfAmend(order, amendment);
    const sequence = engine.counters.sequence + 1;
    if (units > 0n && !this.#setAside(amendTransfer(market, order, { sequence, units })))
      return refuse({ code: "INSUFFICIENT_FUNDS" });
    await this.#execute({ type: "amend", orderId, customerId, ...amendment, at: now }, "accepted");
    return accept(undefined);
  }

  #amendRefusalOf(order: BookOrder, amendment: Amendment): AmendRefusal | "NOTHING_TO_CHANGE" | undefined {
    const closed = this.#closed();
    if (closed !== undefined) return closed;
    const { market, engine } = this.#context;
    const { priceTicks, quantityLots } = amendment;
    const code = engine.checkAmend(order, amendment);
    if (code === "NOTHING_TO_CHANGE") return code;
    if (code !== undefined) return { code };
    if (notionalOf(market, priceTicks, quantityLots) < market.minimumNotional) return { code: "NOTIONAL_TOO_SMALL" };
    const takes = engine.wouldTake({ side: order.side, priceTicks });
    return this.#marketState === "post_only" && takes ? { code: "WOULD_TAKE" } : undefined;
  }

  /** Executes a command, and after it what the engine has left to do of its own. */
  async #execute(
    command: EngineCommand,
    verdict: RiskVerdict,
    clientKey?: NewOrder["clientKey"],
  ): Promise<ExecutedCommand> {
    const { engine, now } = this.#context;
    const executed = await this.#executeOne(command, verdict, clientKey);
    while (engine.stops.hasTriggered) await this.#executeOne({ type: "trigger", at: now }, "accepted");
    return executed;
  }

  async #executeOne(
    command: EngineCommand,
    verdict: RiskVerdict,
    clientKey?: NewOrder["clientKey"],
  ): Promise<ExecutedCommand> {
    const { market, engine } = this.#context;
    const events = engine.execute(command, verdict);
    const { sequence } = engine.counters;
    const hash = sequence % STATE_HASH_INTERVAL === 0 ? { stateHash: stateHash(engine) } : {};
    const executed = { sequence, command, verdict, events, ...hash };
    this.#executed.push(executed);
    this.#changes.add(executed, clientKey);
    // Whose stops a trade would trigger, and whom those would meet, shows only now.
    await this.#load(customersOf(events));
    for (const transfer of settlementTransfers(market, executed)) {
      const outcome = this.#ledger!.apply(transfer);
      assert(outcome.ok, `the reserve covers ${transfer.id}`);
    }
    return executed;
  }

  #terms({ customerId, orderId, order }: PlaceRequest): OrderTerms {
    const { makerFeeBps, takerFeeBps } = this.#context.market;
    const { side, priceTicks, quantityLots, options } = order;
    const terms = { orderId, customerId, side, priceTicks, quantityLots, makerFeeBps, takerFeeBps };
    return options === undefined ? terms : { ...terms, options };
  }
}
