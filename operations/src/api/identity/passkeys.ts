import { sessionCookie } from "@assay/platform/http/cookies";
import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, SECOND_MS } from "@assay/primitives/instant";
import type { z } from "zod";
import { SESSION_COOKIE } from "../../identity/authenticate.ts";
import type { Identity } from "../../identity/identity.ts";
import type { PasskeyOfPerson } from "../../identity/passkey-store.ts";
import { type Principal, signedIn } from "../../identity/principal.ts";
import { SESSION_LIFETIME_MS } from "../../identity/session-store.ts";
import { doneSchema, freshTotpBody, idParams, signedInSchema } from "../schema/identity.ts";
import {
  addPasskeyBody,
  passkeySchema,
  passkeySetupBody,
  passkeySignInBody,
  passkeysSchema,
} from "../schema/passkeys.ts";
import { passkeyAskSchema, stepUpChallengeBody } from "../schema/step-up.ts";
import { givenProof } from "./given-proof.ts";
import { sessionView } from "./person-view.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "./refusal-detail.ts";

export function passkeyRoutes(identity: Identity): Route<Principal>[] {
  return [
    challengeRoute(identity),
    listRoute(identity),
    setupRoute(identity),
    addRoute(identity),
    removeRoute(identity),
    signInChallengeRoute(identity),
    signInRoute(identity),
  ];
}

function challengeRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/step-up/challenge",
    summary: "What one of the caller's passkeys must sign to prove they are there; good once, for five minutes",
    access: signedIn,
    body: stepUpChallengeBody,
    replies: { 201: passkeyAskSchema },
    refusals: { NO_PASSKEY: 409, PASSKEYS_UNAVAILABLE: 409 },
    async handle({ principal, body }) {
      const asked = await identity.stepUp.challenge(principal.personId, body.purpose);
      return asked.ok ? answer(201, asked.value) : explain(asked);
    },
  });
}

function passkeyView({ id, name, isSynced, createdAt, lastUsedAt }: PasskeyOfPerson): z.input<typeof passkeySchema> {
  return {
    ...{ id, name, synced: isSynced, createdAt: formatInstant(createdAt) },
    lastUsedAt: lastUsedAt === null ? null : formatInstant(lastUsedAt),
  };
}

function listRoute({ passkeys }: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/passkeys",
    summary: "The caller's passkeys",
    access: signedIn,
    replies: { 200: passkeysSchema },
    async handle({ principal }) {
      const own = await passkeys.list(principal.personId);
      return answer(200, { passkeys: own.map(passkeyView), origin: passkeys.origin ?? null });
    },
  });
}

function setupRoute({ passkeys }: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/passkeys/challenge",
    summary: "Begin to register a passkey; whoever has a second factor proves it first",
    access: signedIn,
    body: passkeySetupBody,
    replies: { 201: passkeyAskSchema },
    refusals: { TOO_MANY_PASSKEYS: 409, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, body }) {
      const begun = await passkeys.beginRegistration(principal, givenProof(body));
      return begun.ok ? answer(201, begun.value) : explain(begun);
    },
  });
}

function addRoute({ passkeys }: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/passkeys",
    summary: "Register the passkey that the browser made, with a name",
    access: signedIn,
    body: addPasskeyBody,
    replies: { 201: passkeySchema },
    refusals: { BAD_PASSKEY: 403, PASSKEY_EXISTS: 409, PASSKEYS_UNAVAILABLE: 409 },
    async handle({ principal, body }) {
      const added = await passkeys.register(principal, body);
      return added.ok ? answer(201, passkeyView(added.value)) : explain(added);
    },
  });
}

function removeRoute({ passkeys }: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/passkeys/:id/remove",
    summary: "Remove one of the caller's passkeys, at once",
    access: signedIn,
    params: idParams,
    body: freshTotpBody,
    replies: { 200: doneSchema },
    refusals: SECOND_FACTOR_REFUSALS,
    async handle({ principal, params, body }) {
      const removed = await passkeys.remove(principal, params.id, givenProof(body));
      return removed.ok ? answer(200, { done: true as const }) : explain(removed);
    },
  });
}

function signInChallengeRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/session/passkey/challenge",
    summary: "What a passkey must sign to sign in",
    access: "open",
    replies: { 201: passkeyAskSchema },
    refusals: { PASSKEYS_UNAVAILABLE: 409 },
    async handle({ remoteAddress, headers }) {
      const visitor = { address: remoteAddress, userAgent: headers["user-agent"] ?? "" };
      const taken = identity.signIn.takeVisitorTry(visitor);
      if (!taken.ok) return explain(taken);
      const asked = await identity.passkeys.beginSignIn();
      return asked.ok ? answer(201, asked.value) : explain(asked);
    },
  });
}

function signInRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/session/passkey",
    summary: "Sign in with a passkey alone: it is something one has and something one knows or is",
    access: "open",
    body: passkeySignInBody,
    replies: { 201: signedInSchema },
    refusals: { ...SECOND_FACTOR_REFUSALS, BAD_PASSKEY: 401 },
    async handle({ body, remoteAddress, headers, setHeader }) {
      const { transport, ...proof } = body;
      const visitor = { address: remoteAddress, userAgent: headers["user-agent"] ?? "" };
      const opened = await identity.signIn.signInByPasskey({ proof, transport }, visitor);
      if (!opened.ok) return explain(opened);
      const { person, session, token } = opened.value;
      const view = sessionView({ ...person, passkeys: await identity.countPasskeys(person.id) }, session);
      if (transport === "bearer") return answer(201, { ...view, token });
      const options = { maxAgeS: SESSION_LIFETIME_MS / SECOND_MS, secure: identity.secureCookies };
      setHeader("set-cookie", sessionCookie(SESSION_COOKIE, token, options));
      return answer(201, view);
    },
  });
}
