import { answer, type Route, route } from "@assay/platform/http/route";
import { formatAmount, parseAmount } from "@assay/primitives/amount";
import { refuse } from "@assay/primitives/result";
import type { z } from "zod";
import type { Faucet } from "../../faucet/faucet.ts";
import { FLAG_REFUSALS } from "../../feature-flags/flag-values.ts";
import type { Idempotency } from "../../idempotency/idempotency.ts";
import { findAsset } from "../../markets/assets.ts";
import { customer } from "../access.ts";
import { closedSwitch } from "../closed-switch.ts";
import { idempotencyRefused, readIdempotencyKey, replayHeaders } from "../idempotent.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import { faucetInputSchema, faucetSchema } from "../schema/balances.ts";

export interface FaucetRouteOptions {
  readonly faucet: Faucet;
  readonly idempotency: Idempotency;
}

/** Registered in local mode only: elsewhere the path does not exist. */
export function faucetRoute({ faucet, idempotency }: FaucetRouteOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/faucet",
    summary: "Take coins of the house, in local mode",
    access: customer("trade"),
    body: faucetInputSchema,
    replies: { 201: faucetSchema },
    refusals: { FAUCET_EMPTY: 409, ...FLAG_REFUSALS },
    async handle({ principal, body, headers }) {
      const keyed = readIdempotencyKey(headers);
      if ("refused" in keyed) return keyed.refused;
      const asset = findAsset(body.asset);
      if (asset === undefined) return invalidField("body.asset", "is not listed");
      const amount = parseAmount(body.amount, asset.decimals);
      if (!amount.ok || amount.value === 0n) return invalidField("body.amount", "is not an amount of this asset");
      const { customerId } = principal;
      const call = { actor: customerId, key: keyed.key, route: "POST /api/faucet", body };
      let refused: ReturnType<typeof closedSwitch> | undefined;
      const ran = await idempotency.run(call, async () => {
        const given = await faucet({ customerId, asset, amount: amount.value, key: keyed.key });
        if (given.ok) {
          const text = formatAmount(amount.value, asset.decimals);
          return {
            status: 201,
            body: { success: true, asset: asset.code, amount: text, journal_position: given.value.sequence },
          };
        }
        if (given.refusal.code === "FAUCET_EMPTY") {
          return { status: 409, body: { left: formatAmount(given.refusal.left, asset.decimals) } };
        }
        refused = closedSwitch(given.refusal);
        return { status: 503, body: {} };
      });
      if (refused !== undefined) return refused;
      if (!ran.ok) return idempotencyRefused(ran.refusal);
      if (ran.value.status === 409) {
        const { left } = ran.value.body as { left: string };
        return refuse({ code: "FAUCET_EMPTY", detail: `Today only ${left} ${asset.code} are left for you.` });
      }
      return answer(201, ran.value.body as z.input<typeof faucetSchema>, replayHeaders(ran.value.isReplay));
    },
  });
}
