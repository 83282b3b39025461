import type { AlertRule } from "./alert-rule.ts";
import { conditionPromql, duration } from "./promql.ts";
import { SEVERITIES, type Threshold } from "./threshold.ts";
import { thresholdSentence } from "./threshold-sentence.ts";

export interface RuleSource {
  readonly system: string;
  readonly thresholds: readonly Threshold[];
  readonly alertRules: readonly AlertRule[];
}

/**
 * A Prometheus rule file: one group per system, one rule per alert, severity and threshold. The file says what the
 * built-in evaluator does, with differences that PromQL cannot express: an alert whose series vanish resolves there and
 * keeps its state here; inhibition, cool-down and grouping are the plane's, which gets these alerts from Alertmanager.
 */
export function prometheusRules(sources: readonly RuleSource[], evaluationIntervalMs: number): string {
  const groups = sources.map((source) => {
    const thresholds = new Map(source.thresholds.map((threshold) => [threshold.id, threshold] as const));
    const rules = source.alertRules.flatMap((rule) => rulesOf(source.system, thresholds, rule));
    return `  - name: ${JSON.stringify(source.system)}\n    interval: ${duration(evaluationIntervalMs)}\n    rules:${rules.length === 0 ? " []" : ""}\n${rules.join("")}`;
  });
  return `# Generated from the threshold registry: change the declaration, not this file.\ngroups:${groups.length === 0 ? " []" : ""}\n${groups.join("")}`;
}

function rulesOf(system: string, thresholds: ReadonlyMap<string, Threshold>, rule: AlertRule): string[] {
  return rule.thresholds.flatMap((id) => {
    const threshold = thresholds.get(id);
    if (threshold === undefined) return [];
    return SEVERITIES.filter((severity) => threshold.levels[severity] !== undefined).map((severity) => {
      const lines = [
        `      - alert: ${rule.name}`,
        `        expr: ${JSON.stringify(conditionPromql(threshold, severity))}`,
        `        for: ${duration(threshold.forMs)}`,
        ...(rule.keepFiringMs > 0 ? [`        keep_firing_for: ${duration(rule.keepFiringMs)}`] : []),
        "        labels:",
        `          system: ${JSON.stringify(system)}`,
        `          severity: ${severity}`,
        `          threshold: ${JSON.stringify(id)}`,
        ...(rule.group === undefined ? [] : [`          group: ${JSON.stringify(rule.group)}`]),
        ...ownLabels(rule),
        "        annotations:",
        `          summary: ${templateText(rule.summary)}`,
        `          description: ${templateText(thresholdSentence(threshold))}`,
        `          runbook: ${JSON.stringify(rule.runbook)}`,
      ];
      return `${lines.join("\n")}\n`;
    });
  });
}

const TAKEN = new Set(["system", "severity", "threshold", "group", "alertname"]);

function ownLabels({ labels }: AlertRule): string[] {
  return Object.entries(labels).flatMap(([label, value]) =>
    TAKEN.has(label) ? [] : [`          ${label}: ${templateText(value)}`],
  );
}

// Annotations and labels are Go templates: braces of a declaration's text must not be read as one.
function templateText(text: string): string {
  return JSON.stringify(text.replaceAll("{{", '{{ "{{" }}'));
}
