import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type LocalStack, startLocalStack } from "@assay/cli/local-stack";
import { approvalSchema } from "@assay/operations/api/schema/approvals";
import { runSchema } from "@assay/operations/api/schema/runbooks";
import { createDrillPeople } from "@assay/operations/drills/drill-people";
import type { DrillPerson } from "@assay/operations/drills/drill-person";
import { driveRun } from "@assay/operations/drills/drive-run";
import { systemClock } from "@assay/platform/clock/clock";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { z } from "zod";

const LIMIT_MS = 5_000;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 60_000;

test("two people let somebody in, and one lets somebody go: out within five seconds here, at the exchange and on a page", async (context) => {
  await using folder = await temporaryFolder();
  await using stack = await startLocalStack({
    stateDirectory: folder.path,
    portOffset: "free",
    select: ({ name }) => name !== "coinhubx-demo" && name !== "coinhubx-frontend",
    ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
  });
  const planeUrl = stack.urls.operations;
  const bootstrapCode = async () => stack.bootstrapCode() ?? "";
  await using people = await createDrillPeople({ planeUrl, systemUrl: stack.urls["coinhubx-backend"], bootstrapCode });
  const { first, second } = people;

  const exchange = await exchangeAs(stack, second);
  equal(await exchange(), 200);
  const page = await openPage(planeUrl, await newSession(planeUrl, second));
  const asked = await askForSomething(second);

  const drive = {
    people,
    clock: systemClock,
    limitMs: PATIENCE_MS,
    report: (line: string) => context.diagnostic(line),
  };
  const newcomer = { email: "edsger@drill.assay.test", name: "Edsger", roles: "operator" };
  await driveRun((await startRun(first, "operator-add", newcomer)).id, drive);

  const outOfExchange = timeOf(async () => (await exchange()) === 401);
  const outOfPlane = timeOf(async () => await second.text({ path: "/api/people", expects: [401] }).then(yes, no));
  await driveRun((await startRun(first, "operator-remove", { person: second.identity.email })).id, drive);
  const lateMs = (await outOfExchange) - (await outOfPlane);
  context.diagnostic(`the exchange refused ${Math.round(lateMs)} ms after the plane`);
  ok(lateMs <= LIMIT_MS, `${lateMs} ms`);
  await page.closed;
  equal((await first.call({ path: `/api/approvals/${asked}` }, approvalSchema)).state, "canceled");
  const signIn = { email: second.identity.email, password: second.identity.password };
  const again = await fetch(`${planeUrl}/api/session`, post(signIn));
  equal(again.status, 401);
});

const yes = () => true;
const no = () => false;

function post(body: object): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The status that the exchange answers to the token which the person holds now. */
async function exchangeAs(stack: LocalStack, person: DrillPerson): Promise<() => Promise<number>> {
  const token = await person.accessToken("coinhubx");
  const headers = { authorization: `Bearer ${token}` };
  return async () => (await fetch(`${stack.urls["coinhubx-backend"]}/ops/manifest`, { headers })).status;
}

/** A session of a browser beside the one of the person's command line. */
async function newSession(planeUrl: string, person: DrillPerson): Promise<string> {
  const { email, password } = person.identity;
  const answer = await fetch(`${planeUrl}/api/session`, post({ email, password, totp: await person.code() }));
  equal(answer.status, 201);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** A page that listens to what changes; `closed` resolves when the plane ends it. */
async function openPage(planeUrl: string, cookie: string): Promise<{ readonly closed: Promise<void> }> {
  const events = await fetch(`${planeUrl}/api/events`, { headers: { cookie }, signal: AbortSignal.timeout(120_000) });
  equal(events.status, 200);
  return { closed: events.text().then(() => undefined) };
}

async function askForSomething(person: DrillPerson): Promise<string> {
  const body = {
    action: "coinhubx.deposits.enable",
    params: { reason: "to have something open" },
    reason: "to have something open",
    totp: await person.code(),
  };
  const asked = await person.call(
    { method: "POST", path: "/api/actions", body, expects: [200, 202] },
    z.object({ approval_id: z.string() }),
  );
  return asked.approval_id;
}

async function startRun(by: DrillPerson, runbook: string, params: Readonly<Record<string, string>>) {
  const body = { system: "operations", environment: "local", params };
  return await by.call({ method: "POST", path: `/api/runbooks/${runbook}/runs`, body }, runSchema);
}

/** When something first is so, on the clock that only goes forward. */
async function timeOf(isSo: () => Promise<boolean>): Promise<number> {
  const from = systemClock.monotonicMs();
  while (systemClock.monotonicMs() - from < PATIENCE_MS) {
    if (await isSo()) return systemClock.monotonicMs();
    await systemClock.sleep(LOOK_EVERY_MS);
  }
  throw new Error("it was not so in time");
}
