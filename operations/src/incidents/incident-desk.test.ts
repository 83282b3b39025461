import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { PLANE_ACTOR, personActor } from "./incident.ts";
import { ADA, BO, declare, openByAlert, openTestIncidents } from "./incident-fixture.ts";

test("a declared incident is joined by the alerts of its system, and its severity rises with them", async () => {
  await using plane = await openTestIncidents();
  const declared = await declare(plane);
  equal(declared.state, "open");
  const joined = await openByAlert(plane);
  deepEqual([joined.id, joined.severity], [declared.id, "P0"]);
  const second = await declare(plane);
  equal(second.dedupKey, `declared/${second.id}`);
});

test("a changed severity needs another one and is told with its reason, in the timeline and in the audit log", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents, audit } = plane;
  const { id } = await declare(plane);
  const raised = await desk.changeSeverity(id, { to: "P0", by: BO, reason: "all payments fail" });
  equal(raised.ok && raised.value.severity, "P0");
  const again = await desk.changeSeverity(id, { to: "P0", by: BO, reason: "still" });
  equal(again.ok ? undefined : again.refusal.code, "SAME_SEVERITY");
  const last = (await incidents.timeline(id)).find(({ kind }) => kind === "severity")!;
  deepEqual(
    [last.kind, last.summary],
    ["severity", "Bo raised it from P2 to P0 (Critical, Level 1): all payments fail"],
  );
  const audited = (await audit.list({ incidentId: id, limit: 10 })).find(
    ({ details }) => details.digest === last.digest,
  );
  equal(audited?.action, "incident.severity.recorded");
});

test("a merged incident goes on in the other one: alerts, heals and notes arrive there, and nothing is removed", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents, database } = plane;
  const target = await declare(plane, { system: "bank" });
  const source = await openByAlert(plane);
  const before = await incidents.timeline(source.id);
  equal((await desk.merge(source.id, { into: target.id, by: ADA, reason: "the bank is the cause" })).ok, true);
  const ended = await incidents.find(source.id);
  deepEqual([ended?.state, ended?.mergedInto], ["closed", target.id]);
  equal((await incidents.find(target.id))?.severity, "P0");
  deepEqual((await incidents.timeline(source.id)).slice(0, before.length), before);

  equal((await openByAlert(plane)).id, target.id);
  await database.execute({
    text: `insert into alerts (id, system, name, key, state, severity, summary, runbook, conditions, unknown, started_at, incident_id)
      values ('alr_1', 'shop', 'DOWN', '', 'firing', 'critical', 'x', 'fix', '[]', false, now(), $1)`,
    values: [source.id],
  });
  const heal = { to: "mitigated", actor: PLANE_ACTOR, note: "" } as const;
  const early = await incidents.moveNow(target.id, heal);
  equal(early.ok ? undefined : early.refusal.code, "INCIDENT_STATE", "an alert of the merged one still fires");
  await database.execute({ text: "update alerts set state = 'resolved', resolved_at = now()", values: [] });
  equal((await incidents.moveNow(source.id, heal)).ok, true);
  equal((await incidents.find(target.id))?.state, "mitigated");
  deepEqual((await desk.surroundings(target.id)).merged, [{ id: source.id, title: source.title }]);
});

test("an incident is not merged into itself, into one that is over, or into nothing", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents } = plane;
  const first = await declare(plane);
  const second = await declare(plane);
  const code = async (into: string) => {
    const merged = await desk.merge(first.id, { into, by: ADA, reason: "same" });
    return merged.ok ? "merged" : merged.refusal.code;
  };
  await incidents.moveNow(second.id, { to: "resolved", actor: personActor(ADA), note: "done" });
  deepEqual(
    [await code(first.id), await code(second.id), await code("inc_none")],
    ["SAME_INCIDENT", "INCIDENT_STATE", "INCIDENT_NOT_FOUND"],
  );
});

test("a role has one holder, experts may be several, and each change is told", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents } = plane;
  const { id } = await declare(plane);
  for (const person of [ADA, BO]) await desk.giveRole(id, { role: "commander", person, by: ADA });
  for (const person of [ADA, BO]) await desk.giveRole(id, { role: "expert", person, by: ADA });
  const held = (await desk.surroundings(id)).roles.map(({ role, person }) => `${role} ${person.name}`);
  deepEqual(held.sort(), ["commander Bo", "expert Ada", "expert Bo"]);
  equal((await desk.commanders([id])).get(id), "Bo");
  equal((await desk.takeRole(id, { role: "expert", personId: ADA.id, by: BO })).ok, true);
  const gone = await desk.takeRole(id, { role: "expert", personId: ADA.id, by: BO });
  equal(gone.ok ? undefined : gone.refusal.code, "ROLE_NOT_HELD");
  const told = (await incidents.timeline(id)).filter(({ kind }) => kind === "role").map(({ summary }) => summary);
  deepEqual(told.slice(0, 2), ["Ada took over as commander", "Ada made Bo the commander"]);
  equal(told.length, 5);
});

