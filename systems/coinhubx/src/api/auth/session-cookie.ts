import { expiredCookie, readCookie, sessionCookie } from "@assay/platform/http/cookies";
import { SECOND_MS } from "@assay/primitives/instant";
import { SESSION_LIFETIME_MS } from "../../customers/customer.ts";

const NAME = "coinhubx_session";

/** How the browser keeps a customer's session: out of reach of scripts and of other sites. */
export interface SessionCookie {
  set(token: string): string;
  remove(): string;
}

/** `secure`: whether the frontend is served over HTTPS. */
export function createSessionCookie(secure: boolean): SessionCookie {
  return {
    set: (token) => sessionCookie(NAME, token, { maxAgeS: SESSION_LIFETIME_MS / SECOND_MS, secure }),
    remove: () => expiredCookie(NAME, { secure }),
  };
}

export function readSessionCookie(header: string | undefined): string | undefined {
  return readCookie(header, NAME) || undefined;
}
