import { answer, type Route, route } from "@assay/platform/http/route";
import type { Security, SecurityCaller } from "../../customers/security.ts";
import { type SessionPrincipal, signedInCustomer } from "../access.ts";
import { toldRefusal } from "../closed-switch.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import {
  passwordInputSchema,
  successSchema,
  totpConfirmInputSchema,
  totpConfirmSchema,
  totpDisableInputSchema,
  totpSetupInputSchema,
  totpSetupSchema,
} from "../schema/auth.ts";

const REFUSALS = {
  BAD_CREDENTIALS: 401,
  BAD_TOTP: 403,
  PASSWORD_REQUIRED: 403,
  TOTP_ACTIVE: 409,
  TOTP_NOT_SET_UP: 409,
  MAINTENANCE: 503,
};

export function securityRoutes(security: Security): Route<Principal>[] {
  return [changePassword(security), setUpTotp(security), confirmTotp(security), disableTotp(security)];
}

function callerOf({ customerId, session }: SessionPrincipal): SecurityCaller {
  return { customerId, sessionId: session.id, signedInAt: session.createdAt };
}

function changePassword(security: Security): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/password",
    summary: "Change the password; ends the other sessions and holds withdrawals for 24 hours",
    access: signedInCustomer,
    body: passwordInputSchema,
    replies: { 200: successSchema },
    refusals: REFUSALS,
    async handle({ principal, body }) {
      const { password, new_password: newPassword, totp_code: totp } = body;
      const changed = await security.changePassword(callerOf(principal), { password, newPassword, totp });
      if (changed.ok) return answer(200, { success: true as const });
      const { refusal } = changed;
      if (refusal.code === "PASSWORD_TOO_SHORT")
        return invalidField("body.new_password", "needs at least 12 characters");
      if (refusal.code === "PASSWORD_TOO_LONG")
        return invalidField("body.new_password", "is longer than 256 characters");
      return toldRefusal(refusal);
    },
  });
}

function setUpTotp(security: Security): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/totp/setup",
    summary: "Get a TOTP secret; it does nothing until it is confirmed",
    access: signedInCustomer,
    body: totpSetupInputSchema,
    replies: { 200: totpSetupSchema },
    refusals: REFUSALS,
    async handle({ principal, body }) {
      const setUp = await security.setUpTotp(callerOf(principal), body);
      return setUp.ok ? answer(200, setUp.value) : toldRefusal(setUp.refusal);
    },
  });
}

function confirmTotp(security: Security): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/totp/confirm",
    summary: "Turn TOTP on with a first code; the recovery codes are shown once",
    access: signedInCustomer,
    body: totpConfirmInputSchema,
    replies: { 200: totpConfirmSchema },
    refusals: REFUSALS,
    async handle({ principal, body }) {
      const confirmed = await security.confirmTotp(callerOf(principal), { totp: body.code });
      if (!confirmed.ok) return toldRefusal(confirmed.refusal);
      return answer(200, { success: true as const, recovery_codes: [...confirmed.value.recoveryCodes] });
    },
  });
}

function disableTotp(security: Security): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/totp/disable",
    summary: "Turn TOTP off; withdrawals then stay closed",
    access: signedInCustomer,
    body: totpDisableInputSchema,
    replies: { 200: successSchema },
    refusals: REFUSALS,
    async handle({ principal, body }) {
      const { password, totp_code: totp } = body;
      const disabled = await security.disableTotp(callerOf(principal), { password, totp });
      return disabled.ok ? answer(200, { success: true as const }) : toldRefusal(disabled.refusal);
    },
  });
}
