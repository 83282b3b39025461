import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "@assay/platform/config/secret";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { systemRandom } from "@assay/platform/random/random";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { Delivery } from "./delivery.ts";
import type { Reachable } from "./directory.ts";
import type { PageMessage } from "./page-message.ts";

const ADA: Reachable = { id: "per_ada", name: "Ada", email: "ada@example.com", roles: ["operator"] };
const BO: Reachable = { id: "per_bo", name: "Bo", email: "bo@example.com", roles: ["approver"] };

const MESSAGE: PageMessage = {
  type: "alert.firing",
  title: "[high] shop.DOWN is firing",
  text: "Orders wait.",
  url: "http://console/alerts/1",
  at: "2026-01-01T00:00:00.000Z",
  data: {},
};

/** A delivery whose jobs a test runs by hand, as the queue would. */
function openDelivery(database: TestDatabase, people: readonly Reachable[], mail: "works" | "none" = "works") {
  const queued: string[] = [];
  const mails: string[] = [];
  const log = captureLogger();
  const delivery = new Delivery({
    database: database.app,
    clock: new MovedClock(),
    random: systemRandom,
    logger: log.logger,
    metrics: createMetrics({ service: "test" }),
    jobs: {
      define: () => {},
      send: async (_queue, data) => {
        queued.push(String(data.notificationId));
        return undefined;
      },
    },
    directory: { people: async () => people },
    mailer:
      mail === "none"
        ? undefined
        : {
            send: async ({ to }) => {
              mails.push(to);
            },
          },
    webhookSecret: new Secret("a-secret-of-a-test"),
  });
  const page = (to: Parameters<Delivery["page"]>[1]["to"]) =>
    database.app.transaction((tx) => delivery.page(tx, { subject: "alert/1", to, message: MESSAGE }));
  return { delivery, queued, mails, log, page };
}

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

test("who is on call is paged first; with nobody on call everyone is", async () => {
  await using database = await startTestDatabase(options);
  const { delivery, page } = openDelivery(database, [ADA, BO]);
  const paged = async () => (await page("on-call")).map(({ person }) => person);
  deepEqual(await paged(), ["Ada", "Bo"]);
  await delivery.setOnCall([BO.id]);
  deepEqual(await paged(), ["Bo"]);
  deepEqual((await page("everyone")).length, 2);
  await delivery.setOnCall(["per_left"]);
  deepEqual(await paged(), ["Ada", "Bo"], "somebody who left cannot be the only one called");
});

test("a channel is tried three times, then the next one, and a page that arrived is not sent again", async () => {
  await using database = await startTestDatabase(options);
  await using phone = await startHttpReceiver();
  const { delivery, queued, mails, page } = openDelivery(database, [ADA]);
  await delivery.setContacts(ADA.id, [
    { kind: "webhook", target: phone.url },
    { kind: "email", target: "ada@phone.example" },
  ]);
  phone.answer(500);
  await page("everyone");
  const [first] = queued;
  await rejects(delivery.deliver(first!), { code: "DELIVERY_FAILED", retryable: true });
  await rejects(delivery.deliver(first!), { code: "DELIVERY_FAILED", retryable: true });
  await rejects(delivery.deliver(first!), { code: "DELIVERY_FAILED", retryable: false });
  const [, second] = queued;
  await delivery.deliver(second!);
  await delivery.deliver(second!);
  deepEqual(mails, ["ada@phone.example"]);
  const about = await delivery.about(["alert/1"]);
  deepEqual(
    about.map(({ kind, state, attempts, error }) => [kind, state, attempts, error]),
    [
      ["webhook", "failed", 3, "WEBHOOK_FAILED"],
      ["email", "sent", 1, null],
    ],
  );
});

test("a receiver that refuses for good is not tried again", async () => {
  await using database = await startTestDatabase(options);
  await using phone = await startHttpReceiver();
  const { delivery, queued, page } = openDelivery(database, [ADA]);
  await delivery.setContacts(ADA.id, [{ kind: "webhook", target: phone.url }]);
  phone.answer(410);
  await page("everyone");
  await rejects(delivery.deliver(queued[0]!), { code: "DELIVERY_FAILED", retryable: false });
  equal(phone.requests.length, 1);
});

test("that nobody can be reached is an error in the log, not silence", async () => {
  await using database = await startTestDatabase(options);
  const { page, log } = openDelivery(database, [ADA], "none");
  deepEqual(await page("everyone"), []);
  equal(
    log.lines.some((line) => JSON.stringify(line).includes("Nobody could be paged")),
    true,
  );
});
