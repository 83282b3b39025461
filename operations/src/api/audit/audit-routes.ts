import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { z } from "zod";
import type { Audit, RecordedEntry } from "../../audit/audit.ts";
import { anyService, type Principal, personWithOneOf } from "../../identity/principal.ts";
import { actorOf } from "../../identity/open-session.ts";
import {
  appendEntriesBody,
  appendedSchema,
  type auditEntrySchema,
  auditPageSchema,
  auditQuery,
  checkpointSchema,
  exportQuery,
} from "../schema/audit.ts";

/** Entries hold addresses of people and visitors: not for those who may only look at charts. */
const reader = personWithOneOf("auditor", "compliance", "admin", "operator", "approver");
const MOST_EXPORTED = 250_000;

export function auditRoutes({ audit }: { readonly audit: Audit }): Route<Principal>[] {
  return [listRoute(audit), checkpointRoute(audit), exportRoute(audit), appendRoute(audit)];
}

function listRoute(audit: Audit): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/audit",
    summary: "Audit entries, newest first",
    access: reader,
    query: auditQuery,
    replies: { 200: auditPageSchema },
    async handle({ query }) {
      const { cursor, limit, q, incident } = query;
      const found = await audit.list({
        limit,
        ...(cursor === undefined ? {} : { before: cursor }),
        ...(q === undefined ? {} : { text: q }),
        ...(incident === undefined ? {} : { incidentId: incident }),
      });
      const last = found.at(-1)?.sequence ?? 0;
      return answer(200, { entries: found.map(entryView), next: found.length === limit && last > 0 ? last : null });
    },
  });
}

function checkpointRoute(audit: Audit): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/audit/checkpoint",
    summary: "A signed checkpoint over the log as it stands",
    access: reader,
    replies: { 200: checkpointSchema },
    async handle() {
      const { size, root, madeAt, note } = await audit.checkpoint();
      return answer(200, { size, root, madeAt: formatInstant(madeAt), note, verifierKey: audit.verifierKey });
    },
  });
}

function exportRoute(audit: Audit): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/audit/export",
    summary: "An export bundle that needs no server to be verified: `assay audit verify`",
    access: reader,
    query: exportQuery,
    replies: { 200: mediaReply("application/json") },
    refusals: { RANGE_TOO_LARGE: 422 },
    timeoutMs: 120_000,
    isSlow: true,
    async handle({ principal, query }) {
      await audit.append(undefined, {
        actor: actorOf({ id: principal.personId, name: principal.name }),
        action: "audit.exported",
        target: "audit",
        details: { from: query.from ?? null, to: query.to ?? null },
      });
      const { size } = await audit.checkpoint();
      const from = Math.min(query.from ?? 0, size);
      const to = Math.max(from, Math.min(query.to ?? size, size));
      if (to - from > MOST_EXPORTED) {
        return refuse({ code: "RANGE_TOO_LARGE", detail: `Ask for at most ${MOST_EXPORTED} entries at a time.` });
      }
      const pieces: Buffer[] = [];
      for await (const piece of audit.exportBundle({ from, to })) pieces.push(Buffer.from(piece));
      const headers = { "content-disposition": `attachment; filename="audit-${from}-${to}.json"` };
      return answerText(200, Buffer.concat(pieces), { contentType: "application/json; charset=utf-8", headers });
    },
  });
}

function appendRoute(audit: Audit): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/audit/entries",
    summary: "A system adds entries of its own; their actions begin with its name",
    access: anyService,
    body: appendEntriesBody,
    replies: { 201: appendedSchema },
    bodyLimitBytes: 1_048_576,
    async handle({ principal, body }) {
      if (!body.entries.every(({ action }) => action.startsWith(`${principal.name}.`))) {
        return refuse({ code: "FORBIDDEN", detail: `Every action must begin with ${principal.name}.` });
      }
      const receipts = await Promise.all(
        body.entries.map(({ incidentId, ...entry }) =>
          audit.append(undefined, incidentId === undefined ? entry : { ...entry, incidentId }),
        ),
      );
      return answer(201, { receipts: receipts.map(({ sequence, at }) => ({ sequence, at: formatInstant(at) })) });
    },
  });
}

function entryView(entry: RecordedEntry): z.input<typeof auditEntrySchema> {
  const { details, ...rest } = entry;
  return { ...rest, details: details as z.input<typeof auditEntrySchema>["details"] };
}
