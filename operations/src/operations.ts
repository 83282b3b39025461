import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { systemClock } from "@assay/platform/clock/clock";
import type { Secret } from "@assay/platform/config/secret";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "@assay/platform/http/http-server";
import type { StaticSite } from "@assay/platform/http/static-sites";
import { createJobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import { createMailer } from "@assay/platform/mail/mailer";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { systemRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { migrate } from "@assay/platform/storage/migrate";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { planeRoutes } from "./api/plane/plane-routes.ts";
import { createApprovalPages } from "./approvals/approval-pages.ts";
import type { OperationsConfig, SystemAddress } from "./config.ts";
import { dataSources } from "./data-sources.ts";
import type { Directory } from "./delivery/directory.ts";
import { createEvents } from "./events/events.ts";
import { nameOf, type Principal } from "./identity/principal.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { type OwnRunbook, ownManifestSource, ownRunbookRoute, readOwnRunbooks } from "./own-runbooks.ts";
import { planeManifest } from "./plane-manifest.ts";
import { createProcedures, type Procedures } from "./procedures.ts";
import { createRoutine, type Routine } from "./routine.ts";
import type { Program } from "./runbooks/run/ports.ts";
import { fileManifestSource } from "./systems/manifest-file.ts";
import { openManifestFolder } from "./systems/manifest-folder.ts";
import { httpManifestSource, type ManifestSource } from "./systems/manifest-source.ts";
import { createSystems } from "./systems/systems.ts";
import { createTrust, type Trust } from "./trust.ts";
import { actionCatalogue, createWatch, type Watch } from "./watch.ts";

export interface OperationsOptions {
  readonly config: OperationsConfig;
  readonly logger: Logger;
  readonly version: string;
  /** Programs that `sh` steps may start, by their first word. */
  readonly programs: ReadonlyMap<string, Program>;
}

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));
const JOBS_SCHEMA = "operations_jobs";

/** Starts the plane; everything it opens is on `resources`. Systems are watched once the plane answers them itself. */
export async function startOperations(
  resources: AsyncDisposableStack,
  options: OperationsOptions,
): Promise<HttpServer> {
  const { config, logger } = options;
  const edges = {
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics: createMetrics({ service: "operations" }),
    events: resources.use(createEvents()),
  };
  const jobs = createJobs({ url: config.databaseUrl, schema: JOBS_SCHEMA, logger });
  const database = await openPlaneDatabase(resources, config.databaseUrl);
  const mailer = config.smtpUrl && resources.use(createMailer({ url: config.smtpUrl, from: config.mailFrom }));
  const plane = { ...edges, database, config, jobs, mailer };

  // The halves need each other: what one is built with calls the other only once both are there.
  const made: { trust?: Trust; watch?: Watch } = {};
  const ownRunbooks = await readOwnRunbooks();
  const runbooks = ownRunbooks.map(({ reference }) => reference);
  const manifest = planeManifest(config, { version: options.version, runbooks });
  const systems = resources.use(
    await createSystems({ ...plane, ...systemSettings(config, manifest, () => made.trust!) }),
  );
  const directory: Directory = { people: () => made.trust!.identity.active() };
  const trust = await createTrust({
    ...plane,
    settings: config,
    catalogue: actionCatalogue(systems),
    pager: createApprovalPages({
      ...{ ...edges, directory, publicUrl: config.publicUrl },
      paging: () => made.watch!.paging,
      delivery: () => made.watch!.delivery,
    }),
    alerts: () => made.watch!.alerts,
    timeline: { append: (incidentId, entry) => made.watch!.incidents.append(incidentId, entry) },
  });
  made.trust = resources.use(trust);
  const personToken = (personId: string, system: string) => trust.identity.tokens.access(personId, system);
  const watch = await createWatch({
    ...{ ...plane, settings: config, audit: trust.audit, directory, systems, personToken },
    isSignedIn: (sessionId) => trust.identity.isSignedIn(sessionId),
  });
  made.watch = resources.use(watch);
  const sources = resources.use(dataSources(config.dataSources));
  const { prometheusUrl } = config;
  const { programs } = options;
  const procedures = resources.use(
    createProcedures({ ...plane, trust, watch, systems, dataSource: sources.find, programs, prometheusUrl }),
  );
  const routine = resources.use(createRoutine({ ...plane, trust, watch, systems }));

  await jobs.start();
  resources.use(jobs);
  await grantJobs(config.databaseUrl);
  const server = resources.use(
    await serve({ ...plane, trust, watch, procedures, routine, manifest, ownRunbooks, version: options.version }),
  );
  systems.start();
  watch.start();
  procedures.start();
  routine.start();
  return server;
}

