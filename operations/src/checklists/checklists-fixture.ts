import type { Clock } from "@assay/platform/clock/clock";
import { silentLogger } from "@assay/platform/logging/logger";
import { systemRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { openTestAudit } from "../audit/audit-fixture.ts";
import { createEvents } from "../events/events.ts";
import { type ChecklistDeclaration, checklistSchema } from "../manifest/checklist.ts";
import { manifestFixture } from "../manifest/manifest-fixture.ts";
import { MonitoredSystem } from "../systems/monitored-system.ts";
import type { Reading } from "../thresholds/reading.ts";
import { threshold } from "../thresholds/threshold.ts";
import { type ChecklistPerson, Checklists } from "./checklists.ts";
import type { RoutineAlert, RoutineAlertKey } from "./late-alert.ts";

/** Test data: the morning list of a shop over a real database, with a queue that tests set. */
export const ADA: ChecklistPerson = { id: "per_ada", name: "Ada", roles: ["operator"] };
export const CLEO: ChecklistPerson = { id: "per_cleo", name: "Cleo", roles: ["compliance"] };

export const MORNING: ChecklistDeclaration = checklistSchema.parse({
  name: "morning",
  title: "Morning list",
  timeZone: "Europe/Zurich",
  opensAt: "09:00",
  dueAt: "11:00",
  signOff: "compliance",
  items: [
    { id: "queue", title: "The queue is short", check: { kind: "threshold", id: "shop.queue" } },
    { id: "till", title: "The till was counted", note: "required" },
  ],
});

const queue = threshold({
  id: "shop.queue",
  title: "Waiting orders",
  unit: "count",
  expression: { kind: "gauge", metric: "queue_length", aggregate: "sum" },
  target: { op: "lte", value: 10 },
  levels: { warning: { op: "gt", value: 20 } },
  forMs: 0,
  source: "test",
});

/** Where such alerts go in tests: a list of what was told. */
export class ToldAlerts {
  readonly told: string[] = [];
  readonly firing = new Map<string, RoutineAlert>();

  async raise(alert: RoutineAlert): Promise<void> {
    this.told.push(`raised ${alert.name} ${alert.key}`);
    this.firing.set(`${alert.name} ${alert.key}`, alert);
  }

  async settle({ name, key }: RoutineAlertKey): Promise<void> {
    this.told.push(`settled ${name} ${key}`);
    this.firing.delete(`${name} ${key}`);
  }
}

export interface TestChecklists extends AsyncDisposable {
  readonly checklists: Checklists;
  readonly alerts: ToldAlerts;
  /** What the queue's threshold reads; unknown when undefined. */
  queue: number | undefined;
  audited(): Promise<string[]>;
}

export async function openTestChecklists(
  database: Database,
  clock: Clock,
  declared: () => readonly ChecklistDeclaration[] = () => [MORNING],
): Promise<TestChecklists> {
  const audit = await openTestAudit(database, { clock });
  const alerts = new ToldAlerts();
  const manifest = manifestFixture({ thresholds: [queue], backups: [] });
  const system = new MonitoredSystem({ manifest, clock, token: async () => "token", scrapeIntervalMs: 1_000 });
  const test = { queue: 3 as number | undefined };
  const reading = (): Reading =>
    test.queue === undefined
      ? { kind: "unknown", reason: "queue_length has no current value" }
      : { kind: "value", value: test.queue, levels: [], onTarget: test.queue <= 10 };
  const checklists = new Checklists({
    ...{ database, clock, random: systemRandom, logger: silentLogger, audit, events: createEvents() },
    declared: () => declared().map((checklist) => ({ system: "shop", checklist })),
    checks: {
      systems: { find: () => system, url: () => "http://127.0.0.1:1" },
      evaluation: {
        reading,
        get lastAt() {
          return clock.now();
        },
      },
      alerts: { current: () => [] },
      token: async () => "token",
      backup: async () => undefined,
    },
    alerts: Object.assign(alerts, {
      find: (_: string, name: string) => declared().find((one) => one.name === name),
    }),
  });
  return Object.assign(test, {
    checklists,
    alerts,
    audited: async () => (await audit.list({ limit: 100 })).map(({ action }) => action).reverse(),
    [Symbol.asyncDispose]: () => audit[Symbol.asyncDispose](),
  });
}
