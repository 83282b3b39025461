import { expiredCookie, readCookie, sessionCookie } from "@assay/platform/http/cookies";
import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { Failure } from "@assay/primitives/failure";
import { formatInstant, SECOND_MS } from "@assay/primitives/instant";
import { type Refused, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { SESSION_COOKIE } from "../../identity/authenticate.ts";
import type { Identity } from "../../identity/identity.ts";
import { type Principal, signedIn } from "../../identity/principal.ts";
import { FLOW_LIFETIME_MS, type Returned } from "../../identity/provider-sign-in.ts";
import { SESSION_LIFETIME_MS } from "../../identity/session-store.ts";
import { doneSchema, freshTotpBody } from "../schema/identity.ts";
import { ownLinkSchema, providerSchema, tripSchema } from "../schema/provider.ts";
import { givenProof } from "./given-proof.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "./refusal-detail.ts";

export const PROVIDER_CALLBACK = "/api/session/provider/callback";
const TRIP_COOKIE = "assay_trip";
const TRIP_PATH = "/api/session/provider";

export function providerRoutes(identity: Identity): Route<Principal>[] {
  return [
    whichRoute(identity),
    beginRoute(identity),
    callbackRoute(identity),
    ownLinkRoute(identity),
    linkRoute(identity),
    unlinkRoute(identity),
  ];
}

function tripCookie(identity: Identity, token: string): string {
  const maxAgeS = FLOW_LIFETIME_MS / SECOND_MS;
  return sessionCookie(TRIP_COOKIE, token, {
    maxAgeS,
    secure: identity.secureCookies,
    path: TRIP_PATH,
    comesBack: true,
  });
}

function whichRoute({ provider }: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/session/provider",
    summary: "The identity provider with which people may sign in, if there is one",
    access: "open",
    replies: { 200: providerSchema },
    async handle() {
      const { issuer } = provider;
      return answer(200, { provider: issuer === undefined ? null : { issuer, name: new URL(issuer).hostname } });
    },
  });
}

function beginRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/session/provider",
    summary: "Begin to sign in with the identity provider",
    access: "open",
    replies: { 201: tripSchema },
    refusals: { PROVIDER_NOT_CONFIGURED: 404 },
    async handle({ remoteAddress, headers, setHeader }) {
      const visitor = { address: remoteAddress, userAgent: headers["user-agent"] ?? "" };
      const begun = await identity.provider.beginSignIn(visitor);
      if (!begun.ok) return explain(begun);
      setHeader("set-cookie", tripCookie(identity, begun.value.token));
      return answer(201, { url: begun.value.url });
    },
  });
}

function callbackRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: PROVIDER_CALLBACK,
    summary: "The way back from the identity provider, for browsers",
    access: "open",
    query: z.looseObject({}),
    replies: { 303: mediaReply("text/plain") },
    async handle({ query, headers, remoteAddress, setHeader }) {
      const token = readCookie(headers.cookie, TRIP_COOKIE) ?? "";
      const visitor = { address: remoteAddress, userAgent: headers["user-agent"] ?? "" };
      const asked = { token, query: new URLSearchParams(query as Record<string, string>) };
      const returned = await identity.provider.finish(asked, visitor).catch(refuseWhenAway);
      const secure = identity.secureCookies;
      const cookies = [expiredCookie(TRIP_COOKIE, { secure, path: TRIP_PATH })];
      if (returned.ok && returned.value.kind === "signed-in") {
        const maxAgeS = SESSION_LIFETIME_MS / SECOND_MS;
        cookies.push(sessionCookie(SESSION_COOKIE, returned.value.opened.token, { maxAgeS, secure }));
      }
      setHeader("set-cookie", cookies);
      const location = landing(returned);
      return answerText(303, "", { contentType: "text/plain", headers: { location, "cache-control": "no-store" } });
    },
  });
}

/** Who comes back is a browser: a problem document would be all that its person sees. */
function refuseWhenAway(error: unknown): Refused<{ readonly code: "PROVIDER_UNAVAILABLE" }> {
  if (error instanceof Failure && error.code === "IDENTITY_PROVIDER_UNAVAILABLE")
    return refuse({ code: "PROVIDER_UNAVAILABLE" });
  throw error;
}

/** Whoever links comes back to their own page, whoever signs in to the first one. */
function landing(returned: Result<Returned>): string {
  if (returned.ok) return returned.value.kind === "linked" ? "/me" : "/";
  const { code } = returned.refusal;
  const isLink = code.startsWith("PROVIDER_EMAIL_") || code === "PROVIDER_LINKED_ALREADY";
  return `${isLink ? "/me" : "/"}?refused=${code}`;
}

function ownLinkRoute({ provider }: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/provider-link",
    summary: "The caller's account at the identity provider, if it is linked",
    access: signedIn,
    replies: { 200: ownLinkSchema },
    async handle({ principal }) {
      const link = await provider.linkOf(principal.personId);
      if (link === undefined) return answer(200, { link: null });
      const { issuer, subject, linkedAt } = link;
      return answer(200, { link: { issuer, subject, linkedAt: formatInstant(linkedAt) } });
    },
  });
}

function linkRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/provider-link",
    summary: "Begin to link the caller's account at the identity provider; it must vouch for the same mailbox",
    access: signedIn,
    body: freshTotpBody,
    replies: { 201: tripSchema },
    refusals: { PROVIDER_NOT_CONFIGURED: 404, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, body, setHeader }) {
      const begun = await identity.provider.beginLink(principal, givenProof(body));
      if (!begun.ok) return explain(begun);
      setHeader("set-cookie", tripCookie(identity, begun.value.token));
      return answer(201, { url: begun.value.url });
    },
  });
}

function unlinkRoute({ provider }: Identity): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/provider-link",
    summary: "Unlink the account at the identity provider; it no longer signs in",
    access: signedIn,
    replies: { 200: doneSchema },
    async handle({ principal }) {
      const unlinked = await provider.unlink(principal);
      return unlinked.ok ? answer(200, { done: true as const }) : unlinked;
    },
  });
}
