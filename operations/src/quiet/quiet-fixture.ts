import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import type { MovedClock } from "@assay/platform/testing/moved-clock";
import { ADA, openTestAlerts, shopReading } from "../alerts/alerts-fixture.ts";
import { openTestAudit } from "../audit/audit-fixture.ts";
import { createEvents } from "../events/events.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { createQuiet } from "./quiet.ts";

/** Test data: the alerts of `shop`, whose component `till` has the alert TILL, with silences and windows. */
export async function openTestQuiet(database: Database, clock: MovedClock) {
  await using resources = new AsyncDisposableStack();
  const audit = resources.use(await openTestAudit(database, { clock }));
  const quiet = await createQuiet({
    ...{ database, clock, audit, random: seededRandom(7), events: createEvents() },
    components: (system) => (system === "shop" ? [{ id: "till", alerts: ["TILL"] }] : undefined),
    onChanged: () => plane.alerts.tick(),
  });
  const plane = resources.use(await openTestAlerts(database, clock, { quiet: quiet.reader }));
  const owned = resources.move();
  return {
    ...{ quiet, audit, alerts: plane.alerts, paging: plane.paging, incidents: plane.incidents },
    /** One round of `shop`, and what the clock makes of its pages. */
    round: async (readings: Readonly<Record<string, Severity | "well">>) => {
      await plane.alerts.evaluate(shopReading(readings));
      await plane.paging.tick();
    },
    find: (name: string) => plane.alerts.current().find((alert) => alert.name === name),
    /** Titles of what Ada was sent since this was asked last. */
    told: teller(async () => {
      const ids = (await plane.alerts.list({ states: ["pending", "firing", "resolved"], limit: 100 })).map(
        ({ id }) => id,
      );
      const sent = await plane.delivery.about(ids.map((id) => `alert/${id}`));
      return sent.filter(({ personName }) => personName === ADA.name);
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function teller(all: () => Promise<readonly { id: string; message: { title: string } }[]>) {
  const seen = new Set<string>();
  return async () => {
    const fresh = (await all()).filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    return fresh.map(({ message }) => message.title);
  };
}
