import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { StreamSeats } from "./stream-seats.ts";

async function* forever() {
  for (let number = 0; ; number += 1) yield number;
}

test("one address has so many streams and no more; others have their own", async () => {
  const seats = new StreamSeats(2);
  const open = ["a", "a", "b"].map((address) => seats.hold(address, forever));
  for (const stream of open) equal((await stream.next()).value, 0);
  deepEqual([seats.isFull("a"), seats.isFull("b")], [true, false]);
  equal((await seats.hold("a", forever).next()).done, true);
});

test("a seat is free again however its stream ends", async () => {
  const seats = new StreamSeats(1);
  const left = seats.hold("a", forever);
  await left.next();
  await left.return();
  equal(seats.isFull("a"), false);
  const broken = seats.hold("a", async function* () {
    yield 1;
    throw new Error("the engine is gone");
  });
  await broken.next();
  await broken.next().catch(() => undefined);
  equal(seats.isFull("a"), false);
});
