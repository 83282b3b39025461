import { newId } from "@assay/primitives/id";
import { formatInstantSeconds, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import {
  type ActionItem,
  actionItemsOf,
  insertActionItem,
  listActionItems,
  lockActionItem,
  MOST_ITEMS,
  updateActionItem,
} from "./action-item-store.ts";
import { type NamedPerson, personActor, type TimelineEntry } from "./incident.ts";
import { insertEntry, lockStandingIncident } from "./incident-store.ts";
import { auditOf, type IncidentsOptions } from "./incidents.ts";

export interface NewActionItem {
  readonly title: string;
  readonly owner: NamedPerson;
  readonly dueAt: Instant;
  readonly by: NamedPerson;
}

export interface ActionItemRefusal {
  readonly code: "INCIDENT_NOT_FOUND" | "ITEM_NOT_FOUND" | "TOO_MANY_ITEMS" | "DUE_IN_THE_PAST" | "SAME_STATE";
  readonly detail?: string;
}

/** What must be done so that it does not happen again. Nothing is removed; what is not wanted any more is dropped. */
export class ActionItems {
  readonly #options: IncidentsOptions;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  async add(
    incidentId: string,
    { title, owner, dueAt, by }: NewActionItem,
  ): Promise<Result<ActionItem, ActionItemRefusal>> {
    const { database, clock, random, audit, events } = this.#options;
    const now = clock.now();
    if (dueAt <= now) return refuse({ code: "DUE_IN_THE_PAST", detail: "Its due date must lie ahead." });
    const added = await database.transaction(async (tx): Promise<Result<ActionItem, ActionItemRefusal>> => {
      const incident = await lockStandingIncident(tx, incidentId);
      if (incident === undefined) return refuse({ code: "INCIDENT_NOT_FOUND" });
      if ((await actionItemsOf(tx, incident.id)).length >= MOST_ITEMS) return refuse({ code: "TOO_MANY_ITEMS" });
      const item: ActionItem = {
        ...{ id: newId("itm", now, random), incidentId: incident.id, incidentTitle: incident.title },
        ...{ title, owner, dueAt, state: "open", createdAt: now, endedAt: null, note: "" },
      };
      await insertActionItem(tx, item);
      const entry = await insertEntry(tx, incident.id, {
        at: now,
        entry: entryOf(item, by, `${by.name} gave ${owner.name} "${title}", due ${formatInstantSeconds(dueAt)}`),
      });
      await audit.append(tx, auditOf(incident.id, entry));
      return accept(item);
    });
    if (added.ok) events.publish({ topic: "incidents", id: added.value.incidentId });
    return added;
  }

  async move(
    id: string,
    { state, note, by }: { readonly state: ActionItem["state"]; readonly note: string; readonly by: NamedPerson },
  ): Promise<Result<ActionItem, ActionItemRefusal>> {
    const { database, clock, audit, events } = this.#options;
    const moved = await database.transaction(async (tx): Promise<Result<ActionItem, ActionItemRefusal>> => {
      const item = await lockActionItem(tx, id);
      if (item === undefined) return refuse({ code: "ITEM_NOT_FOUND" });
      if (item.state === state) return refuse({ code: "SAME_STATE", detail: `It is ${state} already.` });
      // The lock of the incident orders the timeline.
      await lockStandingIncident(tx, item.incidentId);
      const now = clock.now();
      const next: ActionItem = { ...item, state, note, endedAt: state === "open" ? null : now };
      await updateActionItem(tx, next);
      const said = note === "" ? "" : `: ${note}`;
      const entry = await insertEntry(tx, item.incidentId, {
        at: now,
        entry: entryOf(next, by, `${by.name} set "${item.title}" to ${state}${said}`.slice(0, 500)),
      });
      await audit.append(tx, auditOf(item.incidentId, entry));
      return accept(next);
    });
    if (moved.ok) events.publish({ topic: "incidents", id: moved.value.incidentId });
    return moved;
  }

  ofIncident(incidentId: string): Promise<ActionItem[]> {
    return actionItemsOf(this.#options.database, incidentId);
  }

  list(which: "open" | "overdue" | "all", limit: number): Promise<ActionItem[]> {
    const { database, clock } = this.#options;
    if (which === "all") return listActionItems(database, { limit });
    return listActionItems(database, {
      state: "open",
      limit,
      ...(which === "overdue" ? { dueBefore: clock.now() } : {}),
    });
  }
}

function entryOf(item: ActionItem, by: NamedPerson, summary: string): TimelineEntry {
  return {
    kind: "action-item",
    actor: personActor(by),
    summary,
    details: {
      item: item.id,
      title: item.title,
      owner: { ...item.owner },
      due: formatInstantSeconds(item.dueAt),
      state: item.state,
      note: item.note,
    },
  };
}
