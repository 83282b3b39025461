import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { ActionDescription, Role } from "../manifest/manifest.ts";
import type { Approval, ApprovalOutcome, ApprovalState, Signature } from "./approval.ts";
import type { BoundAction } from "./approval-digest.ts";
import { toPeople } from "./policy.ts";

/** An approval with what people are shown beside what is hashed. */
export interface ApprovalRecord extends Approval {
  /** As it was when it was asked for; its hash is in `bound`. Null for requests from before it was kept. */
  readonly description: ActionDescription | null;
  readonly title: string;
  readonly sentence: string;
  readonly blastRadius: string;
  readonly undo: string;
  readonly direction: ActionDescription["direction"];
  readonly why: string;
  readonly incidentId: string | null;
  readonly requestKey: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** How long nobody may stay silent before they are told again. */
  readonly tellAgainMs: number;
  /** When people were last told, and how often. */
  readonly toldAt: Instant | null;
  readonly toldTimes: number;
  readonly startedAt: Instant | null;
}

interface ApprovalRow {
  readonly id: string;
  readonly system: string;
  readonly bound: string;
  readonly digest: string;
  readonly people: number;
  readonly roles: Role[];
  readonly title: string;
  readonly sentence: string;
  readonly blast_radius: string;
  readonly undo: string;
  readonly direction: ActionDescription["direction"];
  readonly reason: string;
  readonly incident_id: string | null;
  readonly request_key: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly state: ApprovalState;
  readonly description: string | null;
  readonly tell_again_ms: number;
  readonly told_at: Date | null;
  readonly told_times: number;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
  readonly outcome: string | null;
  readonly signatures: readonly SignatureJson[];
}

interface SignatureJson {
  readonly person_id: string;
  readonly name: string;
  readonly roles: Role[];
  readonly kind: Signature["kind"];
  readonly signed_at: string;
}

export async function insertApproval(transaction: Sql, approval: ApprovalRecord): Promise<void> {
  const { bound, policy } = approval;
  await transaction.execute(sql`
    insert into approvals (id, system, action, bound, digest, people, roles, requester_id, title, sentence,
      blast_radius, undo, direction, reason, incident_id, request_key, created_at, expires_at, state,
      tell_again_ms, description)
    values (${approval.id}, ${approval.system}, ${bound.action}, ${canonicalJson(bound)}, ${approval.digest},
      ${policy.people}, ${policy.roles}, ${bound.requester.id}, ${approval.title}, ${approval.sentence},
      ${approval.blastRadius}, ${approval.undo}, ${approval.direction}, ${approval.why}, ${approval.incidentId}, ${approval.requestKey},
      ${new Date(approval.createdAt)}, ${new Date(approval.expiresAt)}, ${approval.state},
      ${approval.tellAgainMs}, ${approval.description && canonicalJson(approval.description)})`);
}

/** Writes what a rule changed: its state, its end and the signatures that `before` did not have. */
export async function updateApproval(transaction: Sql, before: ApprovalRecord, after: ApprovalRecord): Promise<void> {
  for (const [position, signature] of after.signatures.entries()) {
    if (position < before.signatures.length) continue;
    await transaction.execute(sql`
      insert into approval_signatures (approval_id, person_id, name, roles, kind, signed_at, position)
      values (${after.id}, ${signature.personId}, ${signature.name}, ${signature.roles}, ${signature.kind},
        ${new Date(signature.at)}, ${position})`);
  }
  await transaction.execute(sql`
    update approvals set state = ${after.state}, started_at = ${dateOrNull(after.startedAt)},
      told_at = ${dateOrNull(after.toldAt)}, told_times = ${after.toldTimes},
      ended_at = ${dateOrNull(after.endedAt)}, end_reason = ${after.reason},
      outcome = ${after.outcome === null ? null : JSON.stringify(after.outcome)}
    where id = ${after.id}`);
}

