import { silentLogger } from "@assay/platform/logging/logger";
import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { addMs, formatInstant, MINUTE_MS } from "@assay/primitives/instant";
import type { EscalationStep } from "../api/schema/on-call.ts";
import type { Reachable } from "../delivery/directory.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import { createEvents } from "../events/events.ts";
import { Escalations, type PageDelivery } from "./escalations.ts";
import type { PageRequest } from "./paging.ts";
import { listPolicies, savePolicy } from "./policy-store.ts";
import { storedOnCall } from "./rosters.ts";
import { findSchedule, saveSchedule } from "./schedule-store.ts";

/** Test data: three people, and a delivery that remembers who was told what. */
export const PEOPLE: readonly Reachable[] = [
  { id: "per_ada", name: "Ada", email: "ada@example.com", roles: ["operator"] },
  { id: "per_bo", name: "Bo", email: "bo@example.com", roles: ["approver"] },
  { id: "per_cy", name: "Cy", email: "cy@example.com", roles: ["viewer"] },
];

export const PAGE: PageRequest = {
  subject: "alert/alr_1",
  system: "shop",
  severity: "critical",
  message: {
    type: "alert.firing",
    title: "DOWN",
    text: "Orders wait.",
    url: "http://console/alerts/alr_1",
    at: "2025-08-01T12:00:00.000Z",
    data: {},
  },
};

export function openTestCalls(database: Database, clock = new MovedClock(), people: readonly Reachable[] = PEOPLE) {
  const told: string[] = [];
  const directory = { people: async () => people };
  const nameOf = (id: string) => people.find((person) => person.id === id)?.name;
  const delivery: PageDelivery = {
    page: async (_, { to, message }) => {
      const names = "channel" in to ? [`#${to.channel}`] : to.flatMap((id) => nameOf(id) ?? []);
      told.push(...names.map((name) => `${name}: ${message.title}`));
      return names.map((person) => ({ person, kind: "webhook" as const }));
    },
    cancel: async () => undefined,
  };
  const escalations = new Escalations({
    ...{ database, clock, random: seededRandom(1), logger: silentLogger, events: createEvents(), directory, delivery },
    onCall: storedOnCall(directory),
    publicUrl: "http://console",
  });
  return {
    clock,
    escalations,
    /** What people were told since the last time this was asked. */
    taken: () => told.splice(0).sort(),
    raise: (request: PageRequest) => database.transaction((tx) => escalations.raise(tx, request)),
    end: (message?: PageMessage) => database.transaction((tx) => escalations.end(tx, PAGE.subject, message)),
    acknowledge: (minutes: number) =>
      database.transaction((tx) => {
        const until = addMs(clock.now(), minutes * MINUTE_MS);
        return escalations.acknowledge(tx, PAGE.subject, { by: { id: "per_ada", name: "Ada" }, until });
      }),
    /** Time goes by minute by minute, with a tick at each. */
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += MINUTE_MS) {
        await clock.advance(MINUTE_MS);
        await escalations.tick();
      }
    },
    /** The primary schedule becomes a daily rotation at noon that begins with the first today. */
    onCall: async (ids: readonly string[]) => {
      const known = (await findSchedule(database, "primary"))!;
      const startsOn = formatInstant(clock.now()).slice(0, 10);
      const rotation = { id: "daily", title: "Daily", people: [...ids], handOverAt: "12:00", startsOn, only: null };
      const layers = [{ ...rotation, every: { unit: "day" as const, count: 1 } }];
      await saveSchedule(database, { ...known, layers, version: known.version + 1 }, clock.now());
    },
    policy: async (steps: readonly EscalationStep[]) => {
      const known = (await listPolicies(database)).find(({ id }) => id === "default")!;
      await savePolicy(database, { ...known, steps: [...steps], version: known.version + 1 }, clock.now());
    },
  };
}
