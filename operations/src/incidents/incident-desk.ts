import type { Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { DAY_MS, type Instant, toInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { IncidentFigures, IncidentRole, IncidentSeverity } from "../api/schema/incidents.ts";
import { severityWords } from "../api/schema/severity.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import {
  type Incident,
  isOver,
  isWorse,
  type NamedPerson,
  needsPostMortem,
  personActor,
  REOPEN_WITHIN_MS,
  type RecordedTimelineEntry,
  type TimelineEntry,
} from "./incident.ts";
import { incidentFigures } from "./incident-figures.ts";
import { type IncidentLink, insertLink, listLinks } from "./incident-link-store.ts";
import { giveRole, type IncidentRoleHolder, roleHolders, takeRole } from "./incident-people-store.ts";
import {
  findEntry,
  incidentsSince,
  insertEntry,
  insertIncident,
  lockCurrentIncident,
  lockIncident,
  lockStandingIncident,
  mergedIncidents,
  redirectMerged,
  updateIncident,
} from "./incident-store.ts";
import { auditOf, type IncidentsOptions, newIncidentAt } from "./incidents.ts";

export interface Declaration {
  readonly by: NamedPerson;
  readonly title: string;
  readonly system: string;
  readonly severity: IncidentSeverity;
  readonly note: string;
}

/** Who does it, and why. */
export interface Reasoned {
  readonly by: NamedPerson;
  readonly reason: string;
}

export interface DeskRefusal {
  readonly code:
    | "INCIDENT_NOT_FOUND"
    | "INCIDENT_STATE"
    | "SAME_SEVERITY"
    | "SAME_INCIDENT"
    | "INCIDENT_CURRENT"
    | "TOO_LATE"
    | "NOT_A_NOTE"
    | "ROLE_NOT_HELD"
    | "ALREADY_LINKED"
    | "NOT_REQUIRED";
  readonly detail?: string;
}

/** Everything around an incident that people have set. */
export interface IncidentSurroundings {
  readonly roles: readonly IncidentRoleHolder[];
  readonly links: readonly IncidentLink[];
  readonly merged: readonly { readonly id: string; readonly title: string }[];
}

const ROLE_WORDS: Readonly<Record<IncidentRole, string>> = {
  commander: "commander",
  communications: "communications lead",
  scribe: "scribe",
  expert: "subject expert",
};

/**
 * What people do with incidents besides moving them on. Each change is one transaction with its entry on the timeline and
 * in the audit log, and is announced afterwards.
 */
export class IncidentDesk {
  readonly #options: IncidentsOptions;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  /** Opens one that no alert has found. Alerts of the system join it, unless another one is open for them. */
  async declare({ by, title, system, severity, note }: Declaration): Promise<Incident> {
    const { database, clock, random, audit, events } = this.#options;
    const now = clock.now();
    const id = newId("inc", now, random);
    const incident = await database.transaction(async (tx) => {
      const taken = (await lockCurrentIncident(tx, system)) !== undefined;
      const declared = {
        ...{ id, title, severity, system, ...newIncidentAt(now) },
        dedupKey: taken ? `declared/${id}` : system,
      };
      await insertIncident(tx, declared);
      const said = note === "" ? "" : `: ${note}`;
      const entry = await insertEntry(tx, id, {
        at: now,
        entry: {
          kind: "state",
          actor: personActor(by),
          summary: `${by.name} declared it as ${severityWords(severity)}${said}`.slice(0, 500),
          details: { title, system, severity, note },
        },
      });
      const called = await this.#call(tx, declared, `${by.name} declared it${said}`);
      for (const one of [auditOf(id, entry), ...called]) await audit.append(tx, one);
      return declared;
    });
    events.publish({ topic: "incidents", id });
    return incident;
  }

  changeSeverity(
    id: string,
    { to, by, reason }: Reasoned & { readonly to: IncidentSeverity },
  ): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident) => {
      if (isOver(incident)) return refuse({ code: "INCIDENT_STATE" });
      if (incident.severity === to) return refuse({ code: "SAME_SEVERITY", detail: `It is ${to} already.` });
      await updateIncident(tx, { ...incident, severity: to });
      const verb = isWorse(to, incident.severity) ? "raised" : "lowered";
      return accept({
        kind: "severity",
        actor: personActor(by),
        summary: `${by.name} ${verb} it from ${incident.severity} to ${severityWords(to)}: ${reason}`.slice(0, 500),
        details: { from: incident.severity, to, reason },
      });
    });
  }

  /** The incident ends and goes on in `into`, with its alerts and whatever still happens to it. Nothing is moved or lost. */
  async merge(
    id: string,
    { into, by, reason }: Reasoned & { readonly into: string },
  ): Promise<Result<Incident, DeskRefusal>> {
    if (id === into) return refuse({ code: "SAME_INCIDENT", detail: "An incident cannot be merged into itself." });
    const { database, clock, audit, events } = this.#options;
    const merged = await database.transaction(async (tx): Promise<Result<Incident, DeskRefusal>> => {
      // Always in the order of their ids, so that two merges at once cannot wait for each other.
      const locked = new Map<string, Incident | undefined>();
      for (const one of [id, into].sort()) locked.set(one, await lockIncident(tx, one));
      const [source, target] = [locked.get(id), locked.get(into)];
      if (source === undefined || target === undefined) return refuse({ code: "INCIDENT_NOT_FOUND" });
      if (isOver(source) || isOver(target))
        return refuse({ code: "INCIDENT_STATE", detail: "Only incidents that are not over are merged." });
      const now = clock.now();
      const actor = personActor(by);
      const away = await insertEntry(tx, id, {
        at: now,
        entry: {
          kind: "merge",
          actor,
          summary: `${by.name} merged it into ${into}: ${reason}`,
          details: { into, reason },
        },
      });
      await updateIncident(tx, {
        ...source,
        ...{ state: "closed", mergedInto: into, closedAt: now, resolvedAt: source.resolvedAt ?? now },
      });
      await this.#options.calls?.().end(tx, source, `merged into ${into}`);
      await redirectMerged(tx, { from: id, to: into });
      const severity = isWorse(source.severity, target.severity) ? source.severity : target.severity;
      await updateIncident(tx, { ...target, severity });
      const here = await insertEntry(tx, into, {
        at: now,
        entry: {
          kind: "merge",
          actor,
          summary: `${by.name} merged ${id} into it, "${source.title}": ${reason}`.slice(0, 500),
          details: { merged: id, title: source.title, severity: source.severity, reason },
        },
      });
      for (const entry of [auditOf(id, away), auditOf(into, here)]) await audit.append(tx, entry);
      return accept({ ...target, severity });
    });
    if (merged.ok) for (const one of [id, into]) events.publish({ topic: "incidents", id: one });
    return merged;
  }

  giveRole(
    id: string,
    { role, person, by }: { readonly role: IncidentRole; readonly person: NamedPerson; readonly by: NamedPerson },
  ): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident, now) => {
      await giveRole(tx, { incidentId: incident.id, role, person, since: now });
      return accept({
        kind: "role",
        actor: personActor(by),
        summary:
          by.id === person.id
            ? `${by.name} took over as ${ROLE_WORDS[role]}`
            : `${by.name} made ${person.name} the ${ROLE_WORDS[role]}`,
        details: { role, person: { ...person }, given: true },
      });
    });
  }

  takeRole(
    id: string,
    { role, personId, by }: { readonly role: IncidentRole; readonly personId: string; readonly by: NamedPerson },
  ): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident) => {
      const name = await takeRole(tx, { incidentId: incident.id, role, personId });
      if (name === undefined) return refuse({ code: "ROLE_NOT_HELD", detail: "They do not hold this role." });
      return accept({
        kind: "role",
        actor: personActor(by),
        summary: `${name} is no longer ${ROLE_WORDS[role]}`,
        details: { role, person: { id: personId, name }, given: false },
      });
    });
  }

  link(
    id: string,
    { by, ...link }: Pick<IncidentLink, "kind" | "target" | "title"> & { readonly by: NamedPerson },
  ): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident, now) => {
      const isNew = await insertLink(tx, incident.id, { ...link, addedAt: now, addedBy: by.name });
      if (!isNew) return refuse({ code: "ALREADY_LINKED", detail: "It belongs to the incident already." });
      return accept({
        kind: "link",
        actor: personActor(by),
        summary: `${by.name} linked the ${link.kind} "${link.title}"`,
        details: { ...link },
      });
    });
  }

  /** Says a note anew; the one before stays where it is. */
  amendNote(
    id: string,
    { sequence, note, by }: { readonly sequence: number; readonly note: string; readonly by: NamedPerson },
  ): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident) => {
      const entry = await findEntry(tx, incident.id, sequence);
      if (entry?.kind !== "note") return refuse({ code: "NOT_A_NOTE", detail: "Only notes are said anew." });
      return accept({
        kind: "note",
        actor: personActor(by),
        summary: `Instead of entry ${sequence}: ${note}`.slice(0, 500),
        details: { note, amends: sequence },
      });
    });
  }

  /** Resolved too early: it is open again. After a day it is another incident. */
  reopen(id: string, { by, reason }: Reasoned): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident, now) => {
      if (incident.state !== "resolved") return refuse({ code: "INCIDENT_STATE" });
      if (incident.resolvedAt !== null && now - incident.resolvedAt > REOPEN_WITHIN_MS)
        return refuse({ code: "TOO_LATE", detail: "It was resolved more than 24 hours ago; declare a new one." });
      if ((await lockCurrentIncident(tx, incident.dedupKey)) !== undefined)
        return refuse({ code: "INCIDENT_CURRENT", detail: "Another incident of the same cause is open." });
      const again = { state: "open", acknowledgedAt: null, mitigatedAt: null, resolvedAt: null } as const;
      await updateIncident(tx, { ...incident, ...again });
      return accept({
        kind: "state",
        actor: personActor(by),
        summary: `${by.name} opened it again: ${reason}`.slice(0, 500),
        details: { from: "resolved", to: "open", reason },
      });
    });
  }

  /** A stated reason stands in for the post-mortem that such an incident otherwise needs. */
  waivePostMortem(id: string, { by, reason }: Reasoned): Promise<Result<Incident, DeskRefusal>> {
    return this.#change(id, async (tx, incident, now) => {
      if (!needsPostMortem(incident)) return refuse({ code: "NOT_REQUIRED", detail: "It needs no post-mortem." });
      if (incident.state === "closed") return refuse({ code: "INCIDENT_STATE" });
      await updateIncident(tx, { ...incident, waiver: { by, at: now, reason } });
      return accept({
        kind: "post-mortem",
        actor: personActor(by),
        summary: `${by.name} waived the post-mortem: ${reason}`.slice(0, 500),
        details: { waived: true, reason },
      });
    });
  }

  async surroundings(id: string): Promise<IncidentSurroundings> {
    const { database } = this.#options;
    const [roles, links, merged] = await Promise.all([
      roleHolders(database, [id]),
      listLinks(database, id),
      mergedIncidents(database, id),
    ]);
    return { roles, links, merged };
  }

  /** The commanders of the incidents, by incident. */
  async commanders(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const holders = await roleHolders(this.#options.database, ids);
    return new Map(
      holders.flatMap(({ incidentId, role, person }) => (role === "commander" ? [[incidentId, person.name]] : [])),
    );
  }

  async figures(days: number): Promise<IncidentFigures> {
    const { database, clock } = this.#options;
    const now = clock.now();
    return incidentFigures(await incidentsSince(database, toInstant(now - days * DAY_MS)), { days, now });
  }

  async #change(
    id: string,
    work: (tx: Sql, incident: Incident, now: Instant) => Promise<Result<TimelineEntry, DeskRefusal>>,
  ): Promise<Result<Incident, DeskRefusal>> {
    const { database, clock, audit, events } = this.#options;
    const changed = await database.transaction(async (tx): Promise<Result<Incident, DeskRefusal>> => {
      const incident = await lockStandingIncident(tx, id);
      if (incident === undefined) return refuse({ code: "INCIDENT_NOT_FOUND" });
      const now = clock.now();
      const entry = await work(tx, incident, now);
      if (!entry.ok) return entry;
      const recorded: RecordedTimelineEntry = await insertEntry(tx, incident.id, { at: now, entry: entry.value });
      const after = (await lockIncident(tx, incident.id))!;
      // Nobody looks after it yet, and it is worse than they were told, or back.
      const mustCall = after.state === "open" && (isWorse(after.severity, incident.severity) || isOver(incident));
      const called = mustCall ? await this.#call(tx, after, entry.value.summary) : [];
      for (const one of [auditOf(incident.id, recorded), ...called]) await audit.append(tx, one);
      return accept(after);
    });
    if (changed.ok) events.publish({ topic: "incidents", id: changed.value.id });
    return changed;
  }

  /** Calls people for the incident, with the audit entries of what the timeline says of it. */
  async #call(tx: Sql, incident: Incident, why: string): Promise<AuditEntry[]> {
    const { clock, calls } = this.#options;
    const entry = await calls?.().raise(tx, incident, why);
    if (entry === undefined) return [];
    return [auditOf(incident.id, await insertEntry(tx, incident.id, { at: clock.now(), entry }))];
  }
}
