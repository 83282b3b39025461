import { answer, type Route, route } from "@assay/platform/http/route";
import type { Sql } from "@assay/platform/storage/database";
import { type Amount, formatAmount, formatUnits, multiplyRoundingDown } from "@assay/primitives/amount";
import { formatInstant } from "@assay/primitives/instant";
import type { Customer, CustomerId } from "../../customers/customer.ts";
import { ASSETS, findAsset, type ListedAsset } from "../../markets/assets.ts";
import { readCustomerBalances } from "../../statements/customer-balances.ts";
import { readStatement } from "../../statements/statement.ts";
import { customer } from "../access.ts";
import type { Principal } from "../principal.ts";
import { balancesSchema, limitsSchema, transactionsQuerySchema, transactionsSchema } from "../schema/balances.ts";

export interface BalanceRoutesOptions {
  readonly database: Sql;
  readonly findCustomer: (id: CustomerId) => Promise<Customer | undefined>;
}

export function balanceRoutes(options: BalanceRoutesOptions): Route<Principal>[] {
  return [balances(options), transactions(options), limits(options)];
}

function balances({ database }: BalanceRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/balances",
    summary: "What the customer has, per asset",
    access: customer("read"),
    replies: { 200: balancesSchema },
    async handle({ principal }) {
      const found = await readCustomerBalances(database, principal.customerId);
      return answer(200, {
        success: true as const,
        balances: found.map(({ asset, total, available, inOrders, onHold }) => ({
          asset: asset.code,
          total: formatAmount(total, asset.decimals),
          available: formatAmount(available, asset.decimals),
          in_orders: formatAmount(inOrders, asset.decimals),
          on_hold: formatAmount(onHold, asset.decimals),
        })),
      });
    },
  });
}

function transactions({ database }: BalanceRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/transactions",
    summary: "The customer's statement, newest first",
    access: customer("read"),
    query: transactionsQuerySchema,
    replies: { 200: transactionsSchema },
    async handle({ principal, query }) {
      const { limit, cursor } = query;
      const lines = await readStatement(database, { owner: principal.customerId, limit, before: cursor });
      return answer(200, {
        success: true as const,
        transactions: lines.map((line) => {
          const { decimals } = findAsset(line.asset)!;
          return {
            position: line.position,
            timestamp: formatInstant(line.recordedAt),
            type: line.type,
            asset: line.asset,
            amount: formatAmount(line.amount, decimals),
            direction: line.direction,
            balance_after: formatUnits(line.availableAfter, decimals),
            reference: line.reference,
          };
        }),
        next_cursor: lines.length === limit ? lines.at(-1)!.position : null,
      });
    },
  });
}

/** Level `basic` has a tenth of the table. */
const BASIC_SHARE = { numerator: 1n, denominator: 10n };

function limits({ findCustomer }: BalanceRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/limits",
    summary: "What the customer may withdraw, and has withdrawn, per window",
    access: customer("read"),
    replies: { 200: limitsSchema },
    async handle({ principal }) {
      const isVerified = (await findCustomer(principal.customerId))?.verified ?? false;
      const share = (amount: Amount) => (isVerified ? amount : multiplyRoundingDown(amount, BASIC_SHARE));
      const level = isVerified ? ("verified" as const) : ("basic" as const);
      return answer(200, { success: true as const, level, limits: ASSETS.map((asset) => limitsOf(asset, share)) });
    },
  });
}

function limitsOf(asset: ListedAsset, share: (amount: Amount) => Amount) {
  const text = (amount: Amount) => formatAmount(amount, asset.decimals);
  const { perTransaction, perHour, perDay, perWeek, perMonth } = asset.velocity;
  const windows = [
    ["1h", perHour],
    ["24h", perDay],
    ["7d", perWeek],
    ["30d", perMonth],
  ] as const;
  return {
    asset: asset.code,
    minimum_withdrawal: text(asset.minimumWithdrawal),
    withdrawal_fee: text(asset.withdrawalFee),
    per_transaction: text(share(perTransaction)),
    // Nothing can be withdrawn yet, so nothing is used.
    windows: windows.map(([window, limit]) => ({
      window,
      limit: text(share(limit)),
      used: "0",
      available: text(share(limit)),
    })),
  };
}
