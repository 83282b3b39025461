import { newIdempotencyKey, Problem, request } from "@assay/page-kit/request.ts";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { z } from "zod";

// What these pages read of the exchange's answers; further members may come and are ignored.
const decimal = z.string();

const customerSchema = z.object({
  user_id: z.string(),
  email: z.string(),
  totp_enabled: z.boolean(),
  level: z.string(),
  restricted: z.boolean(),
});
export type Customer = z.infer<typeof customerSchema>;

export const balanceSchema = z.object({
  asset: z.string(),
  total: decimal,
  available: decimal,
  in_orders: decimal,
  on_hold: decimal,
});
export type Balance = z.infer<typeof balanceSchema>;

const marketSchema = z.object({
  market: z.string(),
  base: z.string(),
  quote: z.string(),
  tick: decimal,
  lot: decimal,
  min_notional: decimal,
  maker_fee_bps: z.number(),
  taker_fee_bps: z.number(),
  state: z.string(),
});
export type Market = z.infer<typeof marketSchema>;

export const bookSchema = z.object({
  seq: z.number(),
  bids: z.array(z.tuple([decimal, decimal])),
  asks: z.array(z.tuple([decimal, decimal])),
});
export type Book = z.infer<typeof bookSchema>;

export const tradeSchema = z.object({
  trade_id: z.string(),
  price: decimal,
  quantity: decimal,
  taker_side: z.enum(["buy", "sell"]),
  timestamp: z.string(),
});
export type Trade = z.infer<typeof tradeSchema>;

const orderSchema = z.object({
  order_id: z.string(),
  market: z.string(),
  side: z.enum(["buy", "sell"]),
  price: decimal,
  quantity: decimal,
  filled: decimal,
  status: z.string(),
  created_at: z.string(),
});
export type Order = z.infer<typeof orderSchema>;

const fillSchema = z.object({
  trade_id: z.string(),
  market: z.string(),
  side: z.enum(["buy", "sell"]),
  price: decimal,
  quantity: decimal,
  fee: decimal,
  fee_asset: z.string(),
  liquidity: z.string(),
  timestamp: z.string(),
});

const transactionSchema = z.object({
  position: z.number(),
  timestamp: z.string(),
  type: z.string(),
  asset: z.string(),
  amount: decimal,
  direction: z.enum(["credit", "debit"]),
  balance_after: decimal,
  reference: z.string().optional(),
});

const nothing = z.unknown();
const REFRESH_MS = 2_000;

/** Who is signed in, or null. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 30_000,
  queryFn: async (): Promise<Customer | null> => {
    try {
      return await request("/api/auth/session", { schema: customerSchema });
    } catch (error) {
      if (error instanceof Problem && error.details.status === 401) return null;
      throw error;
    }
  },
});

export function useSession() {
  return useQuery(sessionQuery);
}

export const marketsQuery = queryOptions({
  queryKey: ["markets"],
  refetchInterval: 10_000,
  queryFn: async () =>
    (await request("/api/markets", { schema: z.object({ markets: z.array(marketSchema) }) })).markets,
});

export const bookQuery = (market: string) =>
  queryOptions({
    queryKey: ["book", market],
    refetchInterval: 5_000,
    queryFn: () => request(`/api/markets/${market}/book`, { schema: bookSchema }),
  });

export const tradesQuery = (market: string) =>
  queryOptions({
    queryKey: ["trades", market],
    queryFn: async () =>
      (await request(`/api/markets/${market}/trades?limit=200`, { schema: z.object({ trades: z.array(tradeSchema) }) }))
        .trades,
  });

export const balancesQuery = queryOptions({
  queryKey: ["balances"],
  refetchInterval: REFRESH_MS,
  queryFn: async () =>
    (await request("/api/balances", { schema: z.object({ balances: z.array(balanceSchema) }) })).balances,
});

export const openOrdersQuery = (market: string) =>
  queryOptions({
    queryKey: ["orders", market],
    refetchInterval: REFRESH_MS,
    queryFn: async () =>
      (
        await request(`/api/orders?market=${market}&status=open`, {
          schema: z.object({ orders: z.array(orderSchema) }),
        })
      ).orders,
  });

export const fillsQuery = (market: string) =>
  queryOptions({
    queryKey: ["fills", market],
    refetchInterval: REFRESH_MS,
    queryFn: async () =>
      (await request(`/api/fills?market=${market}`, { schema: z.object({ fills: z.array(fillSchema) }) })).fills,
  });

export const transactionsQuery = queryOptions({
  queryKey: ["transactions"],
  refetchInterval: REFRESH_MS,
  queryFn: async () =>
    (await request("/api/transactions?limit=100", { schema: z.object({ transactions: z.array(transactionSchema) }) }))
      .transactions,
});

const loginSchema = z.object({ totp_required: z.boolean().optional() });

export function signIn(credentials: { email: string; password: string; totp_code?: string }) {
  return request("/api/auth/login", { method: "POST", body: credentials, schema: loginSchema });
}

export function register(account: { email: string; password: string }) {
  return request("/api/auth/register", { method: "POST", body: account, schema: nothing });
}

export function signOut() {
  return request("/api/auth/logout", { method: "POST", body: {}, schema: nothing });
}

export interface NewOrder {
  readonly market: string;
  readonly side: "buy" | "sell";
  readonly price: string;
  readonly quantity: string;
}

export function placeOrder(order: NewOrder) {
  return request("/api/orders", {
    method: "POST",
    body: { ...order, type: "limit", time_in_force: "gtc", client_order_id: newIdempotencyKey() },
    schema: orderSchema,
  });
}

export function cancelOrder(orderId: string) {
  return request(`/api/orders/${orderId}`, { method: "DELETE", schema: nothing });
}

export function takeFromFaucet(asset: string, amount: string) {
  return request("/api/faucet", {
    method: "POST",
    body: { asset, amount },
    headers: { "idempotency-key": newIdempotencyKey() },
    schema: nothing,
  });
}

const totpSetupSchema = z.object({ secret: z.string(), uri: z.string() });
const totpConfirmSchema = z.object({ recovery_codes: z.array(z.string()) });

export function startTotp() {
  return request("/api/auth/totp/setup", { method: "POST", body: {}, schema: totpSetupSchema });
}

export function confirmTotp(code: string) {
  return request("/api/auth/totp/confirm", { method: "POST", body: { code }, schema: totpConfirmSchema });
}

export const apiKeySchema = z.object({
  key_id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: z.string(),
  expires_at: z.string(),
});

export const apiKeysQuery = queryOptions({
  queryKey: ["api-keys"],
  queryFn: async () =>
    (await request("/api/api-keys", { schema: z.object({ api_keys: z.array(apiKeySchema) }) })).api_keys,
});

export function createApiKey(body: { name: string; scopes: string[]; totp_code: string }) {
  return request("/api/api-keys", { method: "POST", body, schema: z.object({ api_key: z.string() }) });
}

export function deleteApiKey(keyId: string, totpCode: string) {
  return request(`/api/api-keys/${keyId}`, { method: "DELETE", body: { totp_code: totpCode }, schema: nothing });
}
