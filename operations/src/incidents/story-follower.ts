import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import { z } from "zod";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { repeat } from "../systems/repeat.ts";
import { type Incident, PLANE_ACTOR, type TimelineEntry } from "./incident.ts";
import { insertLink } from "./incident-link-store.ts";
import { insertEntry, listIncidents, lockIncident } from "./incident-store.ts";
import { auditOf } from "./incidents.ts";

export interface StoryFollowerOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly manifests: () => readonly Pick<Manifest, "system" | "version" | "killSwitches">[];
  readonly everyMs?: number;
}

interface Change {
  readonly kind: "flag" | "deploy";
  readonly system: string;
  /** Says which change it is, so that it is told once. */
  readonly target: string;
  readonly title: string;
  readonly at: Instant;
  readonly by: TimelineEntry["actor"];
}

const EVERY_MS = 5_000;
/** What was changed this long before an incident opened may be why. */
const LOOK_BACK_MS = 30 * MINUTE_MS;
const MOST_CHANGES = 200;
const MOST_INCIDENTS = 200;

const leafSchema = z.object({
  action: z.string(),
  actor: z.object({
    kind: z.enum(["person", "customer", "service", "system", "anonymous"]),
    id: z.string(),
    name: z.string(),
  }),
});

/**
 * Brings what was changed to the incidents it may explain: switches that people turned, read from the audit log, and
 * versions that systems took. Each is told once per incident, also after a restart.
 */
export class StoryFollower implements AsyncDisposable {
  readonly #options: StoryFollowerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** What is older than this, less the look back, was told. */
  #toldUntil = toInstant(0);

  constructor(options: StoryFollowerOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, everyMs = EVERY_MS, logger } = this.#options;
    const work = () => this.follow().catch((error) => logger.warn({ error }, "Changes could not be told to incidents"));
    this.#running = repeat(work, { clock, everyMs, signal: this.#stop.signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One look at the last changes and the incidents that are not over. */
  async follow(): Promise<void> {
    const { database, clock, manifests } = this.#options;
    const systems = manifests();
    await noteVersions(database, systems, clock.now());
    const incidents = await listIncidents(database, { currentOnly: true, limit: MOST_INCIDENTS });
    if (incidents.length === 0) return;
    const now = clock.now();
    // An incident may stay open for weeks; only what is new can be untold.
    const oldest = Math.max(this.#toldUntil, Math.min(...incidents.map(({ openedAt }) => openedAt)));
    const since = toInstant(oldest - LOOK_BACK_MS);
    const changes = [...(await deploysSince(database, since)), ...(await this.#flagsSince(since))];
    for (const incident of incidents) {
      const own = changes.filter(
        ({ system, at }) => system === incident.system && at >= incident.openedAt - LOOK_BACK_MS,
      );
      for (const change of own) await this.#tell(incident, change);
    }
    this.#toldUntil = now;
  }

  async #tell(incident: Incident, change: Change): Promise<void> {
    const { database, clock, audit, events } = this.#options;
    const { kind, target, title, at, by } = change;
    const isNew = await database.transaction(async (tx) => {
      await lockIncident(tx, incident.id);
      const now = clock.now();
      if (!(await insertLink(tx, incident.id, { kind, target, title, addedAt: now, addedBy: PLANE_ACTOR.name })))
        return false;
      const before = at < incident.openedAt ? " (before the incident opened)" : "";
      const entry = await insertEntry(tx, incident.id, {
        at: now,
        entry: { kind, actor: by, summary: `${title}${before}`, details: { target, changedAt: formatInstant(at) } },
      });
      await audit.append(tx, auditOf(incident.id, entry));
      return true;
    });
    if (isNew) events.publish({ topic: "incidents", id: incident.id });
  }

  async #flagsSince(since: Instant): Promise<Change[]> {
    const { database, manifests } = this.#options;
    const switches = new Map<string, { readonly system: string; readonly title: string }>(
      manifests().flatMap(({ system, killSwitches }) =>
        killSwitches.flatMap(({ title, engageAction, releaseAction }) => [
          [`${engageAction}.executed`, { system, title: `${title} was stopped` }] as const,
          [`${releaseAction}.executed`, { system, title: `${title} was started again` }] as const,
        ]),
      ),
    );
    // Entries are canonical JSON, so they begin with their action; parsing all of them in SQL could fail on what people typed.
    const beginnings = [...switches.keys()].map((action) => `{"action":${JSON.stringify(action)},%`);
    const rows = await database.query<{ sequence: string; recorded_at: Date; leaf: string }>(sql`
      select sequence, recorded_at, leaf from audit_entries
      where recorded_at >= ${formatInstant(since)} and leaf like any(${beginnings})
      order by sequence desc limit ${MOST_CHANGES}`);
    return rows.reverse().flatMap(({ sequence, recorded_at, leaf }): Change[] => {
      const { action, actor } = leafSchema.parse(JSON.parse(leaf));
      const found = switches.get(action);
      if (found === undefined) return [];
      const { system, title } = found;
      const at = toInstant(recorded_at.getTime());
      return [{ kind: "flag", system, target: `audit/${sequence}`, title: `${title} by ${actor.name}`, at, by: actor }];
    });
  }
}

/** A system seen for the first time was not deployed now. */
async function noteVersions(
  database: Sql,
  systems: readonly Pick<Manifest, "system" | "version">[],
  now: Instant,
): Promise<void> {
  for (const { system, version } of systems)
    await database.execute(sql`
      insert into system_versions (system, version, since) values (${system}, ${version}, ${formatInstant(toInstant(0))})
      on conflict (system) do update set version = excluded.version, since = ${formatInstant(now)}
      where system_versions.version <> excluded.version`);
}

async function deploysSince(database: Sql, since: Instant): Promise<Change[]> {
  const rows = await database.query<{ system: string; version: string; since: Date }>(
    sql`select system, version, since from system_versions where since >= ${formatInstant(since)}`,
  );
  return rows.map(({ system, version, since: at }) => ({
    ...{ kind: "deploy", system, target: version, at: toInstant(at.getTime()), by: PLANE_ACTOR },
    title: `${system} took version ${version}`,
  }));
}
