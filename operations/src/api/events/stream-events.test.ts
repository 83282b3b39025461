import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { createEvents } from "../../events/events.ts";
import { serverSent } from "./stream-events.ts";

test("an open page hears nothing more once its session ended, and one that lasts hears on", async () => {
  const [clock, events] = [new MovedClock(), createEvents()];
  let signedIn = true;
  const isSignedIn = async () => signedIn;
  const heard: string[] = [];
  const subscribed = events.subscribe(new AbortController().signal);
  const page = (async () => {
    for await (const { data } of serverSent(subscribed, { clock, isSignedIn })) heard.push(JSON.stringify(data));
  })();
  events.publish({ topic: "alerts", id: "a" });
  events.publish({ topic: "people", id: "b" });
  await clock.advance(1);
  signedIn = false;
  events.publish({ topic: "people", id: "c" });
  await page;
  deepEqual(heard, ['{"topic":"alerts","id":"a"}', '{"topic":"people","id":"b"}']);
  equal(events.listeners, 0);
});

test("a session that ran out by itself is noticed within a minute", async () => {
  const [clock, events] = [new MovedClock(), createEvents()];
  const stream = serverSent(events.subscribe(new AbortController().signal), { clock, isSignedIn: async () => false });
  const first = stream[Symbol.asyncIterator]();
  events.publish({ topic: "alerts", id: "a" });
  equal((await first.next()).done, false);
  await clock.advance(60_000);
  events.publish({ topic: "alerts", id: "b" });
  equal((await first.next()).done, true);
});
