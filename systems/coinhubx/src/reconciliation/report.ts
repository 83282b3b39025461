/** `inconclusive`: a check could not be made, which is never the same as good. */
export type Verdict = "reconciled" | "mismatch" | "inconclusive";

export type CheckId = "R1" | "R2" | "R3" | "R4";

/** One difference between two books that must agree exactly. Amounts are integer strings of the smallest unit. */
export type Mismatch = {
  readonly check: CheckId;
  readonly asset: string | null;
  readonly account_id: string | null;
  readonly user_id: string | null;
  readonly expected: string;
  readonly actual: string;
  readonly difference: string;
  /** The first journal row that does not follow from the rows before it; null when the rows agree with each other. */
  readonly first_sequence: number | null;
};

/** What `GET /api/reconciliation/reports` shows. Times are RFC 3339. */
export interface Report {
  readonly report_id: string;
  readonly reconciled: boolean;
  readonly verdict: Verdict;
  readonly mismatch_count: number;
  readonly mismatches: Mismatch[];
  readonly journal_position: number;
  /** The chain's block the custody was compared at; none before deposits exist. */
  readonly block: number | null;
  readonly started_at: string;
  readonly finished_at: string;
}

/** A report never lists more differences of one check than this; one is enough to stop the exchange. */
export const MISMATCHES_PER_CHECK = 200;

export interface Difference {
  readonly check: CheckId;
  readonly expected: bigint;
  readonly actual: bigint;
  readonly asset?: string | null;
  readonly accountId?: string | null;
  readonly owner?: string | null;
  readonly firstSequence?: number | null;
}

export function toMismatch(difference: Difference): Mismatch {
  const { check, expected, actual, asset = null, accountId = null, owner = null, firstSequence = null } = difference;
  return {
    check,
    asset,
    account_id: accountId,
    user_id: owner === "house" ? null : owner,
    expected: expected.toString(),
    actual: actual.toString(),
    difference: (actual - expected).toString(),
    first_sequence: firstSequence,
  };
}
