import { accept, type Result, refuse } from "@assay/primitives/result";
import type { FlagName } from "./flag-name.ts";

/** The refusals of a closed switch; the only ones that are 503, so that clients back off (coinhubx.md §2.8). */
export const FLAG_REFUSALS = {
  TRADING_DISABLED: 503,
  WITHDRAWALS_DISABLED: 503,
  DEPOSITS_DISABLED: 503,
  SIGNUPS_DISABLED: 503,
  MAINTENANCE: 503,
} as const;
/** Every write of customers except cancelling is refused. */
export type MaintenanceRefusal = { readonly code: "MAINTENANCE" };

export type FlagRefusal = { readonly code: keyof typeof FLAG_REFUSALS };

/** The flags at one moment. What is not known to be on is closed, and maintenance not known to be off is on (F1). */
export class FlagValues {
  readonly #enabled: ReadonlyMap<string, boolean>;

  constructor(enabled: ReadonlyMap<string, boolean>) {
    this.#enabled = enabled;
  }

  isEnabled(name: FlagName): boolean {
    return this.#enabled.get(name) ?? name === "maintenance_mode";
  }

  /** New orders, amendments and matching. Cancelling asks nobody. */
  checkTrading(market: string): Result<void, FlagRefusal> {
    return this.#check("TRADING_DISABLED", "trading", `trading:${market}`);
  }

  checkWithdrawals(asset: string): Result<void, FlagRefusal> {
    return this.#check("WITHDRAWALS_DISABLED", "withdrawals", `withdrawals:${asset}`);
  }

  checkDeposits(asset: string): Result<void, FlagRefusal> {
    return this.#check("DEPOSITS_DISABLED", "deposits", `deposits:${asset}`);
  }

  checkSignups(): Result<void, FlagRefusal> {
    return this.#check("SIGNUPS_DISABLED", "signups");
  }

  /** Every customer write except cancelling. */
  checkMaintenance(): Result<void, MaintenanceRefusal> {
    return this.isEnabled("maintenance_mode") ? refuse({ code: "MAINTENANCE" }) : accept(undefined);
  }

  #check(code: FlagRefusal["code"], ...names: readonly FlagName[]): Result<void, FlagRefusal> {
    if (this.isEnabled("maintenance_mode")) return refuse({ code: "MAINTENANCE" });
    return names.every((name) => this.isEnabled(name)) ? accept(undefined) : refuse({ code });
  }
}

/** What holds when the flags cannot be read. */
export const ALL_CLOSED = new FlagValues(new Map());
