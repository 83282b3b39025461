import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { runAssay } from "../run-assay.ts";

const NOWHERE = { ASSAY_HOME: "/tmp/assay-never-made" };

test("the lines of a specification are counted with nothing running", async () => {
  const told = await runAssay(["runbook", "coverage", "coinhubx"], { env: NOWHERE });
  equal(told.exit, 0, told.err);
  match(told.out, /^coinhubx: runbooks cover \d+ of 101 lines of its specification \(HX-1 to HX-101\)/);
  const [system] = JSON.parse((await runAssay(["runbook", "coverage", "--json"], { env: NOWHERE })).out);
  deepEqual([system.system, system.missing, system.problems], ["coinhubx", [], []]);
  ok(system.covered.length > 50);
  equal((await runAssay(["runbook", "coverage", "roof"], { env: NOWHERE })).exit, 2);
});

test("what can be drilled is listed with nothing running, and nobody claims to know what came of it", async () => {
  const { exit, out } = await runAssay(["drill", "--json"], { env: NOWHERE });
  equal(exit, 0);
  const drills = JSON.parse(out) as { fault: string; alert: string; status: string | null }[];
  ok(drills.some(({ fault, alert }) => fault === "worker.stop" && alert === "WORKER_DOWN"));
  ok(drills.every(({ status }) => status === null));
});
