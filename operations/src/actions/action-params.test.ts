import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@assay/primitives/json";
import { sentenceOf } from "../approvals/approval-digest.ts";
import { describeAction } from "../trust-fixture.ts";
import { checkParams } from "./action-params.ts";

const description = describeAction("coinhubx.trading.enable", {
  params: {
    type: "object",
    properties: { market: { type: "string", maxLength: 20 }, ratio: { type: "number", minimum: 0 } },
    required: ["market"],
    additionalProperties: false,
  },
  sentence: "Enable trading on {market} at {ratio} for {nobody}",
});

test("parameters are what the description asks for, and every problem is named", () => {
  equal(checkParams(description, { market: "ETH-USDT" }).ok, true);
  const result = checkParams(description, { ratio: -1, extra: true });
  deepEqual(!result.ok && result.refusal.errors.map(({ path }) => path).sort(), [
    "params",
    "params.extra",
    "params.ratio",
  ]);
});

test("text that has no canonical form is refused, not run into", () => {
  for (const params of [{ market: "\ud800" }, { "\udc00": 1 }] as JsonObject[]) {
    const result = checkParams(description, params);
    deepEqual(!result.ok && result.refusal.code, "INVALID_PARAMS");
  }
});

test("the sentence shows the parameters, and a long one does not hide the rest", () => {
  equal(sentenceOf(description, { market: "ETH-USDT", ratio: 0.5 }), "Enable trading on ETH-USDT at 0.5 for {nobody}");
  equal(sentenceOf(description, { market: "$& {ratio}", ratio: 1 }), "Enable trading on $& {ratio} at 1 for {nobody}");
  equal(sentenceOf(description, { market: "x".repeat(10_000), ratio: 1 }).endsWith("at 1 for {nobody}"), true);
});
