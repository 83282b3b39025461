import type { Matchable } from "../alerts/quieting.ts";
import type { Matcher } from "../api/schema/quiet.ts";

const LABEL = "label.";

/** Whether every matcher holds. */
export function matches(matchers: readonly Matcher[], alert: Matchable): boolean {
  return matchers.every(({ field, op, values }) => {
    const value = fieldOf(field, alert);
    if (op === "starts-with") return values.some((prefix) => value.startsWith(prefix));
    return values.includes(value) === (op === "is");
  });
}

function fieldOf(field: string, alert: Matchable): string {
  if (field.startsWith(LABEL)) return alert.labels[field.slice(LABEL.length)] ?? "";
  return alert[field as "system" | "name" | "severity" | "source"];
}
