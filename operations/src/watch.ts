import type { Clock } from "@assay/platform/clock/clock";
import type { Route } from "@assay/platform/http/route";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import type { Mailer } from "@assay/platform/mail/mailer";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import type { ActionCatalogue, CatalogueAction } from "./actions/action-catalogue.ts";
import { Alerts } from "./alerts/alerts.ts";
import { alertmanagerRoutes } from "./api/alerts/alertmanager-routes.ts";
import { deliveryRoutes } from "./api/delivery/delivery-routes.ts";
import { quietRoutes } from "./api/quiet/quiet-routes.ts";
import { watchRoutes } from "./api/systems/watch-routes.ts";
import type { Audit } from "./audit/audit.ts";
import { createDelivery, type DeliverySettings } from "./delivery/create-delivery.ts";
import type { Delivery } from "./delivery/delivery.ts";
import type { Directory } from "./delivery/directory.ts";
import type { Events } from "./events/events.ts";
import type { Principal } from "./identity/principal.ts";
import { createIncidentRoom } from "./incident-room.ts";
import { IncidentCalls } from "./incidents/incident-calls.ts";
import { Incidents } from "./incidents/incidents.ts";
import { createListening, type WatchdogSettings } from "./listening.ts";
import { ChartHistory } from "./metrics-history/chart-history.ts";
import type { Paging } from "./on-call/paging.ts";
import { createOnCall } from "./on-call.ts";
import { createQuiet, type Quiet } from "./quiet/quiet.ts";
import { createStatusPage } from "./status-page.ts";
import { Evaluation } from "./systems/evaluation.ts";
import type { Systems } from "./systems/systems.ts";

export interface WatchSettings extends WatchdogSettings, DeliverySettings {
  /** Address of the public status page. */
  readonly statusUrl: string;
  readonly evaluationIntervalMs: number;
}

export interface WatchOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: WatchSettings;
  readonly jobs: Jobs;
  readonly mailer: Mailer | undefined;
  readonly events: Events;
  readonly audit: Audit;
  readonly directory: Directory;
  readonly systems: Systems;
  readonly personToken: (personId: string, system: string) => Promise<string | undefined>;
  readonly isSignedIn: (sessionId: string) => Promise<boolean>;
}

/** The half of the plane that looks: numbers become alerts, alerts become pages and incidents. */
export interface Watch extends AsyncDisposable {
  readonly alerts: Alerts;
  readonly quiet: Quiet;
  readonly incidents: Incidents;
  readonly delivery: Delivery;
  readonly paging: Paging;
  readonly evaluation: Evaluation;
  readonly charts: ChartHistory;
  readonly routes: readonly Route<Principal>[];
  start(): void;
}

/** Takes alerts up where the last process left them. */
export async function createWatch(options: WatchOptions): Promise<Watch> {
  const { database, clock, settings, systems } = options;
  const incidents = new Incidents({ ...options, calls: () => calls });
  const pages = await createDelivery(options);
  const { delivery } = pages;
  const { publicUrl } = settings;
  const onCall = createOnCall({ ...options, delivery, timeline: incidents, alerts: () => alerts, publicUrl });
  const { paging } = onCall;
  const calls = new IncidentCalls({ clock, paging, publicUrl });
  const quiet = await createQuiet({
    ...options,
    components: (system) => systems.find(system)?.manifest.components,
    onChanged: () => alerts.tick(),
  });
  const alerts = await Alerts.open({ ...options, incidents, paging, publicUrl, quiet: quiet.reader });
  const charts = new ChartHistory({ database });
  const { evaluationIntervalMs } = settings;
  const evaluation = new Evaluation({ ...options, alerts, charts, intervalMs: evaluationIntervalMs });
  const listening = createListening({ ...options, alerts, workedAt: () => evaluation.lastAt });
  const { audit, events, directory, personToken, isSignedIn } = options;
  const api = {
    clock,
    systems,
    evaluation,
    charts,
    alerts,
    incidents,
    delivery,
    directory,
    audit,
    events,
    personToken,
    isSignedIn,
  };
  const statusPage = createStatusPage({
    ...{ ...options, incidents, alerts, maintenance: quiet.maintenance, evaluationIntervalMs },
    ...{ statusUrl: settings.statusUrl, webhookSecret: settings.webhookSecret },
    isLocal: settings.environment === "local",
    evaluatedAt: () => evaluation.lastAt,
  });
  const room = createIncidentRoom({
    ...{ ...options, incidents, alerts, delivery, calls: () => calls },
    manifests: () => systems.list().map(({ manifest }) => manifest),
    publicIncident: (incidentId) => statusPage.publicIncident(incidentId),
  });
  return {
    ...{ alerts, quiet, incidents, delivery, paging, evaluation, charts },
    routes: [
      ...watchRoutes({ ...api, evaluationIntervalMs }),
      ...room.routes,
      ...statusPage.routes,
      ...onCall.routes,
      ...listening.routes,
      ...quietRoutes({ ...quiet, clock, alerts }),
      ...deliveryRoutes({ ...pages, alerts, audit, events }),
      ...alertmanagerRoutes({ alerts, publicUrl }),
    ],
    start: () => {
      room.start();
      statusPage.start();
      onCall.start();
      pages.start();
      listening.start();
      evaluation.start();
    },
    [Symbol.asyncDispose]: async () => {
      await room[Symbol.asyncDispose]();
      await statusPage[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
      await evaluation[Symbol.asyncDispose]();
      await onCall[Symbol.asyncDispose]();
      await pages[Symbol.asyncDispose]();
    },
  };
}

/** The actions that the manifests in force describe, read anew for each call. */
export function actionCatalogue(systems: Pick<Systems, "list" | "url">): ActionCatalogue {
  const list = (): CatalogueAction[] =>
    systems.list().flatMap(({ manifest }) => {
      const url = systems.url(manifest.system);
      if (url === undefined) return [];
      const { system, environment } = manifest;
      const releases = new Set(manifest.killSwitches.map(({ releaseAction }) => releaseAction));
      return manifest.actions.map((description) => {
        const neverStanding = releases.has(description.name);
        return { system, environment, url, description, neverStanding };
      });
    });
  return { list, find: (action) => list().find(({ description }) => description.name === action) };
}
