import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { type Instant, toInstant } from "@assay/primitives/instant";
import { type ActionRun, type RunRow, toRun } from "../actions/action-run-store.ts";

/** What one person stopped alone, and whether somebody else has looked at it. */
export interface BreakGlassUse {
  readonly run: ActionRun;
  readonly sentence: string;
  readonly openedAt: Instant;
  readonly reviewDueAt: Instant;
  readonly review: {
    readonly by: { readonly id: string; readonly name: string };
    readonly at: Instant;
    readonly note: string;
  } | null;
  readonly overdueToldAt: Instant | null;
}

interface UseRow extends RunRow {
  readonly sentence: string;
  readonly opened_at: Date;
  readonly review_due_at: Date;
  readonly reviewer_id: string | null;
  readonly reviewer_name: string | null;
  readonly reviewed_at: Date | null;
  readonly review_note: string | null;
  readonly overdue_told_at: Date | null;
}

export type NewUse = Pick<BreakGlassUse, "sentence" | "openedAt" | "reviewDueAt"> & { readonly runId: string };

export async function insertUse(transaction: Sql, use: NewUse): Promise<void> {
  await transaction.execute(sql`
    insert into break_glass_uses (run_id, sentence, opened_at, review_due_at)
    values (${use.runId}, ${use.sentence}, ${new Date(use.openedAt)}, ${new Date(use.reviewDueAt)})`);
}

export interface UseFilter {
  readonly id?: string;
  readonly isReviewed?: boolean;
  /** Not reviewed by then, and nobody was told yet. */
  readonly overdueAt?: Instant;
  readonly limit?: number;
}

/** What waits for a review first, then newest first. */
export async function findUses(database: Sql, filter: UseFilter): Promise<BreakGlassUse[]> {
  const { id, isReviewed, overdueAt, limit = 100 } = filter;
  const named = id === undefined ? fragment`true` : fragment`use.run_id = ${id}`;
  const reviewed = isReviewed === undefined ? fragment`true` : fragment`(reviewed_at is not null) = ${isReviewed}`;
  const overdue =
    overdueAt === undefined
      ? fragment`true`
      : fragment`reviewed_at is null and overdue_told_at is null and review_due_at <= ${new Date(overdueAt)}`;
  const rows = await database.query<UseRow>(sql`
    select run.*, use.* from break_glass_uses use join action_runs run on run.id = use.run_id
    where ${named} and ${reviewed} and ${overdue}
    order by reviewed_at is not null, opened_at desc, use.run_id limit ${limit}`);
  return rows.map(toUse);
}

/** Two reviews at the same moment wait for each other. */
export async function lockUse(transaction: Sql, id: string): Promise<BreakGlassUse | undefined> {
  const locked = await transaction.query(sql`select from break_glass_uses where run_id = ${id} for update`);
  return locked.length === 0 ? undefined : (await findUses(transaction, { id }))[0];
}

export async function writeReview(
  transaction: Sql,
  id: string,
  review: NonNullable<BreakGlassUse["review"]>,
): Promise<void> {
  await transaction.execute(sql`
    update break_glass_uses set reviewer_id = ${review.by.id}, reviewer_name = ${review.by.name},
      reviewed_at = ${new Date(review.at)}, review_note = ${review.note}
    where run_id = ${id}`);
}

export async function noteOverdueTold(database: Sql, id: string, at: Instant): Promise<void> {
  await database.execute(sql`update break_glass_uses set overdue_told_at = ${new Date(at)} where run_id = ${id}`);
}

function toUse(row: UseRow): BreakGlassUse {
  const { reviewer_id, reviewer_name, reviewed_at, review_note, overdue_told_at } = row;
  return {
    run: toRun(row),
    sentence: row.sentence,
    openedAt: toInstant(row.opened_at.getTime()),
    reviewDueAt: toInstant(row.review_due_at.getTime()),
    review:
      reviewer_id === null || reviewed_at === null
        ? null
        : {
            by: { id: reviewer_id, name: reviewer_name ?? reviewer_id },
            at: toInstant(reviewed_at.getTime()),
            note: review_note ?? "",
          },
    overdueToldAt: overdue_told_at === null ? null : toInstant(overdue_told_at.getTime()),
  };
}
