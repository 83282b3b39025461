import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { type AuditActor, appendAuditEntry } from "../audit/audit-outbox.ts";
import type { FlagName } from "./flag-name.ts";
import { FlagValues } from "./flag-values.ts";

interface FlagRow {
  readonly name: string;
  readonly enabled: boolean;
}

export async function readFlags(database: Sql): Promise<FlagValues> {
  return toValues(await database.query<FlagRow>(sql`select name, enabled from feature_flags`));
}

/**
 * The flags, held until the transaction ends: whoever disables one waits for us, and once that is answered nothing of
 * ours commits any more (C7). Lock order: engine lease → flags → advisory lock `coinhubx.ledger` → accounts.
 * @throws Failure `FLAGS_UNREADABLE` (retryable); the transaction is then lost, so the switch stays closed (F1).
 */
export async function readFlagsForShare(transaction: Sql): Promise<FlagValues> {
  try {
    const rows = sql`select name, enabled from feature_flags order by name for share`;
    return toValues(await transaction.query<FlagRow>(rows));
  } catch (cause) {
    throw cause instanceof Failure ? cause : new Failure("FLAGS_UNREADABLE", { retryable: true, cause });
  }
}

function toValues(rows: readonly FlagRow[]): FlagValues {
  return new FlagValues(new Map(rows.map(({ name, enabled }) => [name, enabled])));
}

export interface FlagReason {
  /** A person's id, `service:…`, or a part of ours such as `reconciliation`. */
  readonly by: string;
  readonly reason: string;
  /** Who the audit entry names; the machine itself when left out. */
  readonly actor?: AuditActor;
  readonly correlationId?: string;
}

export interface FlagChange {
  readonly name: FlagName;
  readonly before: boolean;
  readonly after: boolean;
  readonly by: string;
  readonly reason: string;
}

/** Switches off, in the caller's commit, with an audit entry each; repeating is no error. Log the changes after the commit. */
export function disableFlags(transaction: Sql, names: readonly FlagName[], reason: FlagReason): Promise<FlagChange[]> {
  return setFlags(transaction, names, { ...reason, enabled: false });
}

/** Switches one on, in the caller's commit. Whether that is allowed was decided before. */
export async function enableFlag(transaction: Sql, name: FlagName, reason: FlagReason): Promise<FlagChange> {
  const [change] = await setFlags(transaction, [name], { ...reason, enabled: true });
  return change!;
}

async function setFlags(
  transaction: Sql,
  names: readonly FlagName[],
  setting: FlagReason & { readonly enabled: boolean },
): Promise<FlagChange[]> {
  const changes: FlagChange[] = [];
  for (const name of [...names].sort()) {
    const change = await setFlag(transaction, name, setting);
    await appendAuditEntry(transaction, auditEntry(change, setting));
    changes.push(change);
  }
  return changes;
}

async function setFlag(
  transaction: Sql,
  name: FlagName,
  { enabled, by, reason }: FlagReason & { readonly enabled: boolean },
): Promise<FlagChange> {
  const [row] = await transaction.query<FlagRow>(
    sql`select name, enabled from feature_flags where name = ${name} for update`,
  );
  await transaction.execute(sql`
    insert into feature_flags (name, enabled, updated_by, reason) values (${name}, ${enabled}, ${by}, ${reason})
    on conflict (name) do update set enabled = excluded.enabled, version = feature_flags.version + 1,
      updated_by = excluded.updated_by, updated_at = now(), reason = excluded.reason`);
  return { name, before: row?.enabled ?? name === "maintenance_mode", after: enabled, by, reason };
}

function auditEntry(change: FlagChange, { actor, by, correlationId }: FlagReason) {
  return {
    actor: actor ?? { kind: "system" as const, id: by, name: by },
    action: `coinhubx.${change.name.split(":")[0]}.${change.after ? "enable" : "disable"}`,
    target: `feature_flag:${change.name}`,
    details: {
      before: change.before,
      after: change.after,
      reason: change.reason,
      ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    },
  };
}

/** The log line of the seed, one per change, after the commit. */
export function logFlagChanges(
  logger: { warn(fields: object, message: string): void },
  changes: readonly FlagChange[],
): void {
  for (const { name, before, after, by, reason } of changes) {
    logger.warn({ flag: name, before, after, updated_by: by, reason }, "FEATURE_FLAG_UPDATE");
  }
}
