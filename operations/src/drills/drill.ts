import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { fetchText } from "@assay/platform/http/http-client";
import type { ReceivedRequest } from "@assay/platform/testing/http-receiver";
import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { z } from "zod";
import { type AlertView, alertListSchema, alertSchema } from "../api/schema/alerts.ts";
import { checkpointSchema } from "../api/schema/audit.ts";
import { runSchema } from "../api/schema/runbooks.ts";
import { checkEvidence } from "./check-evidence.ts";
import { DrillError } from "./drill-error.ts";
import { createDrillPeople, type DrillPeople, type DrillStack } from "./drill-people.ts";
import type { DrillReport } from "./drill-report.ts";
import { driveRun } from "./drive-run.ts";
import { waitUntil } from "./wait-until.ts";

export interface DrillOptions {
  readonly stack: DrillStack;
  readonly system: string;
  readonly fault: string;
  /** Default: the runbook that the alert's rule names. */
  readonly runbook?: string;
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  /** With the fault in and the runbook not run, the alert must stay firing for the whole window. */
  readonly control?: boolean;
  /** Default one minute. */
  readonly controlWindowMs?: number;
  /** The fault is in already, as after a control. */
  readonly isInjected?: boolean;
  /** People of an earlier drill on the same plane; made, and let go, by this one otherwise. */
  readonly people?: DrillPeople;
  readonly clock?: Clock;
  /** Hears what happens, one line each. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Before the fault: what the system needs so that the fault can be felt. */
  readonly prepare?: (people: DrillPeople) => Promise<void>;
  /** While the fault is in and nobody has acted: what the system must have done by itself. */
  readonly whileBroken?: (people: DrillPeople) => Promise<void>;
  /** After the alert resolved: what a customer must be able to do again. */
  readonly healed?: (people: DrillPeople) => Promise<void>;
}

interface FaultDescription {
  readonly alert: string;
  readonly detectWithinMs: number;
  readonly recoverWithinMs: number;
}

interface Scene {
  readonly options: DrillOptions;
  readonly clock: Clock;
  readonly people: DrillPeople;
  readonly fault: FaultDescription;
  readonly runbook: string;
  readonly environment: string;
  readonly verifierKey: string;
  readonly say: (line: string) => void;
}

const CONTROL_WINDOW_MS = MINUTE_MS;
const PAGE_LIMIT_MS = 30 * SECOND_MS;
const SYSTEM_LIMIT_MS = MINUTE_MS;

/**
 * Breaks the running system and sees it heal, through public interfaces only: the fault goes in, the alert fires within its
 * time, the page reaches a phone, two people run the runbook, the alert resolves, and the incident's evidence verifies
 * without the server.
 * @throws DrillError at the first thing that is not so.
 */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  await using mine = new AsyncDisposableStack();
  const clock = options.clock ?? systemClock;
  const people = options.people ?? mine.use(await createDrillPeople(options.stack, { clock }));
  const scene = await setScene(options, { clock, people });
  await options.prepare?.(people);
  const start = clock.monotonicMs();
  if (!options.isInjected) await inject(scene);
  const alert = await waitForAlert(scene);
  const detectMs = clock.monotonicMs() - start;
  scene.say(`${alert.name} fires as ${alert.severity}`);
  await expectPage(scene);
  await options.whileBroken?.(people);
  const { system, fault } = options;
  const { alert: name, detectWithinMs: detectLimitMs, recoverWithinMs: recoverLimitMs } = scene.fault;
  const { incidentId } = alert;
  const opensIncident = alert.severity === "critical" || alert.severity === "high";
  if (opensIncident && incidentId === null) fail(`${name} opened no incident`);
  const base = { system, fault, alert: name, detectMs, detectLimitMs, recoverLimitMs, incidentId };
  if (options.control) return { ...base, mode: "control", watchedMs: await watchFiring(scene, alert) };
  const healed = await heal(scene, alert);
  await options.healed?.(people);
  return { ...base, mode: "drill", ...healed };
}

async function setScene(
  options: DrillOptions,
  { clock, people }: { readonly clock: Clock; readonly people: DrillPeople },
): Promise<Scene> {
  const { stack, system, fault: name, signal, report } = options;
  const manifest = await waitUntil(
    { clock, what: `the plane knows ${system}`, limitMs: SYSTEM_LIMIT_MS, signal },
    async () => {
      const text = await people.first.text({ path: `/api/systems/${system}`, expects: [200, 404] });
      return systemSchema.safeParse(JSON.parse(text)).data?.manifest;
    },
  );
  const own = manifest.faults.find((fault) => fault.name === name);
  const fault = own ?? stack.processFaults?.[name] ?? fail(`${system} has no fault ${name}; are faults enabled?`);
  const rule = manifest.alertRules.find((candidate) => candidate.name === fault.alert);
  const runbook = options.runbook ?? rule?.runbook ?? fail(`no rule is named ${fault.alert}`);
  const { verifierKey } = await people.first.call({ path: "/api/audit/checkpoint" }, checkpointSchema);
  const say = report ?? (() => undefined);
  return { options, clock, people, fault, runbook, environment: manifest.environment, verifierKey, say };
}

