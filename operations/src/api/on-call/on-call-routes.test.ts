import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { accept } from "@assay/primitives/result";
import type { Principal } from "../../identity/principal.ts";
import { ADA, BO, startPhones } from "../../on-call/phones-fixture.ts";

/** The routes over real phones; the caller is whom the header names. */
async function startApi() {
  const phones = await startPhones();
  const server = await startTestHttpServer<Principal>(phones.plane().routes, {
    authenticate: async ({ headers }) => {
      const name = String(headers["x-test-as"]);
      const roles = name === "Ada" || name === "Bo" ? (["operator"] as const) : (["viewer"] as const);
      const person = name === "Ada" ? ADA : name === "Bo" ? BO : { id: "per_vi", email: "vi@shop.test" };
      const session = { sessionId: "ses_1", steppedUpAt: null, hasTotp: true };
      return accept({ kind: "person", personId: person.id, name, email: person.email, roles, ...session } as Principal);
    },
  });
  const call = async (as: string, asked: string, body?: unknown) => {
    const [method, path] = asked.split(" ") as [string, string];
    const headers = { "x-test-as": as, "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(server.url + path, { method, headers, ...sent });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const dispose = async () => {
    await server[Symbol.asyncDispose]();
    await phones[Symbol.asyncDispose]();
  };
  return { ...phones, call, [Symbol.asyncDispose]: dispose };
}

test("who is on call is answered per schedule, with who is next, and gaps are said to call everyone", async () => {
  await using api = await startApi();
  const { body } = await api.call("Vi", "GET /api/on-call");
  deepEqual([body.people, body.isEveryone], [["per_ada"], false]);
  const [primary] = body.schedules;
  deepEqual([primary.person.name, primary.next.name, primary.until], ["Ada", "Bo", "2025-08-02T12:00:00.000Z"]);
  const { body: detail } = await api.call("Vi", "GET /api/on-call/schedules/primary?days=2");
  deepEqual(
    detail.shifts.map((shift: { person: { name: string } | null }) => shift.person?.name ?? "nobody"),
    ["nobody", "Ada", "Bo"],
  );
  const empty = { title: "Primary", timeZone: "UTC", layers: [], version: detail.schedule.version };
  equal((await api.call("Ada", "PUT /api/on-call/schedules/primary", empty)).status, 200);
  const { body: gap } = await api.call("Vi", "GET /api/on-call");
  deepEqual([gap.people.length, gap.isEveryone], [3, true]);
});

test("only operators change schedules, nobody overwrites a change they have not seen, and each is audited", async () => {
  await using api = await startApi();
  const change = { title: "Primary", timeZone: "Europe/Berlin", layers: [], version: 2 };
  equal((await api.call("Vi", "PUT /api/on-call/schedules/primary", change)).status, 403);
  equal((await api.call("Ada", "PUT /api/on-call/schedules/primary", change)).status, 200);
  const stale = await api.call("Bo", "PUT /api/on-call/schedules/primary", change);
  deepEqual([stale.status, stale.body.code], [409, "CHANGED_MEANWHILE"]);
  const zone = { ...change, version: 3, timeZone: "Mars/Olympus" };
  equal((await api.call("Ada", "PUT /api/on-call/schedules/primary", zone)).body.code, "UNKNOWN_TIME_ZONE");
  equal((await api.call("Ada", "DELETE /api/on-call/schedules/primary")).body.code, "SCHEDULE_IN_USE");
  const [entry] = await api.plane().audit.list({ limit: 1 });
  deepEqual([entry?.action, entry?.actor.name], ["on_call.schedule.changed", "Ada"]);
});

test("an override needs an end within 31 days and can be ended", async () => {
  await using api = await startApi();
  const path = "POST /api/on-call/schedules/primary/overrides";
  const order = { person: BO.id, reason: "Ada is on a train" };
  equal((await api.call("Ada", path, order)).status, 400);
  equal((await api.call("Ada", path, { ...order, to: "2025-12-01T00:00:00Z" })).body.code, "OVERRIDE_TIMES");
  equal((await api.call("Ada", path, { ...order, person: "per_left", to: "2025-08-01T18:00:00Z" })).status, 422);
  const made = await api.call("Ada", path, { ...order, to: "2025-08-01T18:00:00Z" });
  deepEqual([made.status, made.body.by.name], [201, "Ada"]);
  equal((await api.call("Vi", "GET /api/on-call")).body.schedules[0].person.name, "Bo");
  equal((await api.call("Ada", `DELETE /api/on-call/overrides/${made.body.id}`)).status, 200);
  equal((await api.call("Vi", "GET /api/on-call")).body.schedules[0].person.name, "Ada");
});

test("a policy begins at once, goes upward in time and names what there is", async () => {
  await using api = await startApi();
  const { body } = await api.call("Vi", "GET /api/on-call/policies");
  const { id: _, version, ...policy } = body.policies.find(({ id }: { id: string }) => id === "default");
  const put = (changed: object, seen = version) =>
    api.call("Ada", "PUT /api/on-call/policies/default", { version: seen, policy: { ...policy, ...changed } });
  const [first, second, ...others] = policy.steps;
  equal((await put({ steps: [{ ...first, afterMs: 1 }] })).status, 400);
  equal((await put({ steps: [first, { ...second, afterMs: 0 }] })).status, 400);
  const unknown = { ...second, targets: [{ kind: "on-call", schedule: "none" }] };
  equal((await put({ steps: [first, unknown] })).body.code, "UNKNOWN_SCHEDULE");
  equal((await put({ steps: [first, ...others] })).status, 200);
  equal((await put({ steps: [first] })).body.code, "CHANGED_MEANWHILE");
  equal((await api.call("Ada", "DELETE /api/on-call/policies/default")).body.code, "POLICY_IN_USE");
});

test("the link in a page shows who was told and who is next, and answers it for as long as the person says", async () => {
  await using api = await startApi();
  await api.becomes("critical");
  const { body } = await api.call("Vi", "GET /api/on-call/pages");
  const [page] = body.pages;
  deepEqual(
    [page.state, page.told[0].name, page.next],
    ["calling", "Ada", { title: "L1", at: "2025-08-01T12:15:00.000Z" }],
  );
  equal((await api.call("Vi", `POST /api/on-call/pages/${page.id}/acknowledge`, {})).status, 403);
  const taken = await api.call("Ada", `POST /api/on-call/pages/${page.id}/acknowledge`, { minutes: 45 });
  deepEqual([taken.body.state, taken.body.acknowledgement.until], ["acknowledged", "2025-08-01T12:45:00.000Z"]);
  equal(api.plane().alerts.current()[0]?.acknowledgement?.by.name, "Ada", "and with it its alerts");
  await api.becomes("well");
  const late = await api.call("Ada", `POST /api/on-call/pages/${page.id}/acknowledge`, {});
  deepEqual([late.status, late.body.code], [409, "PAGE_ENDED"]);
});

test("a person sets how they are reached, and hears a test page", async () => {
  await using api = await startApi();
  const wanted = {
    contacts: [{ kind: "webhook", target: api.phones.ada.url, severities: ["critical"], delayMs: 0 }],
    quietHours: { timeZone: "Europe/Berlin", from: "22:00", to: "07:00" },
  };
  equal((await api.call("Bo", "PUT /api/people/per_ada/contacts", wanted)).status, 403);
  equal((await api.call("Ada", "PUT /api/people/per_ada/contacts", wanted)).status, 200);
  deepEqual((await api.call("Ada", "GET /api/people/per_ada/contacts")).body, wanted);
  equal((await api.call("Ada", "POST /api/on-call/test-page", {})).status, 202);
  await api.pass(1);
  match(api.heard().join(), /Ada's phone: \[test\] A page of yours/);
});

test("a page about an incident that a person declared answers the incident", async () => {
  await using api = await startApi();
  const { incidents, paging } = api.plane();
  const declared = await api.database.app.transaction(async (tx) => {
    const alert = { id: "alr_none", system: "shop", severity: "high" as const, title: "Tills", dedupKey: "shop/tills" };
    const opened = await incidents.openOrJoin(tx, alert);
    const message = { type: "incident.declared", title: "Tills", text: "", url: "", at: "", data: {} };
    const subject = `incident/${opened.incidentId}`;
    await paging.raise(tx, { subject, system: "shop", severity: "high", message });
    return opened.incidentId;
  });
  const [page] = (await api.call("Vi", "GET /api/on-call/pages")).body.pages;
  const taken = await api.call("Ada", `POST /api/on-call/pages/${page.id}/acknowledge`, { minutes: 60 });
  deepEqual([taken.body.state, taken.body.acknowledgement.until], ["acknowledged", "2025-08-01T13:00:00.000Z"]);
  equal((await incidents.find(declared))?.state, "acknowledged");
});
