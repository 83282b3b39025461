import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { toInstant } from "@assay/primitives/instant";
import { type AlertRuleDeclaration, alertRule, inhibitionSchema } from "../thresholds/alert-rule.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { type Alert, newAlert } from "./alert.ts";
import { type Inhibitor, markQuiet, NO_QUIET } from "./quieting.ts";

const NOW = toInstant(0);

interface Made {
  readonly name: string;
  readonly system?: string;
  readonly severity?: Severity;
  readonly labels?: Readonly<Record<string, string>>;
  readonly source?: Alert["source"];
  readonly rule?: Partial<AlertRuleDeclaration>;
}

function firing({
  name,
  system = "shop",
  severity = "high",
  labels = {},
  source = "rules",
  rule = {},
}: Made): Inhibitor {
  const identity = { source, system, name, key: "", id: `alr_${JSON.stringify([system, name, severity, labels])}` };
  const made = newAlert({ ...identity, severity, summary: "s", runbook: null, labels, group: `${system}/`, now: NOW });
  const declared = alertRule({ name, summary: "s", thresholds: ["shop.x"], runbook: "r", ...rule });
  return { alert: { ...made, state: "firing" }, rule: source === "rules" ? declared : undefined };
}

/** `NAME < by`, for each that is quiet. */
function quiet(here: readonly Made[], elsewhere: readonly Made[] = []): string[] {
  const steps = here.map(firing).map(({ alert, rule }) => ({ before: alert, after: alert, rule }));
  const marked = markQuiet(steps, { quiet: NO_QUIET, elsewhere: elsewhere.map(firing), now: NOW });
  return marked.flatMap(({ after }) => (after?.inhibitedBy == null ? [] : [`${after.name} < ${after.inhibitedBy}`]));
}

test("an alert keeps the ones it names quiet, and what those would have kept quiet too", () => {
  const made = [
    { name: "DATABASE", rule: { inhibits: ["API"] } },
    { name: "API", rule: { inhibits: ["LOGIN"] } },
    { name: "LOGIN" },
    { name: "OTHER" },
  ];
  deepEqual(quiet(made), ["API < DATABASE", "LOGIN < API"]);
});

test("alerts that keep each other quiet leave the worst one loud", () => {
  const made = [
    { name: "LEFT", rule: { inhibits: ["RIGHT"] } },
    { name: "RIGHT", severity: "critical" as const, rule: { inhibits: ["LEFT"] } },
  ];
  deepEqual(quiet(made), ["LEFT < RIGHT"]);
});

test("an alert of another system keeps quiet what shares its labels, and nothing else", () => {
  const network = {
    ...{ name: "NETWORK", system: "datacentre", labels: { site: "north" } },
    rule: { inhibitsWhere: [{ equal: ["site"] }, { system: "shop", name: "TILL" }] },
  };
  const made = [
    { name: "SLOW", labels: { site: "north" } },
    { name: "DOWN", labels: { site: "south" } },
    { name: "TILL" },
    { name: "LOST" },
  ];
  deepEqual(quiet(made, [network]), ["SLOW < datacentre.NETWORK", "TILL < datacentre.NETWORK"]);
});

test("of an alert that Prometheus has at several levels only the worst is told", () => {
  const at = (severity: Severity, site: string): Made => ({
    ...{ name: "QUEUE", severity, source: "alertmanager" },
    labels: { severity, threshold: "shop.queue", site },
  });
  deepEqual(quiet([at("warning", "north"), at("critical", "north"), at("warning", "south")]), ["QUEUE < QUEUE"]);
});

test("an alert that both our rules and a Prometheus with them make is told once", () => {
  const labels = { severity: "critical", threshold: "shop.queue" };
  const foreign: Made = { name: "QUEUE", severity: "critical", source: "alertmanager", labels };
  deepEqual(quiet([{ name: "QUEUE" }, foreign, { ...foreign, name: "OTHER" }]), ["QUEUE < QUEUE"]);
});

test("no rule may keep every alert quiet", () => {
  deepEqual(inhibitionSchema.safeParse({}).success, false);
  deepEqual(inhibitionSchema.safeParse({ severity: "info" }).success, false);
  deepEqual(inhibitionSchema.safeParse({ equal: ["site"] }).success, true);
});
