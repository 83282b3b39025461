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

test("what a system does not have may be left out of its manifest", () => {
  const { system, title, version, environment, services } = manifestFixture();
  deepEqual(parseManifest({ system, title, version, environment, services }), { ok: true, value: manifestFixture() });
});

test("files and programs of this machine are named by a manifest file and never by a system", () => {
  const document = manifestFixture({
    runbooks: [{ id: "r", version: 1, sha256: "0".repeat(64), path: "file:../../etc/passwd" }],
    faults: [
      { name: "f", title: "F", alert: "A", detectWithinMs: 1, recoverWithinMs: 1, inject: { program: "rm", args: [] } },
    ],
    drillStart: [{ service: "backend", program: "node", args: ["server.ts"] }],
  });
  deepEqual(
    problemsOf(document).map(({ path }) => path),
    ["runbooks.0.path", "faults.0.inject", "drillStart"],
  );
  equal(parseManifest(document, { from: "file" }).ok, true);
});

test("a routine that could never be done is refused where it is wrong", () => {
  const items = [
    { id: "lag", title: "The lag is small", check: { kind: "threshold" as const, id: "shop.nothing" } },
    { id: "rows", title: "Rows", check: { kind: "read" as const, path: "/api/x", select: "$.", matcher: { near: 1 } } },
  ];
  const document = manifestFixture({
    checklists: [
      { name: "night", title: "Night", timeZone: "Mars/Base", opensAt: "22:00", dueAt: "06:00", every: "week", items },
    ],
    components: [{ id: "shop", title: "Shop", healthChecks: ["gone"], alerts: ["GONE"] }],
  });
  deepEqual(problemsOf(document), [
    { path: "components.0.healthChecks", reason: "gone is not declared" },
    { path: "components.0.alerts", reason: "GONE is not declared" },
    { path: "checklists.0.timeZone", reason: "Mars/Base is not a time zone" },
    { path: "checklists.0.weekday", reason: "a weekly checklist names its weekday, and no other does" },
    { path: "checklists.0.dueAt", reason: "it is due at 06:00, which is not after it opens at 22:00" },
    { path: "checklists.0.items.0.check.id", reason: "shop.nothing is not declared" },
    { path: "checklists.0.items.1.check.path", reason: "/api/x is not declared" },
    { path: "checklists.0.items.1.check.select", reason: "$. is not a path to one value, such as $.rows[0]" },
    {
      path: "checklists.0.items.1.check.matcher",
      reason: "unknown matcher `near`; known are eq ne lt lte gt gte in matches exists len",
    },
  ]);
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
