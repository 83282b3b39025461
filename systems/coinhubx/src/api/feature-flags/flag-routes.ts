import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { formatInstant } from "@assay/primitives/instant";
import { type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { FlagCache } from "../../feature-flags/flag-cache.ts";
import { type FlagName, type Listing, parseFlagName, stopsSomething } from "../../feature-flags/flag-name.ts";
import type { FlagSwitch } from "../../feature-flags/flag-switch.ts";
import type { PlaneClient } from "../../plane/plane-client.ts";
import { operator } from "../access.ts";
import { actorOf } from "../actor-of.ts";
import type { OperatorPrincipal, Principal } from "../principal.ts";
import {
  approvalRequiredSchema,
  flagChangedSchema,
  flagChangeInputSchema,
  flagsSchema,
} from "../schema/feature-flags.ts";
import { readFlagViews } from "./flag-view.ts";

export interface FlagRoutesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly cache: FlagCache;
  readonly flags: FlagSwitch;
  readonly listing: Listing;
  readonly plane: PlaneClient;
  readonly requireReconciled: (database: Sql) => Promise<Result<void, { readonly code: "NOT_RECONCILED" }>>;
  readonly countOpenOrders: () => Promise<number>;
}

const flagParams = z.strictObject({ name: z.string().max(64) });

export function flagRoutes(options: FlagRoutesOptions): Route<Principal>[] {
  return [listFlags(options), changeFlag(options, true), changeFlag(options, false)];
}

function listFlags({ database, cache }: FlagRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/feature-flags",
    summary: "The switches and who set them last",
    access: operator("viewer"),
    replies: { 200: flagsSchema },
    async handle() {
      const flags = await readFlagViews(database);
      return answer(200, { success: true as const, flags, cache_age_ms: Math.round(cache.ageMs()) });
    },
  });
}

/** What stops acts at once; what starts asks the plane for two people (coinhubx.md §3, §6). */
function changeFlag(options: FlagRoutesOptions, enabled: boolean): Route<Principal> {
  const verb = enabled ? "enable" : "disable";
  return route({
    method: "POST",
    path: `/api/feature-flags/:name/${verb}`,
    summary: enabled ? "Ask for a switch to be opened; two people decide" : "Close a switch at once",
    access: operator("operator"),
    params: flagParams,
    body: flagChangeInputSchema,
    replies: { 200: flagChangedSchema, 202: approvalRequiredSchema },
    refusals: { UNKNOWN_FLAG: 404, NOT_RECONCILED: 409 },
    async handle({ principal, params, body }) {
      const name = parseFlagName(params.name, options.listing);
      if (!name.ok) return refuse({ code: "UNKNOWN_FLAG", detail: "No switch has this name." });
      const change = { name: name.value, principal, reason: body.reason };
      return stopsSomething(name.value, enabled)
        ? await stop(options, { ...change, enabled })
        : await requestStart(options, change);
    },
  });
}

interface FlagChangeWish {
  readonly name: FlagName;
  readonly principal: OperatorPrincipal;
  readonly reason: string;
}

async function stop(options: FlagRoutesOptions, wish: FlagChangeWish & { readonly enabled: boolean }) {
  const { name, principal, reason, enabled } = wish;
  const correlationId = newId<string>("flag", options.clock.now(), options.random);
  const actor = actorOf(principal);
  const changed = await options.flags.set(name, enabled, { by: principal.sub, reason, actor, correlationId });
  if (!changed.ok) return changed;
  const { before, after } = changed.value;
  const body: z.input<typeof flagChangedSchema> = {
    success: true,
    flag_name: name === "maintenance_mode" ? name : `${name}_enabled`,
    enabled: after,
    before_value: before,
    after_value: after,
    updated_by: principal.sub,
    reason,
    in_flight: { open_orders: await options.countOpenOrders(), unsigned: 0, unconfirmed: 0 },
    correlation_id: correlationId,
    timestamp: formatInstant(options.clock.now()),
  };
  return answer(200, body);
}

const NOT_RECONCILED = "The last reconciliation did not find the books to agree. Run one that does first.";

async function requestStart(options: FlagRoutesOptions, { name, principal, reason }: FlagChangeWish) {
  if (principal.kind === "service") return refuse({ code: "FORBIDDEN", detail: "Only a person can ask for this." });
  const [flag, narrow] = name.split(":") as [string, string | undefined];
  if (flag === "trading" || flag === "withdrawals") {
    const reconciled = await options.requireReconciled(options.database);
    if (!reconciled.ok) return refuse({ code: "NOT_RECONCILED", detail: NOT_RECONCILED });
  }
  const asked = await options.plane.requestApproval({
    action: flag === "maintenance_mode" ? "coinhubx.maintenance_mode.disable" : `coinhubx.${flag}.enable`,
    params: { ...(narrow === undefined ? {} : { [flag === "trading" ? "market" : "asset"]: narrow }), reason },
    reason: reason === "" ? `${flag} is wanted back` : reason,
    requesterToken: principal.token,
  });
  if (!asked.ok) return refuse(asked.refusal);
  const { approvalId, code, expiresAt } = asked.value;
  const body: z.input<typeof approvalRequiredSchema> = {
    success: true,
    status: "approval_required",
    approval_id: approvalId,
    code,
    expires_at: expiresAt,
  };
  return answer(202, body);
}
