import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { addMs, DAY_MS } from "@assay/primitives/instant";
import { personActor } from "./incident.ts";
import { ADA, BO, declare, openTestIncidents, type TestIncidents } from "./incident-fixture.ts";

async function resolvedIncident(plane: TestIncidents): Promise<string> {
  const { id } = await declare(plane, { severity: "P0" });
  await plane.incidents.append(id, {
    ...{ kind: "note", actor: personActor(ADA), summary: "restarted\nthe shop", details: {} },
  });
  await plane.incidents.moveNow(id, { to: "resolved", actor: personActor(ADA), note: "payments work" });
  return id;
}

async function close(plane: TestIncidents, id: string): Promise<string> {
  const moved = await plane.incidents.moveNow(id, { to: "closed", actor: personActor(ADA), note: "over" });
  return moved.ok ? "closed" : moved.refusal.code;
}

test("the post-mortem is proposed from the timeline in the form of an incident report", async () => {
  await using plane = await openTestIncidents();
  const id = await resolvedIncident(plane);
  const proposed = (await plane.postMortems.standing(id))!;
  equal(proposed.version, 0);
  match(proposed.sections.actionsTaken, /Ada: restarted the shop$/);
  match(proposed.sections.resolution, /resolved: payments work/);
  equal(proposed.sections.rootCause, "");
  const text = (await plane.postMortems.markdown(id))!;
  const headings = text.split("\n").filter((line) => line.startsWith("#"));
  deepEqual(headings, [
    "# INCIDENT REPORT",
    "## DESCRIPTION",
    "## ROOT CAUSE",
    "## ACTIONS TAKEN",
    "## RESOLUTION",
    "## LESSONS LEARNED",
    "## PREVENTION",
  ]);
  match(text, /Severity: Critical \(P0, Level 1\)/);
  match(text, /Affected Systems: shop/);
});

test("a critical incident is closed only with a report that somebody else published, and each version is kept", async () => {
  await using plane = await openTestIncidents();
  const { postMortems } = plane;
  const id = await resolvedIncident(plane);
  equal(await close(plane, id), "POST_MORTEM_REQUIRED");
  const { sections } = (await postMortems.standing(id))!;
  await postMortems.save(id, { baseVersion: 0, sections, by: ADA });
  const stale = await postMortems.save(id, { baseVersion: 0, sections, by: BO });
  equal(stale.ok ? undefined : stale.refusal.code, "VERSION_CONFLICT");
  const incomplete = await postMortems.move(id, { baseVersion: 1, state: "published", by: BO });
  equal(incomplete.ok ? undefined : incomplete.refusal.detail, "Still empty: ROOT CAUSE, LESSONS LEARNED, PREVENTION.");
  const whole = { ...sections, rootCause: "full disk", lessonsLearned: "watch it", prevention: "an alert" };
  await postMortems.save(id, { baseVersion: 1, sections: whole, by: ADA });
  await postMortems.move(id, { baseVersion: 2, state: "review", by: BO });
  const own = await postMortems.move(id, { baseVersion: 3, state: "published", by: ADA });
  equal(own.ok ? undefined : own.refusal.code, "OWN_REPORT");
  equal(await close(plane, id), "POST_MORTEM_REQUIRED");
  equal((await postMortems.move(id, { baseVersion: 3, state: "published", by: BO })).ok, true);
  equal(await close(plane, id), "closed");
  deepEqual(
    (await postMortems.versions(id)).map(({ version, state, writtenBy }) => `${version} ${state} ${writtenBy.name}`),
    ["4 published Bo", "3 review Bo", "2 draft Ada", "1 draft Ada"],
  );
});

test("a stated reason stands in for the post-mortem", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents } = plane;
  const id = await resolvedIncident(plane);
  equal((await desk.waivePostMortem(id, { by: BO, reason: "an exercise" })).ok, true);
  equal((await incidents.find(id))?.waiver?.reason, "an exercise");
  equal(await close(plane, id), "closed");
  const small = await declare(plane);
  const needless = await desk.waivePostMortem(small.id, { by: BO, reason: "small" });
  equal(needless.ok ? undefined : needless.refusal.code, "NOT_REQUIRED");
});

test("action items have an owner and a due date, and are overdue when it has passed", async () => {
  await using plane = await openTestIncidents();
  const { actionItems, clock, incidents } = plane;
  const { id } = await declare(plane);
  const wanted = { title: "Alert on a full disk", owner: BO, by: ADA };
  const past = await actionItems.add(id, { ...wanted, dueAt: clock.now() });
  equal(past.ok ? undefined : past.refusal.code, "DUE_IN_THE_PAST");
  const added = await actionItems.add(id, { ...wanted, dueAt: addMs(clock.now(), DAY_MS) });
  equal(added.ok, true);
  deepEqual(await actionItems.list("overdue", 10), []);
  await clock.advance(DAY_MS + 1);
  const [overdue] = await actionItems.list("overdue", 10);
  equal(overdue?.title, "Alert on a full disk");
  await actionItems.move(overdue!.id, { state: "done", note: "in the manifest", by: BO });
  deepEqual(await actionItems.list("open", 10), []);
  match((await incidents.timeline(id)).at(-1)!.summary, /Bo set "Alert on a full disk" to done: in the manifest/);
});
