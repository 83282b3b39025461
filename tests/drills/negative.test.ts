import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { approvalSchema } from "@assay/operations/api/schema/approvals";
import { approvalBytes } from "@assay/operations/approvals/approval-digest";
import { createDrillPeople, type DrillPeople } from "@assay/operations/drills/drill-people";
import { callPlane, type DrillPerson } from "@assay/operations/drills/drill-person";
import { waitUntil } from "@assay/operations/drills/wait-until";
import { systemClock } from "@assay/platform/clock/clock";
import { fetchJson } from "@assay/platform/http/http-client";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { z } from "zod";
import { ExchangeCustomer } from "../exchange-customer.ts";
import { type RunningDrillStack, startDrillStack } from "./drill-stack.ts";
import { ExchangeOperator } from "./exchange-operator.ts";
import { approve, confirm } from "./two-people.ts";

/** Every call that the seed prints, but for its two open probes. */
const SEED_CALLS = [
  ["GET", "/api/metrics"],
  ["GET", "/api/metrics/prometheus"],
  ["GET", "/api/dashboard"],
  ["GET", "/api/errors?limit=50"],
  ["GET", "/api/jobs/dead-letter"],
  ["POST", "/api/reconciliation/run"],
  ["GET", "/api/reconciliation/reports?limit=1"],
  ["POST", "/api/backups/create"],
  ["GET", "/api/backups"],
  ["POST", "/api/feature-flags/trading/disable"],
  ["POST", "/api/feature-flags/withdrawals/disable"],
  ["POST", "/api/feature-flags/trading/enable"],
  ["POST", "/api/feature-flags/withdrawals/enable"],
] as const;
const ORDER_LIMIT_MS = 1_000;
const MISMATCH_LIMIT_MS = 40_000;

interface Scene {
  readonly stack: RunningDrillStack;
  readonly people: DrillPeople;
  readonly operator: ExchangeOperator;
  readonly buyer: ExchangeCustomer;
}

// One stack for all; what one part leaves behind, the next one builds on.
test("what must not be possible is not", async (t) => {
  await using stack = await startDrillStack();
  await using people = await createDrillPeople(stack.drill);
  const operator = new ExchangeOperator(stack.exchangeUrl, people.first);
  const buyer = await ExchangeCustomer.register(stack.exchangeUrl, { USDT: "5000" });
  const scene: Scene = { stack, people, operator, buyer };
  await untilActionsAreKnown(people.first);

  await t.test("A1: the header x-admin opens no path of the seed", () => claimToBeAdmin(scene));
  await t.test("F1: with unreadable switches orders are refused at once, and canceling works", () => hideFlags(scene));
  let approvalId = "";
  await t.test("one person, with one session or two, starts nothing", async () => {
    approvalId = await startAlone(scene);
  });
  await t.test("what was altered, or is too old, is not agreed to", () => alterAndAge(scene, approvalId));
  await t.test("nothing starts while the books do not agree, not even by two people", () => startOnMismatch(scene));
});

async function claimToBeAdmin({ stack, operator, buyer }: Scene): Promise<void> {
  // As through a proxy: scrapers on the machine itself may read the metrics.
  const headers = { "x-admin": "true", "x-forwarded-for": "203.0.113.9" };
  for (const [method, path] of SEED_CALLS) {
    const body = method === "POST" ? { body: { reason: "x-admin says so" } } : {};
    const reply = await fetchJson(stack.exchangeUrl + path, { method, headers, ...body });
    deepEqual([reply.status, codeOf(reply.body)], [401, "UNAUTHENTICATED"], `${method} ${path}`);
  }
  deepEqual([await operator.isEnabled("trading"), await operator.isEnabled("withdrawals")], [true, true]);
  equal((await buyer.attempt("buy", "2900", "0.01")).code, "NONE");
}

async function hideFlags({ stack, buyer }: Scene): Promise<void> {
  await using database = openDatabase({ url: stack.databases.coinhubx, applicationName: "drill" });
  const resting = await buyer.place("buy", "2900", "0.01");
  await database.execute(sql`alter table feature_flags rename to feature_flags_hidden`);
  try {
    for (let order = 0; order < 3; order += 1) {
      const sentAtMs = systemClock.monotonicMs();
      // Maintenance not known to be off is on.
      deepEqual(await buyer.attempt("buy", "2900", "0.01"), { status: 503, code: "MAINTENANCE" });
      const tookMs = Math.round(systemClock.monotonicMs() - sentAtMs);
      ok(tookMs <= ORDER_LIMIT_MS, `refused after ${tookMs} ms`);
    }
    equal((await buyer.cancel(resting.order_id)).status, "canceled");
  } finally {
    await database.execute(sql`alter table feature_flags_hidden rename to feature_flags`);
  }
  await waitUntil({ clock: systemClock, what: "orders are taken again", limitMs: 10_000 }, () =>
    buyer.tryToPlace("buy", "2900", "0.01"),
  );
}

