import { fetchJson } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { Alert } from "../alerts/alert.ts";
import type { ItemCheck } from "../manifest/checklist.ts";
import type { Role } from "../manifest/manifest.ts";
import { parseJsonPath, valueAt } from "../runbooks/expect/json-path.ts";
import { matches, parseMatcher } from "../runbooks/expect/matcher.ts";
import type { Evaluation } from "../systems/evaluation.ts";
import type { MonitoredSystem } from "../systems/monitored-system.ts";
import { checkRead } from "../systems/read-path.ts";
import type { Systems } from "../systems/systems.ts";
import { SEVERITIES } from "../thresholds/threshold.ts";
import { boundWords } from "../thresholds/threshold-sentence.ts";
import type { ItemVerdict } from "./round.ts";

export interface ItemCheckOptions {
  readonly systems: Pick<Systems, "find" | "url">;
  readonly evaluation: Pick<Evaluation, "reading" | "lastAt">;
  readonly alerts: { current(): readonly Pick<Alert, "system" | "name" | "state" | "severity">[] };
  readonly token: (system: string) => Promise<string>;
  /** When that was last true of the backup; null: never; undefined: nobody can say now. */
  readonly backup: (system: string, name: string, what: "verified" | "drilled") => Promise<Instant | null | undefined>;
}

/** What an automatic item saw. */
export interface Observation {
  readonly verdict: ItemVerdict;
  readonly observed: string;
  /** Where it was seen, so that a person can look there. */
  readonly source: string;
  readonly observedAt: Instant | null;
}

type Seen = Omit<Observation, "source">;

const OLDEST_READING_MS = 2 * MINUTE_MS;
const READ_TIMEOUT_MS = 5_000;
const READ_MAX_BYTES = 2 * 1024 * 1024;
const LONGEST_OBSERVED = 300;
/** What the plane's own token may read. */
const PLANE_ROLES: readonly Role[] = ["viewer", "operator"];

/** Looks once. What could not be seen, or is old, is inconclusive; it never throws. */
export async function checkItem(
  check: ItemCheck,
  { system: name, now }: { readonly system: string; readonly now: Instant },
  options: ItemCheckOptions,
): Promise<Observation> {
  const source = sourceOf(check, name);
  const system = options.systems.find(name);
  if (system === undefined) return { ...unknown(`${name} has no manifest in force`), source };
  const seen = await see(check, { system, now }, options);
  return { ...seen, observed: seen.observed.slice(0, LONGEST_OBSERVED), source };
}

interface Place {
  readonly system: MonitoredSystem;
  readonly now: Instant;
}

async function see(check: ItemCheck, place: Place, options: ItemCheckOptions): Promise<Seen> {
  switch (check.kind) {
    case "threshold":
      return seeThreshold(check.id, place, options);
    case "health":
      return seeHealth(check.id, place);
    case "alerts":
      return seeAlerts(check.none, place, options);
    case "read":
      return await seeRead(check, place, options);
    case "backup":
      return await seeBackup(check, place, options);
  }
}

function sourceOf(check: ItemCheck, system: string): string {
  switch (check.kind) {
    case "threshold":
      return `threshold ${check.id}`;
    case "health":
      return `health check ${check.id}`;
    case "alerts":
      return `alerts of ${system}, ${check.none} and above`;
    case "read":
      return `GET ${check.path} ${check.select}`;
    case "backup":
      return `backup ${check.name}, ${check.what}`;
  }
}

function seeThreshold(id: string, { system, now }: Place, { evaluation }: ItemCheckOptions): Seen {
  const { manifest } = system;
  const threshold = manifest.thresholds.find((one) => one.id === id);
  const reading = evaluation.reading(manifest.system, id);
  if (threshold === undefined || reading === undefined) return unknown("it was not read yet");
  const at = evaluation.lastAt;
  if (at === null || now - at > OLDEST_READING_MS) return unknown("the last reading is old", at);
  if (reading.kind === "unknown") return unknown(reading.reason, at);
  if (reading.kind === "quiet") return unknown("too little happened to judge it", at);
  const observed = `${reading.value} (target ${boundWords(threshold.target, threshold.unit)})`;
  return { verdict: reading.onTarget ? "passed" : "failed", observed, observedAt: at };
}

