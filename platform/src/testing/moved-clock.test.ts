import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { MINUTE_MS, toInstant } from "@assay/primitives/instant";
import { MovedClock } from "./moved-clock.ts";

test("sleepers wake in the order of their times, each at its own moment", async () => {
  const clock = new MovedClock(toInstant(1_000));
  const woken: [string, number][] = [];
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push([name, clock.now()]);
  };
  const sleepers = [sleeper("late", 300), sleeper("early", 100), sleeper("early too", 100), sleeper("never", 501)];
  await clock.advance(500);
  deepEqual(woken, [
    ["early", 1_100],
    ["early too", 1_100],
    ["late", 1_300],
  ]);
  equal(clock.now(), 1_500);
  equal(clock.sleeping, 1);
  await clock.advance(1);
  await Promise.all(sleepers);
});

test("a loop that sleeps turns as often as its time fits", async () => {
  const clock = new MovedClock();
  const stop = new AbortController();
  let turns = 0;
  const loop = (async () => {
    while (!stop.signal.aborted) {
      turns += 1;
      await clock.sleep(15_000, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  await clock.advance(MINUTE_MS);
  equal(turns, 5);
  stop.abort();
  await loop;
});

test("an aborted sleep rejects with the reason and is forgotten", async () => {
  const clock = new MovedClock();
  const stop = new AbortController();
  const sleep = clock.sleep(10, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await rejects(sleep, /enough/);
  equal(clock.sleeping, 0);
  await rejects(clock.sleep(10, { signal: stop.signal }), /enough/);
});
