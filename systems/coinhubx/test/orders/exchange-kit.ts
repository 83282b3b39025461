import { systemClock } from "@assay/platform/clock/clock";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../../src/customers/customer.ts";
import type { FlagName } from "../../src/feature-flags/flag-name.ts";
import { disableFlags } from "../../src/feature-flags/flag-store.ts";
import { writeInitialFlags } from "../../src/feature-flags/initial-flags.ts";
import { HOUSE } from "../../src/ledger/account.ts";
import { openLedgerBatch } from "../../src/ledger/ledger-batch.ts";
import { MIGRATIONS } from "../../src/ledger/ledger-test-kit.ts";
import { toTransferId } from "../../src/ledger/transfer.ts";
import { amountOf, findAsset } from "../../src/markets/assets.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import { parseLimit } from "../../src/markets/order-input.ts";
import { createExchange, type Exchange, type ExchangeOptions } from "../../src/orders/exchange.ts";
import type { NewOrder, PlacedOrder } from "../../src/orders/order.ts";

export interface TestExchange extends AsyncDisposable {
  readonly exchange: Exchange;
  readonly database: Database;
  readonly test: TestDatabase;
  readonly log: ReturnType<typeof captureLogger>;
  readonly metrics: ReturnType<typeof createMetrics>;
  /** Another process on the same database; started only when asked to. */
  another(options?: Partial<ExchangeOptions>): Exchange;
  /** Gives coins out of nothing. */
  fund(customerId: CustomerId, balances: Readonly<Record<string, string>>): Promise<void>;
  /** `1.5 free, 0.5 in orders` in units of the asset. */
  balance(customerId: CustomerId, asset: string): Promise<{ free: bigint; held: bigint }>;
  disable(flag: FlagName): Promise<void>;
}

let seed = 1;

export async function startTestExchange(
  options: Partial<ExchangeOptions> & { readonly ownCluster?: boolean } = {},
): Promise<TestExchange> {
  const { ownCluster, ...exchangeOptions } = options;
  const test = await startTestDatabase({
    migrations: [MIGRATIONS],
    role: "coinhubx_app",
    ...(ownCluster === undefined ? {} : { ownCluster }),
  });
  const { app } = test;
  const log = captureLogger();
  const metrics = createMetrics({ service: "test" });
  await writeInitialFlags(app, { markets: [ETH_USDT.code], assets: [] }, "local");
  seed += 1;
  const shared = { database: app, clock: systemClock, logger: log.logger, ...exchangeOptions };
  const exchange = createExchange({ ...shared, random: seededRandom(seed), metrics });
  const others: Exchange[] = [];
  await exchange.start();
  return {
    exchange,
    database: app,
    test,
    log,
    metrics,
    another: (more = {}) => {
      seed += 1;
      const random = seededRandom(seed);
      const other = createExchange({ ...shared, random, metrics: createMetrics({ service: "other" }), ...more });
      others.push(other);
      return other;
    },
    fund: (customerId, balances) => fund(app, customerId, balances),
    balance: async (customerId, asset) => {
      const rows = await app.query<{ code: string; balance: string }>(sql`
        select code, credits_posted - debits_posted as balance from ledger_accounts
        where owner = ${customerId} and asset = ${asset}`);
      const of = (code: string) => BigInt(rows.find((row) => row.code === code)?.balance ?? 0);
      return { free: of("customer"), held: of("customer_orders") };
    },
    disable: (flag) =>
      app.transaction(async (transaction) => {
        await disableFlags(transaction, [flag], { by: "test", reason: "test" });
      }),
    async [Symbol.asyncDispose]() {
      for (const other of others) await other[Symbol.asyncDispose]();
      await exchange[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

export function customer(name: string): CustomerId {
  return `cus_${name}` as CustomerId;
}

let keys = 0;

/** `buy 0.5 @ 3000` on ETH-USDT, with a client key of its own unless one is given. */
export function limit(text: string, key?: string): NewOrder {
  const [side, quantity, , price] = text.split(" ") as ["buy" | "sell", string, string, string];
  const parsed = parseLimit(ETH_USDT, { price, quantity });
  assert(parsed.ok, `${text} is an order`);
  keys += 1;
  return { market: ETH_USDT.code, side, ...parsed.value, clientKey: { kind: "client", value: key ?? `test-${keys}` } };
}

/** Places an order that must be accepted. */
export async function place(exchange: Exchange, customerId: CustomerId, text: string): Promise<PlacedOrder> {
  const placed = await exchange.submit(customerId, limit(text));
  assert(placed.ok, `${text} is accepted`);
  return placed.value;
}

async function fund(
  database: Database,
  customerId: CustomerId,
  balances: Readonly<Record<string, string>>,
): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const [code, text] of Object.entries(balances)) {
      const asset = findAsset(code)!;
      keys += 1;
      const credit = { owner: customerId, code: "customer", asset: asset.code } as const;
      const debit = { owner: HOUSE, code: "house", asset: asset.code } as const;
      const batch = await openLedgerBatch(transaction, { now: systemClock.now(), accounts: [debit, credit] });
      const id = toTransferId(`test-fund:${keys}`);
      const amount = amountOf(text, asset.decimals);
      batch.apply({ id, debit, credit, amount, code: "faucet", correlationId: id });
      await batch.flush();
    }
  });
}
