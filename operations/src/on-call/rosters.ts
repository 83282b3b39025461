import type { Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { Schedule } from "../api/schema/on-call.ts";
import type { Directory } from "../delivery/directory.ts";
import type { OnCallNow } from "./recipients.ts";
import { nextShift, onCallAt, type Roster } from "./schedule.ts";
import { listSchedules, overridesSince, type ScheduledOverride } from "./schedule-store.ts";

/** A schedule with everything that decides who is called. */
export interface StoredRoster extends Roster {
  readonly schedule: Schedule;
  readonly overrides: readonly ScheduledOverride[];
}

/** All schedules as they stand; overrides that ended before `since` are left out. */
export async function loadRosters(
  database: Sql,
  { directory, since }: { readonly directory: Directory; readonly since: Instant },
): Promise<StoredRoster[]> {
  const here = new Set((await directory.people()).map(({ id }) => id));
  const [schedules, overrides] = [await listSchedules(database), await overridesSince(database, since)];
  return schedules.map((schedule) => ({
    schedule,
    here,
    overrides: overrides.filter(({ scheduleId }) => scheduleId === schedule.id),
  }));
}

/** Reads schedules as they are in the transaction, so that a page goes to whom an override has just named. */
export function storedOnCall(directory: Directory): OnCallNow {
  return {
    at: async (tx, id, now) => {
      const roster = (await loadRosters(tx, { directory, since: now })).find(({ schedule }) => schedule.id === id);
      if (roster === undefined) return undefined;
      return { current: onCallAt(roster, now).person, next: nextShift(roster, now)?.person ?? null };
    },
  };
}
