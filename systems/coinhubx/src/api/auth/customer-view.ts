import { formatInstant } from "@assay/primitives/instant";
import type { z } from "zod";
import type { Customer } from "../../customers/customer.ts";
import type { customerSchema } from "../schema/auth.ts";

export function customerView(customer: Customer): z.input<typeof customerSchema> {
  const { withdrawalsHeldUntil } = customer;
  return {
    user_id: customer.id,
    email: customer.email,
    totp_enabled: customer.hasTotp,
    level: customer.verified ? "verified" : "basic",
    restricted: customer.restricted,
    withdrawals_held_until: withdrawalsHeldUntil === undefined ? null : formatInstant(withdrawalsHeldUntil),
    created_at: formatInstant(customer.createdAt),
  };
}
