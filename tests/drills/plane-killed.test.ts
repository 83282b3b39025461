import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { type RunDetailView, runDetailSchema, runSchema } from "@assay/operations/api/schema/runbooks";
import { createDrillPeople } from "@assay/operations/drills/drill-people";
import { waitUntil } from "@assay/operations/drills/wait-until";
import { systemClock } from "@assay/platform/clock/clock";
import { startDrillStack } from "./drill-stack.ts";
import { finishRun, startRun } from "./two-people.ts";

const LIMIT_MS = 90_000;

test("a plane that is killed in the middle of a step asks what it did, and the run goes on", async () => {
  await using stack = await startDrillStack();
  await using people = await createDrillPeople(stack.drill);
  const until = <T>(what: string, look: () => Promise<T | undefined>) =>
    waitUntil({ clock: systemClock, what, limitMs: LIMIT_MS, everyMs: 50 }, () => look().catch(() => undefined));
  const id = await until("the runbook is known", () => startRun(people, { runbook: "jobs-backlog" }));
  const look = () => people.first.call({ path: `/api/runs/${id}` }, runDetailSchema);
  const stepOf = ({ steps }: RunDetailView, name: string) => steps.filter(({ step }) => step === name);
  await until("the worker restarts", async () => (stepOf(await look(), "restart").length > 0 ? true : undefined));
  stack.control.kill(["operations"], { hold: false });

  const stopped = await until("the plane is back and has found the run", async () => {
    const detail = await look();
    return detail.run.state === "stopped" ? detail : undefined;
  });
  const [cut, ...more] = stepOf(stopped, "restart");
  deepEqual([cut?.verdict, more.length, stopped.run.verdict], ["inconclusive", 0, null]);
  match(cut?.reason ?? "", /^OUTCOME_UNKNOWN/);
  deepEqual(stopped.run.offers, ["retry", "skip"]);

  const body = { decision: "retry" };
  await people.first.call({ method: "POST", path: `/api/runs/${id}/continue`, body }, runSchema);
  const { run, steps } = await finishRun(people, id);
  equal(run.verdict, "passed");
  deepEqual(
    stepOf({ steps } as RunDetailView, "restart").map(({ verdict }) => verdict),
    ["inconclusive", "passed"],
  );
});
