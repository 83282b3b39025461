import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import type { Sql } from "@assay/platform/storage/database";
import { formatInstant, parseInstant } from "@assay/primitives/instant";
import type { z } from "zod";
import type { ErrorEvent } from "../../error-events/error-event.ts";
import {
  type ErrorGroup,
  type ErrorSummary,
  groupErrorEvents,
  listErrorEvents,
  summariseErrorEvents,
} from "../../error-events/error-event-store.ts";
import { operator } from "../access.ts";
import type { Principal } from "../principal.ts";
import { type errorSummarySchema, errorsQuerySchema, errorsSchema } from "../schema/errors.ts";

export interface ErrorRoutesOptions {
  readonly database: Sql;
  readonly clock: Clock;
}

export function errorRoutes({ database, clock }: ErrorRoutesOptions): Route<Principal>[] {
  return [
    route({
      method: "GET",
      path: "/api/errors",
      summary: "What went wrong lately, newest first; group=1 counts equal errors once",
      access: operator("viewer"),
      query: errorsQuerySchema,
      replies: { 200: errorsSchema },
      async handle({ query }) {
        const since = query.since === undefined ? undefined : parseInstant(query.since);
        const filter = { limit: query.limit, type: query.type, since: since?.ok ? since.value : undefined };
        const summary = summaryView(await summariseErrorEvents(database, clock.now()));
        if (query.group === "1") {
          const groups = await groupErrorEvents(database, filter);
          return answer(200, { success: true as const, errors: [], groups: groups.map(groupView), summary });
        }
        const errors = await listErrorEvents(database, filter);
        return answer(200, { success: true as const, errors: errors.map(eventView), summary });
      },
    }),
  ];
}

export function summaryView(summary: ErrorSummary): z.input<typeof errorSummarySchema> {
  return {
    total_errors: summary.totalErrors,
    by_type: { ...summary.byType },
    by_severity: { ...summary.bySeverity },
    period_hours: summary.periodHours,
  };
}

function eventView(event: ErrorEvent): z.input<typeof errorsSchema>["errors"][number] {
  return {
    event_id: event.eventId,
    timestamp: formatInstant(event.occurredAt),
    error_type: event.errorType,
    message: event.message,
    traceback: event.traceback,
    request_id: event.requestId ?? null,
    user_id: event.userId ?? null,
    endpoint: event.endpoint ?? null,
    severity: event.severity,
    tags: { ...event.tags },
    context: { ...event.context },
  };
}

function groupView(group: ErrorGroup) {
  return {
    fingerprint: group.fingerprint,
    error_type: group.errorType,
    message: group.message,
    count: group.count,
    first_seen: formatInstant(group.firstSeenAt),
    last_seen: formatInstant(group.lastSeenAt),
    last_event_id: group.lastEventId,
    known_issue: group.knownIssue ?? null,
  };
}
