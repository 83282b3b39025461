import { bearerToken } from "@assay/platform/auth/bearer";
import { hashOpaqueToken } from "@assay/platform/auth/opaque-token";
import type { Clock } from "@assay/platform/clock/clock";
import type { Authenticate } from "@assay/platform/http/admission";
import { readCookie } from "@assay/platform/http/cookies";
import type { Database } from "@assay/platform/storage/database";
import { accept, refuse } from "@assay/primitives/result";
import { type ApiKeys, KEY_PREFIX } from "./api-keys.ts";
import type { PersonPrincipal, Principal } from "./principal.ts";
import type { ServiceKeys } from "./service-keys.ts";
import { findSession, noteSeen, type SessionOfPerson } from "./session-store.ts";

export const SESSION_COOKIE = "assay_session";

export interface AuthenticateOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly serviceKeys: ServiceKeys;
  readonly apiKeys: ApiKeys;
}

/** A session, by cookie or bearer token, or a key of a machine or a service. All are looked up each time, so ending one is at once. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate<Principal> {
  const { database, clock, serviceKeys, apiKeys } = options;
  return async ({ headers }) => {
    const bearer = bearerToken(headers);
    const service = bearer === undefined ? undefined : serviceKeys.find(bearer);
    if (service !== undefined) return accept(service);
    if (bearer === undefined && headers.authorization !== undefined) return refuse({ code: "UNAUTHENTICATED" });
    if (bearer?.startsWith(`${KEY_PREFIX}_`)) {
      const machine = await apiKeys.authenticate(bearer);
      return machine === undefined ? refuse({ code: "UNAUTHENTICATED" }) : accept(machine);
    }
    const token = bearer ?? readCookie(headers.cookie, SESSION_COOKIE);
    if (token === undefined || token === "") return accept(undefined);
    const session = await findSession(database, hashOpaqueToken(token), clock.now());
    // A session of the command line does not work as a cookie, nor the other way round.
    if (session?.transport !== (bearer === undefined ? "cookie" : "bearer")) return refuse({ code: "UNAUTHENTICATED" });
    await noteSeen(database, session, clock.now());
    return accept(toPrincipal(session));
  };
}

function toPrincipal(session: SessionOfPerson): PersonPrincipal {
  return {
    kind: "person",
    personId: session.personId,
    name: session.name,
    email: session.email,
    roles: session.roles,
    sessionId: session.id,
    steppedUpAt: session.steppedUpAt,
    hasTotp: session.hasTotp,
  };
}
