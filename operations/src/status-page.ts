import type { Secret } from "@assay/platform/config/secret";
import type { Route } from "@assay/platform/http/route";
import { HOUR_MS } from "@assay/primitives/instant";
import type { PublicIncidentView } from "./api/schema/status.ts";
import { statusRoutes } from "./api/status/status-routes.ts";
import type { Principal } from "./identity/principal.ts";
import { PublicIncidents, type PublicIncidentsOptions } from "./status-page/public-incidents.ts";
import { StatusBoard, type StatusBoardOptions } from "./status-page/status-board.ts";
import { publicIncidentView, StatusContent, type StatusContentOptions } from "./status-page/status-content.ts";
import { StatusDesk } from "./status-page/status-desk.ts";
import { Subscriptions, type SubscriptionsOptions } from "./status-page/subscriptions.ts";
import { repeat } from "./systems/repeat.ts";

export interface StatusPageOptions
  extends Omit<PublicIncidentsOptions, "board" | "jobs">,
    Omit<StatusBoardOptions, "maintenance">,
    Pick<SubscriptionsOptions, "jobs" | "mailer" | "isLocal"> {
  readonly maintenance: StatusBoardOptions["maintenance"] & StatusContentOptions["maintenance"];
  /** What tokens and webhook signatures are derived from. */
  readonly webhookSecret: Secret<string>;
  /** Address of the public page. */
  readonly statusUrl: string;
}

/** What users are told. */
export interface StatusPage extends AsyncDisposable {
  readonly routes: readonly Route<Principal>[];
  /** What was told about an incident. */
  publicIncident(incidentId: string): Promise<PublicIncidentView | undefined>;
  start(): void;
}

export function createStatusPage(options: StatusPageOptions): StatusPage {
  const { clock, logger, statusUrl: url, webhookSecret: secret } = options;
  const board = new StatusBoard(options);
  const content = new StatusContent({ ...options, board, url });
  const publicIncidents = new PublicIncidents({ ...options, board });
  const subscriptions = new Subscriptions({ ...options, secret, url });
  const desk = new StatusDesk({ ...options, board, onChanged: () => content.forget() });
  const stop = new AbortController();
  let cleaning: Promise<void> = Promise.resolve();
  return {
    routes: statusRoutes({ ...options, board, content, publicIncidents, subscriptions, desk, url }),
    publicIncident: async (incidentId) => {
      const found = await publicIncidents.of(incidentId);
      return found && publicIncidentView(found);
    },
    start: () => {
      board.start();
      const work = async () => {
        await Promise.all([board.forgetOld(), subscriptions.forgetOld()]).catch((error: unknown) =>
          logger.warn({ error }, "What the status page no longer needs could not be removed"),
        );
      };
      cleaning = repeat(work, { clock, everyMs: HOUR_MS, signal: stop.signal });
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await cleaning;
      await board[Symbol.asyncDispose]();
    },
  };
}
