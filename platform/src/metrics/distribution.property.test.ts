import { ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Distribution } from "./distribution.ts";

test("a quantile is within 2.5 % of the value at its rank", () => {
  const values = fc.array(fc.double({ min: 0.002, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (added, q) => {
      const distribution = new Distribution();
      for (const value of added) distribution.add(value);
      const sorted = [...added].sort((left, right) => left - right);
      const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
      ok(Math.abs(distribution.quantile(q)! - exact) <= exact * 0.025);
    }),
  );
});
