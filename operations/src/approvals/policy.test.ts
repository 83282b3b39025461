import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { approvalLifetimeMs, policyFor, toPeople } from "./policy.ts";

const enable = { people: 2, roles: ["operator", "approver"], direction: "start", effect: "danger" } as const;

test("zero and one approval cannot be written where the policy says two", () => {
  for (const count of [-1, 0, 1, 1.5, 6, Number.NaN]) throws(() => toPeople(count), /can share control/);
});

test("a policy is raised by whoever asks for more and never lowered", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -3, max: 9 }), (people, raisedTo) => {
      const policy = policyFor({ ...enable, direction: "neutral", people }, raisedTo);
      const count = policy.kind === "one-person" ? 1 : policy.people;
      deepEqual(count, Math.max(people, Math.min(raisedTo, 5)));
    }),
    { numRuns: 100 },
  );
});

test("starting something dangerous takes two people even when a manifest says one", () => {
  deepEqual(policyFor({ ...enable, people: 1 }), {
    kind: "dual-control",
    people: 2,
    roles: ["operator", "approver"],
  });
  deepEqual(policyFor({ ...enable, people: 1, direction: "stop" }).kind, "one-person");
});

test("a request to stop waits ten minutes, any other a day", () => {
  deepEqual(approvalLifetimeMs("stop"), 600_000);
  deepEqual(approvalLifetimeMs("start"), 86_400_000);
  deepEqual(approvalLifetimeMs("neutral"), 86_400_000);
});
