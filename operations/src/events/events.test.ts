import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { PlaneEvent } from "../api/schema/events.ts";
import { createEvents } from "./events.ts";

const alert = (id: string): PlaneEvent => ({ topic: "alerts", id });

async function take(from: AsyncIterable<PlaneEvent>, count: number): Promise<PlaneEvent[]> {
  const taken: PlaneEvent[] = [];
  for await (const event of from) if (taken.push(event) === count) break;
  return taken;
}

test("every listener hears what is published while it listens, once per thing that changed", async () => {
  const events = createEvents();
  const [one, two] = [events.subscribe(new AbortController().signal), events.subscribe(new AbortController().signal)];
  for (const id of ["a", "a", "b"]) events.publish(alert(id));
  deepEqual(await take(one, 2), [alert("a"), alert("b")]);
  deepEqual(await take(two, 2), [alert("a"), alert("b")]);
  equal(events.listeners, 0);
});

test("a listener that falls behind is told to look at everything again", async () => {
  const events = createEvents({ maxWaiting: 3 });
  const slow = events.subscribe(new AbortController().signal);
  for (const id of ["a", "b", "c", "d", "e"]) events.publish(alert(id));
  deepEqual(await take(slow, 2), [{ topic: "all", id: "" }, alert("e")]);
});

test("a listener that leaves ends its stream, and a closing process ends all", async () => {
  const events = createEvents();
  const leaving = new AbortController();
  const ended = take(events.subscribe(leaving.signal), 1);
  leaving.abort();
  deepEqual(await ended, []);
  const other = take(events.subscribe(new AbortController().signal), 1);
  events[Symbol.dispose]();
  deepEqual(await other, []);
  equal(events.listeners, 0);
});

test("listeners are bounded", () => {
  const events = createEvents({ maxListeners: 1 });
  events.subscribe(new AbortController().signal);
  throws(() => events.subscribe(new AbortController().signal), { code: "TOO_MANY_LISTENERS", retryable: true });
});
