import type { IncidentSeverity } from "./incidents.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface SeverityWords {
  /** The word of incident reports: Critical, High, Medium, Low. */
  readonly word: "Critical" | "High" | "Medium" | "Low";
  /** The level of a security incident. */
  readonly level: "Level 1" | "Level 2" | "Level 3" | "Level 4";
  /** What such an incident is, in a few words. */
  readonly meaning: string;
  /** How soon somebody must respond. */
  readonly respondWithinMs: number;
}

/**
 * The one table of severities with the words that the operators' own runbooks use for them. Response times and words:
 * TokenForge "Severity Levels" and COINjecture "Severity Levels"; words of the report form: FinDAG "Incident Reports" and
 * CoinHubX "Monitoring Alerts"; levels: COINSCIOUS "Security Incident Classification".
 */
export const SEVERITIES: Readonly<Record<IncidentSeverity, SeverityWords>> = {
  P0: {
    word: "Critical",
    level: "Level 1",
    meaning: "users are cut off, or data or money is in danger",
    respondWithinMs: 15 * MINUTE_MS,
  },
  P1: { word: "High", level: "Level 2", meaning: "an important part fails", respondWithinMs: HOUR_MS },
  P2: { word: "Medium", level: "Level 3", meaning: "something is broken or slow", respondWithinMs: 4 * HOUR_MS },
  P3: {
    word: "Low",
    level: "Level 4",
    meaning: "a small fault, or something worth a look",
    respondWithinMs: 24 * HOUR_MS,
  },
};

/** `P0 (Critical, Level 1)` */
export function severityWords(severity: IncidentSeverity): string {
  const { word, level } = SEVERITIES[severity];
  return `${severity} (${word}, ${level})`;
}
