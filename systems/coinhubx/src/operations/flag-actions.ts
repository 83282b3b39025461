import type { Sql } from "@assay/platform/storage/database";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result } from "@assay/primitives/result";
import { z } from "zod";
import { textSchema } from "../api/schema/text.ts";
import type { FlagName, Listing } from "../feature-flags/flag-name.ts";
import type { FlagChange } from "../feature-flags/flag-store.ts";
import type { FlagSwitch } from "../feature-flags/flag-switch.ts";
import { type Action, type ActionContext, type ActionResult, action } from "./action.ts";

export interface FlagActionsOptions {
  readonly flags: FlagSwitch;
  readonly listing: Listing;
  /** Refuses `NOT_RECONCILED` unless the last reconciliation found the books to agree. */
  readonly requireReconciled: (transaction: Sql) => Promise<Result<void, { readonly code: "NOT_RECONCILED" }>>;
}

const reason = textSchema(500).default("").describe("Why, for the audit log");

interface Switch {
  readonly flag: "trading" | "withdrawals" | "deposits" | "signups";
  readonly title: string;
  readonly stops: string;
  readonly needsReconciled: boolean;
}

const SWITCHES: readonly Switch[] = [
  {
    flag: "trading",
    title: "trading",
    stops:
      "No new or amended order is accepted and nothing matches. Cancelling works; resting orders keep their place.",
    needsReconciled: true,
  },
  {
    flag: "withdrawals",
    title: "withdrawals",
    stops: "No withdrawal is requested, approved, debited, signed or sent. What is sent already is still watched.",
    needsReconciled: true,
  },
  { flag: "deposits", title: "deposits", stops: "Deposits are observed but not credited.", needsReconciled: false },
  { flag: "signups", title: "sign-ups", stops: "Nobody can register.", needsReconciled: false },
];

/** Stop takes one person and pages everyone; start takes two (coinhubx.md §6). */
export function flagActions(options: FlagActionsOptions): Action[] {
  return [...SWITCHES.flatMap((one) => [disable(options, one), enable(options, one)]), ...maintenance(options)];
}

function paramsOf(flag: Switch["flag"], { markets, assets }: Listing): z.ZodObject<{ reason: typeof reason }> {
  const base = z.strictObject({ reason });
  if (flag === "signups") return base;
  const of = flag === "trading" ? { market: z.enum(markets) } : { asset: z.enum(assets) };
  return base.extend(z.strictObject(of).partial().shape);
}

function disable({ flags, listing }: FlagActionsOptions, { flag, title, stops }: Switch): Action {
  return action({
    name: `coinhubx.${flag}.disable`,
    title: `Disable ${title}`,
    effect: "danger",
    params: paramsOf(flag, listing),
    sentence: `Stop ${title} for all customers`,
    blastRadius: stops,
    people: 1,
    roles: ["operator"],
    direction: "stop",
    pagesEveryone: true,
    undo: `coinhubx.${flag}.enable`,
    perform: (params, context) => change(flags, flagOf(flag, params), { enabled: false, params, context }),
  });
}

function enable({ flags, listing, requireReconciled }: FlagActionsOptions, one: Switch): Action {
  const { flag, title, needsReconciled } = one;
  return action({
    name: `coinhubx.${flag}.enable`,
    title: `Enable ${title}`,
    effect: "danger",
    params: paramsOf(flag, listing),
    sentence: `Start ${title} again for all customers`,
    blastRadius: needsReconciled
      ? "Money moves again. Refused unless the last reconciliation found the books to agree."
      : "Customers use it again at once.",
    people: 2,
    roles: ["operator", "approver"],
    direction: "start",
    undo: `coinhubx.${flag}.disable`,
    refusals: { NOT_RECONCILED: 409 },
    perform: (params, context) =>
      change(flags, flagOf(flag, params), {
        enabled: true,
        params,
        context,
        ...(needsReconciled ? { mayChange: requireReconciled } : {}),
      }),
  });
}

function maintenance({ flags }: FlagActionsOptions): Action[] {
  const params = z.strictObject({ reason });
  return [
    action({
      name: "coinhubx.maintenance_mode.enable",
      title: "Start maintenance",
      effect: "danger",
      params,
      sentence: "Put the exchange into maintenance",
      blastRadius: "Every write of customers is refused except cancelling; balances can still be read.",
      people: 1,
      roles: ["operator"],
      direction: "stop",
      pagesEveryone: true,
      undo: "coinhubx.maintenance_mode.disable",
      perform: (input, context) => change(flags, "maintenance_mode", { enabled: true, params: input, context }),
    }),
    action({
      name: "coinhubx.maintenance_mode.disable",
      title: "End maintenance",
      effect: "danger",
      params,
      sentence: "End the exchange's maintenance",
      blastRadius: "Customers write again; what the other switches stop stays stopped.",
      people: 2,
      roles: ["operator", "approver"],
      direction: "start",
      undo: "coinhubx.maintenance_mode.enable",
      perform: (input, context) => change(flags, "maintenance_mode", { enabled: false, params: input, context }),
    }),
  ];
}

function flagOf(flag: Switch["flag"], params: object): FlagName {
  const { market, asset } = params as { readonly market?: string; readonly asset?: string };
  const narrow = market ?? asset;
  return narrow === undefined || flag === "signups" ? flag : `${flag}:${narrow}`;
}

async function change(
  flags: FlagSwitch,
  name: FlagName,
  setting: {
    readonly enabled: boolean;
    readonly params: { readonly reason: string };
    readonly context: ActionContext;
    readonly mayChange?: FlagActionsOptions["requireReconciled"];
  },
): Promise<ActionResult> {
  const { enabled, params, context, mayChange } = setting;
  const changed = await flags.set(name, enabled, {
    by: context.by.id,
    actor: context.by,
    reason: params.reason,
    correlationId: context.correlationId,
    ...(mayChange === undefined ? {} : { mayChange }),
  });
  if (changed.ok) return accept(describeChange(changed.value));
  return {
    ok: false,
    refusal: { ...changed.refusal, detail: "The last reconciliation did not find the books to agree." },
  };
}

export function describeChange({ name, before, after, by }: FlagChange): JsonObject {
  return { flag: name, before, after, updated_by: by };
}
