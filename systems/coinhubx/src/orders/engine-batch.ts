import type { Database, Sql } from "@assay/platform/storage/database";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import { ALL_CLOSED, type FlagValues } from "../feature-flags/flag-values.ts";
import type { LedgerBatch, openLedgerBatch } from "../ledger/ledger-batch.ts";
import type { Market, MarketState } from "../markets/markets.ts";
import type { EngineCommand, PlaceCommand, RiskVerdict } from "../matching/engine-command.ts";
import type { MatchingEngine } from "../matching/matching-engine.ts";
import type { OrderId } from "../matching/order.ts";
import { STATE_HASH_INTERVAL } from "../matching/replay.ts";
import { stateHash } from "../matching/state-codec.ts";
import { appendJournal, type ExecutedCommand } from "./engine-journal.ts";
import { holdLease, type Lease } from "./engine-lease.ts";
import type { CancelRefusal, NewOrder, PlacedOrder, PlaceRefusal } from "./order.ts";
import { OrderChanges } from "./order-changes.ts";
import { clientKeyOf, type EarlierOrder, readOrdersByClientKey } from "./order-reads.ts";
import { answerOf, differingField } from "./placed-order.ts";
import { accountsOf, feeAccount, reserveTransfer, settlementTransfers } from "./settlement.ts";

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

export type EngineRequest = PlaceRequest | CancelRequest;

export interface PlaceAnswer {
  readonly kind: "place";
  readonly result: Result<PlacedOrder, PlaceRefusal>;
}

export interface CancelAnswer {
  readonly kind: "cancel";
  /** The orders canceled; `NOT_FOUND` stands for any order that is not open and this customer's. */
  readonly result: Result<readonly OrderId[], CancelRefusal & { readonly code: "NOT_FOUND" }>;
}

export type EngineAnswer = PlaceAnswer | CancelAnswer;

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
    if (placed.length > 0) {
      this.#flags = await ports.readFlagsForShare(transaction);
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
    return [feeAccount(market), ...[...customers].flatMap((customerId) => accountsOf(market, customerId))];
  }

  async #answer(request: EngineRequest): Promise<EngineAnswer> {
    if (request.kind === "cancel") return { kind: "cancel", result: this.#cancel(request) };
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
    const executed = await this.#executePlace(command);
    this.#changes.add(executed, request.order.clientKey);
    const placed = { ...request, at: now };
    this.#earlier.set(key, { request: placed, events: executed.events });
    return answerOf(placed, executed.events);
  }

  /** Everything that says no before anything changes; such a request leaves no trace. */
  #refusalOf(request: PlaceRequest): PlaceRefusal | undefined {
    const { engine, market } = this.#context;
    const flags = this.#flags.checkTrading(market.code);
    if (!flags.ok) return flags.refusal;
    if (this.#marketState === "closed" || this.#marketState === "cancel_only") return { code: "MARKET_CLOSED" };
    const terms = this.#terms(request);
    const code = engine.check(terms);
    if (code !== undefined) return { code };
    return this.#marketState === "post_only" && engine.wouldTake(terms) ? { code: "WOULD_TAKE" } : undefined;
  }

  async #executePlace(command: PlaceCommand): Promise<ExecutedCommand> {
    const { market, engine } = this.#context;
    const ledger = this.#ledger!;
    if (engine.wouldTake(command)) {
      const makers = [...engine.possibleMakers(command)];
      await ledger.load(makers.flatMap((customerId) => accountsOf(market, customerId)));
    }
    const reserved = ledger.apply(reserveTransfer(market, command, engine.reserveOf(command)));
    if (reserved.ok) return this.#execute(command, "accepted");
    // A closed account has nothing to spend either.
    const { code } = reserved.refusal;
    assert(code === "EXCEEDS_CREDITS" || code === "DEBIT_ACCOUNT_ALREADY_CLOSED", `${code} is about the money`);
    return this.#execute(command, "INSUFFICIENT_FUNDS");
  }

  #cancel(request: CancelRequest): CancelAnswer["result"] {
    const { engine, now } = this.#context;
    const { customerId, orderId } = request;
    const orders = orderId === "all" ? engine.openOrdersOf(customerId) : [engine.find(orderId)];
    if (orders.some((order) => order?.customerId !== customerId)) return refuse({ code: "NOT_FOUND" });
    const ids = orders.map((order) => order!.orderId);
    for (const id of ids) {
      this.#changes.add(this.#execute({ type: "cancel", orderId: id, customerId, at: now }, "accepted"));
    }
    return accept(ids);
  }

  #execute(command: EngineCommand, verdict: RiskVerdict): ExecutedCommand {
    const { market, engine } = this.#context;
    const events = engine.execute(command, verdict);
    const { sequence } = engine.counters;
    const hash = sequence % STATE_HASH_INTERVAL === 0 ? { stateHash: stateHash(engine) } : {};
    const executed = { sequence, command, verdict, events, ...hash };
    this.#executed.push(executed);
    for (const transfer of settlementTransfers(market, events)) {
      const outcome = this.#ledger!.apply(transfer);
      assert(outcome.ok, `the reserve covers ${transfer.id}`);
    }
    return executed;
  }

  #terms({ customerId, orderId, order }: PlaceRequest) {
    const { makerFeeBps, takerFeeBps } = this.#context.market;
    const { side, priceTicks, quantityLots } = order;
    return { orderId, customerId, side, priceTicks, quantityLots, makerFeeBps, takerFeeBps };
  }
}