export interface ApprovalFilter {
  readonly id?: string;
  readonly requestKey?: string;
  readonly states?: readonly ApprovalState[];
  readonly expiredAt?: Instant;
  /** Those whose people stayed silent for too long by then. */
  readonly silentAt?: Instant;
  readonly limit?: number;
}

/** Newest first. */
export async function findApprovals(database: Sql, filter: ApprovalFilter): Promise<ApprovalRecord[]> {
  const { id, requestKey, states, expiredAt, silentAt, limit = 200 } = filter;
  const keyed = requestKey === undefined ? fragment`true` : fragment`request_key = ${requestKey}`;
  const named = id === undefined ? fragment`true` : fragment`id = ${id}`;
  const inState = states === undefined ? fragment`true` : fragment`state = any(${states})`;
  const overdue = expiredAt === undefined ? fragment`true` : fragment`expires_at <= ${new Date(expiredAt)}`;
  const silent =
    silentAt === undefined
      ? fragment`true`
      : fragment`told_at + tell_again_ms * interval '1 millisecond' <= ${new Date(silentAt)}`;
  const rows = await database.query<ApprovalRow>(sql`
    select approvals.*, coalesce((
      select jsonb_agg(to_jsonb(signature) order by position)
      from approval_signatures signature where approval_id = approvals.id
    ), '[]') as signatures
    from approvals where ${named} and ${keyed} and ${inState} and ${overdue} and ${silent}
    order by created_at desc, id desc limit ${limit}`);
  return rows.map(toRecord);
}

/** Everybody else who wants to change it waits for the end of the transaction. */
export async function lockApproval(transaction: Sql, id: string): Promise<ApprovalRecord | undefined> {
  const locked = await transaction.query(sql`select id from approvals where id = ${id} for update`);
  return locked.length === 0 ? undefined : (await findApprovals(transaction, { id }))[0];
}

export async function countOpen(database: Sql, requesterId: string): Promise<number> {
  const [row] = await database.query<{ count: string }>(sql`
    select count(*) from approvals where requester_id = ${requesterId} and state in ('awaiting_requester', 'pending')`);
  return Number(row!.count);
}

export async function findOpenOf(database: Sql, requesterId: string): Promise<string[]> {
  const rows = await database.query<{ id: string }>(sql`
    select id from approvals where requester_id = ${requesterId} and state in ('awaiting_requester', 'pending')`);
  return rows.map(({ id }) => id);
}

function toRecord(row: ApprovalRow): ApprovalRecord {
  return {
    id: row.id,
    system: row.system,
    bound: JSON.parse(row.bound) as BoundAction,
    digest: row.digest,
    policy: { kind: "dual-control", people: toPeople(row.people), roles: row.roles },
    state: row.state,
    signatures: row.signatures.map((signature) => ({
      personId: signature.person_id,
      name: signature.name,
      roles: signature.roles,
      kind: signature.kind,
      at: toInstant(Date.parse(signature.signed_at)),
    })),
    description: row.description === null ? null : (JSON.parse(row.description) as ActionDescription),
    title: row.title,
    sentence: row.sentence,
    blastRadius: row.blast_radius,
    undo: row.undo,
    direction: row.direction,
    why: row.reason,
    incidentId: row.incident_id,
    requestKey: row.request_key,
    createdAt: toInstant(row.created_at.getTime()),
    expiresAt: toInstant(row.expires_at.getTime()),
    tellAgainMs: row.tell_again_ms,
    toldAt: instantOrNull(row.told_at),
    toldTimes: row.told_times,
    startedAt: instantOrNull(row.started_at),
    endedAt: instantOrNull(row.ended_at),
    reason: row.end_reason,
    outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as ApprovalOutcome),
  };
}

function dateOrNull(instant: Instant | null): Date | null {
  return instant === null ? null : new Date(instant);
}

function instantOrNull(date: Date | null): Instant | null {
  return date === null ? null : toInstant(date.getTime());
}
