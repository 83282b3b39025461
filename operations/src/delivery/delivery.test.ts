import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { createSeal } from "@assay/platform/auth/seal";
import { Secret } from "@assay/platform/config/secret";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { systemRandom } from "@assay/platform/random/random";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { OPERATIONS_MIGRATIONS, openTestAudit } from "../audit/audit-fixture.ts";
import { createEvents } from "../events/events.ts";
import { Channels } from "./channels.ts";
import { Delivery, type Recipients } from "./delivery.ts";
import type { Reachable } from "./directory.ts";
import type { PageMessage } from "./page-message.ts";
import { startTarget } from "./target-fixture.ts";

const ADA: Reachable = { id: "per_ada", name: "Ada", email: "ada@example.com", roles: ["operator"] };
const BO: Reachable = { id: "per_bo", name: "Bo", email: "bo@example.com", roles: ["approver"] };

const MESSAGE: PageMessage = {
  type: "alert.firing",
  title: "[high] shop.DOWN is firing",
  text: "Orders <wait> & wait.",
  url: "http://console/alerts/1",
  at: "2026-01-01T00:00:00.000Z",
  data: {},
};

interface Queued {
  readonly id: string;
  readonly startAfterMs: number | undefined;
}

interface OpenOptions {
  readonly people?: readonly Reachable[];
  readonly mail?: boolean;
  readonly telegramUrl?: string;
}

/** A delivery whose jobs a test runs by hand, as the queue would. */
async function openDelivery(
  database: TestDatabase,
  { people = [ADA], mail = true, telegramUrl = "http://127.0.0.1:9" }: OpenOptions = {},
) {
  const queued: Queued[] = [];
  const mails: string[] = [];
  const log = captureLogger();
  const clock = new MovedClock();
  const audit = await openTestAudit(database.app, { clock });
  const common = {
    ...{ database: database.app, clock, random: systemRandom, logger: log.logger, audit, events: createEvents() },
    mailer: mail ? { send: async ({ to }: { to: string }) => void mails.push(to) } : undefined,
    webhookSecret: new Secret("a-secret-of-a-test"),
    telegram: { url: telegramUrl, token: new Secret("123:bot-token") },
    allowsLoopback: true,
    timeoutMs: 400,
  };
  const seal = createSeal(systemRandom.bytes(32), systemRandom);
  const channels = new Channels({ ...common, seal, publicUrl: "http://console" });
  const delivery = new Delivery({
    ...{ ...common, channels, metrics: createMetrics({ service: "test" }) },
    jobs: {
      define: () => {},
      send: async (_queue, data, options) => {
        queued.push({ id: String(data.notificationId), startAfterMs: options?.startAfterMs });
        return undefined;
      },
    },
    directory: { people: async () => people },
  });
  return {
    ...{ delivery, channels, queued, mails, log, audit },
    page: (to: Recipients) =>
      database.app.transaction((tx) => delivery.page(tx, { subject: "alert/1", to, message: MESSAGE })),
    /** Runs every job until none is left; resolves to how long each had waited. */
    run: async () => {
      const waits: (number | undefined)[] = [];
      for (let next = queued.shift(); next !== undefined; next = queued.shift()) {
        waits.push(next.startAfterMs);
        await delivery.deliver(next.id);
      }
      return waits;
    },
    outcomes: async () =>
      (await delivery.about(["alert/1"])).map(({ personName, kind, state, attempts, error }) =>
        [personName, kind, state, attempts, error].join(" "),
      ),
    [Symbol.asyncDispose]: () => audit[Symbol.asyncDispose](),
  };
}

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };
const WHO = { id: ADA.id, name: ADA.name };

test("a page reaches the people it names, and a job that runs twice sends once", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openDelivery(database, { people: [ADA, BO] });
  const { page, run, mails, delivery } = plane;
  deepEqual(
    (await page([BO.id])).map(({ person }) => person),
    ["Bo"],
  );
  const again = plane.queued[0]!.id;
  await run();
  await delivery.deliver(again);
  deepEqual(mails, ["bo@example.com"]);
  deepEqual((await page("everyone")).length, 2);
});

