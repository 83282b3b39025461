import { seededRandom } from "@assay/platform/random/random";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { OPERATIONS_MIGRATIONS, openTestAudit } from "../audit/audit-fixture.ts";
import { createEvents } from "../events/events.ts";
import type { Paging } from "../on-call/paging.ts";
import { ActionItems } from "./action-items.ts";
import type { NamedPerson } from "./incident.ts";
import { IncidentCalls } from "./incident-calls.ts";
import { IncidentDesk } from "./incident-desk.ts";
import { Incidents } from "./incidents.ts";
import { PostMortems } from "./post-mortems.ts";

/** Test data: incidents on a real database, on a clock that stands still. */
export const ADA: NamedPerson = { id: "per_ada", name: "Ada" };
export const BO: NamedPerson = { id: "per_bo", name: "Bo" };

export async function openTestIncidents() {
  await using resources = new AsyncDisposableStack();
  const test = resources.use(await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" }));
  const clock = new MovedClock();
  const database = test.app;
  const audit = resources.use(await openTestAudit(database, { clock }));
  const called: string[] = [];
  const calls = new IncidentCalls({ clock, publicUrl: "http://console.test", paging: notedPaging(called) });
  const options = { database, clock, random: seededRandom(7), audit, events: createEvents(), calls: () => calls };
  const owned = resources.move();
  return {
    ...options,
    /** Who would be paged, in order. */
    called,
    incidents: new Incidents(options),
    desk: new IncidentDesk(options),
    postMortems: new PostMortems(options),
    actionItems: new ActionItems(options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function notedPaging(called: string[]): Paging {
  return {
    raise: async (_, { subject, severity }) => {
      called.push(`raise ${subject} ${severity}`);
      return [{ person: "Ada", kind: "email" }];
    },
    acknowledge: async (_, subject, { until }) => void called.push(`acknowledge ${subject} ${until}`),
    end: async (_, subject) => {
      called.push(`end ${subject}`);
      return [];
    },
  };
}

export type TestIncidents = Awaited<ReturnType<typeof openTestIncidents>>;

/** An incident that an alert of the system opened. */
export async function openByAlert(plane: TestIncidents, system = "shop", severity: "high" | "critical" = "critical") {
  const { database, incidents } = plane;
  const { incidentId } = await database.transaction((tx) =>
    incidents.openOrJoin(tx, { id: "alr_1", system, severity, title: `${system}.DOWN: it is down`, dedupKey: system }),
  );
  return (await incidents.find(incidentId))!;
}

export function declare(
  plane: TestIncidents,
  more: { readonly system?: string; readonly severity?: "P0" | "P2" } = {},
) {
  return plane.desk.declare({
    ...{ by: ADA, title: "Nobody can pay", system: "shop", severity: "P2", note: "three customers called" },
    ...more,
  });
}