/** Migrates as the owner, then works as a role that may change neither the schema nor the audit log. */
async function openPlaneDatabase(resources: AsyncDisposableStack, url: Secret<string>): Promise<Database> {
  await using owner = openDatabase({ url, applicationName: "operations migrations", maxConnections: 2 });
  await migrate(owner, [MIGRATIONS]);
  return resources.use(openDatabase({ url, applicationName: "operations", role: "operations_app" }));
}

/** Pages are enqueued in the transactions of the working role. */
async function grantJobs(url: Secret<string>): Promise<void> {
  await using owner = openDatabase({ url, applicationName: "operations grants", maxConnections: 1 });
  const schema = fragment`operations_jobs`;
  await owner.execute(sql`grant usage on schema ${schema} to operations_app`);
  await owner.execute(sql`grant select, insert, update, delete on all tables in schema ${schema} to operations_app`);
}

function systemSettings(config: OperationsConfig, manifest: Manifest, trust: () => Trust) {
  const token = async (audience: string) => (await trust().identity.tokens.forPlane(audience)).token;
  const sourceOf = (address: SystemAddress): ManifestSource => {
    if ("file" in address) return fileManifestSource(address.file);
    const { name, url } = address;
    return httpManifestSource(url, name === undefined ? undefined : () => token(name));
  };
  return {
    sources: [...config.systems.map(sourceOf), ...(config.port === 0 ? [] : [ownManifestSource(manifest)])],
    folder: config.manifestDirectory === undefined ? undefined : openManifestFolder(config.manifestDirectory),
    token,
    manifestIntervalMs: config.manifestIntervalMs,
    scrapeIntervalMs: config.scrapeIntervalMs,
  };
}

interface Halves {
  readonly trust: Trust;
  readonly watch: Watch;
}

function serve(
  parts: Halves &
    Pick<HttpServerOptions<Principal>, "logger" | "metrics" | "clock" | "random" | "version"> & {
      readonly database: Database;
      readonly config: OperationsConfig;
      readonly procedures: Procedures;
      readonly routine: Routine;
      readonly manifest: Manifest;
      readonly ownRunbooks: readonly OwnRunbook[];
    },
): Promise<HttpServer> {
  const { trust, watch, procedures, routine, config, version, logger } = parts;
  const { evaluationIntervalMs } = config;
  const own = planeRoutes({ ...parts, evaluationIntervalMs, evaluatedAt: () => watch.evaluation.lastAt });
  return startHttpServer<Principal>({
    ...{ service: "operations", version, logger, metrics: parts.metrics, clock: parts.clock, random: parts.random },
    host: config.host,
    port: config.port,
    routes: [
      ...trust.routes,
      ...watch.routes,
      ...procedures.routes,
      ...routine.routes,
      ...own,
      ownRunbookRoute(parts.ownRunbooks),
    ],
    authenticate: trust.authenticate,
    identityOf: nameOf,
    staticSites: consoleSite(config, logger),
    trustedProxies: config.trustedProxies,
  });
}

/** The console, when it was built. Its components set style attributes and rules; scripts stay strict. */
function consoleSite({ consoleDirectory }: OperationsConfig, logger: Logger): StaticSite[] {
  if (consoleDirectory === undefined) return [];
  if (!existsSync(consoleDirectory)) {
    logger.warn({ directory: consoleDirectory }, "The console is not built; only the API is served");
    return [];
  }
  const csp = { "style-src": ["'self'", "'unsafe-inline'"] };
  return [{ prefix: "/", directory: consoleDirectory, spaFallback: true, csp }];
}
