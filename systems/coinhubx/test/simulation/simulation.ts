import { systemClock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { toAmount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import { toAssetCode } from "@assay/primitives/money";
import type { CustomerId } from "../../src/customers/customer.ts";
import { disableFlags, enableFlag } from "../../src/feature-flags/flag-store.ts";
import { type AccountKey, HOUSE } from "../../src/ledger/account.ts";
import { type TransferCommand, type TransferOutcome, toTransferId } from "../../src/ledger/transfer.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import type { OrderId, OrderTerms } from "../../src/matching/order.ts";
import { readJournal } from "../../src/orders/engine-journal.ts";
import type { NewOrder } from "../../src/orders/order.ts";
import { chooseOrder } from "./choose-order.ts";
import { type AssetName, ExchangeModel } from "./exchange-model.ts";
import { killProcess, type SimulatedProcess, startProcess, stopProcess } from "./simulated-process.ts";

/** Something a caller wants done; asked again with the same key until the answer is known. */
type Wish<T> = (process: SimulatedProcess) => Promise<T>;

interface Hold {
  readonly command: TransferCommand;
  readonly customer: CustomerId;
  readonly asset: AssetName;
}

const CUSTOMERS = ["cus_alice", "cus_bob", "cus_carol"].map((id) => id as CustomerId);
const ASSETS: readonly AssetName[] = ["ETH", "USDT"];
const MOST_ATTEMPTS = 200;

/** One exchange, its customers and the trouble it meets, all chosen by one seed; beside it the model it must equal. */
export class Simulation {
  readonly model = new ExchangeModel();
  readonly #random: Random;
  readonly #administrator: Database;
  readonly #inner: Database;
  readonly #transfers: TransferCommand[] = [];
  readonly #orders: { readonly customer: CustomerId; readonly order: NewOrder; readonly id: OrderId }[] = [];
  readonly #log: (line: string) => void;
  #holds: Hold[] = [];
  #process: SimulatedProcess;
  #isTrading = true;
  #keys = 0;

  static async start(parts: SimulationParts): Promise<Simulation> {
    return new Simulation(parts, await startProcess(parts.app));
  }

  private constructor({ random, administrator, app, log }: SimulationParts, process: SimulatedProcess) {
    this.#random = random;
    this.#administrator = administrator;
    this.#inner = app;
    this.#log = log;
    this.#process = process;
  }

  get orderKeys(): number {
    return this.#orders.length;
  }

  async stop(): Promise<void> {
    await stopProcess(this.#process);
  }

  async step(): Promise<void> {
    const kinds: readonly (readonly [weight: number, () => Promise<void>])[] = [
      [12, () => this.#placeOrder()],
      [2, () => this.#raceOrders()],
      [2, () => this.#repeatOrder()],
      [3, () => this.#cancelOrder()],
      [2, () => this.#amendOrder()],
      [1, () => this.#cancelAll()],
      [4, () => this.#fund()],
      [2, () => this.#pay()],
      [2, () => this.#hold()],
      [2, () => this.#endHold()],
      [2, () => this.#repeatTransfer()],
      [2, () => this.#switchTrading()],
      [1, () => this.#orderWithoutFlags()],
      [1, () => this.#restart()],
    ];
    if (this.#chance(0.35)) this.#breakSoon();
    let pick = this.#random.integer(kinds.reduce((sum, [weight]) => sum + weight, 0));
    const [, run] = kinds.find(([weight]) => {
      pick -= weight;
      return pick < 0;
    })!;
    await run();
    this.#process.database.disarm();
    await this.#follow();
  }

  #chance(share: number): boolean {
    return this.#random.integer(1_000) < share * 1_000;
  }

  #choose<T>(options: readonly T[]): T {
    return options[this.#random.integer(options.length)]!;
  }

  #key(kind: string): string {
    this.#keys += 1;
    return `${kind}:${this.#keys}`;
  }

  #breakSoon(): void {
    const kind = this.#choose(["cut", "lost_reply"] as const);
    const skip = this.#random.integer(14);
    this.#log(`the connection will break: ${kind} after ${skip} statements`);
    this.#process.database.arm(kind, skip);
  }

  /** Asks until the answer is certain. Sometimes the process is killed while it works on the first attempt. */
  async #ask<T>(wish: Wish<T>): Promise<T> {
    if (this.#chance(0.08)) await this.#killDuring(wish);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await wish(this.#process);
      } catch (error) {
        if (!(error instanceof Failure) || attempt === MOST_ATTEMPTS) throw error;
        assert(error.retryable || error.code === "OUTCOME_UNKNOWN", `${error.code} says what to do next`);
        await systemClock.sleep(Math.min(attempt, 20));
      }
    }
  }

  async #killDuring(wish: Wish<unknown>): Promise<void> {
    this.#log("the process is killed at work");
    const work = wish(this.#process).catch(() => undefined);
    for (let turns = this.#random.integer(12); turns > 0; turns -= 1) await new Promise(setImmediate);
    await killProcess(this.#process, this.#administrator);
    await work;
    this.#process = await startProcess(this.#inner);
  }

  async #restart(): Promise<void> {
    this.#log("the process is restarted");
    this.#process.database.disarm();
    await stopProcess(this.#process);
    this.#process = await startProcess(this.#inner);
  }

  // Orders.

  #newOrder(): { customer: CustomerId; order: NewOrder } {
    const order = chooseOrder(this.#random, this.#key("order").replace(":", "-"));
    return { customer: this.#choose(CUSTOMERS), order };
  }

  async #placeOrder(): Promise<void> {
    const { customer, order } = this.#newOrder();
    const type = order.options?.orderType ?? "limit";
    this.#log(`${customer} ${order.side} ${type} ${order.quantityLots} lots at ${order.priceTicks}`);
    const early = this.#earlyRefusal(customer, order);
    const result = await this.#ask((process) => process.exchange.submit(customer, order));
    if (early !== undefined) {
      assert(!result.ok && result.refusal.code === early, `the order is refused with ${early} (C7, X12)`);
      return;
    }
    const events = await this.#follow();
    if (!result.ok) {
      assert(result.refusal.code === "INSUFFICIENT_FUNDS", `an order is not refused with ${result.refusal.code}`);
      assert(events.length > 0 || !this.#canAfford(customer, order), "a refusal for want of funds is right");
      return;
    }
    const { id, status, remainingLots } = result.value.order;
    this.#orders.push({ customer, order, id });
    const placed = events.find((event) => event.type === "placed" && event.orderId === id);
    assert(placed?.type === "placed", "an accepted order is in the journal");
    // Stops that it set off may have met it once it rested.
    if (events.some(({ type }) => type === "triggered")) return;
    assert(placed.status === status && placed.remainingLots === remainingLots, "the answer is what the engine did");
  }

  #earlyRefusal(customerId: CustomerId, order: NewOrder): string | undefined {
    if (!this.#isTrading) return "TRADING_DISABLED";
    return this.model.engine.check(this.#terms(customerId, order));
  }

  #canAfford(customerId: CustomerId, order: NewOrder): boolean {
    const asset = order.side === "buy" ? "USDT" : "ETH";
    return this.model.engine.reserveOf(this.#terms(customerId, order)) <= this.model.of(customerId, asset).free;
  }

  #terms(customerId: CustomerId, { side, priceTicks, quantityLots, options }: NewOrder): OrderTerms {
    const { makerFeeBps, takerFeeBps } = ETH_USDT;
    const fees = { makerFeeBps, takerFeeBps, ...(options === undefined ? {} : { options }) };
    return { orderId: "ord_model" as OrderId, customerId, side, priceTicks, quantityLots, ...fees };
  }

  /** Several at once: in what order they take effect is the engine's choice, and the journal tells. */
  async #raceOrders(): Promise<void> {
    if (!this.#isTrading) return;
    const wanted = Array.from({ length: 2 + this.#random.integer(5) }, () => this.#newOrder());
    this.#log(`${wanted.length} orders race`);
    const results = await Promise.all(
      wanted.map(({ customer, order }) => this.#askPlainly((process) => process.exchange.submit(customer, order))),
    );
    results.forEach((result, index) => {
      if (result.ok) this.#orders.push({ ...wanted[index]!, id: result.value.order.id });
    });
  }

  async #askPlainly<T>(wish: Wish<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await wish(this.#process);
      } catch (error) {
        if (!(error instanceof Failure) || attempt === MOST_ATTEMPTS) throw error;
        await systemClock.sleep(Math.min(attempt, 20));
      }
    }
  }

  async #repeatOrder(): Promise<void> {
    if (this.#orders.length === 0) return;
    const { customer, order, id } = this.#choose(this.#orders);
    this.#log(`${customer} sends ${id} again`);
    const result = await this.#ask((process) => process.exchange.submit(customer, order));
    assert(
      result.ok && result.value.isReplay && result.value.order.id === id,
      "a repeated order is the first one (L5)",
    );
  }

  async #amendOrder(): Promise<void> {
    const order = this.model.engine.open[this.#random.integer(Math.max(1, this.model.engine.open.length))];
    if (order === undefined || !this.#isTrading) return;
    const { customerId, orderId, quantityLots } = order;
    const priceTicks = this.#chance(0.5) ? order.priceTicks : 290_000 + this.#random.integer(200) * 100;
    const change = { priceTicks, quantityLots: Math.max(100, quantityLots + 100 * (this.#random.integer(21) - 10)) };
    this.#log(`${customerId} changes ${orderId} to ${change.quantityLots} lots at ${priceTicks}`);
    const result = await this.#ask((process) => process.exchange.amend(customerId, orderId, change));
    await this.#follow();
    const expected = ["INSUFFICIENT_FUNDS", "WOULD_TAKE", "PRICE_OUT_OF_BAND", "QUANTITY_BELOW_FILLED", "ORDER_DONE"];
    assert(result.ok || expected.includes(result.refusal.code), "an own resting order can be changed (X7)");
  }

  async #cancelOrder(): Promise<void> {
    const open = [...this.model.engine.open, ...this.model.engine.stops];
    const order = open[this.#random.integer(Math.max(1, open.length))];
    if (order === undefined) return;
    const { customerId, orderId } = order;
    this.#log(`${customerId} cancels ${orderId}`);
    const result = await this.#ask((process) => process.exchange.cancel(customerId, orderId));
    await this.#follow();
    assert(
      result.ok || result.refusal.code === "ORDER_DONE",
      "an own order can be canceled, also while trading is off (C7)",
    );
    const left = [...this.model.engine.open, ...this.model.engine.stops];
    assert(!left.some((other) => other.orderId === orderId), "a canceled order is out of the book");
  }

  async #cancelAll(): Promise<void> {
    const customer = this.#choose(CUSTOMERS);
    this.#log(`${customer} cancels everything`);
    await this.#ask((process) => process.exchange.cancelAll(customer, ETH_USDT.code));
    await this.#follow();
    const left = [...this.model.engine.open, ...this.model.engine.stops];
    assert(!left.some((order) => order.customerId === customer), "nothing of theirs rests or waits");
  }

  // The ledger.

  async #post(command: TransferCommand): Promise<TransferOutcome> {
    const [outcome] = await this.#ask((process) => process.ledger.post([command]));
    if (outcome!.ok) this.#transfers.push(command);
    return outcome!;
  }

  #move(kind: string, customer: CustomerId, asset: AssetName): TransferCommand {
    const id = toTransferId(this.#key(kind));
    const amount = toAmount(
      asset === "ETH"
        ? BigInt(1 + this.#random.integer(40)) * 10n ** 17n
        : BigInt(1 + this.#random.integer(40_000)) * 10n ** 6n,
    );
    const code = toAssetCode(asset);
    const debit: AccountKey = { owner: customer, code: "customer", asset: code };
    return {
      id,
      debit,
      credit: { owner: HOUSE, code: "house", asset: code },
      amount,
      code: "withdrawal",
      correlationId: id,
    };
  }

  async #fund(): Promise<void> {
    const [customer, asset] = [this.#choose(CUSTOMERS), this.#choose(ASSETS)];
    const { debit, credit, ...move } = this.#move("fund", customer, asset);
    this.#log(`${customer} receives ${move.amount} ${asset}`);
    const outcome = await this.#post({ ...move, debit: credit, credit: debit, code: "faucet" });
    assert(outcome.ok, "the house can always pay");
    this.model.fund(customer, asset, move.amount);
  }

  async #pay(): Promise<void> {
    const [customer, asset] = [this.#choose(CUSTOMERS), this.#choose(ASSETS)];
    const command = this.#move("pay", customer, asset);
    this.#log(`${customer} pays ${command.amount} ${asset}`);
    const outcome = await this.#post(command);
    assert(
      outcome.ok === this.model.pay(customer, asset, command.amount),
      "a customer pays exactly what is there (L3)",
    );
  }

  async #hold(): Promise<void> {
    const [customer, asset] = [this.#choose(CUSTOMERS), this.#choose(ASSETS)];
    const command = { ...this.#move("hold", customer, asset), flags: { pending: true } };
    this.#log(`${customer} sets ${command.amount} ${asset} aside`);
    const outcome = await this.#post(command);
    assert(outcome.ok === this.model.hold(customer, asset, command.amount), "a hold needs what it holds (L3)");
    if (outcome.ok) this.#holds.push({ command, customer, asset });
  }

  async #endHold(): Promise<void> {
    const hold = this.#holds[this.#random.integer(Math.max(1, this.#holds.length))];
    if (hold === undefined) return;
    const { command, customer, asset } = hold;
    const held = command.amount;
    const isVoid = this.#chance(0.5);
    const posted = isVoid ? 0n : (held * BigInt(1 + this.#random.integer(4))) / 4n;
    const flags = isVoid ? { voidPending: true } : { postPending: true };
    this.#log(`${customer}'s hold ends with ${posted} of ${held}`);
    const end = {
      ...command,
      id: toTransferId(this.#key("end")),
      amount: toAmount(posted),
      flags,
      pendingId: command.id,
    };
    const outcome = await this.#post(end);
    assert(outcome.ok, "a hold can be ended");
    this.model.endHold(customer, asset, { held, posted });
    this.#holds = this.#holds.filter((other) => other !== hold);
    const [again] = await this.#ask((process) =>
      process.ledger.post([{ ...end, id: toTransferId(this.#key("again")) }]),
    );
    assert(again?.ok === false && again.refusal.code.startsWith("PENDING_TRANSFER_ALREADY"), "a hold ends once (L4)");
  }

  async #repeatTransfer(): Promise<void> {
    if (this.#transfers.length === 0) return;
    const command = this.#choose(this.#transfers);
    this.#log(`${command.id} is sent again`);
    const [same] = await this.#ask((process) => process.ledger.post([command]));
    assert(same?.ok && same.replayed, "a repeated transfer is the first one (L5)");
    const changed = { ...command, amount: toAmount(command.amount + 1n) };
    const [other] = await this.#ask((process) => process.ledger.post([changed]));
    assert(other?.ok === false && other.refusal.code === "EXISTS_WITH_DIFFERENT_AMOUNT", "another one is not (L5)");
  }

  // Switches.

  async #switchTrading(): Promise<void> {
    this.#isTrading = !this.#isTrading;
    this.#log(`trading is switched ${this.#isTrading ? "on" : "off"}`);
    const reason = { by: "simulation", reason: "a step" };
    await this.#administrator.transaction(async (transaction) => {
      if (this.#isTrading) await enableFlag(transaction, "trading", reason);
      else await disableFlags(transaction, ["trading"], reason);
    });
  }

  async #orderWithoutFlags(): Promise<void> {
    const { customer, order } = this.#newOrder();
    this.#log(`${customer} orders while the switches cannot be read`);
    this.#process.database.disarm();
    this.#process.database.block("feature_flags");
    const answer = await this.#process.exchange.submit(customer, order).catch((error: unknown) => error);
    this.#process.database.unblock();
    assert(answer instanceof Failure && answer.retryable, "an order whose switches cannot be read is not taken (F1)");
    assert((await this.#follow()).length === 0, "and nothing of it is in the journal (F1)");
  }

  /** Runs the model over what the journal has gained. The journal decides the order of what raced, nothing else. */
  async #follow() {
    const after = this.model.engine.sequence;
    const entries = await readJournal(this.#inner, ETH_USDT.code, { after, limit: 10_000 });
    return entries.flatMap(({ command, verdict }) => {
      assert(command.type === "cancel" || this.#isTrading, "no order commits after a disable was answered (C7)");
      assert(this.model.verdict(command) === verdict, "the risk check says what the holdings say (L3, X9)");
      return this.model.execute(command);
    });
  }

  /** How many orders carry each client key: always one. */
  async countDoubles(): Promise<number> {
    const [row] = await this.#inner.query<{ count: string }>(sql`
      select count(*) as count from (select 1 from orders group by customer_id, client_key having count(*) > 1) doubles`);
    return Number(row!.count);
  }
}

export interface SimulationParts {
  readonly random: Random;
  readonly administrator: Database;
  readonly app: Database;
  readonly log: (line: string) => void;
}
