import type { Instant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { Environment } from "../document/runbook.ts";
import type { PlaceValue } from "../document/template.ts";

/**
 * Where one execution of a runbook stands. Waiting is a state of the database, not of a process: a run outlives the
 * plane's restart. `stopped` waits for a decision after a step that did not pass.
 */
export type RunState = "running" | "waiting_for_person" | "waiting_for_approval" | "stopped" | "finished" | "aborted";
export const OPEN_STATES: readonly RunState[] = ["running", "waiting_for_person", "waiting_for_approval", "stopped"];

/** Inconclusive is never green. */
export type Verdict = "passed" | "failed" | "inconclusive" | "skipped";

/** `continue` ends a pause that a person asked for. */
export type Decision = "retry" | "skip" | "rollback" | "continue";

export interface PersonName {
  readonly id: string;
  readonly name: string;
}

/** The part of a run that its rules change. */
export interface RunProgress {
  readonly state: RunState;
  /** Name of the step it stands at; null once it is over. */
  readonly cursor: string | null;
  /** While an undo step runs: the step it undoes. */
  readonly undoing: string | null;
  /** The worst of the steps left behind; null until one is. */
  readonly verdict: Exclude<Verdict, "skipped"> | null;
  /** What a person may decide while it is stopped, the suggested one first. */
  readonly offers: readonly Decision[];
  /** Why it stopped or was aborted. */
  readonly reason: string | null;
}

export interface Run extends RunProgress {
  readonly id: string;
  readonly system: string;
  readonly runbook: {
    readonly id: string;
    readonly version: number;
    readonly sha256: string;
    readonly title: string;
  };
  readonly environment: Environment;
  readonly params: Readonly<Record<string, PlaceValue>>;
  readonly captures: Readonly<Record<string, PlaceValue>>;
  readonly incidentId: string | null;
  readonly startedBy: PersonName;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** Who wants it to stop before its next step; null when nobody does. */
  readonly pauseAskedBy: string | null;
}

export interface ExpectationResult {
  /** `json $.status is "healthy"`: as written in the runbook. */
  readonly text: string;
  /** The matcher with references resolved. */
  readonly expected: JsonValue;
  /** What was seen, redacted and bounded; null when there was nothing. */
  readonly observed: JsonValue;
  readonly verdict: Exclude<Verdict, "skipped">;
  readonly reason: string | null;
}

export type StepRunState = "running" | "waiting_for_person" | "waiting_for_approval" | "done";

/** One execution of one step. A retried step has several. */
export interface StepRun {
  readonly id: string;
  readonly runId: string;
  readonly step: string;
  /** 1 for the first time this step is executed in the run. */
  readonly attempt: number;
  readonly state: StepRunState;
  readonly verdict: Verdict | null;
  /** After substitution and redaction: what ran, as one would type it. */
  readonly command: string;
  readonly output: string;
  /** Lower-case hex SHA-256 of the whole redacted output, also when `output` is cut. */
  readonly outputSha256: string | null;
  readonly truncated: boolean;
  readonly expectations: readonly ExpectationResult[];
  readonly approvalId: string | null;
  readonly signedBy: PersonName | null;
  readonly note: string | null;
  /** Notes to single items of a manual step, by their position. */
  readonly itemNotes: readonly (string | null)[];
  readonly reason: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
}
