import type { Database, Sql } from "@assay/platform/storage/database";
import { accept, type Refusal, type Result } from "@assay/primitives/result";
import type { FlagCache } from "./flag-cache.ts";
import type { FlagName } from "./flag-name.ts";
import { disableFlags, enableFlag, type FlagChange, type FlagReason, logFlagChanges } from "./flag-store.ts";

/** Changes flags in commits of their own; once it resolves, this process and every later commit act on the change. */
export interface FlagSwitch {
  /**
   * Sets one flag, unless `mayChange`, asked inside the commit, refuses. What stops something passes no condition.
   */
  set<R extends Refusal = never>(
    name: FlagName,
    enabled: boolean,
    options: FlagReason & { readonly mayChange?: (transaction: Sql) => Promise<Result<void, R>> },
  ): Promise<Result<FlagChange, R>>;
}

export interface FlagSwitchOptions {
  readonly database: Database;
  readonly cache: FlagCache;
  readonly logger: { warn(fields: object, message: string): void };
}

export function createFlagSwitch({ database, cache, logger }: FlagSwitchOptions): FlagSwitch {
  return {
    async set(name, enabled, { mayChange, ...reason }) {
      const changed = await database.transaction(async (transaction) => {
        const permitted = (await mayChange?.(transaction)) ?? accept(undefined);
        if (!permitted.ok) return permitted;
        if (enabled) return accept(await enableFlag(transaction, name, reason));
        const [change] = await disableFlags(transaction, [name], reason);
        return accept(change!);
      });
      if (changed.ok) {
        logFlagChanges(logger, [changed.value]);
        await cache.refresh();
      }
      return changed;
    },
  };
}
