import { expiredCookie, sessionCookie } from "@assay/platform/http/cookies";
import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, SECOND_MS } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { SESSION_COOKIE } from "../../identity/authenticate.ts";
import type { Identity } from "../../identity/identity.ts";
import { type Principal, signedIn } from "../../identity/principal.ts";
import { SESSION_LIFETIME_MS } from "../../identity/session-store.ts";
import {
  doneSchema,
  endedSessionsSchema,
  idParams,
  sessionListSchema,
  sessionSchema,
  signedInSchema,
  signInBody,
  stepUpBody,
} from "../schema/identity.ts";
import { givenProof } from "./given-proof.ts";
import { personOf, sessionView } from "./person-view.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "./refusal-detail.ts";

export function sessionRoutes(identity: Identity): Route<Principal>[] {
  return [
    signInRoute(identity),
    readRoute(identity),
    signOutRoute(identity),
    stepUpRoute(identity),
    listRoute(identity),
    endRoute(identity),
    endOthersRoute(identity),
  ];
}

function signInRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/session",
    summary: "Sign in with a password and, where it is set up, a second factor",
    access: "open",
    body: signInBody,
    replies: { 201: signedInSchema },
    refusals: { BAD_CREDENTIALS: 401, PASSKEY_REQUIRED: 401, ...SECOND_FACTOR_REFUSALS },
    async handle({ body, remoteAddress, headers, setHeader }) {
      const { email, password, totp, transport } = body;
      const visitor = { address: remoteAddress, userAgent: headers["user-agent"] ?? "" };
      const opened = await identity.signIn.signIn({ email, password, totp, transport }, visitor);
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

function readRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/session",
    summary: "Who is signed in",
    access: signedIn,
    replies: { 200: sessionSchema },
    async handle({ principal }) {
      const sessions = await identity.sessions(principal.personId);
      const session = sessions.find(({ id }) => id === principal.sessionId);
      if (session === undefined) return refuse({ code: "UNAUTHENTICATED" });
      const passkeys = await identity.countPasskeys(principal.personId);
      return answer(200, sessionView({ ...personOf(principal), passkeys }, session));
    },
  });
}

function signOutRoute(identity: Identity): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/session",
    summary: "Sign out: the session ends at once",
    access: signedIn,
    replies: { 200: doneSchema },
    async handle({ principal, setHeader }) {
      await identity.endSession(principal, principal.sessionId);
      setHeader("set-cookie", expiredCookie(SESSION_COOKIE, { secure: identity.secureCookies }));
      return answer(200, { done: true as const });
    },
  });
}

function stepUpRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/session/step-up",
    summary: "Prove the second factor again: for five minutes, what one person may do needs no other code",
    access: signedIn,
    body: stepUpBody,
    replies: { 200: doneSchema },
    refusals: SECOND_FACTOR_REFUSALS,
    async handle({ principal, body }) {
      const proved = await identity.requireProof(principal, givenProof(body));
      return proved.ok ? answer(200, { done: true as const }) : explain(proved);
    },
  });
}

function listRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/session/list",
    summary: "The caller's open sessions",
    access: signedIn,
    replies: { 200: sessionListSchema },
    async handle({ principal }) {
      const sessions = (await identity.sessions(principal.personId)).map((session) => ({
        id: session.id,
        transport: session.transport,
        createdAt: formatInstant(session.createdAt),
        lastSeenAt: formatInstant(session.lastSeenAt),
        expiresAt: formatInstant(session.expiresAt),
        address: session.address,
        userAgent: session.userAgent,
        current: session.id === principal.sessionId,
      }));
      return answer(200, { sessions });
    },
  });
}

function endOthersRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/session/end-others",
    summary: "End all of the caller's sessions but this one, and every token given to them",
    access: signedIn,
    replies: { 200: endedSessionsSchema },
    async handle({ principal }) {
      return answer(200, { ended: await identity.endOtherSessions(principal) });
    },
  });
}

function endRoute(identity: Identity): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/session/:id",
    summary: "End one of the caller's sessions, at once",
    access: signedIn,
    params: idParams,
    replies: { 200: doneSchema },
    async handle({ principal, params }) {
      const ended = await identity.endSession(principal, params.id);
      return ended.ok ? answer(200, { done: true as const }) : ended;
    },
  });
}
