import { accept, type Result, refuse } from "@assay/primitives/result";

const WIDE = ["trading", "withdrawals", "deposits", "signups", "maintenance_mode"] as const;

/** `trading`, or narrower: `trading:ETH-USDT`, `withdrawals:ETH`, `deposits:ETH`. */
export type FlagName = (typeof WIDE)[number] | `trading:${string}` | `withdrawals:${string}` | `deposits:${string}`;

export interface Listing {
  readonly markets: readonly string[];
  readonly assets: readonly string[];
}

/** Every flag that exists for what is listed, wide ones first. */
export function flagNames({ markets, assets }: Listing): FlagName[] {
  return [
    ...WIDE,
    ...markets.map((market): FlagName => `trading:${market}`),
    ...assets.flatMap((asset): FlagName[] => [`withdrawals:${asset}`, `deposits:${asset}`]),
  ];
}

export function parseFlagName(text: string, listing: Listing): Result<FlagName, { code: "UNKNOWN_FLAG" }> {
  const name = flagNames(listing).find((known) => known === text);
  return name === undefined ? refuse({ code: "UNKNOWN_FLAG" }) : accept(name);
}

/** Whether setting the flag to `enabled` stops something: switches stop when off, maintenance when on. */
export function stopsSomething(name: FlagName, enabled: boolean): boolean {
  return name === "maintenance_mode" ? enabled : !enabled;
}
