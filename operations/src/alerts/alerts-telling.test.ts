import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { addMs, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import type { AlertRuleDeclaration } from "../thresholds/alert-rule.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { ADA, openTestAlerts, shopReading } from "./alerts-fixture.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

/** A clock whose wall can be set, as an operator or a time server does. */
class SetClock extends MovedClock {
  #offsetMs = 0;

  override now(): Instant {
    return addMs(super.now(), this.#offsetMs ?? 0);
  }

  set(ms: number): void {
    this.#offsetMs += ms;
  }
}

type Readings = Readonly<Record<string, Severity | "well">>;

/** What a phone gets of the shop's alerts, whose rules are all the same. */
async function openPhone(rule: Partial<AlertRuleDeclaration>, clock = new SetClock()) {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await startTestDatabase(options));
  const plane = resources.use(await openTestAlerts(database.app, clock));
  const seen = new Set<string>();
  const owned = resources.move();
  return {
    ...{ clock, alerts: plane.alerts, database },
    /** One round; resolves to the titles of the pages it made. */
    round: async (readings: Readings, passMs = 0) => {
      await clock.advance(passMs);
      await plane.alerts.evaluate(
        shopReading(readings, Object.fromEntries(Object.keys(readings).map((name) => [name, rule]))),
      );
      const ids = (await plane.alerts.list({ states: ["firing", "resolved"], limit: 100 })).map(({ id }) => id);
      const sent = await plane.delivery.about(ids.map((id) => `alert/${id}`));
      const fresh = sent.filter(({ id, personName }) => personName === ADA.name && !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      return fresh.map(({ message }) => message.title);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("alerts that fire within the group's wait are one page, and the next ones wait for the group's interval", async () => {
  await using phone = await openPhone({ groupWaitMs: 30 * SECOND_MS, groupIntervalMs: 5 * MINUTE_MS });
  const { round } = phone;
  deepEqual(await round({ DOWN: "high", LOST: "well", SLOW: "well" }), []);
  deepEqual(await round({ DOWN: "high", LOST: "critical", SLOW: "well" }, 20 * SECOND_MS), []);
  deepEqual(await round({ DOWN: "high", LOST: "critical", SLOW: "well" }, 10 * SECOND_MS), [
    "[critical] shop.LOST is firing, and 1 more",
  ]);
  deepEqual(await round({ DOWN: "well", LOST: "critical", SLOW: "high" }, MINUTE_MS), []);
  deepEqual(await round({ DOWN: "well", LOST: "critical", SLOW: "high" }, 4 * MINUTE_MS), [
    "[high] shop.SLOW is firing, and 1 more",
  ]);
  deepEqual(await round({ DOWN: "well", LOST: "well", SLOW: "well" }, SECOND_MS), [
    "[critical] shop.LOST is resolved, and 1 more",
  ]);
});

test("an alert that comes back within its cool-down is shown and not told, unless it is worse", async () => {
  await using phone = await openPhone({ coolDownMs: 10 * MINUTE_MS });
  const { round, alerts } = phone;
  deepEqual(await round({ DOWN: "high" }), ["[high] shop.DOWN is firing"]);
  deepEqual(await round({ DOWN: "well" }, MINUTE_MS), ["[high] shop.DOWN is resolved"]);
  deepEqual(await round({ DOWN: "high" }, MINUTE_MS), []);
  equal(alerts.current()[0]?.state, "firing");
  deepEqual(await round({ DOWN: "well" }, MINUTE_MS), []);
  deepEqual(await round({ DOWN: "high" }, MINUTE_MS), []);
  deepEqual(await round({ DOWN: "critical" }, MINUTE_MS), ["[critical] shop.DOWN is firing"]);
  deepEqual(await round({ DOWN: "well" }, MINUTE_MS), ["[critical] shop.DOWN is resolved"]);
  deepEqual(await round({ DOWN: "high" }, MINUTE_MS), []);
  deepEqual(await round({ DOWN: "high" }, 9 * MINUTE_MS), ["[high] shop.DOWN is firing"]);
});

test("an alert that nobody takes on is told again after its repeat interval", async () => {
  await using phone = await openPhone({ repeatMs: HOUR_MS });
  deepEqual(await phone.round({ DOWN: "high" }), ["[high] shop.DOWN is firing"]);
  deepEqual(await phone.round({ DOWN: "high" }, HOUR_MS - 1), []);
  deepEqual(await phone.round({ DOWN: "high" }, 1), ["[high] shop.DOWN is still firing"]);
});

test("something new in a group that somebody looks after is told all the same", async () => {
  await using phone = await openPhone({});
  const { round, alerts } = phone;
  await round({ DOWN: "critical", LOST: "well" });
  await alerts.acknowledge(alerts.current()[0]!.id, { person: ADA, note: "" });
  deepEqual(await round({ DOWN: "critical", LOST: "well" }, MINUTE_MS), []);
  deepEqual(await round({ DOWN: "critical", LOST: "high" }, MINUTE_MS), ["[high] shop.LOST is firing"]);
});

test("a clock that is set back or forward neither fires, resolves nor tells anything by itself", async () => {
  await using phone = await openPhone({ keepFiringMs: 10 * MINUTE_MS, groupWaitMs: MINUTE_MS });
  const { round, clock, alerts } = phone;
  deepEqual(await round({ DOWN: "critical" }), []);
  clock.set(26 * HOUR_MS);
  deepEqual(await round({ DOWN: "critical" }, MINUTE_MS), ["[critical] shop.DOWN is firing"]);
  deepEqual(await round({ DOWN: "well" }, SECOND_MS), []);
  for (const ms of [3 * 24 * HOUR_MS, -5 * 24 * HOUR_MS, HOUR_MS]) {
    clock.set(ms);
    deepEqual(await round({ DOWN: "well" }, MINUTE_MS), []);
    equal(alerts.current()[0]?.state, "firing", "it is kept firing for as long as it is kept");
  }
  deepEqual(await round({ DOWN: "well" }, 7 * MINUTE_MS), ["[critical] shop.DOWN is resolved"]);
});
