import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { alertRule } from "../thresholds/alert-rule.ts";
import { manifestFixture } from "./manifest-fixture.ts";
import { parseManifest } from "./parse-manifest.ts";

function problemsOf(document: unknown) {
  const parsed = parseManifest(document);
  return parsed.ok ? [] : parsed.refusal.problems;
}

test("a manifest that a system serves is read as it stands", () => {
  const manifest = manifestFixture();
  deepEqual(parseManifest(JSON.parse(JSON.stringify(manifest))), { ok: true, value: manifest });
});

test("a wrong shape is refused with the path and the reason", () => {
  const [first] = problemsOf({ ...manifestFixture(), services: [{ name: "backend", url: "not a url" }] });
  equal(first?.path, "services.0.url");
  equal(problemsOf({ ...manifestFixture(), surprise: 1 }).length, 1);
  equal(problemsOf("<html>").length, 1);
});

test("names that point at nothing and names declared twice are refused", () => {
  const rule = alertRule({ name: "DOWN", summary: "s", thresholds: ["shop.x"], runbook: "r", inhibits: ["OTHER"] });
  const document = manifestFixture({
    services: [
      { name: "backend", url: "http://127.0.0.1:1" },
      { name: "backend", url: "http://127.0.0.1:2" },
    ],
    alertRules: [rule],
    metrics: [{ service: "worker", path: "/metrics" }],
  });
  deepEqual(problemsOf(document), [
    { path: "services.1", reason: "backend is declared twice" },
    { path: "metrics.0.service", reason: "worker is not declared" },
    { path: "alertRules.0.thresholds", reason: "shop.x is not declared" },
    { path: "alertRules.0.inhibits", reason: "OTHER is not declared" },
  ]);
});