function seeHealth(id: string, { system }: Place): Seen {
  const found = system.health().checks.find(({ check }) => check.id === id);
  if (found === undefined) return unknown("there is no such check");
  const at = found.last === null ? null : toInstant(Math.floor(found.last.at));
  if (found.current === "unknown") return unknown(found.last?.message ?? "it was not probed yet", at);
  const verdict = found.current === "healthy" ? "passed" : "failed";
  return { verdict, observed: `${found.current}: ${found.last?.message ?? ""}`, observedAt: at };
}

function seeAlerts(none: (typeof SEVERITIES)[number], { system, now }: Place, options: ItemCheckOptions): Seen {
  const { evaluation, alerts } = options;
  const at = evaluation.lastAt;
  const counted = SEVERITIES.slice(SEVERITIES.indexOf(none));
  const firing = alerts
    .current()
    .filter((one) => one.system === system.manifest.system && one.state === "firing" && counted.includes(one.severity));
  if (firing.length > 0) {
    const observed = firing.map(({ name, severity }) => `${name} (${severity})`).join(", ");
    return { verdict: "failed", observed, observedAt: at };
  }
  if (at === null || now - at > OLDEST_READING_MS) return unknown("the rules were not evaluated lately", at);
  const blind = system.health().targets.some(({ at: scraped, refusal }) => scraped === null || refusal !== null);
  if (blind) return unknown("its metrics cannot be read, so its rules are blind", at);
  return { verdict: "passed", observed: "none fires", observedAt: at };
}

async function seeRead(
  check: Extract<ItemCheck, { kind: "read" }>,
  { system: { manifest }, now }: Place,
  options: ItemCheckOptions,
): Promise<Seen> {
  const url = options.systems.url(manifest.system);
  const select = parseJsonPath(check.select);
  const matcher = parseMatcher(check.matcher as JsonValue);
  if (url === undefined || !select.ok || !matcher.ok) return unknown("the item cannot be understood");
  const allowed = checkRead(manifest, check.path, PLANE_ROLES);
  if (!allowed.ok) return unknown(`the system does not offer this to the plane: ${allowed.refusal.code}`);
  try {
    const token = await options.token(manifest.system);
    const limits = { token, timeoutMs: READ_TIMEOUT_MS, maxBytes: READ_MAX_BYTES };
    const reply = await fetchJson(new URL(check.path, url).href, limits);
    if (reply.status !== 200 || reply.body === undefined) return unknown(`it answered ${reply.status}`, now);
    const value = valueAt(reply.body as JsonValue, select.value);
    if (value === undefined && matcher.value.exists === undefined) return unknown("the answer has no such value", now);
    const verdict = matches(value, matcher.value) ? "passed" : "failed";
    return {
      verdict,
      observed: `${JSON.stringify(value) ?? "nothing"} (wanted ${JSON.stringify(check.matcher)})`,
      observedAt: now,
    };
  } catch (error) {
    return unknown(error instanceof Failure ? error.code : "it could not be read", now);
  }
}

async function seeBackup(
  { name, what, withinMs }: Extract<ItemCheck, { kind: "backup" }>,
  { system: { manifest }, now }: Place,
  options: ItemCheckOptions,
): Promise<Seen> {
  const at = await options.backup(manifest.system, name, what).catch(() => undefined);
  if (at === undefined) return unknown("the list of backups cannot be read");
  if (at === null) return { verdict: "failed", observed: `never ${what}`, observedAt: now };
  const age = now - at;
  const observed = `${what} ${duration(age)} ago (wanted within ${duration(withinMs)})`;
  return { verdict: age <= withinMs ? "passed" : "failed", observed, observedAt: at };
}

function duration(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return ms < 3 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} days`;
}

function unknown(observed: string, observedAt: Instant | null = null): Seen {
  return { verdict: "inconclusive", observed, observedAt };
}
