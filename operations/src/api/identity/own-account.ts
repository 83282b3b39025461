import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import type { Identity } from "../../identity/identity.ts";
import { type Principal, signedIn } from "../../identity/principal.ts";
import { changePasswordBody, doneSchema, freshTotpBody, totpConfirmBody, totpSetupSchema } from "../schema/identity.ts";
import { givenProof } from "./given-proof.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "./refusal-detail.ts";

export function ownAccountRoutes(identity: Identity): Route<Principal>[] {
  return [totpSetupRoute(identity), totpConfirmRoute(identity), passwordRoute(identity)];
}

function totpSetupRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/totp/setup",
    summary: "A new secret for an authenticator; it counts once a first code has confirmed it",
    access: signedIn,
    body: freshTotpBody,
    replies: { 200: totpSetupSchema },
    refusals: SECOND_FACTOR_REFUSALS,
    async handle({ principal, body }) {
      // Whoever has a second factor proves it before it is replaced, or a stolen session could take it over.
      const proved = await identity.requireProof(principal, givenProof(body));
      if (!proved.ok && proved.refusal.code !== "TOTP_SETUP_REQUIRED") return explain(proved);
      return answer(200, await identity.secondFactor.begin(principal));
    },
  });
}

function totpConfirmRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/totp/confirm",
    summary: "Confirm the new authenticator with its first code",
    access: signedIn,
    body: totpConfirmBody,
    replies: { 200: doneSchema },
    refusals: SECOND_FACTOR_REFUSALS,
    async handle({ principal, body }) {
      const confirmed = await identity.confirmSecondFactor(principal, body.code);
      return confirmed.ok ? answer(200, { done: true as const }) : explain(confirmed);
    },
  });
}

function passwordRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/password",
    summary: "Change the own password; every other session ends",
    access: signedIn,
    body: changePasswordBody,
    replies: { 200: doneSchema },
    refusals: { BAD_CREDENTIALS: 403 },
    async handle({ principal, body }) {
      const changed = await identity.signIn.changePassword(principal, body);
      if (changed.ok) return answer(200, { done: true as const });
      return changed.refusal.code === "BAD_CREDENTIALS"
        ? refuse({ ...changed.refusal, detail: "The current password is not right." })
        : explain(changed);
    },
  });
}
