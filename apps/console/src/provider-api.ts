import { ownLinkSchema, providerSchema, tripSchema } from "@assay/operations/api/schema/provider";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";
import { nothing } from "./session-api.ts";

export const providerQuery = queryOptions({
  queryKey: ["identity-provider"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await request("/api/session/provider", { schema: providerSchema })).provider,
});

export const ownLinkQuery = queryOptions({
  queryKey: ["people", "me", "provider-link"],
  queryFn: async () => (await request("/api/provider-link", { schema: ownLinkSchema })).link,
});

/** Leaves this page for the provider's, which leads back. */
export async function signInAtProvider(): Promise<void> {
  const { url } = await request("/api/session/provider", { method: "POST", body: {}, schema: tripSchema });
  window.location.assign(url);
}

export async function linkProvider(stepUp: StepUpProofView | undefined): Promise<void> {
  const body = stepUp === undefined ? {} : { stepUp };
  const { url } = await request("/api/provider-link", { method: "POST", body, schema: tripSchema });
  window.location.assign(url);
}

export function unlinkProvider() {
  return request("/api/provider-link", { method: "DELETE", schema: nothing });
}

/** Why the way back from the provider ended here, in words. */
export function refusedReturn(search: string): string | undefined {
  const code = new URLSearchParams(search).get("refused");
  return code === null ? undefined : (REFUSALS[code] ?? REFUSALS.PROVIDER_REFUSED);
}

const REFUSALS: Readonly<Record<string, string>> = {
  PROVIDER_NOT_LINKED: "That account is not linked to anybody here. Sign in as ever, and link it on your own page.",
  PROVIDER_TRIP_UNKNOWN: "That took too long, or was used already. Try again.",
  PROVIDER_UNAVAILABLE: "The identity provider does not answer. Your password and your passkeys work without it.",
  PROVIDER_REFUSED: "The identity provider did not let you through. Try again, or use your password.",
  PROVIDER_EMAIL_NOT_VERIFIED: "The identity provider has not verified your e-mail address, so it was not linked.",
  PROVIDER_EMAIL_DIFFERS: "That account has another e-mail address than you have here, so it was not linked.",
  PROVIDER_LINKED_ALREADY: "That account, or you, is linked already.",
};
