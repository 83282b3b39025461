import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { toHex } from "@assay/primitives/bytes";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { z } from "zod";
import type { Audit, AuditFilter, RecordedEntry } from "../../audit/audit.ts";
import type { Witnesses } from "../../audit/witnesses.ts";
import { actorOf } from "../../identity/open-session.ts";
import { anyService, type Principal, person, personWithOneOf } from "../../identity/principal.ts";
import {
  appendEntriesBody,
  appendedSchema,
  type auditEntrySchema,
  auditPageSchema,
  auditQuery,
  auditStateSchema,
  checkpointSchema,
  consistencyQuery,
  consistencySchema,
  exportQuery,
} from "../schema/audit.ts";

/** Entries hold addresses of people and visitors: not for those who may only look at charts. */
const reader = personWithOneOf("auditor", "compliance", "admin", "operator", "approver");
const MOST_EXPORTED = 250_000;

export interface AuditApi {
  readonly audit: Audit;
  readonly witnesses: Pick<Witnesses, "states">;
  readonly retentionDays: number;
}

export function auditRoutes(api: AuditApi): Route<Principal>[] {
  const { audit } = api;
  return [
    listRoute(audit),
    stateRoute(api),
    checkpointRoute(audit),
    consistencyRoute(audit),
    exportRoute(audit),
    appendRoute(audit),
  ];
}

/** Refused with a reason instead of a failure that nobody understands at night. */
const PROBLEM = { AUDIT_LOG_INCONSISTENT: 409 } as const;

function refuseProblem() {
  return refuse({
    code: "AUDIT_LOG_INCONSISTENT",
    detail: "The table is not what was signed. Nothing is signed until it is cleared up; keep the checkpoints outside.",
  });
}

interface FilterQuery {
  readonly q?: string | undefined;
  readonly incident?: string | undefined;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

function filterOf({ q, incident, action, actor, target, since, until }: FilterQuery): AuditFilter {
  return {
    ...(q === undefined ? {} : { text: q }),
    ...(incident === undefined ? {} : { incidentId: incident }),
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since: toInstant(Date.parse(since)) }),
    ...(until === undefined ? {} : { until: toInstant(Date.parse(until)) }),
  };
}

function stateRoute({ audit, witnesses, retentionDays }: AuditApi): Route<Principal> {
  const time = (at: Instant | null) => (at === null ? null : formatInstant(at));
  return route({
    method: "GET",
    path: "/api/audit/state",
    summary: "Whether the log is what was signed, and who outside holds its checkpoints",
    access: person("viewer"),
    replies: { 200: auditStateSchema },
    async handle() {
      const { problem } = audit;
      const known = await witnesses.states();
      return answer(200, {
        problem: problem === undefined ? null : { ...problem, since: formatInstant(problem.since) },
        witnesses: known.map(({ name, size, takenAt, failingSince, error }) => ({
          ...{ name, size, error, takenAt: time(takenAt), failingSince: time(failingSince) },
        })),
        retentionDays,
      });
    },
  });
}

function consistencyRoute(audit: Audit): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/audit/consistency",
    summary: "Proof that a later state of the log begins with an earlier one (RFC 6962)",
    access: reader,
    query: consistencyQuery,
    replies: { 200: consistencySchema },
    refusals: { RANGE_NOT_IN_LOG: 422, ...PROBLEM },
    async handle({ query }) {
      if (audit.problem !== undefined) return refuseProblem();
      const { size } = await audit.checkpoint();
      const to = query.to ?? size;
      if (query.from > to || to > size) {
        return refuse({ code: "RANGE_NOT_IN_LOG", detail: `The log has ${size} entries; from must not be after to.` });
      }
      const { from, fromRoot, toRoot, proof } = await audit.consistency(query.from, to);
      return answer(200, { from, to, fromRoot: toHex(fromRoot), toRoot: toHex(toRoot), proof: proof.map(toHex) });
    },
  });
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
      const { cursor, limit, ...filter } = query;
      const found = await audit.list({ limit, before: cursor, ...filterOf(filter) });
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
    refusals: PROBLEM,
    async handle() {
      if (audit.problem !== undefined) return refuseProblem();
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
    refusals: { RANGE_TOO_LARGE: 422, ...PROBLEM },
    timeoutMs: 120_000,
    isSlow: true,
    async handle({ principal, query }) {
      if (audit.problem !== undefined) return refuseProblem();
      const { from: first, to: last, grownSince, ...words } = query;
      await audit.append(undefined, {
        actor: actorOf({ id: principal.personId, name: principal.name }),
        action: "audit.exported",
        target: "audit",
        details: { from: first ?? null, to: last ?? null, filter: definedWords(words) },
      });
      const { size } = await audit.checkpoint();
      const from = Math.min(first ?? 0, size);
      const to = Math.max(from, Math.min(last ?? size, size));
      if (to - from > MOST_EXPORTED) {
        return refuse({ code: "RANGE_TOO_LARGE", detail: `Ask for at most ${MOST_EXPORTED} entries at a time.` });
      }
      const pieces: Buffer[] = [];
      for await (const piece of audit.exportBundle({ from, to, since: grownSince, filter: wishedFilter(words) }))
        pieces.push(Buffer.from(piece));
      const headers = { "content-disposition": `attachment; filename="audit-${from}-${to}.json"` };
      return answerText(200, Buffer.concat(pieces), { contentType: "application/json; charset=utf-8", headers });
    },
  });
}

function definedWords(words: FilterQuery): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter((word): word is [string, string] => word[1] !== undefined));
}

/** Undefined without any word: then nothing is left out. */
function wishedFilter(words: FilterQuery): AuditFilter | undefined {
  return Object.keys(definedWords(words)).length === 0 ? undefined : filterOf(words);
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
