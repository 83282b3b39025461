import { test } from "node:test";
import { simulate, startSimulationDatabase } from "./simulate.ts";

const SEEDS = 200;
const STEPS = 40;
const WORLDS = 4;

test(`L1–L5, L7, L11, L12, X1–X4, X9–X12, C7, F1: ${SEEDS} seeds of ${STEPS} steps with faults end as the model does`, async () => {
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
  const world = async () => {
    await using database = await startSimulationDatabase();
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      await simulate({ seed, steps: STEPS, database });
    }
  };
  // The first failure ends the others too.
  const failed = (error: unknown) => {
    seeds.length = 0;
    throw error;
  };
  await Promise.all(Array.from({ length: WORLDS }, () => world().catch(failed)));
});

// Seeds that once failed.

test("seed 4: a row that is older than the commit that was cut off is a repeat, not our own", async () => {
  await simulate({ seed: 4, steps: STEPS });
});

test("seed 53: a read that fails before anything was sent leaves no doubt about the outcome", async () => {
  await simulate({ seed: 53, steps: STEPS });
});
