import type { Clock } from "@assay/platform/clock/clock";
import type { PublicIncidents } from "../../status-page/public-incidents.ts";
import type { StatusBoard } from "../../status-page/status-board.ts";
import type { StatusContent } from "../../status-page/status-content.ts";
import type { StatusDesk } from "../../status-page/status-desk.ts";
import type { Subscriptions } from "../../status-page/subscriptions.ts";

/** What the routes of the status page need. */
export interface StatusApi {
  readonly clock: Clock;
  readonly board: StatusBoard;
  readonly content: StatusContent;
  readonly publicIncidents: PublicIncidents;
  readonly subscriptions: Subscriptions;
  readonly desk: StatusDesk;
  /** Address of the public page. */
  readonly url: string;
}
