import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import {
  DAY_MS,
  formatInstant,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  SECOND_MS,
  toInstant,
} from "@assay/primitives/instant";
import type {
  Banner,
  PublicComponent,
  PublicIncidentView,
  StatusHistory,
  StatusSummary,
} from "../api/schema/status.ts";
import type { MaintenanceWindow } from "../quiet/maintenance.ts";
import { componentHistory } from "./component-history.ts";
import { type PublicIncident, publicIncidentsSince } from "./public-incident-store.ts";
import { covers, KEPT_DAYS, type Standing, type StatusBoard } from "./status-board.ts";

export interface StatusContentOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly board: StatusBoard;
  readonly maintenance: {
    list(span: { readonly from: Instant; readonly to: Instant }): Promise<readonly MaintenanceWindow[]>;
  };
  /** Address of the public page. */
  readonly url: string;
}

const TITLE = "Status";
const AHEAD_MS = 14 * DAY_MS;
const BANNER_AHEAD_MS = DAY_MS;
const RECENT_MS = 7 * DAY_MS;
const SUMMARY_FRESH_MS = 2 * SECOND_MS;
const HISTORY_FRESH_MS = MINUTE_MS;

/** What the public sees, and nothing else: each member is named here, so that nothing from the inside slips through. */
export class StatusContent {
  readonly #options: StatusContentOptions;
  readonly #kept = new Map<string, { readonly at: Instant; readonly content: Promise<unknown> }>();

  constructor(options: StatusContentOptions) {
    this.#options = options;
  }

