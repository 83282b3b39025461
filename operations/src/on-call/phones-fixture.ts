import { Secret } from "@assay/platform/config/secret";
import { silentLogger } from "@assay/platform/logging/logger";
import { createMailer } from "@assay/platform/mail/mailer";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { systemRandom } from "@assay/platform/random/random";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startSmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { addMs, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import { Alerts } from "../alerts/alerts.ts";
import { shopReading } from "../alerts/alerts-fixture.ts";
import { OPERATIONS_MIGRATIONS, openTestAudit } from "../audit/audit-fixture.ts";
import { Delivery } from "../delivery/delivery.ts";
import type { Reachable } from "../delivery/directory.ts";
import { createEvents } from "../events/events.ts";
import { Incidents } from "../incidents/incidents.ts";
import { createOnCall } from "../on-call.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { findSchedule, saveSchedule } from "./schedule-store.ts";
import { Schedules } from "./schedules.ts";

/** Test data: two people with phones, one with a mailbox, over the real path from a number to a ringing phone. */
export const ADA: Reachable = { id: "per_ada", name: "Ada", email: "ada@shop.test", roles: ["operator"] };
export const BO: Reachable = { id: "per_bo", name: "Bo", email: "bo@shop.test", roles: ["operator"] };
export const CY: Reachable = { id: "per_cy", name: "Cy", email: "cy@shop.test", roles: ["approver"] };

interface Queued {
  readonly id: string;
  readonly at: Instant;
}

/** Ada is on call from noon to noon, then Bo; it is noon. */
export async function startPhones() {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(
    await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" }),
  );
  const clock = new MovedClock();
  const phones = { ada: resources.use(await startHttpReceiver()), bo: resources.use(await startHttpReceiver()) };
  const mailbox = resources.use(await startSmtpReceiver());
  const mailer = resources.use(createMailer({ url: mailbox.url, from: "Assay <alerts@assay.test>" }));
  const people = [ADA, BO, CY];
  const queue: Queued[] = [];
  const parts = { database, clock, mailer, people, queue };
  let plane = await openPlane(resources, parts);
  await plane.delivery.setContacts(ADA.id, [
    { kind: "webhook", target: phones.ada.url },
    { kind: "email", target: ADA.email },
  ]);
  await plane.delivery.setContacts(BO.id, [{ kind: "webhook", target: phones.bo.url }]);
  await putOnDuty(database);
  const startedAt = clock.now();
  const heard: string[] = [];
  const seen = { ada: 0, bo: 0, mail: 0 };
  const listen = () => {
    const minute = (clock.now() - startedAt) / MINUTE_MS;
    const note = (who: string, title: string) => heard.push(`+${minute} ${who}: ${title}`);
    for (const { json } of phones.ada.requests.slice(seen.ada)) note("Ada's phone", (json as { title: string }).title);
    for (const { json } of phones.bo.requests.slice(seen.bo)) note("Bo's phone", (json as { title: string }).title);
    for (const { to, subject } of mailbox.messages.slice(seen.mail)) note(`mail to ${to[0]}`, subject);
    Object.assign(seen, {
      ada: phones.ada.requests.length,
      bo: phones.bo.requests.length,
      mail: mailbox.messages.length,
    });
  };
  /** What the queue of the running plane does, without its waits between tries. */
  const deliver = async () => {
    const isDue = ({ at }: Queued) => at <= clock.now();
    for (let next = queue.findIndex(isDue); next >= 0; next = queue.findIndex(isDue))
      await plane.delivery.deliver(queue.splice(next, 1)[0]!.id);
    listen();
  };
  let reading: Severity | "well" = "well";
  const round = async () => {
    await plane.alerts.evaluate(shopReading({ DOWN: reading }));
    await plane.paging.tick();
    await deliver();
  };
  const owned = resources.move();
  return {
    ...{ clock, phones, mailbox, people, database },
    plane: () => plane,
    /** What rang since this was asked last, with the minute. */
    heard: () => heard.splice(0),
    /** The number that the alert is about becomes this, and is looked at. */
    becomes: async (severity: Severity | "well") => {
      reading = severity;
      await round();
    },
    /** Time goes by minute by minute, the plane looking each time. */
    pass: async (minutes: number) => {
      for (let passed = 0; passed < minutes; passed += 1) {
        await clock.advance(MINUTE_MS);
        await round();
      }
    },
    acknowledge: async (person: Reachable, minutes: number) => {
      const [alert] = plane.alerts.current();
      await plane.alerts.acknowledge(alert!.id, { person, note: "", forMs: minutes * MINUTE_MS });
    },
    /** The process dies and another one takes over; the queue is as durable as the rest. */
    restart: async () => {
      plane = await openPlane(owned, parts);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openPlane(
  resources: AsyncDisposableStack,
  parts: {
    readonly database: TestDatabase;
    readonly clock: MovedClock;
    readonly mailer: ReturnType<typeof createMailer>;
    readonly people: readonly Reachable[];
    readonly queue: Queued[];
  },
) {
  const { clock, mailer, people, queue } = parts;
  const database = parts.database.app;
  const audit = resources.use(await openTestAudit(database, { clock }));
  const directory = { people: async () => people };
  const common = {
    database,
    clock,
    random: systemRandom,
    logger: silentLogger,
    audit,
    events: createEvents(),
    directory,
  };
  const incidents = new Incidents(common);
  const delivery = new Delivery({
    ...{ ...common, mailer, allowsLoopback: true, webhookSecret: new Secret("a-secret-of-phones") },
    metrics: createMetrics({ service: "test" }),
    jobs: {
      define: () => {},
      send: async (_, data, { startAfterMs = 0 } = {}) => {
        const waitMs = startAfterMs < MINUTE_MS ? 0 : startAfterMs;
        queue.push({ id: String(data.notificationId), at: addMs(clock.now(), waitMs) });
        return undefined;
      },
    },
  });
  const publicUrl = "http://console";
  const calls = createOnCall({ ...common, delivery, timeline: incidents, publicUrl, alerts: () => alerts });
  const { paging, routes } = calls;
  const alerts: Alerts = await Alerts.open({ ...common, incidents, paging, publicUrl });
  return { alerts, incidents, delivery, paging, routes, audit, schedules: new Schedules(common) };
}

async function putOnDuty({ app }: TestDatabase): Promise<void> {
  const known = (await findSchedule(app, "primary"))!;
  const turns = { id: "daily", title: "Daily", people: [ADA.id, BO.id], every: { unit: "day" as const, count: 1 } };
  const layers = [{ ...turns, handOverAt: "12:00", startsOn: "2025-08-01", only: null }];
  await saveSchedule(app, { ...known, layers, version: known.version + 1 }, new MovedClock().now());
}
