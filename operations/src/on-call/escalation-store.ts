import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { PageMessage } from "../delivery/page-message.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { dueAt, type Escalation, type FirstCall, type Told } from "./escalation.ts";

interface EscalationRow {
  id: string;
  subject: string;
  system: string | null;
  severity: Severity;
  policy_id: string;
  message: PageMessage;
  first_call: FirstCall;
  state: Escalation["state"];
  started_at: Date;
  round: number;
  next_step: number;
  last_told: Told;
  told: Told;
  remind_at: Date | null;
  next_step_at: Date | null;
  acknowledged_by_id: string | null;
  acknowledged_by_name: string | null;
  acknowledged_until: Date | null;
  created_at: Date;
  ended_at: Date | null;
}

const COLUMNS = fragment`id, subject, system, severity, policy_id, message, first_call, state, started_at, round,
  next_step, last_told, told, remind_at, next_step_at, acknowledged_by_id, acknowledged_by_name, acknowledged_until,
  created_at, ended_at`;

/** Writes it whole; a subject that had ended begins anew under its new id. */
export async function upsertEscalation(tx: Sql, escalation: Escalation): Promise<void> {
  const { acknowledgement: answered, firstCall } = escalation;
  await tx.execute(sql`
    insert into escalations (${COLUMNS}, due_at) values (
      ${escalation.id}, ${escalation.subject}, ${escalation.system}, ${escalation.severity}, ${escalation.policyId},
      ${JSON.stringify(escalation.message)}, ${firstCall === null ? null : JSON.stringify(firstCall)},
      ${escalation.state}, ${formatInstant(escalation.startedAt)}, ${escalation.round}, ${escalation.nextStep},
      ${JSON.stringify(escalation.lastTold)}, ${JSON.stringify(escalation.told)}, ${time(escalation.remindAt)},
      ${time(escalation.nextStepAt)}, ${answered?.by.id ?? null}, ${answered?.by.name ?? null},
      ${time(answered?.until ?? null)}, ${formatInstant(escalation.createdAt)}, ${time(escalation.endedAt)},
      ${time(dueAt(escalation))})
    on conflict (subject) do update set id = excluded.id, system = excluded.system, severity = excluded.severity,
      policy_id = excluded.policy_id, message = excluded.message, first_call = excluded.first_call,
      state = excluded.state, started_at = excluded.started_at, round = excluded.round,
      next_step = excluded.next_step, last_told = excluded.last_told, told = excluded.told,
      remind_at = excluded.remind_at, next_step_at = excluded.next_step_at,
      acknowledged_by_id = excluded.acknowledged_by_id, acknowledged_by_name = excluded.acknowledged_by_name,
      acknowledged_until = excluded.acknowledged_until, created_at = excluded.created_at,
      ended_at = excluded.ended_at, due_at = excluded.due_at`);
}

/** Waits for whoever holds it. */
export async function lockEscalation(tx: Sql, subject: string): Promise<Escalation | undefined> {
  const [row] = await tx.query<EscalationRow>(sql`
    select ${COLUMNS} from escalations where subject = ${subject} for update`);
  return row && toEscalation(row);
}

/** The one that has been due longest and that nobody else works on. */
export async function lockDueEscalation(tx: Sql, now: Instant): Promise<Escalation | undefined> {
  const [row] = await tx.query<EscalationRow>(sql`
    select ${COLUMNS} from escalations where due_at <= ${formatInstant(now)}
    order by due_at, id limit 1 for update skip locked`);
  return row && toEscalation(row);
}

export async function findEscalation(database: Sql, id: string): Promise<Escalation | undefined> {
  const [row] = await database.query<EscalationRow>(sql`select ${COLUMNS} from escalations where id = ${id}`);
  return row && toEscalation(row);
}

/** Those that are not over, the one that began first first. */
export async function currentEscalations(database: Sql, limit: number): Promise<Escalation[]> {
  const rows = await database.query<EscalationRow>(sql`
    select ${COLUMNS} from escalations where state <> 'ended' order by created_at, id limit ${limit}`);
  return rows.map(toEscalation);
}

export async function forgetEscalationsBefore(database: Sql, before: Instant): Promise<void> {
  await database.execute(sql`delete from escalations where ended_at < ${formatInstant(before)}`);
}

function toEscalation(row: EscalationRow): Escalation {
  const at = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  const until = at(row.acknowledged_until);
  const by = { id: row.acknowledged_by_id ?? "", name: row.acknowledged_by_name ?? "" };
  return {
    id: row.id,
    subject: row.subject,
    system: row.system,
    severity: row.severity,
    policyId: row.policy_id,
    message: row.message,
    firstCall: row.first_call,
    state: row.state,
    startedAt: toInstant(row.started_at.getTime()),
    round: row.round,
    nextStep: row.next_step,
    lastTold: row.last_told,
    told: row.told,
    remindAt: at(row.remind_at),
    nextStepAt: at(row.next_step_at),
    acknowledgement: until === null ? null : { by, until },
    createdAt: toInstant(row.created_at.getTime()),
    endedAt: at(row.ended_at),
  };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
