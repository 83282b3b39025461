import type { Clock } from "@assay/platform/clock/clock";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { UpdateStatus } from "../api/schema/status.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import type { EventPublisher } from "../events/events.ts";
import { type NamedPerson, personActor } from "../incidents/incident.ts";
import type { Incidents } from "../incidents/incidents.ts";
import {
  findPublicIncident,
  insertPublicIncident,
  insertPublicUpdate,
  lockPublicIncident,
  type PublicIncident,
  publicIncidentOf,
} from "./public-incident-store.ts";
import type { StatusBoard } from "./status-board.ts";
import { FAN_OUT_QUEUE } from "./status-queues.ts";

export interface PublicIncidentsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly jobs: Pick<Jobs, "send">;
  readonly incidents: Pick<Incidents, "record" | "find">;
  readonly board: Pick<StatusBoard, "components">;
}

export interface Words {
  readonly status: UpdateStatus;
  readonly text: string;
  readonly by: NamedPerson;
}

export interface Publication extends Words {
  readonly title: string;
  readonly components: readonly string[];
  readonly incidentId: string | null;
}

export interface PublishRefusal {
  readonly code:
    | "PUBLIC_INCIDENT_NOT_FOUND"
    | "INCIDENT_NOT_FOUND"
    | "UNKNOWN_COMPONENT"
    | "TITLE_REQUIRED"
    | "ALREADY_PUBLIC";
  readonly detail?: string;
}

/** What users are told of trouble. Every word of it was written by a person for them; nothing comes from the inside. */
export class PublicIncidents {
  readonly #options: PublicIncidentsOptions;

  constructor(options: PublicIncidentsOptions) {
    this.#options = options;
  }

  async publish(publication: Publication): Promise<Result<PublicIncident, PublishRefusal>> {
    const { clock, random, board, incidents } = this.#options;
    const { title, components, incidentId } = publication;
    const known = new Set((await board.components()).map(({ id }) => id));
    const unknown = components.find((id) => !known.has(id));
    if (unknown !== undefined)
      return refuse({ code: "UNKNOWN_COMPONENT", detail: `There is no component ${unknown}.` });
    if (incidentId !== null && (await incidents.find(incidentId)) === undefined)
      return refuse({ code: "INCIDENT_NOT_FOUND" });
    const now = clock.now();
    const incident = { id: newId("pub", now, random), title, components, incidentId, startedAt: now, resolvedAt: null };
    return await this.#tell(publication, async (tx) => {
      const current = incidentId === null ? undefined : await publicIncidentOf(tx, incidentId);
      if (current !== undefined && current.resolvedAt === null)
        return refuse({ code: "ALREADY_PUBLIC", detail: "Users are told about it already; add an update." });
      await insertPublicIncident(tx, incident);
      return accept({ ...incident, updates: [] });
    });
  }

  /** Adds words to an incident; after `resolved` it goes on, if it must. */
  update(id: string, words: Words): Promise<Result<PublicIncident, PublishRefusal>> {
    return this.#tell(words, async (tx) => {
      const incident = await lockPublicIncident(tx, id);
      return incident === undefined ? refuse({ code: "PUBLIC_INCIDENT_NOT_FOUND" }) : accept(incident);
    });
  }

  /** From the page of an incident: begins to tell users, or goes on. */
  async updateOf(
    incidentId: string,
    words: Words & { readonly title?: string | undefined; readonly components?: readonly string[] | undefined },
  ): Promise<Result<PublicIncident, PublishRefusal>> {
    const current = await publicIncidentOf(this.#options.database, incidentId);
    if (current !== undefined && current.resolvedAt === null) return await this.update(current.id, words);
    const { title, components = [] } = words;
    if (title === undefined)
      return refuse({ code: "TITLE_REQUIRED", detail: "The first update needs a title that users understand." });
    return await this.publish({ ...words, title, components, incidentId });
  }

  of(incidentId: string): Promise<PublicIncident | undefined> {
    return publicIncidentOf(this.#options.database, incidentId);
  }

  find(id: string): Promise<PublicIncident | undefined> {
    return findPublicIncident(this.#options.database, id);
  }

  async #tell(
    { status, text, by }: Words,
    incidentIn: (tx: Sql) => Promise<Result<PublicIncident, PublishRefusal>>,
  ): Promise<Result<PublicIncident, PublishRefusal>> {
    const { database, clock, random, audit, events, jobs } = this.#options;
    const told = await database.transaction(async (tx): Promise<Result<PublicIncident, PublishRefusal>> => {
      const found = await incidentIn(tx);
      if (!found.ok) return found;
      const incident = found.value;
      const update = { id: newId("upd", clock.now(), random), at: clock.now(), status, text, by };
      await insertPublicUpdate(tx, incident.id, update);
      await jobs.send(FAN_OUT_QUEUE, { updateId: update.id }, { transaction: tx });
      const entries = await this.#entries(tx, incident, { status, text, by });
      for (const entry of entries) await audit.append(tx, entry);
      return accept((await findPublicIncident(tx, incident.id))!);
    });
    if (!told.ok) return told;
    events.publish({ topic: "status", id: told.value.id });
    if (told.value.incidentId !== null) events.publish({ topic: "incidents", id: told.value.incidentId });
    return told;
  }

  async #entries(
    tx: Sql,
    { id, title, incidentId }: PublicIncident,
    { status, text, by }: Words,
  ): Promise<AuditEntry[]> {
    const actor = personActor(by);
    const details = { title, status, text };
    const told: AuditEntry = { actor, action: "status.update.published", target: id, details };
    if (incidentId === null) return [told];
    const recorded = await this.#options.incidents.record(tx, incidentId, {
      kind: "update",
      actor,
      summary: `${by.name} told users (${status}): ${text}`.slice(0, 500),
      details: { publicIncident: id, ...details },
    });
    return [...recorded.audit, { ...told, incidentId: recorded.incidentId }];
  }
}
