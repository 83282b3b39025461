import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { silentLogger } from "@assay/platform/logging/logger";
import { systemRandom } from "@assay/platform/random/random";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { addMs, formatInstant, HOUR_MS, type Instant, MINUTE_MS, parseInstant } from "@assay/primitives/instant";
import { OPERATIONS_MIGRATIONS, openTestAudit } from "../audit/audit-fixture.ts";
import { ToldAlerts } from "../checklists/checklists-fixture.ts";
import { createEvents } from "../events/events.ts";
import { manifestFixture } from "../manifest/manifest-fixture.ts";
import { MonitoredSystem } from "../systems/monitored-system.ts";
import { describeAction } from "../trust-fixture.ts";
import { parseBackupList } from "./backup-list.ts";
import { Backups } from "./backups.ts";

interface Copy {
  name: string;
  created_at: string;
  size_mb: number;
  verified_at: string | null;
  verification?: string;
  reason?: string;
}

/** A shop with copies over real HTTP; what its actions answer is up to the test. */
async function startVault(clock: MovedClock) {
  const vault = {
    copies: [] as Copy[],
    asked: [] as string[],
    isDown: false,
    /** Drills wait for it. */
    held: Promise.resolve(),
    restorePointAt: null as string | null,
    verdict: "verified" as "verified" | "failed" | "mumble",
  };
  const act: Record<string, (name: string) => unknown> = {
    "shop.backup.create": () => {
      const name = `copy-${vault.copies.length + 1}`;
      vault.copies.unshift({ name, created_at: formatInstant(clock.now()), size_mb: 1, verified_at: null });
      return { name };
    },
    "shop.backup.verify": (name) => {
      const copy = vault.copies.find((one) => one.name === name)!;
      if (vault.verdict === "verified") copy.verified_at = formatInstant(clock.now());
      if (vault.verdict === "failed")
        Object.assign(copy, { verified_at: null, verification: "failed", reason: "a byte" });
      return { name, status: vault.verdict };
    },
    "shop.backup.drill": (name) => ({ name, verdict: "passed", rpo_ms: 40_000, rto_ms: 7_000, rows: 12 }),
  };
  const server = createServer(async (request, response) => {
    if (vault.isDown) return void response.writeHead(503).end();
    const json = (body: unknown) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method === "GET") return void json({ backups: vault.copies, restore_point_at: vault.restorePointAt });
    const action = request.url!.split("/").at(-1)!;
    const text = (await Array.fromAsync(request)).join("");
    vault.asked.push(action);
    if (action === "shop.backup.drill") await vault.held;
    json({ success: true, action, result: act[action]!(JSON.parse(text).params.name) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(vault, {
    url,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  });
}

const ACTIONS = ["create", "verify", "drill"].map((what) =>
  describeAction(`shop.backup.${what}`, { effect: "write", people: 1, roles: ["operator"], direction: "neutral" }),
);

async function openPlane(clock: MovedClock, start: { every?: string } = {}) {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(
    await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" }),
  );
  const vault = resources.use(await startVault(clock));
  const audit = resources.use(await openTestAudit(database.app, { clock }));
  const manifest = manifestFixture({
    services: [{ name: "backend", url: vault.url }],
    actions: ACTIONS,
    backups: [
      {
        name: "stock",
        title: "The stock",
        listPath: "/api/backups",
        keep: 2,
        createAction: "shop.backup.create",
        verifyAction: "shop.backup.verify",
        restoreDrillAction: "shop.backup.drill",
        rpoMs: 3 * HOUR_MS,
        rtoMs: 10_000,
        ...start,
      },
    ],
  });
  const system = new MonitoredSystem({ manifest, clock, token: async () => "t", scrapeIntervalMs: 1_000 });
  const alerts = new ToldAlerts();
  const backups = resources.use(
    new Backups({
      ...{ database: database.app, clock, random: systemRandom, logger: silentLogger, audit, alerts },
      events: createEvents(),
      systems: { list: () => [system], find: () => system, url: () => vault.url },
      catalogue: {
        find: (name) => {
          const description = ACTIONS.find((one) => one.name === name);
          return description && { system: "shop", environment: "local", url: vault.url, description };
        },
      },
      token: async () => "token",
    }),
  );
  const running = resources.move();
  return { vault, backups, alerts, audit, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const AT = { system: "shop", backup: "stock" };
const ADA = { actor: { kind: "person", id: "per_ada", name: "Ada" }, token: "of ada" } as const;

test("the schedule has a copy made and verified once, and not when the system made one by itself", async () => {
  const clock = new MovedClock(time("2026-03-01T00:30:00Z"));
  await using plane = await openPlane(clock, { every: "0 1 * * *" });
  const { vault, backups } = plane;
  await backups.advance();
  await clock.advance(35 * MINUTE_MS);
  await backups.advance();
  deepEqual(vault.asked, [], "the system is given time to do it by itself");
  await clock.advance(10 * MINUTE_MS);
  await backups.advance();
  await backups.settled();
  await backups.advance();
  deepEqual(vault.asked, ["shop.backup.create", "shop.backup.verify"]);
  await clock.advance(24 * HOUR_MS - 20 * MINUTE_MS);
  vault.copies.unshift({ name: "own", created_at: formatInstant(clock.now()), size_mb: 1, verified_at: null });
  await clock.advance(20 * MINUTE_MS);
  await backups.advance();
  await backups.settled();
  deepEqual(vault.asked.slice(2), ["shop.backup.verify"]);
  const [state] = await backups.list();
  deepEqual(
    state!.runs.map(({ kind, copy, verdict, actor }) => `${kind} ${copy}: ${verdict} by ${actor.name}`).sort(),
    ["create copy-1: passed by operations", "verify copy-1: passed by operations", "verify own: passed by operations"],
  );
  await backups.advance();
  deepEqual([...plane.alerts.firing.keys()], []);
});

test("a verification that said nothing, or was cut off, never counts as passing", async () => {
  const clock = new MovedClock();
  await using plane = await openPlane(clock);
  const { vault, backups } = plane;
  vault.verdict = "mumble";
  ok((await backups.begin(AT, { kind: "create", ...ADA })).ok);
  await backups.settled();
  const [state] = await backups.list();
  deepEqual(state!.runs.map(({ kind, verdict }) => `${kind} ${verdict}`).sort(), [
    "create passed",
    "verify inconclusive",
  ]);
  deepEqual([state!.assessment?.newestVerified, state!.assessment?.rpo.isMet], [null, null]);
  vault.isDown = true;
  const hidden = await backups.find("shop", "stock");
  deepEqual([hidden!.assessment, !hidden!.inventory.ok && hidden!.inventory.refusal.reason], [null, "it answered 503"]);
  const blind = await backups.begin(AT, { kind: "verify", ...ADA });
  equal(!blind.ok && blind.refusal.code, "COPY_NOT_FOUND");
  equal(await backups.lastTime("shop", "stock", "verified"), undefined);
});

test("a damaged copy, a missed promise and too many copies are alerts until they are mended", async () => {
  const clock = new MovedClock();
  await using plane = await openPlane(clock);
  const { vault, backups, alerts } = plane;
  await backups.begin(AT, { kind: "create", ...ADA });
  await backups.settled();
  await clock.advance(4 * HOUR_MS);
  vault.verdict = "failed";
  for (let copy = 0; copy < 3; copy += 1) {
    await backups.begin(AT, { kind: "create", ...ADA });
    await backups.settled();
  }
  await backups.advance();
  deepEqual([...alerts.firing.keys()], ["BACKUP_NOT_GOOD stock", "BACKUP_RPO_MISSED stock", "BACKUP_NOT_PRUNED stock"]);
  equal(alerts.firing.get("BACKUP_NOT_GOOD stock")?.summary, "copy-4 is not good: a byte.");
  vault.isDown = true;
  await backups.advance();
  equal(alerts.firing.size, 3, "what cannot be told ends nothing");
  vault.isDown = false;
  vault.copies = vault.copies.slice(-1);
  vault.restorePointAt = formatInstant(clock.now());
  await backups.advance();
  deepEqual([...alerts.firing.keys()], []);
});

test("a restore drill reports what it measured, one runs at a time, and a restart leaves no verdict", async () => {
  const clock = new MovedClock();
  await using plane = await openPlane(clock);
  const { backups } = plane;
  await backups.begin(AT, { kind: "create", ...ADA });
  await backups.settled();
  const begun = Promise.withResolvers<void>();
  plane.vault.held = begun.promise;
  ok((await backups.begin(AT, { kind: "drill", ...ADA })).ok);
  const second = await backups.begin(AT, { kind: "drill", ...ADA });
  equal(!second.ok && second.refusal.code, "BACKUP_RUNNING");
  begun.resolve();
  await backups.settled();
  const [state] = await backups.list();
  deepEqual([state!.assessment?.rto.measuredMs, state!.assessment?.rto.isMet], [7_000, true]);
  deepEqual(state!.runs.find(({ kind }) => kind === "drill")?.facts, {
    name: "copy-1",
    verdict: "passed",
    rpo_ms: 40_000,
    rto_ms: 7_000,
    rows: 12,
  });
  ok(
    (await plane.audit.list({ limit: 50 })).some(
      ({ action, actor }) => action === "shop.backup.drill.begun" && actor.name === "Ada",
    ),
  );
  const cut = Promise.withResolvers<void>();
  plane.vault.held = cut.promise;
  const last = await backups.begin(AT, { kind: "drill", ...ADA });
  await backups.settleAbandoned();
  cut.resolve();
  await backups.settled();
  const found = last.ok ? await backups.run(last.value.id) : undefined;
  deepEqual([found?.verdict, found?.reason], ["inconclusive", "the plane was restarted while it ran"]);
});

test("a schedule that nobody keeps is overdue", async () => {
  const clock = new MovedClock(time("2026-03-01T00:30:00Z"));
  await using plane = await openPlane(clock, { every: "0 1 * * *" });
  const { vault, backups, alerts } = plane;
  vault.verdict = "mumble";
  await backups.advance();
  await clock.advance(45 * MINUTE_MS);
  for (let look = 0; look < 12; look += 1) {
    await backups.advance();
    await backups.settled();
    await clock.advance(16 * MINUTE_MS);
  }
  deepEqual(vault.asked.filter((action) => action === "shop.backup.verify").length, 3, "it is tried three times");
  await backups.advance();
  ok(alerts.firing.has("BACKUP_OVERDUE stock"));
});

test("a list that is wrong somewhere is not believed elsewhere", () => {
  const now = time("2026-03-01T00:00:00Z");
  const good = { name: "a", created_at: formatInstant(addMs(now, -1)), verified_at: null };
  for (const body of [null, { backups: "none" }, { backups: [{ ...good, created_at: "yesterday" }] }, {}])
    equal(parseBackupList(body, now).ok, false, JSON.stringify(body));
  const claimed = parseBackupList({ backups: [{ ...good, verification: "passed" }] }, now);
  equal(claimed.ok && claimed.value.copies[0]?.verification, "inconclusive");
});

function time(text: string): Instant {
  const parsed = parseInstant(text);
  ok(parsed.ok);
  return parsed.value;
}
