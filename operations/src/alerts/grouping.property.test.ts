import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { MINUTE_MS, SECOND_MS, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import { isMoreSevere, type Severity } from "../thresholds/threshold.ts";
import { type Alert, type AlertIdentity, type CoolDown, identityOf } from "./alert.ts";
import { alertRound } from "./alert-round.ts";
import { shopReading } from "./alerts-fixture.ts";
import { moveClock, moveCoolDown } from "./clock-jump.ts";
import { type GroupPage, isPaged, tellGroups } from "./grouping.ts";
import { markQuiet, type QuietReader } from "./quieting.ts";

const NAMES = ["DOWN", "LOST", "SLOW"] as const;
const STEP_MS = 15 * SECOND_MS;
const START = Date.UTC(2025, 0, 1);

type Seen = Severity | "well" | undefined;

interface Step {
  readonly readings: readonly Seen[];
  /** Whether each alert is silenced. */
  readonly silenced: readonly boolean[];
  /** The clock of the wall is set by this much before the step. */
  readonly jumpMs: number;
}

interface Timing {
  readonly forMs: number;
  readonly coolDownMs: number;
  readonly keepFiringMs: number;
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
}

interface Observed {
  /** Time that only counts. */
  readonly atMs: number;
  readonly pages: readonly GroupPage[];
  readonly alerts: readonly Alert[];
  readonly silenced: readonly boolean[];
}

/** The whole pure pipeline over a scenario, as `Alerts` runs it. */
function play(steps: readonly Step[], { forMs, ...timing }: Timing): Observed[] {
  let current: Alert[] = [];
  let cooling = new Map<string, CoolDown>();
  let offsetMs = 0;
  let ids = 0;
  return steps.map(({ readings, silenced, jumpMs }, index) => {
    offsetMs += jumpMs;
    current = current.map((alert) => moveClock(alert, jumpMs));
    cooling = new Map([...cooling].map(([key, one]) => [key, moveCoolDown(one, jumpMs)]));
    const now = toInstant(START + index * STEP_MS + offsetMs);
    const shop = shopReading(
      Object.fromEntries(NAMES.map((name, place) => [name, readings[place]])),
      Object.fromEntries(NAMES.map((name) => [name, timing])),
    );
    const live = current.filter(({ state }) => state !== "resolved");
    const moved = alertRound({
      ...shop,
      thresholds: new Map(shop.thresholds.map((one) => [one.id, { ...one, forMs }])),
      current: new Map(live.map((alert) => [alert.name, alert])),
      now,
      newId: () => `alr_${String(ids++).padStart(6, "0")}`,
      coolDownOf: (identity: AlertIdentity) => cooling.get(identityOf(identity)),
    });
    const owed = current.filter(({ state }) => state === "resolved");
    const all = [...moved, ...owed.map((alert) => ({ before: alert, after: alert, rule: shop.rules[0] }))];
    const quiet: QuietReader = {
      silenceOf: ({ name }) => (silenced[NAMES.indexOf(name as "DOWN")] ? "sil" : null),
      maintenanceOf: () => null,
    };
    const round = tellGroups(markQuiet(all, { quiet, elsewhere: [], now }), now);
    const alerts = round.steps.flatMap(({ after }) => after ?? []);
    for (const alert of alerts)
      if (alert.state === "resolved" && alert.coolDown !== null) cooling.set(identityOf(alert), alert.coolDown);
    current = alerts.filter(({ state, resolutionTold }) => state !== "resolved" || !resolutionTold);
    return { atMs: index * STEP_MS, pages: round.pages, alerts, silenced };
  });
}

const seen = fc.constantFrom<Seen>("well", "well", "warning", "high", "critical", undefined);
const jump = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -86_400_000, max: 86_400_000 }));
const three = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: NAMES.length, maxLength: NAMES.length });
const step = (jumps: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({ readings: three(seen), silenced: three(fc.constantFrom(false, false, false, true)), jumpMs: jumps });
const timing: fc.Arbitrary<Timing> = fc.record({
  forMs: fc.constantFrom(0, 30_000),
  coolDownMs: fc.constantFrom(0, MINUTE_MS, 5 * MINUTE_MS),
  keepFiringMs: fc.constantFrom(0, 30_000),
  groupWaitMs: fc.constantFrom(0, 30_000),
  groupIntervalMs: fc.constantFrom(0, MINUTE_MS),
});
const scenario = (jumps = jump) => fc.array(step(jumps), { minLength: 1, maxLength: 40 });
const RUNS = { numRuns: 150 };

test("nobody is told of an end without having been told of its beginning, and of each end once", () => {
  fc.assert(
    fc.property(scenario(), timing, (steps, times) => {
      const begun = new Set<string>();
      const over = new Set<string>();
      for (const { alert, telling } of play(steps, times).flatMap(({ pages }) => pages.flatMap((page) => page.news))) {
        if (telling === "resolved") {
          equal(begun.has(alert.id), true);
          equal(over.has(alert.id), false);
          over.add(alert.id);
        } else if (telling === "fired") begun.add(alert.id);
      }
    }),
    RUNS,
  );
});

test("an alert that flaps is not told again within its cool-down, unless it is worse", () => {
  fc.assert(
    fc.property(scenario(), timing, (steps, times) => {
      const ended = new Map<string, { readonly atMs: number; readonly severity: Severity }>();
      const told = new Map<string, Severity>();
      for (const { atMs, pages, alerts } of play(steps, times)) {
        for (const { alert, telling } of pages.flatMap((page) => page.news)) {
          if (telling !== "fired") continue;
          const last = ended.get(alert.name);
          const isTooSoon = last !== undefined && atMs - last.atMs < times.coolDownMs;
          equal(isTooSoon && !isMoreSevere(alert.severity, last.severity), false);
        }
        for (const alert of alerts) {
          if (alert.toldSeverity !== null) told.set(alert.id, alert.toldSeverity);
          const isNew = alert.state === "resolved" && alert.toldSeverity !== null && !ended.has(alert.id);
          if (isNew) for (const key of [alert.id, alert.name]) ended.set(key, { atMs, severity: alert.toldSeverity! });
        }
      }
    }),
    RUNS,
  );
});

test("what fires and is not quiet is told once its group's time has come, in one page per group and round", () => {
  fc.assert(
    fc.property(scenario(), timing, (steps, times) => {
      const waiting = new Map<string, number>();
      for (const { atMs, pages, alerts } of play(steps, times)) {
        equal(pages.length <= 1, true, "the shop is one group");
        const loud = alerts.filter((alert) => alert.state === "firing" && alert.silencedBy === null);
        const untold = loud.filter(({ toldSeverity, coolDown }) => toldSeverity === null && coolDown === null);
        for (const { id } of untold) waiting.set(id, waiting.get(id) ?? atMs);
        for (const id of waiting.keys()) if (!untold.some((alert) => alert.id === id)) waiting.delete(id);
        const longest = Math.max(times.groupWaitMs, times.groupIntervalMs) + STEP_MS;
        for (const since of waiting.values()) equal(atMs - since <= longest, true);
        const lastPage = pages[0]?.news.filter(({ telling }) => telling === "fired") ?? [];
        equal(new Set(lastPage.map(({ alert }) => alert.name)).size, lastPage.length, "each once in a page");
      }
    }),
    RUNS,
  );
});

test("a silenced alert is never told to fire, and is told when the silence is over", () => {
  fc.assert(
    fc.property(scenario(), timing, (steps, times) => {
      for (const { pages, silenced } of play(steps, times))
        for (const { alert, telling } of pages.flatMap((page) => page.news))
          if (telling !== "resolved") equal(silenced[NAMES.indexOf(alert.name as "DOWN")], false);
    }),
    RUNS,
  );
});

test("a clock that jumps changes nothing of what fires, resolves and is told, and when", () => {
  const words = (observed: readonly Observed[]) =>
    observed.map(({ alerts, pages }) => [
      alerts.map(({ name, state, severity }) => `${name} ${state} ${severity}`),
      pages.flatMap((page) => page.news.map(({ alert, telling }) => `${alert.name} ${telling}`)),
    ]);
  fc.assert(
    fc.property(scenario(), timing, (steps, times) => {
      const straight = steps.map((one) => ({ ...one, jumpMs: 0 }));
      deepEqual(words(play(steps, times)), words(play(straight, times)));
    }),
    RUNS,
  );
});

test("numbers that cannot be read neither begin nor end anything", () => {
  fc.assert(
    fc.property(scenario(fc.constant(0)), timing, fc.integer({ min: 1, max: 10 }), (steps, times, count) => {
      const before = play(steps, times).at(-1)!;
      const gone = { readings: NAMES.map(() => undefined), silenced: steps.at(-1)!.silenced, jumpMs: 0 };
      const after = play([...steps, ...Array.from({ length: count }, () => gone)], times).at(-1)!;
      const live = ({ alerts }: Observed) =>
        alerts
          .filter(({ state }) => state !== "resolved")
          .map(({ id, state, severity }) => `${id} ${state} ${severity}`);
      deepEqual(live(after), live(before));
    }),
    RUNS,
  );
});

test("info is never called in by itself", () => equal(isPaged("info"), false));
