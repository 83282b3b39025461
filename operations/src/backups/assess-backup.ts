import { addMs, formatInstantSeconds, HOUR_MS, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import type { BackupDeclaration } from "../manifest/backup.ts";
import type { Severity } from "../thresholds/threshold.ts";
import type { BackupCopy, BackupInventory, BackupVerdict } from "./backup-list.ts";
import type { BackupRun } from "./backup-run-store.ts";

/** A schedule that is this late is a problem; the system and its plane have had their tries by then. */
export const OVERDUE_MS = 2 * HOUR_MS;
/** Clocks differ: a copy dated a little before its moment is still of that moment. */
export const SKEW_MS = 5 * MINUTE_MS;

export interface Objective {
  readonly targetMs: number;
  /** Null: never measured, which is not within anything. */
  readonly measuredMs: number | null;
  readonly isMet: boolean | null;
  readonly at: Instant | null;
}

export interface BackupProblem {
  readonly name:
    | "BACKUP_OVERDUE"
    | "BACKUP_NOT_GOOD"
    | "BACKUP_RPO_MISSED"
    | "RESTORE_DRILL_FAILED"
    | "BACKUP_NOT_PRUNED";
  readonly severity: Severity;
  readonly summary: string;
}

export interface BackupAssessment {
  readonly newestVerified: BackupCopy | null;
  /** Age of what a restore would bring back now. */
  readonly rpo: Objective;
  /** As the last restore drill measured it. */
  readonly rto: Objective & { readonly verdict: BackupVerdict | null };
  /** More copies than are to be kept, by so many. */
  readonly beyondRetention: number;
  readonly problems: readonly BackupProblem[];
}

export interface AssessInput {
  readonly declared: BackupDeclaration;
  readonly inventory: BackupInventory;
  /** Newest first. */
  readonly runs: readonly BackupRun[];
  /** Last moment of the schedule; undefined without one. */
  readonly slot: Instant | undefined;
  readonly now: Instant;
}

/** What the copies are worth now: pure, so that the page, the alert and the report say the same. */
export function assessBackup(input: AssessInput): BackupAssessment {
  const { declared, inventory, runs } = input;
  const newestVerified = inventory.copies.find(({ verification }) => verification === "passed") ?? null;
  const rpo = measureRpo(input, newestVerified);
  const drill = runs.find(({ kind, endedAt }) => kind === "drill" && endedAt !== null);
  const rto = { ...measureRto(declared, drill), verdict: drill?.verdict ?? null };
  // One more may be there while the oldest is about to go, and one that is kept because it is the last good one.
  const beyondRetention = Math.max(0, inventory.copies.length - declared.keep - 1);
  const problems = [
    ...overdueProblem(input, newestVerified),
    ...newestProblem(inventory),
    ...(rpo.isMet === false ? [rpoProblem(declared, rpo.measuredMs!)] : []),
    ...drillProblem(declared, drill),
    ...(beyondRetention > 0 ? [retentionProblem(declared, inventory.copies.length)] : []),
  ];
  return { newestVerified, rpo, rto, beyondRetention, problems };
}

function measureRpo({ declared, inventory, now }: AssessInput, newest: BackupCopy | null): Objective {
  const targetMs = declared.rpoMs;
  if (newest === null) return { targetMs, measuredMs: null, isMet: null, at: null };
  // An archive of later changes counts only on top of a copy that was shown to be good.
  const at = addMs(newest.createdAt, Math.max(0, (inventory.restorePointAt ?? newest.createdAt) - newest.createdAt));
  const measuredMs = Math.max(0, now - at);
  return { targetMs, measuredMs, isMet: measuredMs <= targetMs, at };
}

function measureRto({ rtoMs: targetMs }: BackupDeclaration, drill: BackupRun | undefined): Objective {
  const measured = drill?.verdict === "passed" ? drill.facts.rto_ms : undefined;
  if (typeof measured !== "number") return { targetMs, measuredMs: null, isMet: null, at: drill?.endedAt ?? null };
  return { targetMs, measuredMs: measured, isMet: measured <= targetMs, at: drill!.endedAt };
}

function overdueProblem({ declared, slot, now }: AssessInput, newest: BackupCopy | null): BackupProblem[] {
  if (slot === undefined || now - slot <= OVERDUE_MS) return [];
  if (newest !== null && newest.createdAt >= slot - SKEW_MS) return [];
  const last = newest === null ? "There is none" : `The newest is of ${formatInstantSeconds(newest.createdAt)}`;
  const summary = `${declared.title}: no verified copy since ${formatInstantSeconds(slot)}, when one was due. ${last}.`;
  return [{ name: "BACKUP_OVERDUE", severity: "warning", summary }];
}

function newestProblem({ copies: [newest] }: BackupInventory): BackupProblem[] {
  if (newest === undefined || newest.verification === "passed" || newest.verification === "never") return [];
  const how = newest.verification === "failed" ? "is not good" : "could not be verified";
  const summary = `${newest.name} ${how}: ${newest.reason ?? "no reason was given"}.`;
  return [{ name: "BACKUP_NOT_GOOD", severity: newest.verification === "failed" ? "high" : "warning", summary }];
}

function rpoProblem({ title, rpoMs }: BackupDeclaration, measuredMs: number): BackupProblem {
  const summary = `${title}: a restore now would lose ${seconds(measuredMs)}, more than the promised ${seconds(rpoMs)}.`;
  return { name: "BACKUP_RPO_MISSED", severity: "warning", summary };
}

function drillProblem({ title, rtoMs }: BackupDeclaration, drill: BackupRun | undefined): BackupProblem[] {
  if (drill === undefined) return [];
  const took = drill.facts.rto_ms;
  const isSlow = drill.verdict === "passed" && typeof took === "number" && took > rtoMs;
  if (drill.verdict === "passed" && !isSlow) return [];
  const why = isSlow
    ? `it took ${seconds(took)}, more than ${seconds(rtoMs)}`
    : (drill.reason ?? "no reason was given");
  const how = isSlow ? "was too slow" : drill.verdict === "failed" ? "failed" : "could not be made";
  return [
    { name: "RESTORE_DRILL_FAILED", severity: "warning", summary: `${title}: the last restore drill ${how}: ${why}.` },
  ];
}

function retentionProblem({ title, keep }: BackupDeclaration, found: number): BackupProblem {
  const summary = `${title}: ${found} copies are there, though ${keep} are to be kept; the disk fills up.`;
  return { name: "BACKUP_NOT_PRUNED", severity: "info", summary };
}

function seconds(ms: number): string {
  return ms < 2 * HOUR_MS ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / HOUR_MS)} h`;
}
