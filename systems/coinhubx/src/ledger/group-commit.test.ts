import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { GroupCommit } from "./group-commit.ts";

interface Trial {
  readonly queue: GroupCommit<number, number>;
  /** The commands of each commit that has begun. */
  readonly commits: number[][];
  /** Ends the oldest commit under way. */
  finish(error?: Error): void;
}

function startTrial(options: { maxInFlight?: number; maxCommands?: number; maxQueued?: number } = {}): Trial {
  const commits: number[][] = [];
  const open: ((error?: Error) => void)[] = [];
  const queue = new GroupCommit<number, number>({
    clock: systemClock,
    maxWaitMs: 0,
    ...options,
    commit: (groups) =>
      new Promise((resolve, reject) => {
        commits.push(groups.flat());
        open.push((error) => (error ? reject(error) : resolve(groups.map((group) => group.map((it) => it * 10)))));
      }),
  });
  return { queue, commits, finish: (error) => open.shift()?.(error) };
}

const turn = () => new Promise(setImmediate);

test("what is asked during a commit goes together into the next one", async () => {
  const { queue, commits, finish } = startTrial();
  const first = queue.submit([1]);
  await turn();
  const second = queue.submit([2]);
  const third = queue.submit([3, 4]);
  await turn();
  deepEqual(commits, [[1]]);
  finish();
  deepEqual(await first, [10]);
  await turn();
  await turn();
  deepEqual(commits, [[1], [2, 3, 4]]);
  finish();
  deepEqual(await Promise.all([second, third]), [[20], [30, 40]]);
});

test("commands of one call stay together, and a batch holds no more than its limit", async () => {
  const { queue, commits, finish } = startTrial({ maxCommands: 3 });
  const all = [queue.submit([1, 2]), queue.submit([3, 4]), queue.submit([5])];
  for (let round = 0; round < 6; round += 1) {
    await turn();
    finish();
  }
  await Promise.all(all);
  deepEqual(commits, [
    [1, 2],
    [3, 4, 5],
  ]);
});

test("a failed commit fails its callers and nobody else", async () => {
  const { queue, finish } = startTrial();
  const first = queue.submit([1]);
  await turn();
  const second = queue.submit([2]);
  finish(new Error("lost"));
  await rejects(first, /lost/);
  await turn();
  await turn();
  finish();
  deepEqual(await second, [20]);
});

test("a full queue refuses at once with OVERLOADED", async () => {
  const { queue, finish } = startTrial({ maxQueued: 2 });
  const first = queue.submit([1]);
  await turn();
  const waiting = queue.submit([2, 3]);
  await rejects(queue.submit([4]), { code: "OVERLOADED", retryable: true });
  equal(queue.queued, 2);
  finish();
  await first;
  await turn();
  await turn();
  finish();
  await waiting;
});

test("closing commits what is waiting and takes nothing more", async () => {
  const { queue, commits, finish } = startTrial();
  const first = queue.submit([1]);
  const closed = queue[Symbol.asyncDispose]();
  await rejects(queue.submit([2]), { code: "OVERLOADED" });
  await turn();
  finish();
  await closed;
  deepEqual(await first, [10]);
  deepEqual(commits, [[1]]);
});
