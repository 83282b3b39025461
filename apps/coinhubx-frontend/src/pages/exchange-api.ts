import { apiKeysSchema, createdApiKeySchema } from "@assay/coinhubx/api/schema/api-keys";
import { customerSchema, totpConfirmSchema, totpSetupSchema } from "@assay/coinhubx/api/schema/auth";
import { balancesSchema, transactionsSchema } from "@assay/coinhubx/api/schema/balances";
import { bannersSchema } from "@assay/coinhubx/api/schema/banners";
import {
  bookSchema,
  type marketSchema,
  marketsSchema,
  type publicTradeSchema,
  publicTradesSchema,
} from "@assay/coinhubx/api/schema/markets";
import { fillsSchema, ordersSchema, placedOrderSchema } from "@assay/coinhubx/api/schema/orders";
import { newIdempotencyKey, Problem, request } from "@assay/page-kit/request.ts";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { z } from "zod";
import type { NewOrder } from "./ticket.ts";

export type Customer = z.infer<typeof customerSchema>;
export type Balance = z.infer<typeof balancesSchema>["balances"][number];
export type Market = z.infer<typeof marketSchema>;
export type Book = z.infer<typeof bookSchema>;
export type Order = z.infer<typeof ordersSchema>["orders"][number];
export type Fill = z.infer<typeof fillsSchema>["fills"][number];
export type Transaction = z.infer<typeof transactionsSchema>["transactions"][number];
export type Trade = z.infer<typeof publicTradeSchema>;

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

/** What every customer must know now; without an answer there is nothing to show. */
export const bannersQuery = queryOptions({
  queryKey: ["banners"],
  refetchInterval: 15_000,
  queryFn: async () => (await request("/api/banners", { schema: bannersSchema })).banners,
});

export const marketsQuery = queryOptions({
  queryKey: ["markets"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/markets", { schema: marketsSchema })).markets,
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
      (await request(`/api/markets/${market}/trades?limit=200`, { schema: publicTradesSchema })).trades,
  });

export const balancesQuery = queryOptions({
  queryKey: ["balances"],
  refetchInterval: REFRESH_MS,
  queryFn: async () => (await request("/api/balances", { schema: balancesSchema })).balances,
});

export const openOrdersQuery = (market: string) =>
  queryOptions({
    queryKey: ["orders", market],
    refetchInterval: REFRESH_MS,
    queryFn: async () =>
      (
        await request(`/api/orders?market=${market}&status=open`, {
          schema: ordersSchema,
        })
      ).orders,
  });

export const fillsQuery = (market: string) =>
  queryOptions({
    queryKey: ["fills", market],
    refetchInterval: REFRESH_MS,
    queryFn: async () => (await request(`/api/fills?market=${market}`, { schema: fillsSchema })).fills,
  });

export const transactionsQuery = queryOptions({
  queryKey: ["transactions"],
  refetchInterval: REFRESH_MS,
  queryFn: async () => (await request("/api/transactions?limit=100", { schema: transactionsSchema })).transactions,
});

export function signIn(credentials: { email: string; password: string; totp_code?: string }) {
  return request("/api/auth/login", { method: "POST", body: credentials, schema: nothing });
}

export function register(account: { email: string; password: string }) {
  return request("/api/auth/register", { method: "POST", body: account, schema: nothing });
}

export function signOut() {
  return request("/api/auth/logout", { method: "POST", body: {}, schema: nothing });
}

export function placeOrder(order: NewOrder) {
  return request("/api/orders", {
    method: "POST",
    body: { ...order, client_order_id: newIdempotencyKey() },
    schema: placedOrderSchema,
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

export function startTotp() {
  return request("/api/auth/totp/setup", { method: "POST", body: {}, schema: totpSetupSchema });
}

export function confirmTotp(code: string) {
  return request("/api/auth/totp/confirm", { method: "POST", body: { code }, schema: totpConfirmSchema });
}

export const apiKeysQuery = queryOptions({
  queryKey: ["api-keys"],
  queryFn: async () => (await request("/api/api-keys", { schema: apiKeysSchema })).api_keys,
});

export function createApiKey(body: { name: string; scopes: string[]; totp_code: string }) {
  return request("/api/api-keys", { method: "POST", body, schema: createdApiKeySchema });
}

export function deleteApiKey(keyId: string, totpCode: string) {
  return request(`/api/api-keys/${keyId}`, { method: "DELETE", body: { totp_code: totpCode }, schema: nothing });
}
