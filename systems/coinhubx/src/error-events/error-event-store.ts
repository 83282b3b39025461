import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { addMs, HOUR_MS, type Instant, toInstant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { ERROR_EVENTS_KEPT_MS, type ErrorEvent, type ErrorSeverity } from "./error-event.ts";

export async function insertErrorEvents(database: Sql, events: readonly ErrorEvent[]): Promise<void> {
  const rows = events.map((event) => ({
    event_id: event.eventId,
    occurred_at: new Date(event.occurredAt),
    error_type: event.errorType,
    message: event.message,
    traceback: event.traceback,
    request_id: event.requestId,
    user_id: event.userId,
    endpoint: event.endpoint,
    severity: event.severity,
    tags: event.tags,
    context: event.context,
    fingerprint: event.fingerprint,
  }));
  await database.execute(sql`
    insert into error_events select * from jsonb_populate_recordset(null::error_events, ${JSON.stringify(rows)}::jsonb)
    on conflict (event_id) do nothing`);
}

export interface ErrorQuery {
  readonly limit: number;
  /** The event type of `tags.type`, or the error type. */
  readonly type?: string | undefined;
  readonly since?: Instant | undefined;
}

interface ErrorRow {
  readonly event_id: string;
  readonly occurred_at: Date;
  readonly error_type: string;
  readonly message: string;
  readonly traceback: string;
  readonly request_id: string | null;
  readonly user_id: string | null;
  readonly endpoint: string | null;
  readonly severity: ErrorSeverity;
  readonly tags: JsonObject;
  readonly context: JsonObject;
  readonly fingerprint: string;
}

/** Newest first. */
export async function listErrorEvents(database: Sql, query: ErrorQuery): Promise<ErrorEvent[]> {
  const rows = await database.query<ErrorRow>(sql`
    select * from error_events where ${matching(query)} order by occurred_at desc, event_id desc limit ${query.limit}`);
  return rows.map(toErrorEvent);
}

export interface ErrorGroup {
  readonly fingerprint: string;
  readonly errorType: string;
  readonly message: string;
  readonly count: number;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly lastEventId: string;
  readonly knownIssue: string | undefined;
}

/** Equal errors once each, most recent first. */
export async function groupErrorEvents(database: Sql, query: ErrorQuery): Promise<ErrorGroup[]> {
  const rows = await database.query<GroupRow>(sql`
    select fingerprint, count(*) as count, min(occurred_at) as first_seen, max(occurred_at) as last_seen,
      (array_agg(error_type order by occurred_at desc))[1] as error_type,
      (array_agg(message order by occurred_at desc))[1] as message,
      (array_agg(event_id order by occurred_at desc))[1] as last_event_id,
      (select note from known_issues k where k.fingerprint = error_events.fingerprint) as note
    from error_events where ${matching(query)} group by fingerprint order by last_seen desc limit ${query.limit}`);
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    errorType: row.error_type,
    message: row.message,
    count: Number(row.count),
    firstSeenAt: toInstant(row.first_seen.getTime()),
    lastSeenAt: toInstant(row.last_seen.getTime()),
    lastEventId: row.last_event_id,
    knownIssue: row.note ?? undefined,
  }));
}

interface GroupRow {
  readonly fingerprint: string;
  readonly count: string;
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly error_type: string;
  readonly message: string;
  readonly last_event_id: string;
  readonly note: string | null;
}

export interface ErrorSummary {
  readonly totalErrors: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly bySeverity: Readonly<Record<string, number>>;
  readonly periodHours: number;
}

export async function summariseErrorEvents(database: Sql, now: Instant, periodHours = 24): Promise<ErrorSummary> {
  const since = new Date(addMs(now, -periodHours * HOUR_MS));
  const rows = await database.query<{ error_type: string; severity: string; count: string }>(sql`
    select error_type, severity, count(*) as count from error_events where occurred_at > ${since} group by 1, 2`);
  const byType: Record<string, number> = {};
  const bySeverity: Record<string, number> = {};
  for (const { error_type, severity, count } of rows) {
    byType[error_type] = (byType[error_type] ?? 0) + Number(count);
    bySeverity[severity] = (bySeverity[severity] ?? 0) + Number(count);
  }
  return { totalErrors: rows.reduce((sum, { count }) => sum + Number(count), 0), byType, bySeverity, periodHours };
}

/** Drops what is older than 30 days; returns how many. */
export function deleteOldErrorEvents(database: Sql, now: Instant): Promise<number> {
  return database.execute(
    sql`delete from error_events where occurred_at < ${new Date(addMs(now, -ERROR_EVENTS_KEPT_MS))}`,
  );
}

function matching({ type, since }: ErrorQuery) {
  const sinceDate = since === undefined ? null : new Date(since);
  return fragment`(${type ?? null}::text is null or error_type = ${type ?? null} or tags ->> 'type' = ${type ?? null})
    and (${sinceDate}::timestamptz is null or occurred_at >= ${sinceDate})`;
}

function toErrorEvent(row: ErrorRow): ErrorEvent {
  return {
    eventId: row.event_id,
    occurredAt: toInstant(row.occurred_at.getTime()),
    errorType: row.error_type,
    message: row.message,
    traceback: row.traceback,
    requestId: row.request_id ?? undefined,
    userId: row.user_id ?? undefined,
    endpoint: row.endpoint ?? undefined,
    severity: row.severity,
    tags: row.tags,
    context: row.context,
    fingerprint: row.fingerprint,
  };
}
