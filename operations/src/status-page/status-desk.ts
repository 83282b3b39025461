import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { DAY_MS, formatInstant, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { StatedComponentState } from "../api/schema/status.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { type NamedPerson, personActor } from "../incidents/incident.ts";
import type { Component } from "./component.ts";
import {
  deleteComponent,
  deleteOverride,
  MOST_COMPONENTS,
  upsertComponent,
  upsertOverride,
} from "./component-store.ts";
import type { StatusBoard } from "./status-board.ts";

export interface StatusDeskOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly board: StatusBoard;
  /** What was read before is old now. */
  readonly onChanged: () => void;
}

export interface StatusDeskRefusal {
  readonly code:
    | "UNKNOWN_COMPONENT"
    | "COMPONENT_DECLARED"
    | "TOO_MANY_COMPONENTS"
    | "ENDS_IN_THE_PAST"
    | "ENDS_TOO_LATE"
    | "NOT_OVERRIDDEN";
  readonly detail?: string;
}

type HandMade = Pick<Component, "title" | "description" | "group" | "position" | "system" | "healthChecks" | "alerts">;

const LONGEST_OVERRIDE_MS = 7 * DAY_MS;

/** What operators change of the public page: its parts, and what they say of them by hand. */
export class StatusDesk {
  readonly #options: StatusDeskOptions;

  constructor(options: StatusDeskOptions) {
    this.#options = options;
  }

  async addComponent(made: HandMade, by: NamedPerson): Promise<Result<Component, StatusDeskRefusal>> {
    const { clock, random, board } = this.#options;
    if ((await board.components()).length >= MOST_COMPONENTS) return refuse({ code: "TOO_MANY_COMPONENTS" });
    const component = { ...made, id: newId("cmp", clock.now(), random), isDeclared: false, isHidden: false };
    await this.#change(
      { by, action: "status.component.added", target: component.id, details: { title: made.title } },
      (tx) => upsertComponent(tx, component),
    );
    return accept(component);
  }

  /** Where a part stands and whether it is shown; what it is stays with its manifest. */
  async placeComponent(
    id: string,
    { by, ...place }: Pick<Component, "group" | "position" | "isHidden"> & { readonly by: NamedPerson },
  ): Promise<Result<Component, StatusDeskRefusal>> {
    const component = await this.#find(id);
    if (component === undefined) return refuse({ code: "UNKNOWN_COMPONENT" });
    await this.#change({ by, action: "status.component.placed", target: id, details: { ...place } }, (tx) =>
      upsertComponent(tx, { ...component, ...place }),
    );
    return accept({ ...component, ...place });
  }

  async removeComponent(id: string, by: NamedPerson): Promise<Result<Component, StatusDeskRefusal>> {
    const component = await this.#find(id);
    if (component === undefined) return refuse({ code: "UNKNOWN_COMPONENT" });
    if (component.isDeclared)
      return refuse({ code: "COMPONENT_DECLARED", detail: "Its manifest declares it; it can be hidden." });
    await this.#change(
      { by, action: "status.component.removed", target: id, details: { title: component.title } },
      (tx) => deleteComponent(tx, id),
    );
    return accept(component);
  }

  /** States what a part is like until `endsAt`, whatever checks say. */
  async override(
    id: string,
    order: {
      readonly state: StatedComponentState;
      readonly reason: string;
      readonly endsAt: Instant;
      readonly by: NamedPerson;
    },
  ): Promise<Result<Component, StatusDeskRefusal>> {
    const { state, reason, endsAt, by } = order;
    const now = this.#options.clock.now();
    if (endsAt <= now) return refuse({ code: "ENDS_IN_THE_PAST", detail: "Its end must lie ahead." });
    if (endsAt - now > LONGEST_OVERRIDE_MS)
      return refuse({ code: "ENDS_TOO_LATE", detail: "At most seven days; say it again then." });
    const component = await this.#find(id);
    if (component === undefined) return refuse({ code: "UNKNOWN_COMPONENT" });
    const details = { state, reason, endsAt: formatInstant(endsAt) };
    await this.#change({ by, action: "status.override.set", target: id, details }, (tx) =>
      upsertOverride(tx, { componentId: id, state, reason, by: by.name, at: now, endsAt }),
    );
    return accept(component);
  }

  async endOverride(id: string, by: NamedPerson): Promise<Result<Component, StatusDeskRefusal>> {
    const component = await this.#find(id);
    if (component === undefined) return refuse({ code: "UNKNOWN_COMPONENT" });
    let wasThere = false;
    await this.#change({ by, action: "status.override.ended", target: id, details: {} }, async (tx) => {
      wasThere = await deleteOverride(tx, id);
    });
    return wasThere ? accept(component) : refuse({ code: "NOT_OVERRIDDEN", detail: "Nobody has set its state." });
  }

  async #find(id: string): Promise<Component | undefined> {
    return (await this.#options.board.components()).find((one) => one.id === id);
  }

  async #change(
    entry: { readonly by: NamedPerson; readonly action: string; readonly target: string; readonly details: JsonObject },
    work: (tx: Sql) => Promise<unknown>,
  ): Promise<void> {
    const { database, audit, events, board, onChanged } = this.#options;
    const { by, ...said } = entry;
    await database.transaction(async (tx) => {
      await work(tx);
      await audit.append(tx, { actor: personActor(by), ...said });
    });
    await board.look();
    onChanged();
    events.publish({ topic: "status", id: said.target });
  }
}