  /** How things are now. Kept for two seconds: the page is open to everybody. */
  summary(): Promise<StatusSummary> {
    return this.#fresh("summary", SUMMARY_FRESH_MS, async () => {
      const { database, clock, board } = this.#options;
      const { asOf, state, parts } = await board.board();
      const shown = parts.filter(({ component }) => !component.isHidden);
      const since = toInstant(clock.now() - RECENT_MS);
      const incidents = await publicIncidentsSince(database, since);
      return {
        ...{ title: TITLE, state, asOf: formatInstant(asOf) },
        groups: groupsOf(shown),
        incidents: incidents.map(publicIncidentView),
        maintenance: await this.maintenance(),
      };
    });
  }

  /** 90 days, from recorded changes of state. */
  history(): Promise<StatusHistory> {
    return this.#fresh("history", HISTORY_FRESH_MS, async () => {
      const { database, clock, board } = this.#options;
      const now = clock.now();
      const today = Math.floor(now / DAY_MS) * DAY_MS;
      const from = toInstant(today - (KEPT_DAYS - 1) * DAY_MS);
      const changes = await board.changes(from);
      const components = (await board.components()).filter(({ isHidden }) => !isHidden);
      return {
        days: KEPT_DAYS,
        components: components.map(({ id, title }) => ({
          ...{ id, title },
          history: componentHistory(changes.get(id) ?? [], { from, to: now }),
        })),
        incidents: (await publicIncidentsSince(database, from)).map(publicIncidentView),
      };
    });
  }

  /** What a system shows its users on its own pages. */
  async banners(system: string): Promise<Banner[]> {
    const { parts } = await this.#options.board.board();
    const own = parts.filter(({ component }) => component.system === system && !component.isHidden);
    // Nothing is kept for names that anybody may make up.
    return own.length === 0 ? [] : await this.#fresh(`banners ${system}`, SUMMARY_FRESH_MS, () => this.#bannersOf(own));
  }

  async #bannersOf(own: readonly Standing[]): Promise<Banner[]> {
    const { database, clock, url } = this.#options;
    const ids = new Set(own.map(({ component }) => component.id));
    const current = (await publicIncidentsSince(database, clock.now())).filter(
      ({ resolvedAt, components }) => resolvedAt === null && components.some((id) => ids.has(id)),
    );
    const told = new Set(current.flatMap(({ components }) => components));
    const worst = (incident: PublicIncident) => own.find(({ component }) => incident.components.includes(component.id));
    const soon = (await this.#windows(BANNER_AHEAD_MS)).filter((window) =>
      own.some(({ component }) => covers(window, component)),
    );
    return [
      ...current.map(
        (incident): Banner => ({
          ...{ id: incident.id, kind: "incident", state: worst(incident)?.state ?? "no data", title: incident.title },
          text: incident.updates[0]?.text ?? "",
          ...{ startedAt: formatInstant(incident.startedAt), endsAt: null, url: `${url}/incidents/${incident.id}` },
        }),
      ),
      ...own
        .filter(({ component, state }) => state.endsWith("outage") && !told.has(component.id))
        .map(
          ({ component, state, since }): Banner => ({
            ...{ id: component.id, kind: "component", state, title: `${component.title}: ${state}` },
            text: "Some of it may not work at the moment.",
            ...{ startedAt: since === null ? null : formatInstant(since), endsAt: null, url },
          }),
        ),
      ...soon.map(
        (window): Banner => ({
          ...{ id: window.id, kind: "maintenance", state: "under maintenance", title: window.title },
          text: "Planned maintenance.",
          ...{ startedAt: formatInstant(window.startsAt), endsAt: formatInstant(window.endsAt), url },
        }),
      ),
    ];
  }

  /** Public windows, present and to come. */
  async maintenance(): Promise<StatusSummary["maintenance"]> {
    const components = await this.#options.board.components();
    return (await this.#windows(AHEAD_MS)).map((window) => ({
      ...{ id: window.id, title: window.title },
      components: components.filter((one) => !one.isHidden && covers(window, one)).map(({ id }) => id),
      ...{ startsAt: formatInstant(window.startsAt), endsAt: formatInstant(window.endsAt) },
    }));
  }

  async #windows(aheadMs: number): Promise<MaintenanceWindow[]> {
    const { clock, maintenance } = this.#options;
    const now = clock.now();
    const windows = await maintenance.list({ from: toInstant(now - HOUR_MS), to: toInstant(now + aheadMs) });
    return windows.filter((one) => one.public && one.endedAt === null && one.endsAt > now);
  }

  #fresh<T>(name: string, forMs: number, make: () => Promise<T>): Promise<T> {
    const now = this.#options.clock.now();
    const kept = this.#kept.get(name);
    if (kept !== undefined && now - kept.at < forMs) return kept.content as Promise<T>;
    const content = make();
    this.#kept.set(name, { at: now, content });
    content.catch(() => this.#kept.delete(name));
    return content;
  }

  /** After something was said or set, so that whoever did it sees it. */
  forget(): void {
    this.#kept.clear();
  }
}

export function publicComponent({ component, state, since, seenAt, override }: Standing): PublicComponent {
  return {
    ...{ id: component.id, title: component.title, description: component.description, state },
    since: since === null ? null : formatInstant(since),
    seenAt: seenAt === null ? null : formatInstant(seenAt),
    endsAt: override === undefined ? null : formatInstant(override.endsAt),
  };
}

export function publicIncidentView({
  id,
  title,
  components,
  startedAt,
  resolvedAt,
  updates,
}: PublicIncident): PublicIncidentView {
  return {
    ...{ id, title, components: [...components] },
    status: updates[0]?.status ?? "investigating",
    startedAt: formatInstant(startedAt),
    resolvedAt: resolvedAt === null ? null : formatInstant(resolvedAt),
    updates: updates.map(({ at, status, text }) => ({ at: formatInstant(at), status, text })),
  };
}

function groupsOf(parts: readonly Standing[]): StatusSummary["groups"] {
  const groups = new Map<string, PublicComponent[]>();
  for (const part of parts)
    groups.set(part.component.group, [...(groups.get(part.component.group) ?? []), publicComponent(part)]);
  return [...groups].map(([title, components]) => ({ title, components }));
}
