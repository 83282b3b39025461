import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import type { Principal } from "../../identity/principal.ts";
import {
  subscriptionAnswerSchema,
  subscriptionBodySchema,
  subscriptionEndSchema,
  subscriptionTokenBodySchema,
} from "../schema/status.ts";
import type { StatusApi } from "./status-api.ts";

const ASKED = {
  email: "If this address is not on the list yet, it gets a message with a link to confirm.",
  webhook: "If this address is not on the list yet, it gets a challenge; it is on the list once it repeats it.",
} as const;
const TOKEN_INVALID = { TOKEN_INVALID: 404 } as const;

/** Open to everybody, and bounded per peer and per address. */
export function subscriptionRoutes(api: StatusApi): readonly Route<Principal>[] {
  return [subscribe(api), confirm(api), unsubscribe(api)];
}

function subscribe({ subscriptions }: StatusApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/status/subscriptions",
    summary: "Ask to be told of updates by e-mail or webhook; the address must confirm",
    access: "open",
    body: subscriptionBodySchema,
    bodyLimitBytes: 4_096,
    replies: { 202: subscriptionAnswerSchema },
    refusals: { FULL: 503, NO_MAIL: 503 },
    handle: async ({ body, remoteAddress }) => {
      const asked = await subscriptions.ask({ ...body, remoteAddress });
      if (asked.ok) return answer(202, { message: ASKED[body.kind] });
      if (asked.refusal.code === "NO_MAIL") return refuse({ code: "NO_MAIL", detail: "No mail is sent from here." });
      if (asked.refusal.code === "FULL")
        return refuse({ code: "FULL", detail: "No more subscriptions at the moment." });
      return refuse({ ...asked.refusal, code: "RATE_LIMITED" });
    },
  });
}

function confirm({ subscriptions }: StatusApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/status/subscriptions/confirm",
    summary: "Confirm a subscription with the token of the message",
    access: "open",
    body: subscriptionTokenBodySchema,
    bodyLimitBytes: 1_024,
    replies: { 200: subscriptionEndSchema },
    refusals: TOKEN_INVALID,
    handle: async ({ body: { token } }) => {
      const confirmed = await subscriptions.confirm(token);
      if (confirmed.ok) return answer(200, { message: "You will be told of every update." });
      return refuse({ code: "TOKEN_INVALID", detail: "This link is not good any more; subscribe again." });
    },
  });
}

function unsubscribe({ subscriptions }: StatusApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/status/subscriptions/end",
    summary: "End a subscription with the token of any of its messages",
    access: "open",
    body: subscriptionTokenBodySchema,
    bodyLimitBytes: 1_024,
    replies: { 200: subscriptionEndSchema },
    refusals: TOKEN_INVALID,
    handle: async ({ body: { token } }) => {
      const ended = await subscriptions.unsubscribe(token);
      if (ended.ok) return answer(200, { message: "You will not be written to any more." });
      return refuse({ code: "TOKEN_INVALID", detail: "This link belongs to no subscription." });
    },
  });
}
