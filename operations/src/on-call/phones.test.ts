import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { addMs, HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { ADA, BO, CY, startPhones } from "./phones-fixture.ts";
import { replaceQuietHours } from "./quiet-hours.ts";

const DOWN = "[critical] shop.DOWN is firing";

test("a page that nobody answers rings again after 5 minutes, and goes to L1 to L4 by the clock", async () => {
  await using test = await startPhones();
  await test.becomes("critical");
  await test.pass(151);
  deepEqual(test.heard(), [
    `+0 Ada's phone: ${DOWN}`,
    `+5 Ada's phone: ${DOWN} (no answer for 5 min)`,
    `+15 Bo's phone: ${DOWN} (L1: no answer for 15 min)`,
    `+20 Bo's phone: ${DOWN} (no answer for 20 min)`,
    `+30 Ada's phone: ${DOWN} (L2: no answer for 30 min)`,
    `+30 Bo's phone: ${DOWN} (L2: no answer for 30 min)`,
    `+35 Ada's phone: ${DOWN} (no answer for 35 min)`,
    `+35 Bo's phone: ${DOWN} (no answer for 35 min)`,
    `+60 mail to cy@shop.test: ${DOWN} (L3: no answer for 1 h)`,
    `+65 mail to cy@shop.test: ${DOWN} (no answer for 1 h 5 min)`,
    `+120 Ada's phone: ${DOWN} (L4: no answer for 2 h)`,
    `+120 Bo's phone: ${DOWN} (L4: no answer for 2 h)`,
    `+120 mail to cy@shop.test: ${DOWN} (L4: no answer for 2 h)`,
    `+125 Ada's phone: ${DOWN} (no answer for 2 h 5 min)`,
    `+125 Bo's phone: ${DOWN} (no answer for 2 h 5 min)`,
    `+125 mail to cy@shop.test: ${DOWN} (no answer for 2 h 5 min)`,
    `+150 Ada's phone: ${DOWN} (no answer for 2 h 30 min, called again from the top)`,
  ]);
});

test("an acknowledgement stops the calls, and when it expires they begin again from the top", async () => {
  await using test = await startPhones();
  await test.becomes("critical");
  await test.pass(3);
  await test.acknowledge(ADA, 30);
  test.heard();
  await test.pass(29);
  deepEqual(test.heard(), []);
  await test.pass(16);
  deepEqual(test.heard(), [
    `+33 Ada's phone: ${DOWN} (the acknowledgement of Ada has expired)`,
    `+38 Ada's phone: ${DOWN} (no answer for 5 min)`,
    `+48 Bo's phone: ${DOWN} (L1: no answer for 15 min)`,
  ]);
  await test.acknowledge(BO, 120);
  await test.pass(119);
  deepEqual(test.heard(), [], "as long as Bo said");
  await test.pass(1);
  deepEqual(test.heard(), [`+168 Ada's phone: ${DOWN} (the acknowledgement of Bo has expired)`]);
});

test("the end is told to whoever was called and to nobody else, and then it is quiet", async () => {
  await using test = await startPhones();
  await test.becomes("critical");
  await test.pass(16);
  test.heard();
  await test.becomes("well");
  deepEqual(test.heard(), [
    "+16 Ada's phone: [critical] shop.DOWN is resolved",
    "+16 Bo's phone: [critical] shop.DOWN is resolved",
  ]);
  await test.pass(30);
  deepEqual(test.heard(), []);
});

test("an override takes the calls for its time, and the hand-over at noon passes them on", async () => {
  await using test = await startPhones();
  const { schedules } = test.plane();
  const until = addMs(test.clock.now(), 40 * MINUTE_MS);
  const actor = { kind: "person" as const, id: CY.id, name: "Cy" };
  const order = {
    scheduleId: "primary",
    person: CY.id,
    from: undefined,
    to: until,
    reason: "Ada is on a train",
    actor,
  };
  equal((await schedules.override(order)).ok, true);
  await test.becomes("critical");
  deepEqual(test.heard(), [`+0 mail to cy@shop.test: ${DOWN}`]);
  await test.becomes("well");
  await test.pass(41);
  test.heard();
  await test.becomes("critical");
  deepEqual(test.heard(), [`+41 Ada's phone: ${DOWN}`], "the rotation goes on");
  await test.becomes("well");
  await test.clock.advance(24 * HOUR_MS);
  test.heard();
  await test.becomes("critical");
  match(test.heard().join(), /^\+1481 Bo's phone: \[critical\]/, "Bo's turn");
});

test("when the phone does not answer the page goes over the next channel of the same person", async () => {
  await using test = await startPhones();
  test.phones.ada.answer(500);
  await test.becomes("critical");
  deepEqual(test.heard(), [
    `+0 Ada's phone: ${DOWN}`,
    `+0 Ada's phone: ${DOWN}`,
    `+0 Ada's phone: ${DOWN}`,
    `+0 mail to ada@shop.test: ${DOWN}`,
  ]);
});

test("a restart of the plane in the middle loses nothing and doubles nothing", async () => {
  await using test = await startPhones();
  await test.becomes("critical");
  await test.pass(4);
  await test.restart();
  await test.pass(6);
  await test.restart();
  await test.pass(6);
  await test.acknowledge(BO, 30);
  await test.restart();
  await test.pass(29);
  deepEqual(test.heard(), [
    `+0 Ada's phone: ${DOWN}`,
    `+5 Ada's phone: ${DOWN} (no answer for 5 min)`,
    `+15 Bo's phone: ${DOWN} (L1: no answer for 15 min)`,
  ]);
  await test.pass(1);
  deepEqual(test.heard(), [`+46 Ada's phone: ${DOWN} (the acknowledgement of Bo has expired)`]);
});

test("a page names where to answer it, and the incident tells who was called at each step", async () => {
  await using test = await startPhones();
  await test.becomes("critical");
  await test.pass(15);
  const last = test.phones.bo.requests.at(-1)?.json as { text: string; data: { escalation: { step: string } } };
  match(last.text, /^L1: no answer for 15 min\.\n[\s\S]*\nAnswer: http:\/\/console\/on-call\/pages\/esc_\w+$/);
  equal(last.data.escalation.step, "L1");
  const { incidents, alerts } = test.plane();
  const timeline = await incidents.timeline(alerts.current()[0]!.incidentId!);
  deepEqual(
    timeline.filter(({ kind }) => kind === "page").map(({ summary }) => summary),
    [
      "Paged Ada (webhook)",
      `Paged Ada (webhook): ${DOWN} (no answer for 5 min)`,
      `Paged Bo (webhook): ${DOWN} (L1: no answer for 15 min)`,
    ],
  );
});

test("somebody who has left is not called, and everyone is when nobody else is on call", async () => {
  await using test = await startPhones();
  test.people.splice(0, 1);
  await test.becomes("critical");
  deepEqual(test.heard(), [`+0 Bo's phone: ${DOWN}`], "Ada's turn goes to Bo");
  await test.becomes("well");
  test.people.splice(0, 1);
  test.heard();
  await test.becomes("critical");
  deepEqual(test.heard(), [`+0 mail to cy@shop.test: ${DOWN}`], "a gap calls everyone");
});

test("a warning waits for the end of a person's quiet hours, and what is worse does not", async () => {
  await using test = await startPhones();
  const hours = { timeZone: "UTC", from: "11:00", to: "13:00" };
  await test.database.app.transaction((tx) => replaceQuietHours(tx, ADA.id, hours));
  await test.becomes("warning");
  await test.pass(59);
  deepEqual(test.heard(), []);
  await test.pass(17);
  deepEqual(test.heard(), [
    "+60 Ada's phone: [warning] shop.DOWN is firing",
    "+65 Ada's phone: [warning] shop.DOWN is firing (no answer for 5 min)",
    "+75 Bo's phone: [warning] shop.DOWN is firing (L1: no answer for 15 min)",
  ]);
  await test.becomes("well");
  test.heard();
  await test.clock.advance(23 * HOUR_MS);
  await test.becomes("critical");
  match(test.heard().join(), /Bo's phone: \[critical\]/);
});

test("critical rings the phone and a warning is mailed, as the person wants", async () => {
  await using test = await startPhones();
  await test.plane().delivery.setContacts(ADA.id, [
    { kind: "webhook", target: test.phones.ada.url, severities: ["critical", "high"] },
    { kind: "email", target: ADA.email, severities: ["warning"] },
  ]);
  await test.becomes("warning");
  deepEqual(test.heard(), ["+0 mail to ada@shop.test: [warning] shop.DOWN is firing"]);
  await test.becomes("critical");
  deepEqual(test.heard(), ["+0 Ada's phone: [critical] shop.DOWN got worse"]);
});

test("a way that waits is used only when nobody has answered by then", async () => {
  await using test = await startPhones();
  await test.plane().delivery.setContacts(ADA.id, [
    { kind: "email", target: ADA.email },
    { kind: "webhook", target: test.phones.ada.url, delayMs: 3 * MINUTE_MS },
  ]);
  await test.becomes("critical");
  await test.pass(4);
  deepEqual(test.heard(), [`+0 mail to ada@shop.test: ${DOWN}`, `+3 Ada's phone: ${DOWN}`]);
  await test.pass(2);
  await test.acknowledge(ADA, 30);
  await test.pass(10);
  deepEqual(test.heard(), [`+5 mail to ada@shop.test: ${DOWN} (no answer for 5 min)`], "the phone stays quiet");
});
