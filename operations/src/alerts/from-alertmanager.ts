import type { AlertmanagerAlert } from "../api/schema/alertmanager.ts";
import type { Severity } from "../thresholds/threshold.ts";
import type { RaisedAlert } from "./raised-alert.ts";

const LONGEST_SUMMARY = 500;
const LONGEST_LABEL = 200;
const MOST_LABELS = 32;
const SYSTEM = /^[a-z][a-z0-9-]{1,30}$/;
const RUNBOOK = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** Of an alert whose labels name no system. */
const NO_SYSTEM = "alertmanager";

/** The words that rules of the field use for how bad it is; anything else is a warning. */
const SEVERITY_WORDS: Readonly<Record<string, Severity>> = {
  critical: "critical",
  page: "critical",
  emergency: "critical",
  high: "high",
  error: "high",
  major: "high",
  warning: "warning",
  warn: "warning",
  minor: "warning",
  info: "info",
  none: "info",
};

/** An alert of Alertmanager as one of ours. Its fingerprint is its key, so each set of labels is an alert of its own. */
export function fromAlertmanager({ labels, annotations, fingerprint }: AlertmanagerAlert): RaisedAlert {
  const { alertname = "", system = "", severity = "" } = labels;
  const summary = annotations.summary || annotations.description || annotations.message || alertname;
  const runbook = annotations.runbook ?? "";
  const kept = Object.entries(labels).filter(([label]) => label !== "alertname" && label !== "system");
  return {
    source: "alertmanager",
    system: SYSTEM.test(system) ? system : NO_SYSTEM,
    name: alertname.slice(0, LONGEST_LABEL),
    key: fingerprint,
    severity: SEVERITY_WORDS[severity.toLowerCase()] ?? "warning",
    summary: summary.slice(0, LONGEST_SUMMARY),
    runbook: RUNBOOK.test(runbook) ? runbook : null,
    labels: Object.fromEntries(
      kept.slice(0, MOST_LABELS).map(([label, value]) => [label, value.slice(0, LONGEST_LABEL)] as const),
    ),
  };
}