test("a channel is tried three times with growing pauses, then the next one", async () => {
  await using database = await startTestDatabase(options);
  await using phone = await startHttpReceiver();
  await using plane = await openDelivery(database);
  await plane.delivery.setContacts(ADA.id, [
    { kind: "webhook", target: phone.url },
    { kind: "email", target: "ada@phone.example" },
  ]);
  phone.answer(500);
  await plane.page("everyone");
  const [, first, second, next] = await plane.run();
  equal(first! >= 750 && first! <= 1_250, true, `about a second: ${first}`);
  equal(second! >= 3_000 && second! <= 5_000, true, `about four seconds: ${second}`);
  equal(next, undefined);
  deepEqual(plane.mails, ["ada@phone.example"]);
  deepEqual(await plane.outcomes(), ["Ada webhook failed 3 WEBHOOK_FAILED", "Ada email sent 1 "]);
});

test("a receiver that refuses for good is not tried again", async () => {
  await using database = await startTestDatabase(options);
  await using phone = await startHttpReceiver();
  await using plane = await openDelivery(database);
  await plane.delivery.setContacts(ADA.id, [{ kind: "webhook", target: phone.url }]);
  phone.answer(410);
  await plane.page("everyone");
  await plane.run();
  equal(phone.requests.length, 1);
  deepEqual(await plane.outcomes(), ["Ada webhook failed 1 WEBHOOK_FAILED"]);
});

test("a target that says when to come again is left alone until then, or passed over when that is too late", async () => {
  await using database = await startTestDatabase(options);
  await using busy = await startTarget({ status: 429, headers: { "retry-after": "7" } });
  await using full = await startTarget({ status: 429, headers: { "retry-after": "600" } });
  await using plane = await openDelivery(database, { people: [ADA, BO] });
  await plane.delivery.setContacts(ADA.id, [{ kind: "webhook", target: busy.url }]);
  await plane.delivery.setContacts(BO.id, [
    { kind: "webhook", target: full.url },
    { kind: "email", target: "bo@phone.example" },
  ]);
  await plane.page([ADA.id]);
  deepEqual(await plane.run(), [undefined, 7_000, 7_000]);
  await plane.page([BO.id]);
  await plane.run();
  deepEqual(plane.mails, ["bo@phone.example"]);
  equal(full.asked(), 1);
});

test("a target that is silent, endless, redirects or answers nonsense is bounded and never taken for success", async () => {
  await using database = await startTestDatabase(options);
  await using elsewhere = await startHttpReceiver();
  const answers = {
    silent: await startTarget("silent"),
    endless: await startTarget("endless"),
    moved: await startTarget({ status: 307, headers: { location: elsewhere.url } }),
    signIn: await startTarget({ status: 200, body: "<html>Please sign in</html>" }),
  };
  await using plane = await openDelivery(database);
  for (const [name, target] of Object.entries(answers)) {
    await using _ = target;
    const kind = name === "moved" ? "webhook" : "slack";
    const made = await plane.channels.create({ name, kind, target: target.url, fallback: null }, WHO);
    const tested = made.ok ? await plane.channels.test(made.value.id, WHO) : undefined;
    const expected = {
      silent: "TARGET_UNREACHABLE",
      endless: "SLACK_ANSWERED_NONSENSE",
      moved: "WEBHOOK_FAILED",
      signIn: "SLACK_ANSWERED_NONSENSE",
    };
    equal(tested?.ok && tested.value.error, expected[name as keyof typeof expected], name);
  }
  equal(elsewhere.requests.length, 0, "a redirect is not followed");
});

test("Slack gets blocks with a plain text, and nothing in them is read as markup", async () => {
  await using database = await startTestDatabase(options);
  await using slack = await startTarget({ status: 200, body: "ok" });
  await using plane = await openDelivery(database);
  const made = await plane.channels.create(
    { name: "ops", kind: "slack", target: `${slack.url}/T1/secret-1234`, fallback: null },
    WHO,
  );
  await plane.page({ channel: made.ok ? made.value.id : "" });
  await plane.run();
  deepEqual(await plane.outcomes(), ["ops slack sent 1 "]);
  const body = slack.bodies()[0] as { text: string; blocks: { type: string; text?: { text: string } }[] };
  deepEqual(
    body.blocks.map(({ type }) => type),
    ["header", "section", "actions"],
  );
  equal(body.text.includes(MESSAGE.title), true);
  equal(body.blocks[1]?.text?.text, "Orders &lt;wait&gt; &amp; wait.");
});

