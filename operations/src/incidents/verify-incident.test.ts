import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@assay/platform/random/random";
import { actionItemView, incidentView, postMortemView, timelineEntryView } from "../api/incidents/incident-view.ts";
import { personActor } from "./incident.ts";
import { exportIncident, exportText, type IncidentContent } from "./incident-export.ts";
import { ADA, declare, openTestIncidents, type TestIncidents } from "./incident-fixture.ts";
import { verifyIncident } from "./verify-incident.ts";

async function contentOf(plane: TestIncidents, id: string): Promise<IncidentContent> {
  const { incidents, postMortems, actionItems, clock } = plane;
  const incident = (await incidents.find(id))!;
  return {
    incident: incidentView(incident, { now: clock.now() }),
    ...{ roles: [], links: [], merged: [], publicIncident: null },
    timeline: (await incidents.timeline(id)).map(timelineEntryView),
    postMortems: (await postMortems.versions(id)).map(postMortemView),
    actionItems: (await actionItems.ofIncident(id)).map((item) => actionItemView(item, clock.now())),
  };
}

test("an exported incident verifies without a server, and no longer with any one byte changed", async () => {
  await using plane = await openTestIncidents();
  const { incidents, postMortems, audit } = plane;
  const { id } = await declare(plane);
  await incidents.append(id, {
    ...{
      kind: "note",
      actor: personActor(ADA),
      summary: "fäll ☃",
      details: { note: "fäll ☃", deep: [1, { a: null }] },
    },
  });
  const { sections } = (await postMortems.standing(id))!;
  await postMortems.save(id, { baseVersion: 0, sections, by: ADA });
  const text = exportText(await exportIncident(audit, await contentOf(plane, id), personActor(ADA)));
  const verified = await verifyIncident(text, { verifierKey: audit.verifierKey });
  ok(verified.ok, JSON.stringify(verified));
  equal(verified.value.timelineEntries, 4);
  equal(verified.value.exportedBy, "Ada");

  const random = seededRandom(11);
  for (let round = 0; round < 150; round += 1) {
    const at = random.integer(text.length);
    const other = text[at] === "0" ? "1" : "0";
    const forged = text.slice(0, at) + other + text.slice(at + 1);
    equal((await verifyIncident(forged, { verifierKey: audit.verifierKey })).ok, false, `byte ${at}`);
  }
  for (const forged of [` ${text}`, `${text} `, text.slice(0, -1)]) equal((await verifyIncident(forged)).ok, false);
});

test("a report that was never exported so, or by another plane, is refused by name", async () => {
  await using plane = await openTestIncidents();
  const { audit } = plane;
  const { id } = await declare(plane);
  const exported = await exportIncident(audit, await contentOf(plane, id), personActor(ADA));
  const changed = exportText({ ...exported, incident: { ...exported.incident, severity: "P3" } });
  const refused = await verifyIncident(changed);
  equal(refused.ok ? undefined : refused.refusal.code, "CONTENT_NOT_EXPORTED");
  const dropped = await verifyIncident(exportText({ ...exported, timeline: [] }));
  equal(dropped.ok ? undefined : dropped.refusal.code, "CONTENT_NOT_EXPORTED");
  const untrusted = await verifyIncident(exportText(exported), { verifierKey: "assay.other/audit+00000000+AAAA" });
  equal(untrusted.ok ? undefined : untrusted.refusal.code, "KEY_NOT_TRUSTED");
});