/** Returns the request that one person made and confirmed, and that nobody else has agreed to. */
async function startAlone({ stack, people, operator, buyer }: Scene): Promise<string> {
  const { first } = people;
  equal((await operator.post("/api/feature-flags/trading/disable")).status, 200);
  const direct = await operator.post("/ops/actions/coinhubx.trading.enable", { params: {} });
  deepEqual([direct.status, codeOf(direct.body)], [403, "FORBIDDEN"]);

  const asked = await operator.post("/api/feature-flags/trading/enable");
  equal(asked.status, 202);
  const { approval_id: id } = z
    .object({ status: z.literal("approval_required"), approval_id: z.string() })
    .parse(asked.body);
  const { digest } = await confirm(first, id);
  const totp = "000000";
  const sameSession = await first.text({ ...approval(id, { totp, digest }), expects: [403] });
  equal(codeOf(JSON.parse(sameSession)), "REQUESTER_CANNOT_APPROVE");
  const { planeUrl } = stack.drill;
  const token = await secondSession(planeUrl, first);
  const otherSession = await callPlane(planeUrl, { ...approval(id, { totp, digest }), token, expects: [403] });
  equal(codeOf(JSON.parse(otherSession)), "REQUESTER_CANNOT_APPROVE");

  const { email } = first.identity;
  for (const alias of [email, email.toUpperCase(), email.replace("@", "+other@")]) {
    const body = { email: alias, name: "Ada again", roles: ["approver"] };
    const invited = await first.text({ method: "POST", path: "/api/people", body, expects: [409] });
    equal(codeOf(JSON.parse(invited)), "PERSON_EXISTS", alias);
  }
  equal(await operator.isEnabled("trading"), false);
  equal((await buyer.attempt("buy", "2900", "0.01")).code, "TRADING_DISABLED");
  return id;
}

async function alterAndAge({ stack, people, operator }: Scene, id: string): Promise<void> {
  const { second } = people;
  const totp = await second.code();
  const refused = async (digest: string) => {
    const text = await second.text({ ...approval(id, { totp, digest }), expects: [409] });
    return codeOf(JSON.parse(text));
  };
  const read = () => second.call({ path: `/api/approvals/${id}` }, approvalSchema);
  const { bound, digest } = await read();
  const other = { ...bound, params: { ...bound.params, reason: "something else" } };
  equal(await refused(sha256Hex(approvalBytes(other))), "DIGEST_MISMATCH", "another digest than the request's");

  await using database = openDatabase({ url: stack.databases.operations, applicationName: "drill" });
  await rewrite(database, id, { bound: other, digest });
  const shown = await read();
  equal(await refused(sha256Hex(approvalBytes(shown.bound))), "DIGEST_MISMATCH", "a request edited in the database");

  const past = { ...bound, expiresAt: bound.notBefore };
  const oldDigest = sha256Hex(approvalBytes(past));
  await rewrite(database, id, { bound: past, digest: oldDigest });
  equal(await refused(oldDigest), "APPROVAL_EXPIRED");
  equal(await operator.isEnabled("trading"), false);
}

async function startOnMismatch({ people, operator }: Scene): Promise<void> {
  const { first, second } = people;
  equal((await operator.post("/ops/faults/ledger.tamper")).status, 200);
  await waitUntil({ clock: systemClock, what: "a report says mismatch", limitMs: MISMATCH_LIMIT_MS }, async () => {
    const { body } = await operator.get("/api/reconciliation/reports?limit=1");
    const { reports } = z.object({ reports: z.array(z.object({ verdict: z.string() })) }).parse(body);
    return reports[0]?.verdict === "mismatch" ? true : undefined;
  });
  for (const name of ["trading", "withdrawals"]) {
    const asked = await operator.post(`/api/feature-flags/${name}/enable`);
    deepEqual([asked.status, codeOf(asked.body)], [409, "NOT_RECONCILED"], name);
  }
  const body = { action: "coinhubx.trading.enable", params: {}, reason: "too early", totp: await second.code() };
  const asked = await second.text({ method: "POST", path: "/api/actions", body, expects: [202] });
  const { approval_id } = z.object({ approval_id: z.string() }).parse(JSON.parse(asked));
  const { state, outcome } = await approve(first, approval_id);
  deepEqual([state, outcome?.code], ["failed", "NOT_RECONCILED"]);
  equal(await operator.isEnabled("trading"), false);
}

async function untilActionsAreKnown(person: DrillPerson): Promise<void> {
  await waitUntil({ clock: systemClock, what: "the plane knows coinhubx", limitMs: 60_000 }, async () => {
    const { policies } = await person.call({ path: "/api/policies" }, z.object({ policies: z.array(z.unknown()) }));
    return policies.length > 0 ? true : undefined;
  });
}

async function secondSession(planeUrl: string, person: DrillPerson): Promise<string> {
  const { email, password } = person.identity;
  const body = { email, password, totp: await person.code(), transport: "bearer" };
  const signedIn = await callPlane(planeUrl, { method: "POST", path: "/api/session", body });
  return z.object({ token: z.string() }).parse(JSON.parse(signedIn)).token;
}

/** As a superuser can, past every trigger. */
async function rewrite(
  database: Database,
  id: string,
  { bound, digest }: { readonly bound: Parameters<typeof approvalBytes>[0]; readonly digest: string },
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.execute(sql`set local session_replication_role = replica`);
    await transaction.execute(sql`
      update approvals set bound = ${canonicalJson(bound)}, digest = ${digest} where id = ${id}`);
  });
}

function approval(id: string, body: { readonly totp: string; readonly digest: string }) {
  return { method: "POST", path: `/api/approvals/${id}/approve`, body: { ...body } } as const;
}

function codeOf(body: unknown): string | undefined {
  return z.object({ code: z.string() }).safeParse(body).data?.code;
}
