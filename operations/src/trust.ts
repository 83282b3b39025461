import { join } from "node:path";
import { OidcClient, type OidcSettings } from "@assay/platform/auth/oidc";
import { relyingPartyAt } from "@assay/platform/auth/passkeys";
import { createSeal, deriveSealingKey } from "@assay/platform/auth/seal";
import type { Clock } from "@assay/platform/clock/clock";
import { ConfigurationError } from "@assay/platform/config/config";
import type { Secret } from "@assay/platform/config/secret";
import type { Authenticate } from "@assay/platform/http/admission";
import { fetchJson } from "@assay/platform/http/http-client";
import type { Route } from "@assay/platform/http/route";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Random } from "@assay/platform/random/random";
import { loadOrCreateSigningKey } from "@assay/platform/signing/ed25519";
import type { Database } from "@assay/platform/storage/database";
import { DAY_MS } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { ActionCatalogue } from "./actions/action-catalogue.ts";
import { ActionRunner, type ActionTransport } from "./actions/action-runner.ts";
import { Actions } from "./actions/actions.ts";
import { withOwnActions } from "./actions/own-actions.ts";
import { actionRoutes } from "./api/actions/action-routes.ts";
import { approvalRoutes } from "./api/approvals/approval-routes.ts";
import { auditRoutes } from "./api/audit/audit-routes.ts";
import { breakGlassRoutes } from "./api/break-glass/break-glass-routes.ts";
import { identityRoutes } from "./api/identity/identity-routes.ts";
import { PROVIDER_CALLBACK } from "./api/identity/provider.ts";
import { standingRoutes } from "./api/standing/standing-routes.ts";
import { ApprovalExecution } from "./approvals/approval-execution.ts";
import { ApprovalJournal } from "./approvals/approval-journal.ts";
import { Approvals } from "./approvals/approvals.ts";
import { changePolicyAction } from "./approvals/change-policy.ts";
import type { Pager } from "./approvals/pager.ts";
import { PolicyTable } from "./approvals/policy-table.ts";
import type { Audit } from "./audit/audit.ts";
import { openAudit } from "./audit/audit-log.ts";
import { AuditUpkeep } from "./audit/audit-upkeep.ts";
import { openCheckpointFolder } from "./audit/checkpoint-folder.ts";
import { httpWitness, Witnesses } from "./audit/witnesses.ts";
import { BreakGlass, type ReviewAlerts } from "./break-glass/break-glass.ts";
import type { EventPublisher } from "./events/events.ts";
import { ApiKeys } from "./identity/api-keys.ts";
import { createAuthenticate } from "./identity/authenticate.ts";
import { offerBootstrapCode } from "./identity/bootstrap-code.ts";
import { Identity } from "./identity/identity.ts";
import { LoginThrottle } from "./identity/login-throttle.ts";
import { Passkeys } from "./identity/passkeys.ts";
import { People } from "./identity/people.ts";
import { peopleActions } from "./identity/people-actions.ts";
import type { Principal } from "./identity/principal.ts";
import { ProviderSignIn } from "./identity/provider-sign-in.ts";
import { SecondFactor } from "./identity/second-factor.ts";
import { createServiceKeys, serviceKeyProblems } from "./identity/service-keys.ts";
import { SignIn } from "./identity/sign-in.ts";
import { StepUp } from "./identity/step-up.ts";
import { Tokens } from "./identity/tokens.ts";
import type { IncidentTimeline } from "./incidents/incidents.ts";
import { createStandingAction } from "./standing/create-standing.ts";
import { StandingApprovals } from "./standing/standing.ts";

export interface TrustSettings {
  readonly environment: "local" | "staging" | "production";
  /** Holds `keys/`, `checkpoints/` and `operations.bootstrap`; outside the database on purpose. */
  readonly stateDirectory: string;
  /** By name of the service; refused when somebody could guess one, outside local mode. */
  readonly serviceKeys: Readonly<Record<string, Secret<string>>>;
  /** Where each signed checkpoint is posted, so that another party can tell a rewritten log. */
  readonly checkpointUrls: readonly string[];
  readonly auditRetentionDays: number;
  /** Where people open the console; passkeys are made for this site, and cookies travel as it does. */
  readonly publicUrl: string;
  /** The identity provider with which people may sign in. */
  readonly oidc?: OidcSettings | undefined;
}

