import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Role } from "../manifest/manifest.ts";
import { catalogueAction, describeAction } from "../trust-fixture.ts";
import { canFillRoles } from "./fill-roles.ts";
import { type PolicyRule, resolvePolicy, toPeople } from "./policy.ts";

const ROLES: readonly Role[] = ["operator", "approver", "compliance", "auditor", "admin"];
const action = (more: Parameters<typeof describeAction>[1]) => catalogueAction(describeAction("shop.sales.open", more));
const peopleOf = ({ agreement }: ReturnType<typeof resolvePolicy>) =>
  agreement.kind === "one-person" ? 1 : agreement.people;

const anyRoles = fc.uniqueArray(fc.constantFrom(...ROLES), { maxLength: 3 });
const anyRule = fc.record<PolicyRule>(
  {
    action: fc.constantFrom("*", "shop.sales.open", "shop.sales.close"),
    environment: fc.constantFrom("any", "local", "production"),
    people: fc.integer({ min: -2, max: 9 }),
    roles: anyRoles,
    expiresInMs: fc.integer({ min: 60_000, max: 604_800_000 }),
    tellAgainMs: fc.integer({ min: 30_000, max: 86_400_000 }),
  },
  { requiredKeys: ["action", "environment"] },
);

test("zero and one approval cannot be written where the policy says two", () => {
  for (const count of [-1, 0, 1, 1.5, 6, Number.NaN]) throws(() => toPeople(count), /can share control/);
});

test("no line of the table and no runbook asks for fewer people or roles than the manifest and the defaults", () => {
  fc.assert(
    fc.property(
      fc.record({ people: fc.integer({ min: 1, max: 5 }), direction: fc.constantFrom("start", "stop", "neutral") }),
      fc.array(anyRule, { maxLength: 5 }),
      fc.record({ people: fc.integer({ min: -3, max: 9 }), roles: anyRoles }, { requiredKeys: [] }),
      ({ people, direction }, rules, raised) => {
        const entry = action({ people, direction });
        const [plain, resolved] = [resolvePolicy(entry), resolvePolicy(entry, { rules, raised })];
        ok(peopleOf(resolved) >= peopleOf(plain) && peopleOf(resolved) <= 5);
        ok(peopleOf(resolved) >= Math.min(5, raised.people ?? 1), "a runbook raises");
        for (const role of plain.agreement.roles) ok(resolved.agreement.roles.includes(role), role);
        ok(resolved.expiresInMs <= 604_800_000 && resolved.tellAgainMs <= resolved.expiresInMs);
        if (direction === "start") ok(resolved.agreement.kind === "dual-control");
      },
    ),
    { numRuns: 200 },
  );
});

test("starting something dangerous takes two people even when a manifest says one", () => {
  equal(peopleOf(resolvePolicy(action({ people: 1 }))), 2);
  equal(resolvePolicy(action({ people: 1, direction: "stop" })).agreement.kind, "one-person");
});

test("a request to stop waits ten minutes, any other a day, and the table may say otherwise for one environment", () => {
  const clocks = (direction: "stop" | "start", rules: readonly PolicyRule[] = []) => {
    const { expiresInMs, tellAgainMs } = resolvePolicy(action({ direction }), { rules });
    return [expiresInMs / 60_000, tellAgainMs / 60_000];
  };
  deepEqual(clocks("stop"), [10, 2]);
  deepEqual(clocks("start"), [24 * 60, 30]);
  const minute = (expires: number) => ({ expiresInMs: expires * 60_000 });
  const rules = [
    { action: "shop.sales.open", environment: "local", ...minute(7) },
    { action: "shop.sales.open", environment: "any", ...minute(6) },
    { action: "*", environment: "local", ...minute(5) },
    { action: "shop.sales.open", environment: "production", ...minute(4) },
  ];
  deepEqual(clocks("start", rules), [7, 7], "nobody is told again after the end");
  deepEqual(clocks("start", rules.slice(1)), [6, 6]);
  deepEqual(clocks("start", rules.slice(2)), [5, 5]);
  deepEqual(clocks("start", rules.slice(3)), [24 * 60, 30]);
});

test("what a policy says names where it comes from", () => {
  const rules = [{ action: "shop.sales.open", environment: "any", people: 3 }];
  const { sources } = resolvePolicy(action({}), { rules, raised: { people: 4 } });
  deepEqual(
    sources.map(({ source }) => source),
    ["default for start and danger", "manifest", "table: shop.sales.open, any", "request"],
  );
  deepEqual(sources[1]?.says, "2 people, operator and approver");
});

test("a line for every action is about dangerous ones", () => {
  const rules = [{ action: "*", environment: "any", people: 3 }];
  equal(peopleOf(resolvePolicy(action({}), { rules })), 3);
  equal(peopleOf(resolvePolicy(action({ effect: "write", people: 1, direction: "neutral" }), { rules })), 1);
});

test("each role is filled by somebody who fills no other", () => {
  const person = (...roles: Role[]) => ({ roles });
  equal(canFillRoles(["operator", "approver"], [person("operator", "approver")]), false);
  equal(canFillRoles(["operator", "approver"], [person("operator", "approver"), person("operator")]), true);
  equal(canFillRoles(["operator", "approver"], [person("operator"), person("operator")]), false);
  const three: Role[] = ["operator", "approver", "compliance"];
  equal(canFillRoles(three, [person(...three), person("operator"), person("operator")]), false);
  equal(canFillRoles(three, [person("approver", "operator"), person("operator"), person("compliance")]), true);
});

test("filling roles agrees with trying every order of people", () => {
  const people = fc.array(fc.record({ roles: fc.uniqueArray(fc.constantFrom(...ROLES), { maxLength: 5 }) }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...ROLES), { maxLength: 4 }), people, (roles, signers) => {
      equal(canFillRoles(roles, signers), fillsByTrying(roles, signers));
    }),
    { numRuns: 300 },
  );
});

function fillsByTrying(roles: readonly Role[], people: readonly { readonly roles: readonly Role[] }[]): boolean {
  const [first, ...rest] = roles;
  if (first === undefined) return true;
  return people.some(
    (person, index) => person.roles.includes(first) && fillsByTrying(rest, people.toSpliced(index, 1)),
  );
}
