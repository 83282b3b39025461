import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, formatInstant, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Matchable } from "../alerts/quieting.ts";
import { endWindow, insertWindow, type MaintenanceWindow, windowsBetween } from "./maintenance-store.ts";
import type { QuietOptions } from "./quiet.ts";
import type { Who } from "./silences.ts";

export type { MaintenanceWindow } from "./maintenance-store.ts";

const LONGEST_MS = 7 * DAY_MS;
const FARTHEST_MS = 366 * DAY_MS;
const MOST_AHEAD = 200;
const LISTED = 500;

export type MaintenanceOrder = Pick<
  MaintenanceWindow,
  "title" | "system" | "components" | "startsAt" | "endsAt" | "public" | "pagesCritical"
>;

export type MaintenanceRefusal = {
  readonly code:
    | "ENDS_IN_THE_PAST"
    | "ENDS_BEFORE_IT_STARTS"
    | "TOO_LONG"
    | "TOO_FAR_AHEAD"
    | "TOO_MANY_WINDOWS"
    | "UNKNOWN_SYSTEM"
    | "UNKNOWN_COMPONENT";
};

/** Maintenance windows; those present and to come are in memory, since every round asks for them. */
export class Maintenance {
  readonly #options: QuietOptions;
  #ahead: readonly MaintenanceWindow[] = [];

  private constructor(options: QuietOptions) {
    this.#options = options;
  }

  static async open(options: QuietOptions): Promise<Maintenance> {
    const maintenance = new Maintenance(options);
    await maintenance.#reload();
    return maintenance;
  }

  active(now: Instant): readonly MaintenanceWindow[] {
    return this.#ahead.filter((one) => one.endedAt === null && one.startsAt <= now && now < one.endsAt);
  }

  /** Windows of which some part lies between, by their start; those ended early or cancelled too. */
  async list(span: { readonly from: Instant; readonly to: Instant }): Promise<readonly MaintenanceWindow[]> {
    return await windowsBetween(this.#options.database, span, LISTED);
  }

  /** The window that keeps the alert quiet. */
  of(alert: Matchable, now: Instant): MaintenanceWindow | undefined {
    return this.active(now).find((one) => this.#holds(one, alert));
  }

  async plan(order: MaintenanceOrder, by: Who): Promise<Result<MaintenanceWindow, MaintenanceRefusal>> {
    const { database, clock, random, audit } = this.#options;
    const now = clock.now();
    const code = this.#problem(order, now);
    if (code !== undefined) return refuse({ code });
    const id = newId("mnt", now, random);
    const window: MaintenanceWindow = { ...order, id, by, createdAt: now, endedAt: null, endedBy: null };
    const { title, system, components, public: isPublic, pagesCritical } = order;
    await audit.append(undefined, {
      actor: { kind: "person", ...by },
      action: "maintenance.planned",
      target: id,
      details: {
        ...{ title, system, components: [...components], public: isPublic, pagesCritical },
        startsAt: formatInstant(order.startsAt),
        endsAt: formatInstant(order.endsAt),
      },
    });
    await insertWindow(database, window);
    await this.#changed(id);
    return accept(window);
  }

  /** Ends it now; one that has not begun is cancelled. */
  async end(id: string, by: Who): Promise<Result<MaintenanceWindow, { readonly code: "WINDOW_NOT_FOUND" }>> {
    const { database, clock, audit } = this.#options;
    const now = clock.now();
    const known = this.#ahead.find((one) => one.id === id && one.endedAt === null && now < one.endsAt);
    if (known === undefined) return refuse({ code: "WINDOW_NOT_FOUND" });
    const action = known.startsAt > now ? "maintenance.cancelled" : "maintenance.ended";
    await audit.append(undefined, { actor: { kind: "person", ...by }, action, target: id, details: {} });
    await endWindow(database, id, { at: now, by: by.name });
    await this.#changed(id);
    return accept({ ...known, endedAt: now, endedBy: by.name });
  }

  #holds({ system, components, pagesCritical }: MaintenanceWindow, alert: Matchable): boolean {
    if (pagesCritical && alert.severity === "critical") return false;
    if (system !== null && system !== alert.system) return false;
    if (components.length === 0) return true;
    const known = this.#options.components(alert.system) ?? [];
    return known.some(({ id, alerts }) => components.includes(id) && alerts.includes(alert.name));
  }

  #problem(order: MaintenanceOrder, now: Instant): MaintenanceRefusal["code"] | undefined {
    const { system, components, startsAt, endsAt } = order;
    if (endsAt <= startsAt) return "ENDS_BEFORE_IT_STARTS";
    if (endsAt <= now) return "ENDS_IN_THE_PAST";
    if (endsAt - startsAt > LONGEST_MS) return "TOO_LONG";
    if (startsAt - now > FARTHEST_MS) return "TOO_FAR_AHEAD";
    const ahead = this.#ahead.filter((one) => one.endedAt === null && now < one.endsAt);
    if (ahead.length >= MOST_AHEAD) return "TOO_MANY_WINDOWS";
    const known = system === null ? [] : this.#options.components(system);
    if (known === undefined) return "UNKNOWN_SYSTEM";
    const isKnown = components.every((id) => known.some((component) => component.id === id));
    return isKnown ? undefined : "UNKNOWN_COMPONENT";
  }

  async #changed(id: string): Promise<void> {
    await this.#reload();
    this.#options.events.publish({ topic: "quiet", id });
    await this.#options.onChanged();
  }

  async #reload(): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock.now();
    this.#ahead = await windowsBetween(database, { from: now, to: addMs(now, FARTHEST_MS + DAY_MS) }, LISTED);
  }
}