test("Telegram gets plain words for the chat, and only its own yes counts", async () => {
  await using database = await startTestDatabase(options);
  await using telegram = await startTarget({ status: 200, body: '{"ok":true,"result":{}}' });
  await using plane = await openDelivery(database, { telegramUrl: telegram.url });
  await plane.delivery.setContacts(ADA.id, [{ kind: "telegram", target: "-100200300" }]);
  await plane.page("everyone");
  await plane.run();
  deepEqual(await plane.outcomes(), ["Ada telegram sent 1 "]);
  const [body] = telegram.bodies() as { chat_id: string; text: string; parse_mode?: string }[];
  deepEqual(
    [telegram.paths()[0], body?.chat_id, body?.parse_mode],
    ["/bot123:bot-token/sendMessage", "-100200300", undefined],
  );
  equal(body?.text.includes("Orders <wait> & wait."), true);
});

test("a channel that fails falls through to its fallback, and its secret is neither shown, stored nor logged", async () => {
  await using database = await startTestDatabase(options);
  await using slack = await startTarget({ status: 404, body: "no_service" });
  await using plane = await openDelivery(database);
  const team = await plane.channels.create(
    { name: "team", kind: "email", target: "team@example.com", fallback: null },
    WHO,
  );
  const fallback = team.ok ? team.value.id : null;
  const url = `${slack.url}/services/T1/very-secret-path`;
  const made = await plane.channels.create({ name: "ops", kind: "slack", target: url, fallback }, WHO);
  deepEqual(await plane.page({ channel: made.ok ? made.value.id : "" }), [{ person: "ops", kind: "slack" }]);
  await plane.run();
  deepEqual(await plane.outcomes(), ["ops slack failed 1 SLACK_FAILED", "team email sent 1 "]);
  deepEqual([slack.paths(), plane.mails], [["/services/T1/very-secret-path"], ["team@example.com"]]);
  const seen = JSON.stringify([
    await plane.channels.list(),
    await plane.delivery.about(["alert/1"]),
    await plane.audit.list({ limit: 100 }),
    plane.log.lines,
  ]);
  equal(seen.includes("very-secret"), false);
});

test("a dead letter is listed, sent once more to where its person is reached now, or put away", async () => {
  await using database = await startTestDatabase(options);
  await using phone = await startHttpReceiver();
  await using plane = await openDelivery(database, { mail: false });
  const { delivery, page, run } = plane;
  await delivery.setContacts(ADA.id, [{ kind: "webhook", target: phone.url }]);
  phone.answer(404);
  await page("everyone");
  await page("everyone");
  await run();
  const dead = await delivery.deadLetters();
  equal(dead.length, 2);
  phone.answer(200);
  equal(await delivery.redrive(dead[0]!.id), true);
  equal(await delivery.redrive(dead[0]!.id), false);
  await run();
  equal(await delivery.discard(dead[1]!.id), true);
  deepEqual(await delivery.deadLetters(), []);
  equal((await plane.outcomes()).filter((one) => one.includes("sent")).length, 1);
});

test("what is no longer needed is not sent and is no dead letter", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openDelivery(database);
  await plane.page("everyone");
  await database.app.transaction((tx) => plane.delivery.cancel(tx, "alert/1"));
  await plane.run();
  deepEqual([plane.mails, await plane.delivery.deadLetters()], [[], []]);
});

test("that nobody can be reached is an error in the log, not silence", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openDelivery(database, { mail: false });
  deepEqual(await plane.page("everyone"), []);
  deepEqual(await plane.page({ channel: "chn_gone" }), []);
  const said = plane.log.lines.filter((line) => JSON.stringify(line).includes("Nobody could be paged"));
  equal(said.length, 2);
});
