import { answer, answerText, type Guard, mediaReply, type Route, route } from "@assay/platform/http/route";
import { accept, refuse } from "@assay/primitives/result";
import type { Alerts } from "../../alerts/alerts.ts";
import { fromAlertmanager } from "../../alerts/from-alertmanager.ts";
import { type Principal, reader } from "../../identity/principal.ts";
import { alertmanagerConfig } from "../../thresholds/alertmanager-config.ts";
import { alertmanagerBodySchema, alertmanagerReplySchema } from "../schema/alertmanager.ts";

export interface AlertmanagerApi {
  readonly alerts: Pick<Alerts, "follow">;
  /** Address of the plane. */
  readonly publicUrl: string;
}

const LARGEST_BODY_BYTES = 2 * 1024 * 1024;

/** A machine whose API key has the scope `alerts:write`, or a service with its key. */
const alertWriter: Guard<Principal, undefined> = {
  check: (principal) => {
    if (principal === undefined) return refuse({ code: "UNAUTHENTICATED" });
    const mayWrite =
      principal.kind === "service" || (principal.kind === "machine" && principal.scopes.includes("alerts:write"));
    return mayWrite ? accept(undefined) : refuse({ code: "FORBIDDEN" });
  },
};

/** Alertmanager as a source of alerts: its webhook, and the configuration that sends to it. */
export function alertmanagerRoutes(api: AlertmanagerApi): readonly Route<Principal>[] {
  return [receiveAlerts(api), getConfig(api)];
}

/** POST `/api/alertmanager`: answers once every alert of it is written, so that Alertmanager sends again otherwise. */
function receiveAlerts({ alerts }: AlertmanagerApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/alertmanager",
    summary: "Webhook of Alertmanager, version 4",
    access: alertWriter,
    body: alertmanagerBodySchema,
    bodyLimitBytes: LARGEST_BODY_BYTES,
    replies: { 200: alertmanagerReplySchema },
    handle: async ({ body }) => {
      const of = (status: "firing" | "resolved") =>
        body.alerts.filter((alert) => alert.status === status).map(fromAlertmanager);
      const [raised, settled] = [of("firing"), of("resolved")];
      await alerts.follow({ raised, settled, why: "Alertmanager says that it is over" });
      return answer(200, { raised: raised.length, settled: settled.length });
    },
  });
}

/** GET `/api/alertmanager-config` */
function getConfig({ publicUrl }: AlertmanagerApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/alertmanager-config",
    summary: "A configuration for an Alertmanager that sends its alerts here",
    access: reader("read:alerts"),
    replies: { 200: mediaReply("application/yaml") },
    handle: async () => answerText(200, alertmanagerConfig({ url: publicUrl }), "application/yaml; charset=utf-8"),
  });
}