export interface TrustOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: TrustSettings;
  readonly events: EventPublisher;
  readonly jobs: Pick<Jobs, "define" | "send">;
  readonly catalogue: ActionCatalogue;
  readonly pager: Pager;
  readonly timeline: IncidentTimeline;
  /** Where an overdue review goes; asked for once there is one. */
  readonly alerts: () => ReviewAlerts;
  /** Default: HTTP, 30 s. */
  readonly transport?: ActionTransport;
}

/** The plane's memory of who may do what, who agreed, and what was done. */
export interface Trust extends AsyncDisposable {
  readonly audit: Audit;
  readonly identity: Identity;
  readonly approvals: Approvals;
  readonly actions: Actions;
  readonly policies: PolicyTable;
  readonly standing: StandingApprovals;
  readonly breakGlass: BreakGlass;
  readonly routes: readonly Route<Principal>[];
  readonly authenticate: Authenticate<Principal>;
}

const ACTION_TIMEOUT_MS = 30_000;

/**
 * Opens the audit log (and refuses to start when it was tampered with), offers the bootstrap code on an empty database, and
 * begins to end overdue approvals.
 * @throws ConfigurationError for a service key that anybody could guess; Failure `AUDIT_LOG_INCONSISTENT`.
 */
export async function createTrust(options: TrustOptions): Promise<Trust> {
  const { database, clock, random, logger, settings } = options;
  const keys = Object.fromEntries(Object.entries(settings.serviceKeys).map(([name, key]) => [name, key.reveal()]));
  const problems = serviceKeyProblems(keys, settings.environment);
  if (problems.length > 0) throw new ConfigurationError(problems);
  await using resources = new AsyncDisposableStack();
  const audit = resources.use(await openTrustAudit(options));
  const witnesses = new Witnesses({ ...options, witnesses: settings.checkpointUrls.map(httpWitness) });
  const identity = await createIdentity(options, { audit, keys, approvals: () => approvals });
  const made = await createApprovals(options, { audit, identity });
  const { approvals, actions, policies, standing, breakGlass } = made;
  resources.use(approvals);
  resources.use(breakGlass);
  const bootstrapPath = bootstrapPathIn(settings.stateDirectory);
  await offerBootstrapCode({ database, random, logger, path: bootstrapPath });
  await actions.settleAbandoned();
  approvals.start();
  breakGlass.start();
  const retentionMs = settings.auditRetentionDays * DAY_MS;
  const upkeep = resources.use(new AuditUpkeep({ ...options, audit, witnesses, retentionMs }));
  upkeep.start();
  const routes = [
    ...identityRoutes({ identity, bootstrapPath }),
    ...approvalRoutes({ approvals, identity }),
    ...actionRoutes(made),
    ...breakGlassRoutes(made),
    ...standingRoutes({ standing, clock }),
    ...auditRoutes({ audit, witnesses, retentionDays: settings.auditRetentionDays }),
  ];
  const owned = resources.move();
  return {
    ...{
      audit,
      identity,
      approvals,
      actions,
      policies,
      standing,
      breakGlass,
      routes,
      authenticate: identity.authenticate,
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function bootstrapPathIn(stateDirectory: string): string {
  return join(stateDirectory, "operations.bootstrap");
}

async function openTrustAudit({ settings, events, ...edges }: TrustOptions): Promise<Audit> {
  const { database, clock, logger, metrics } = edges;
  const key = await loadOrCreateSigningKey(join(settings.stateDirectory, "keys", "audit.pem"));
  return await openAudit({
    ...{ database, clock, logger, metrics },
    signer: { ...key, name: `assay.operations/${settings.environment}` },
    checkpoints: openCheckpointFolder(join(settings.stateDirectory, "checkpoints")),
    onCheckpoint: (size) => events.publish({ topic: "audit", id: String(size) }),
  });
}

async function createIdentity(
  { database, clock, random, settings, events }: TrustOptions,
  made: {
    readonly audit: Audit;
    readonly keys: Readonly<Record<string, string>>;
    readonly approvals: () => Approvals;
  },
): Promise<Identity> {
  const { audit } = made;
  const keyFolder = join(settings.stateDirectory, "keys");
  const throttle = new LoginThrottle(clock);
  const seal = createSeal(await loadSealingKey(join(keyFolder, "seal.pem")), random);
  const secondFactor = new SecondFactor({ database, clock, random, seal, throttle });
  const party = relyingPartyAt(settings.publicUrl, "Assay");
  const stepUp = new StepUp({ database, clock, random, throttle, secondFactor, party });
  const apiKeys = new ApiKeys({ database, clock, random, audit, events, stepUp });
  const provider = new ProviderSignIn({
    ...{ database, clock, random, audit, throttle, stepUp },
    client: settings.oidc && new OidcClient(settings.oidc, clock),
    redirectUrl: `${settings.publicUrl}${PROVIDER_CALLBACK}`,
  });
  const serviceKeys = createServiceKeys(made.keys);
  const onRemoved = (personId: string) => made.approvals().cancelOpenOf(personId);
  const tokenKey = await loadOrCreateSigningKey(join(keyFolder, "tokens.pem"));
  return new Identity({
    ...{ database, clock, audit, events, secondFactor, stepUp, serviceKeys, apiKeys, provider },
    secureCookies: settings.publicUrl.startsWith("https:"),
    authenticate: createAuthenticate({ database, clock, serviceKeys, apiKeys }),
    signIn: new SignIn({ database, clock, random, audit, throttle, secondFactor, stepUp }),
    people: new People({ database, clock, random, audit, events, throttle, stepUp, onRemoved }),
    passkeys: new Passkeys({ database, clock, random, audit, events, stepUp, party }),
    tokens: new Tokens({ database, clock, random, key: tokenKey }),
  });
}

async function createApprovals(
  options: TrustOptions,
  { audit, identity }: { readonly audit: Audit; readonly identity: Identity },
) {
  const { database, clock, random, logger, pager, timeline, events, settings } = options;
  const { environment } = settings;
  const policies = new PolicyTable({ database, clock });
  await policies.refresh();
  const standing = new StandingApprovals({ database, clock, random, audit, events });
  const known = { policies, environment, catalogue: options.catalogue };
  const own = [
    changePolicyAction(known),
    createStandingAction({ ...known, standing }),
    ...peopleActions({ people: identity.people, environment }),
  ];
  const catalogue = withOwnActions(options.catalogue, own);
  const { stepUp, tokens } = identity;
  const transport = options.transport ?? httpTransport;
  const runner = new ActionRunner({ audit, clock, transport, signer: tokens });
  const journal = new ApprovalJournal({ audit, events, timeline, logger });
  const execution = new ApprovalExecution({ database, clock, logger, catalogue, policies, runner, journal });
  const edges = { database, clock, random, logger, pager, catalogue, policies, stepUp };
  const approvals = new Approvals({ ...edges, journal, execution });
  const actions = new Actions({ ...edges, audit, timeline, approvals, standing, journal, runner });
  const breakGlass = new BreakGlass({ ...edges, audit, events, actions, alerts: options.alerts });
  return { approvals, actions, catalogue, policies, standing, breakGlass };
}

/** 32 bytes from a key file of its own. */
async function loadSealingKey(path: string): Promise<Uint8Array> {
  const seed = (await loadOrCreateSigningKey(path)).privateKeyObject.export({ format: "der", type: "pkcs8" });
  return deriveSealingKey(seed, "assay.seal.v1");
}

const httpTransport: ActionTransport = {
  send: async ({ url, token, body }) => {
    const reply = await fetchJson(url, { method: "POST", body, token, timeoutMs: ACTION_TIMEOUT_MS });
    return { status: reply.status, body: (reply.body ?? null) as JsonValue };
  },
};
