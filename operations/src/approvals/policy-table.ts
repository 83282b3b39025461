import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import type { JsonObject } from "@assay/primitives/json";
import type { CatalogueAction } from "../actions/action-catalogue.ts";
import { type ActionPolicy, type PolicyRule, type Requirement, resolvePolicy } from "./policy.ts";
import { findPolicyVersions, insertPolicyVersion, lockPolicies, type PolicyVersion } from "./policy-store.ts";

export interface PolicyTableOptions {
  readonly database: Database;
  readonly clock: Clock;
}

/** A change of one line; `remove` takes it out. */
export interface PolicyChange {
  readonly rule: PolicyRule;
  readonly remove: boolean;
  /** The parameters as they were agreed to. */
  readonly params: JsonObject;
  readonly approvalId: string;
  readonly reason: string;
}

const MOST_RULES = 500;

/** The one place that says how many people and which roles an action needs. Its lines only ever add to the manifests. */
export class PolicyTable {
  readonly #options: PolicyTableOptions;
  #version = 0;
  #rules: readonly PolicyRule[] = [];

  constructor(options: PolicyTableOptions) {
    this.#options = options;
  }

  /** 0 until it was changed for the first time. */
  get version(): number {
    return this.#version;
  }

  get rules(): readonly PolicyRule[] {
    return this.#rules;
  }

  /** Takes in what is stored; called before each decision that acts. */
  async refresh(database: Sql = this.#options.database): Promise<void> {
    const [newest] = await findPolicyVersions(database, 1);
    this.#version = newest?.version ?? 0;
    this.#rules = newest?.rules ?? [];
  }

  /** What `entry` needs with these parameters. `raised` comes from a runbook: it can ask for more, never for less. */
  resolve(
    entry: CatalogueAction,
    { params, raised = {} }: { readonly params?: JsonObject; readonly raised?: Requirement } = {},
  ): ActionPolicy {
    const own = params === undefined ? undefined : entry.own?.requires(params);
    const people = Math.max(raised.people ?? 1, own?.people ?? 1);
    const roles = [...(raised.roles ?? []), ...(own?.roles ?? [])];
    const both = { ...(people > 1 ? { people } : {}), ...(roles.length > 0 ? { roles } : {}) };
    return resolvePolicy(entry, { rules: this.#rules, raised: both });
  }

  /** Newest first. */
  async history(limit: number): Promise<readonly PolicyVersion[]> {
    return await findPolicyVersions(this.#options.database, limit);
  }

  /** Makes the next version; undefined when the table is full. */
  async change({ rule, remove, params, approvalId, reason }: PolicyChange): Promise<PolicyVersion | undefined> {
    const { database, clock } = this.#options;
    const made = await database.transaction(async (transaction) => {
      await lockPolicies(transaction);
      await this.refresh(transaction);
      const others = this.#rules.filter((one) => one.action !== rule.action || one.environment !== rule.environment);
      const rules = remove ? others : [...others, rule];
      if (rules.length > MOST_RULES) return undefined;
      const version = this.#version + 1;
      const next = { version, rules, change: params, approvalId, madeAt: clock.now(), reason };
      await insertPolicyVersion(transaction, next);
      return next;
    });
    await this.refresh();
    return made;
  }
}