test("a note said anew is a new entry beside the old one", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents } = plane;
  const { id } = await declare(plane);
  const note = await incidents.append(id, {
    ...{ kind: "note", actor: personActor(ADA), summary: "disk is full", details: { note: "disk is full" } },
  });
  equal(note.ok, true);
  const sequence = note.ok ? note.value.sequence : -1;
  equal((await desk.amendNote(id, { sequence, note: "disk is nearly full", by: ADA })).ok, true);
  const wrong = await desk.amendNote(id, { sequence: 0, note: "no", by: ADA });
  equal(wrong.ok ? undefined : wrong.refusal.code, "NOT_A_NOTE");
  const notes = (await incidents.timeline(id)).filter(({ kind }) => kind === "note");
  deepEqual(
    notes.map(({ details }) => details),
    [{ note: "disk is full" }, { note: "disk is nearly full", amends: sequence }],
  );
});

test("a resolved incident is opened again within a day, not later, and keeps when it was first answered", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents, clock } = plane;
  const { id } = await declare(plane);
  await clock.advance(10 * MINUTE_MS);
  await incidents.moveNow(id, { to: "resolved", actor: personActor(ADA), note: "done" });
  await clock.advance(23 * HOUR_MS);
  const reopened = await desk.reopen(id, { by: BO, reason: "it came back" });
  equal(reopened.ok && reopened.value.state, "open");
  equal(reopened.ok && reopened.value.respondedAt !== null, true);
  await incidents.moveNow(id, { to: "resolved", actor: personActor(ADA), note: "done" });
  await clock.advance(25 * HOUR_MS);
  const late = await desk.reopen(id, { by: BO, reason: "it came back" });
  equal(late.ok ? undefined : late.refusal.code, "TOO_LATE");
});

test("figures are means with their counts; what was merged or healed by itself does not make them better", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents, clock } = plane;
  const slow = await declare(plane, { severity: "P0" });
  const healed = await declare(plane);
  const merged = await declare(plane);
  await desk.merge(merged.id, { into: healed.id, by: ADA, reason: "same" });
  await clock.advance(5 * MINUTE_MS);
  await incidents.moveNow(healed.id, { to: "mitigated", actor: PLANE_ACTOR, note: "" });
  await clock.advance(15 * MINUTE_MS);
  await incidents.moveNow(slow.id, { to: "acknowledged", actor: personActor(ADA), note: "" });
  const figures = await desk.figures(30);
  equal(figures.opened, 2);
  deepEqual(figures.acknowledge, { meanMs: 20 * MINUTE_MS, count: 1 });
  deepEqual(figures.mitigate, { meanMs: 5 * MINUTE_MS, count: 1 });
  deepEqual(figures.answeredInTime, { inTime: 0, count: 1 });
});

test("links are told once", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents } = plane;
  const { id } = await declare(plane);
  const link = { kind: "run", target: "run_1", title: "Restart the shop", by: ADA } as const;
  equal((await desk.link(id, link)).ok, true);
  const again = await desk.link(id, link);
  equal(again.ok ? undefined : again.refusal.code, "ALREADY_LINKED");
  match((await incidents.timeline(id)).at(-1)!.summary, /Ada linked the run "Restart the shop"/);
});

test("people are called for what a person declares, until somebody answers, and hear when it is over", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents, clock, called } = plane;
  const { id } = await declare(plane, { severity: "P0" });
  const subject = `incident/${id}`;
  deepEqual(called.splice(0), [`raise ${subject} critical`]);
  match((await incidents.timeline(id)).at(-1)!.summary, /^Paged Ada \(email\)$/);
  await incidents.moveNow(id, { to: "acknowledged", actor: personActor(BO), note: "" });
  deepEqual(called.splice(0), [`acknowledge ${subject} ${clock.now() + 30 * MINUTE_MS}`]);
  await clock.advance(20 * MINUTE_MS);
  await incidents.moveNow(id, { to: "acknowledged", actor: personActor(BO), note: "" });
  deepEqual(called.splice(0), [`acknowledge ${subject} ${clock.now() + 30 * MINUTE_MS}`]);
  await incidents.moveNow(id, { to: "resolved", actor: personActor(BO), note: "done" });
  deepEqual(called.splice(0), [`end ${subject}`]);
  await desk.reopen(id, { by: ADA, reason: "it came back" });
  deepEqual(called.splice(0), [`raise ${subject} critical`]);
});

test("a small incident calls nobody until it is raised, and then only while nobody is on it", async () => {
  await using plane = await openTestIncidents();
  const { desk, incidents, called } = plane;
  const small = { by: ADA, title: "A typo", system: "shop", severity: "P3", note: "" } as const;
  const { id } = await desk.declare(small);
  deepEqual(called, []);
  await desk.changeSeverity(id, { to: "P1", by: ADA, reason: "not a typo" });
  deepEqual(called.splice(0), [`raise incident/${id} high`]);
  await incidents.moveNow(id, { to: "acknowledged", actor: personActor(BO), note: "" });
  called.splice(0);
  await desk.changeSeverity(id, { to: "P0", by: BO, reason: "worse" });
  deepEqual(called, []);
});