const systemSchema = z.object({
  manifest: z.object({
    environment: z.string(),
    faults: z.array(
      z.object({ name: z.string(), alert: z.string(), detectWithinMs: z.number(), recoverWithinMs: z.number() }),
    ),
    alertRules: z.array(z.object({ name: z.string(), runbook: z.string() })),
  }),
});

async function inject({ options, people, say }: Scene): Promise<void> {
  const { stack, system, fault } = options;
  const below = stack.processFaults?.[fault];
  if (below !== undefined) await below.inject();
  else {
    const token = await people.first.accessToken(system);
    const url = `${stack.systemUrl}/ops/faults/${encodeURIComponent(fault)}`;
    const reply = await fetchText(url, { method: "POST", body: {}, token, timeoutMs: 30 * SECOND_MS });
    if (reply.status !== 200) fail(`the fault ${fault} could not be injected: ${reply.status} ${reply.body}`);
  }
  say(`the fault ${fault} is in`);
}

async function findAlert({ options, people, fault }: Scene): Promise<AlertView | undefined> {
  const path = `/api/alerts?state=current&system=${options.system}&limit=200`;
  const { alerts } = await people.first.call({ path }, alertListSchema);
  return alerts.find(({ name, state }) => name === fault.alert && state === "firing");
}

async function waitForAlert(scene: Scene): Promise<AlertView> {
  const { clock, fault, options } = scene;
  const what = `${fault.alert} fires`;
  return await waitUntil({ clock, what, limitMs: fault.detectWithinMs, signal: options.signal }, () =>
    findAlert(scene),
  );
}

/** The page must ring at a phone, not only be queued. */
async function expectPage({ people, fault, say }: Scene): Promise<void> {
  const isPage = ({ json }: ReceivedRequest) => {
    const page = z.object({ type: z.string() }).safeParse(json);
    return page.success && page.data.type === "alert.firing" && JSON.stringify(json).includes(fault.alert);
  };
  const phone = people.phones.first;
  const page = await phone.waitForRequest(isPage, PAGE_LIMIT_MS).catch(() => undefined);
  if (page === undefined) fail(`the page of ${fault.alert} reached no phone within ${PAGE_LIMIT_MS} ms`);
  say(`${people.first.identity.name}'s phone rings`);
}

async function watchFiring(scene: Scene, alert: AlertView): Promise<number> {
  const { clock, options, people } = scene;
  const windowMs = options.controlWindowMs ?? CONTROL_WINDOW_MS;
  const start = clock.monotonicMs();
  while (clock.monotonicMs() - start < windowMs) {
    const { state } = await people.first.call({ path: `/api/alerts/${alert.id}` }, alertSchema);
    if (state !== "firing") fail(`${alert.name} became ${state} although nobody ran the runbook`);
    await clock.sleep(SECOND_MS, options.signal === undefined ? {} : { signal: options.signal });
  }
  return clock.monotonicMs() - start;
}

async function heal(scene: Scene, alert: AlertView) {
  const { incidentId } = alert;
  const { clock, fault, people, options, say, runbook, environment } = scene;
  const start = clock.monotonicMs();
  const note = { note: "In the drill: on it." };
  await people.first.call({ method: "POST", path: `/api/alerts/${alert.id}/acknowledge`, body: note }, alertSchema);
  const incident = incidentId === null ? {} : { incidentId };
  const body = { environment, ...incident, params: { ...options.params } };
  const run = await people.first.call({ method: "POST", path: `/api/runbooks/${runbook}/runs`, body }, runSchema);
  say(`${people.first.identity.name} runs ${runbook}`);
  const limitMs = fault.recoverWithinMs;
  const detail = await driveRun(run.id, { people, clock, limitMs, report: say, signal: options.signal });
  if (detail.run.verdict !== "passed") fail(`the run ended ${detail.run.verdict}`);
  const left = Math.max(0, limitMs - (clock.monotonicMs() - start));
  await waitUntil({ clock, what: `${alert.name} resolves`, limitMs: left, signal: options.signal }, async () =>
    (await findAlert(scene)) === undefined ? true : undefined,
  );
  const recoverMs = clock.monotonicMs() - start;
  say(`${alert.name} is over`);
  // A warning opens no incident; its run keeps the evidence.
  const ran = { runId: run.id, runbook: { id: run.runbook.id, sha256: run.runbook.sha256 } };
  if (incidentId === null) return { recoverMs, ...ran };
  const exported = await people.first.text({ path: `/api/incidents/${incidentId}/export` });
  const evidence = await checkEvidence(exported, { detail, verifierKey: scene.verifierKey });
  return { recoverMs, ...ran, evidence };
}

function fail(message: string): never {
  throw new DrillError(message);
}
