import { join } from "node:path";
import { createTokenVerifier } from "@assay/platform/auth/access-token";
import { watchRevocations } from "@assay/platform/auth/revocation-feed";
import { createSeal, deriveSealingKey } from "@assay/platform/auth/seal";
import { remoteKeys } from "@assay/platform/auth/verification-keys";
import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { createRpcPool } from "@assay/platform/evm-client/rpc-pool";
import { type HttpServer, startHttpServer } from "@assay/platform/http/http-server";
import { LOOPBACK_NETWORKS } from "@assay/platform/http/networks";
import type { Route } from "@assay/platform/http/route";
import { createJobs, type Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import { createMailer } from "@assay/platform/mail/mailer";
import { createMetrics, type Metrics } from "@assay/platform/metrics/metrics";
import { type Random, systemRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { migrate } from "@assay/platform/storage/migrate";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { HOUR_MS, SECOND_MS } from "@assay/primitives/instant";
import { adminLedgerRoutes } from "./api/admin/ledger-routes.ts";
import { adminUserRoutes } from "./api/admin/user-routes.ts";
import { apiKeyRoutes } from "./api/api-keys/api-key-routes.ts";
import { securityRoutes } from "./api/auth/security-routes.ts";
import { createSessionCookie } from "./api/auth/session-cookie.ts";
import { signInRoutes } from "./api/auth/sign-in-routes.ts";
import { createAuthenticate, identityOf } from "./api/authenticate.ts";
import { backupRoutes } from "./api/backups/backup-routes.ts";
import { balanceRoutes } from "./api/balances/balance-routes.ts";
import { bannerRoutes } from "./api/banners/banner-routes.ts";
import { dashboardRoute } from "./api/dashboard/dashboard-route.ts";
import { errorRoutes } from "./api/errors/error-routes.ts";
import { faucetRoute } from "./api/faucet/faucet-route.ts";
import { flagRoutes } from "./api/feature-flags/flag-routes.ts";
import { healthRoutes, workerRoutes } from "./api/health/health-routes.ts";
import { jobRoutes } from "./api/jobs/job-routes.ts";
import { marketRoutes } from "./api/markets/market-routes.ts";
import { opsRoutes } from "./api/ops/ops-routes.ts";
import { orderRoutes } from "./api/orders/order-routes.ts";
import type { Principal } from "./api/principal.ts";
import { reconciliationRoutes } from "./api/reconciliation/reconciliation-routes.ts";
import { deliverAuditEntries } from "./audit/audit-delivery.ts";
import { addBackupMetrics } from "./backups/backup-metrics.ts";
import { type Backups, createBackups } from "./backups/backups.ts";
import { addChainLag } from "./chain-watch/chain-lag.ts";
import type { Config } from "./config.ts";
import { createApiKeys } from "./customers/api-keys.ts";
import type { CustomerId } from "./customers/customer.ts";
import { findCustomer } from "./customers/customer-store.ts";
import { createSecurity } from "./customers/security.ts";
import { createSignIn } from "./customers/sign-in.ts";
import { createErrorRecorder } from "./error-events/error-recorder.ts";
import { createFaucet } from "./faucet/faucet.ts";
import { createFlagCache, type FlagCache } from "./feature-flags/flag-cache.ts";
import type { Listing } from "./feature-flags/flag-name.ts";
import { createFlagSwitch, type FlagSwitch } from "./feature-flags/flag-switch.ts";
import { writeInitialFlags } from "./feature-flags/initial-flags.ts";
import { createIdempotency } from "./idempotency/idempotency.ts";
import { countCreated } from "./job-queues/count-created.ts";
import { createPauseFollower } from "./job-queues/follow-pauses.ts";
import { grantJobs } from "./job-queues/grant-jobs.ts";
import { cleanUp } from "./job-queues/housekeeping.ts";
import { mailSchema } from "./job-queues/mail.ts";
import { type ObservedJobs, observeJobs } from "./job-queues/observed-jobs.ts";
import { JOBS_SCHEMA, QUEUE_NAMES, QUEUES } from "./job-queues/queues.ts";
import { repeat } from "./job-queues/repeat.ts";
import { announceNotices } from "./ledger/announce-notices.ts";
import { createLedger, type Ledger } from "./ledger/ledger.ts";
import { LedgerCache } from "./ledger/ledger-cache.ts";
import { relayOutbox } from "./ledger/outbox-relay.ts";
import { ASSETS } from "./markets/assets.ts";
import { MARKETS } from "./markets/markets.ts";
import type { Action } from "./operations/action.ts";
import { backupActions } from "./operations/backup-actions.ts";
import { backendChecks } from "./operations/checks.ts";
import { type ConfiguredBackups, configuredBackups } from "./operations/configured-backups.ts";
import { customerActions } from "./operations/customer-actions.ts";
import { engineFaults } from "./operations/engine-faults.ts";
import type { Fault } from "./operations/fault.ts";
import { flagActions } from "./operations/flag-actions.ts";
import { addGauges } from "./operations/gauges.ts";
import { beat, WORKER } from "./operations/heartbeat.ts";
import { createHttpFaults } from "./operations/http-faults.ts";
import { jobActions } from "./operations/job-actions.ts";
import { ledgerActions } from "./operations/ledger-actions.ts";
import { buildManifest } from "./operations/manifest.ts";
import { readReadiness } from "./operations/readiness.ts";
import { reconciliationActions } from "./operations/reconciliation-actions.ts";
import { readRunbooks } from "./operations/runbook-files.ts";
import { storeFaults } from "./operations/store-faults.ts";
import { createExchange, type Exchange } from "./orders/exchange.ts";
import { OPEN_STATUSES } from "./orders/order.ts";
import { createPlaneClient } from "./plane/plane-client.ts";
import { RATE_LIMITS } from "./rate-limits/rate-limit.ts";
import { createRateLimiter } from "./rate-limits/rate-limiter.ts";
import { createReconciliation, type Reconciliation } from "./reconciliation/reconciliation.ts";
import { addReconciliationMetrics } from "./reconciliation/reconciliation-metrics.ts";
import { requireReconciled } from "./reconciliation/report-store.ts";

/** What a process of CoinHubX is started with; tests pass their own clock, chance and resources. */
export interface ServiceOptions {
  readonly config: Config;
  readonly version: string;
  readonly logger: Logger;
  /** Everything that is opened goes here and is closed in reverse. */
  readonly resources: AsyncDisposableStack;
  readonly clock?: Clock;
  readonly random?: Random;
}

interface Service extends Required<ServiceOptions> {
  readonly name: string;
  readonly metrics: Metrics;
}

interface Stores {
  readonly database: Database;
  readonly cache: FlagCache;
}

const ROLE = "coinhubx_app";
const MIGRATIONS = join(import.meta.dirname, "../migrations");
const RUNBOOKS = join(import.meta.dirname, "../runbooks");
const LISTING: Listing = {
  markets: MARKETS.map(({ code }) => code),
  assets: ASSETS.map(({ code }) => code),
};
const BACKEND = "coinhubx-backend";

function toService(options: ServiceOptions, name: string): Service {
  const { clock = systemClock, random = systemRandom } = options;
  return { ...options, clock, random, name, metrics: createMetrics({ service: name, clock }) };
}

/** Brings the schema up to date as its owner, then works as the application's role. */
async function openStores({ config, logger, resources, clock, name }: Service): Promise<Stores> {
  const onError = (error: Error) => logger.warn({ error }, "A database connection was lost");
  const url = config.DATABASE_URL;
  {
    await using owner = openDatabase({ url, applicationName: `${name} migrations`, maxConnections: 2, onError });
    const { applied } = await migrate(owner, [MIGRATIONS]);
    if (applied.length > 0) logger.info({ applied }, "The schema was brought up to date");
  }
  const database = resources.use(openDatabase({ url, applicationName: name, role: ROLE, onError }));
  await writeInitialFlags(database, LISTING, config.environment);
  const cache = resources.use(await createFlagCache({ database, clock }));
  return { database, cache };
}

/** Starts the queue that `jobs` was told of, and lets the application's role enqueue in its own transactions. */
async function startJobs({ config, resources, name }: Service, jobs: Jobs): Promise<void> {
  resources.use(jobs);
  await jobs.start();
  await using owner = openDatabase({ url: config.DATABASE_URL, applicationName: `${name} grants`, maxConnections: 1 });
  await grantJobs(owner);
}

function openJobs({ config, logger, metrics }: Service): Jobs {
  return createJobs({ url: config.DATABASE_URL, schema: JOBS_SCHEMA, logger, onSent: countCreated(metrics) });
}

/** The HTTP API, market data and the matching engines. @throws ConfigurationError, Failure: it does not start. */
export async function startBackend(options: ServiceOptions): Promise<{ readonly url: string }> {
  const service = toService(options, BACKEND);
  const { config, logger, resources, clock, random, metrics } = service;
  const { database, cache } = await openStores(service);
  const jobs = openJobs(service);
  for (const queue of QUEUE_NAMES) jobs.declare(queue, QUEUES[queue]);
  await startJobs(service, jobs);
  const errors = resources.use(createErrorRecorder({ database, clock, random }));
  // The engine and the API write to one ledger, so what one has just read serves the other.
  const ledgerCache = new LedgerCache();
  const ledger = resources.use(createLedger({ database, clock, metrics, cache: ledgerCache }));
  const exchange = resources.use(createExchange({ database, clock, random, metrics, logger, ledgerCache }));
  await exchange.start();
  addGauges({ metrics, database, clock, jobs, cache, listing: LISTING });
  let server: HttpServer | undefined;
  const url = () => config.COINHUBX_PUBLIC_URL ?? server?.url ?? "";
  const access = openAccess(service, database);
  const reconciliation = openReconciliation(service, database);
  const parts = { ...service, database, cache, jobs, ledger, exchange, reconciliation, access, url };
  const customers = customerRoutes(parts);
  const operators = await operatorRoutes(parts);
  server = await startHttpServer<Principal>({
    ...{ service: BACKEND, version: service.version, logger, metrics, clock, random },
    host: config.COINHUBX_HOST,
    port: config.COINHUBX_PORT,
    routes: operators.wrap([...customers, ...operators.routes]),
    authenticate: createAuthenticate(access),
    identityOf,
    rateLimits: httpRates(config),
    trustedProxies: trustedProxies(config),
    onError: (error, place) => {
      const { requestId, userId, endpoint, method, status, code } = place;
      errors.record({ error, requestId, userId, endpoint: `${method} ${endpoint}`, context: { status, code } });
    },
  });
  resources.use(server);
  return { url: server.url };
}

function openReconciliation({ metrics, clock, logger }: Service, database: Database): Reconciliation {
  const onReport = addReconciliationMetrics(metrics, database);
  return createReconciliation({ database, clock, logger, onReport });
}

/** Undefined where no folder for backups is set, or the database's own folder is not on this machine. */
function openBackups({ config, clock, logger }: Service): Backups | undefined {
  const { COINHUBX_BACKUP_DIR: directory, COINHUBX_DATA_DIRECTORY: dataDirectory } = config;
  if (directory === undefined || dataDirectory === undefined) return undefined;
  const folders = {
    ...{ directory, dataDirectory, archiveDirectory: config.COINHUBX_ARCHIVE_DIR },
    secondDirectory: config.COINHUBX_BACKUP_SECOND_DIR,
  };
  return createBackups({ url: config.DATABASE_URL, ...folders, clock, logger });
}

/** Who may call: customers by what our database holds, operators by what the plane signed. */
function openAccess({ config, clock, random, logger, resources }: Service, database: Database) {
  const limiter = createRateLimiter({ database, clock });
  const registerLimit = { ...RATE_LIMITS.register, limit: config.COINHUBX_REGISTRATIONS_PER_HOUR };
  const keys = remoteKeys({ jwksUrl: `${config.COINHUBX_PLANE_URL}/.well-known/jwks.json`, clock });
  const revocations = resources.use(watchRevocations({ planeUrl: config.COINHUBX_PLANE_URL, clock, logger }));
  const isRevoked = (sub: string, epoch: number) => revocations.isRevoked(sub, epoch);
  const seal = createSeal(deriveSealingKey(config.COINHUBX_SEALING_KEY.reveal(), "coinhubx.seal.v1"), random);
  const proofs = { database, clock, random, limiter, seal };
  return {
    signIn: createSignIn({ ...proofs, registerLimit }),
    security: createSecurity(proofs),
    apiKeys: createApiKeys(proofs),
    tokens: createTokenVerifier({ issuer: "assay", audience: "coinhubx", keys, clock, isRevoked }),
  };
}

interface BackendParts extends Service, Stores {
  readonly jobs: Jobs;
  readonly ledger: Ledger;
  readonly exchange: Exchange;
  readonly reconciliation: Reconciliation;
  readonly access: ReturnType<typeof openAccess>;
  /** Where this backend is reached; known once it listens. */
  readonly url: () => string;
}

function customerRoutes(parts: BackendParts): Route<Principal>[] {
  const { config, database, clock, metrics, access, exchange, cache } = parts;
  const idempotency = createIdempotency({ database, clock });
  const failedLogins = metrics.counter({ name: "failed_logins_total", help: "Sign-ins with wrong credentials." });
  const lookUp = (id: CustomerId) => findCustomer(database, id);
  // Where nobody says how the pages are served, only a local machine may go without encryption.
  const isEncrypted = config.COINHUBX_FRONTEND_ORIGIN?.startsWith("https:") ?? config.environment !== "local";
  const cookie = createSessionCookie(isEncrypted);
  const faucet = { faucet: createFaucet({ database, clock }), idempotency };
  return [
    ...signInRoutes({
      signIn: access.signIn,
      cookie,
      findCustomer: lookUp,
      onFailedLogin: () => failedLogins.increment(),
    }),
    ...securityRoutes(access.security),
    ...apiKeyRoutes(access.apiKeys),
    ...balanceRoutes({ database, findCustomer: lookUp }),
    ...marketRoutes({ exchange, clock, flags: () => cache.current() }),
    ...bannerRoutes({ clock, planeUrl: config.COINHUBX_PLANE_URL, system: "coinhubx" }),
    ...orderRoutes(exchange),
    ...(config.environment === "local" ? [faucetRoute(faucet)] : []),
  ];
}

async function operatorRoutes(parts: BackendParts) {
  const { config, database, clock, metrics, cache, jobs, ledger, reconciliation, version, logger } = parts;
  const flags = createFlagSwitch({ database, cache, logger });
  const stored = openBackups(parts);
  if (stored !== undefined) addBackupMetrics(metrics, stored);
  const backups = configuredBackups(stored);
  const checks = backendChecks({ database, jobs, clock, cache, leadership: () => parts.exchange.leadership() });
  const readiness = () => readReadiness(checks, clock);
  const consoleUrl = `${config.COINHUBX_PLANE_URL}/systems/coinhubx`;
  const listBackups = () => backups.list();
  const faults = openFaults(parts);
  const actions = openActions(parts, flags, backups);
  const routes = [
    ...healthRoutes({ service: BACKEND, version, clock, metrics, readiness, scrapers: config.COINHUBX_OPS_CIDRS }),
    dashboardRoute({ clock, database, metrics, jobs, reconciliation, readiness, backups: listBackups, consoleUrl }),
    ...errorRoutes({ database, clock }),
    ...flagRoutes({
      ...parts,
      flags,
      listing: LISTING,
      plane: createPlaneClient({ url: config.COINHUBX_PLANE_URL, key: config.COINHUBX_PLANE_KEY }),
      requireReconciled,
      countOpenOrders: () => countOpen(database),
    }),
    ...jobRoutes({ jobs, database }),
    ...reconciliationRoutes({ reconciliation, clock, logger }),
    ...backupRoutes(backups),
    ...adminLedgerRoutes({ database, ledger }),
    ...adminUserRoutes(database),
    ...(await manifestRoutes(parts, { actions, faults: faults.all })),
  ];
  return { routes, wrap: faults.wrap };
}

function openActions(
  { database, clock, jobs, ledger, reconciliation }: BackendParts,
  flags: FlagSwitch,
  backups: ConfiguredBackups,
): Action[] {
  return [
    ...flagActions({ flags, listing: LISTING, requireReconciled }),
    ...ledgerActions({ database, ledger, clock }),
    ...reconciliationActions(reconciliation),
    ...backupActions({ backups, database }),
    ...jobActions({ database, jobs }),
    ...customerActions(database),
  ];
}

interface Offered {
  readonly actions: readonly Action[];
  readonly faults: readonly Fault[];
}

/** `/ops`: what the plane is told of, and how it acts. */
async function manifestRoutes(parts: BackendParts, { actions, faults }: Offered): Promise<Route<Principal>[]> {
  const { config, database, logger, access, version, url } = parts;
  const runbooks = await readRunbooks(RUNBOOKS);
  const manifest = () =>
    buildManifest({
      version,
      environment: config.environment,
      urls: { backend: url(), worker: workerUrl(config), frontend: config.COINHUBX_FRONTEND_ORIGIN },
      actions,
      runbooks: [...runbooks.values()],
      faults,
    });
  return opsRoutes({
    manifest,
    actions: new Map(actions.map((action) => [action.description.name, action])),
    runbooks,
    faults: new Map(faults.map((fault) => [fault.description.name, fault])),
    tokens: access.tokens,
    database,
    logger,
  });
}

/** Faults exist only where `ASSAY_FAULTS` says so, which `config.ts` refuses outside local mode. */
function openFaults({ config, clock, logger, resources, exchange, url }: BackendParts) {
  const unwrapped = (routes: readonly Route<Principal>[]) => routes;
  if (config.ASSAY_FAULTS !== "enabled") return { all: [], wrap: unwrapped };
  logger.warn({}, "Fault injection is enabled: this process breaks on request");
  const owner = resources.use(openDatabase({ url: config.DATABASE_URL, applicationName: "faults", maxConnections: 1 }));
  const http = resources.use(createHttpFaults({ clock, url }));
  const reconciliationIntervalMs = config.COINHUBX_RECONCILIATION_INTERVAL_S * SECOND_MS;
  const stores = storeFaults({ owner, reconciliationIntervalMs, backupDirectory: config.COINHUBX_BACKUP_DIR });
  return {
    all: [...http.faults, ...engineFaults(exchange), ...stores],
    wrap: (routes: readonly Route<Principal>[]) => routes.map((route) => http.wrap(route)),
  };
}

async function countOpen(database: Database): Promise<number> {
  const [row] = await database.query<{ count: string }>(sql`
    select count(*) as count from orders where status = any(${OPEN_STATUSES})`);
  return Number(row?.count ?? 0);
}

function workerUrl(config: Config): string {
  return config.COINHUBX_WORKER_URL ?? `http://${config.COINHUBX_HOST}:${config.COINHUBX_WORKER_PORT}`;
}

function trustedProxies(config: Config): readonly string[] {
  const { COINHUBX_TRUSTED_PROXIES: configured, environment } = config;
  return environment === "local" ? [...configured, ...LOOPBACK_NETWORKS] : configured;
}

/** Per process: order commands 100/s, other calls 600/min per customer; 100/min per address without identity. */
function httpRates(config: Config) {
  const local = config.environment === "local" ? LOOPBACK_NETWORKS : [];
  return {
    perIdentity: { default: { perSecond: 10, burst: 600 }, orders: { perSecond: 100, burst: 200 } },
    perAddress: { perSecond: 100 / 60, burst: 100 },
    exemptNetworks: [...config.COINHUBX_OPS_CIDRS, ...local],
  };
}

const BEAT_MS = 2 * SECOND_MS;
const EXPIRY_MS = 5 * SECOND_MS;
const NOTICES_MS = SECOND_MS;
const AUDIT_MS = SECOND_MS;
const PAUSES_MS = 2 * SECOND_MS;
const DEAD_LETTERS_MS = 5 * SECOND_MS;

/** The background jobs: reconciliation, backups, expiries, mail, delivery of audit entries, the watch over the chain. */
export async function startWorker(options: ServiceOptions): Promise<{ readonly url: string }> {
  const service = toService(options, WORKER);
  const { config, logger, resources, clock, random, metrics, version } = service;
  const { database } = await openStores(service);
  const backups = openBackups(service);
  const jobs = openJobs(service);
  const observed = observeJobs({ jobs, metrics, clock, logger });
  defineJobs(service, { observed, jobs, backups, reconciliation: openReconciliation(service, database) });
  await startJobs(service, jobs);
  const ledger = resources.use(createLedger({ database, clock, metrics }));
  const plane = createPlaneClient({ url: config.COINHUBX_PLANE_URL, key: config.COINHUBX_PLANE_KEY });
  const every = (name: string, everyMs: number, work: () => Promise<unknown>) =>
    resources.use(repeat({ clock, logger, name, everyMs }, work));
  every("heartbeat", BEAT_MS, () => beat(database, WORKER));
  const deliver = announceNotices(database);
  every("notices", NOTICES_MS, () => relayOutbox({ database, deliver, now: clock.now() }));
  every("expiry", EXPIRY_MS, () => ledger.expireOverdue());
  every("pauses", PAUSES_MS, createPauseFollower(jobs, database));
  every("dead letters", DEAD_LETTERS_MS, () => observed.watchDeadLetters());
  every("cleaning", HOUR_MS, () => cleanUp(database, clock.now()));
  if (config.COINHUBX_PLANE_KEY !== undefined) {
    const send = plane.appendAuditEntries;
    every("audit delivery", AUDIT_MS, () => deliverAuditEntries({ database, clock, send }));
  }
  every("reconciliation", config.COINHUBX_RECONCILIATION_INTERVAL_S * SECOND_MS, () =>
    jobs.send("reconciliation", {}, { singletonKey: "interval" }),
  );
  if (backups !== undefined) {
    await jobs.schedule("backup", "0 1 * * *", { timeZone: "UTC" });
    every("pruning", HOUR_MS, () => backups.prune());
  }
  await jobs.schedule("reconciliation", "5 0 * * *", { timeZone: "UTC", data: { chain: "first" } });
  if (config.COINHUBX_RPC_URLS.length > 0) {
    const urls = config.COINHUBX_RPC_URLS;
    addChainLag(metrics, resources.use(createRpcPool({ urls, chainId: config.COINHUBX_CHAIN_ID, clock, logger })));
  }
  const server = await startHttpServer<Principal>({
    ...{ service: WORKER, version, logger, metrics, clock, random },
    host: config.COINHUBX_HOST,
    port: config.COINHUBX_WORKER_PORT,
    routes: workerRoutes({ service: WORKER, version, clock, metrics, scrapers: config.COINHUBX_OPS_CIDRS }),
  });
  resources.use(server);
  return { url: server.url };
}

interface WorkerParts {
  readonly observed: ObservedJobs;
  readonly jobs: Jobs;
  readonly backups: Backups | undefined;
  readonly reconciliation: Reconciliation;
}

function defineJobs({ config, resources }: Service, { observed, jobs, backups, reconciliation }: WorkerParts): void {
  observed.define("reconciliation", async ({ chain }) => {
    await reconciliation.run(chain === "first" ? { chain } : {});
  });
  observed.define("backup", async () => {
    const created = await backups?.create();
    if (created === undefined) return;
    if (!created.ok) throw new Failure(created.refusal.code, { retryable: true });
    await jobs.send("backup-verify", { name: created.value.backup_name });
  });
  observed.define("backup-verify", async ({ name }) => {
    const verified = await backups?.verify(String(name));
    if (verified?.ok && verified.value.status === "failed") throw new Failure("BACKUP_DAMAGED", { retryable: false });
  });
  const url = config.COINHUBX_SMTP_URL;
  const mailer = url === undefined ? undefined : resources.use(createMailer({ url, from: config.COINHUBX_MAIL_FROM }));
  observed.define("mail", async (data) => {
    const message = mailSchema.parse(data);
    // Without a mail server there is nobody to tell; the job is done.
    await mailer?.send(message);
  });
}
