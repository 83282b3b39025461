import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { type Instant, MINUTE_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { RoutineAlerts } from "../checklists/late-alert.ts";
import type { EventPublisher } from "../events/events.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { BackupDeclaration } from "../manifest/backup.ts";
import type { Systems } from "../systems/systems.ts";
import { assessBackup, type BackupAssessment, SKEW_MS } from "./assess-backup.ts";
import { type BackupHandOptions, doBackup } from "./backup-hand.ts";
import { type BackupInventory, type ListRefusal, readBackupList } from "./backup-list.ts";
import {
  type BackupRun,
  type BackupRunKind,
  backupRuns,
  backupWatchedSince,
  endBackupRun,
  findBackupRun,
  insertBackupRun,
  unendedBackupRuns,
} from "./backup-run-store.ts";
import { lastDue, nextDue, parseCron } from "./cron.ts";

export interface BackupsOptions extends BackupHandOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventPublisher;
  readonly systems: Pick<Systems, "list" | "find" | "url">;
  readonly alerts: RoutineAlerts;
  /** Of the plane itself. */
  readonly token: (system: string) => Promise<string>;
}

export interface BackupState {
  readonly system: string;
  readonly declared: BackupDeclaration;
  /** Why the copies cannot be told; then nothing is assessed. */
  readonly inventory: Result<BackupInventory, ListRefusal>;
  readonly assessment: BackupAssessment | null;
  /** Newest first. */
  readonly runs: readonly BackupRun[];
  readonly nextDueAt: Instant | null;
}

export type BackupRefusal = {
  readonly code: "BACKUP_NOT_FOUND" | "BACKUP_RUNNING" | "NOT_OFFERED" | "COPY_NOT_FOUND";
  readonly detail?: string;
};

/** What somebody, or the clock, wants done with a copy. */
export interface BackupRequest {
  readonly kind: BackupRunKind;
  /** `latest` is the newest there is; without one for `create`. */
  readonly copy?: string | undefined;
  readonly actor: AuditActor;
  readonly token: string;
  readonly slot?: Instant;
}

const RUNS_SHOWN = 20;
const MOST_TRIES = 3;
const RETRY_MS = 15 * MINUTE_MS;
/** A system that makes its copies by itself is given this long before the plane asks for one. */
const GRACE_MS = 10 * MINUTE_MS;
const ALERTS = ["BACKUP_OVERDUE", "BACKUP_NOT_GOOD", "BACKUP_RPO_MISSED", "RESTORE_DRILL_FAILED", "BACKUP_NOT_PRUNED"];

/** Copies of all systems: made and verified by the clock or a person, assessed each minute, told of when they are not good. */
export class Backups implements AsyncDisposable {
  readonly #options: BackupsOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** By backup, the alerts that may be firing. */
  readonly #told = new Map<string, Set<string>>();

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** What an earlier process began: nobody knows how it ended. */
  async settleAbandoned(): Promise<void> {
    const { database, clock } = this.#options;
    for (const run of await unendedBackupRuns(database)) {
      const reason = "the plane was restarted while it ran";
      await endBackupRun(database, { ...run, endedAt: clock.now(), verdict: "inconclusive", reason });
    }
  }

  /** One look: asks for what is due, and tells of what is wrong. */
  async advance(): Promise<void> {
    const looks = this.#declared().map(async ({ system, declared }) => {
      try {
        const state = await this.#state(system, declared);
        await this.#keepSchedule(state);
        await this.#tell(state);
      } catch (error) {
        this.#options.logger.error({ error, system, backup: declared.name }, "A backup could not be looked after");
      }
    });
    await Promise.all(looks);
  }

  async list(): Promise<BackupState[]> {
    return await Promise.all(this.#declared().map(({ system, declared }) => this.#state(system, declared)));
  }

  async find(system: string, name: string): Promise<BackupState | undefined> {
    const found = this.#declared().find((one) => one.system === system && one.declared.name === name);
    return found && (await this.#state(system, found.declared));
  }

  async run(id: string): Promise<BackupRun | undefined> {
    return await findBackupRun(this.#options.database, id);
  }

  /** Begins it and returns at once; the run tells how it ends. */
  async begin(
    at: { readonly system: string; readonly backup: string },
    request: BackupRequest,
  ): Promise<Result<BackupRun, BackupRefusal>> {
    const state = await this.find(at.system, at.backup);
    if (state === undefined) return refuse({ code: "BACKUP_NOT_FOUND" });
    const action = actionOf(state.declared, request.kind);
    if (action === undefined) return refuse({ code: "NOT_OFFERED", detail: "The system declares no such action." });
    const copy = request.kind === "create" ? accept(null) : chooseCopy(state, request.copy ?? "latest");
    if (!copy.ok) return copy;
    const run = this.#newRun(at, request, copy.value);
    if (!(await insertBackupRun(this.#options.database, run))) return refuse({ code: "BACKUP_RUNNING" });
    this.#changed(run);
    const work = this.#do(run, { ...request, action, declared: state.declared })
      .catch((error: unknown) => this.#options.logger.error({ error, run_id: run.id }, "A backup run was not written"))
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
    return accept(run);
  }

  /** When that was last so; null: never; undefined: nobody can say now. */
  async lastTime(system: string, name: string, what: "verified" | "drilled"): Promise<Instant | null | undefined> {
    const state = await this.find(system, name);
    if (state?.assessment == null) return undefined;
    if (what === "verified") return state.assessment.newestVerified?.createdAt ?? null;
    return state.runs.find(({ kind, verdict }) => kind === "drill" && verdict === "passed")?.endedAt ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** Resolves once nothing runs any more, for tests. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #declared() {
    return this.#options.systems
      .list()
      .flatMap(({ manifest }) => manifest.backups.map((declared) => ({ system: manifest.system, declared })));
  }

  async #state(system: string, declared: BackupDeclaration): Promise<BackupState> {
    const { database, clock } = this.#options;
    const inventory = await this.#inventory(system, declared);
    const runs = await backupRuns(database, { system, backup: declared.name, limit: RUNS_SHOWN });
    const now = clock.now();
    const slot = await this.#slot(system, declared);
    const cron = cronOf(declared);
    return {
      ...{ system, declared, inventory, runs },
      assessment: inventory.ok ? assessBackup({ declared, inventory: inventory.value, runs, slot, now }) : null,
      nextDueAt: cron === undefined ? null : (nextDue(cron, declared.timeZone, now) ?? null),
    };
  }

  async #inventory(system: string, declared: BackupDeclaration): Promise<Result<BackupInventory, ListRefusal>> {
    const { systems, token, clock } = this.#options;
    const url = systems.url(system);
    if (url === undefined) return refuse({ code: "BACKUPS_UNREADABLE", reason: "the system has no address" });
    try {
      const at = new URL(declared.listPath, url).href;
      return await readBackupList(at, { token: await token(system), now: clock.now() });
    } catch {
      return refuse({ code: "BACKUPS_UNREADABLE", reason: "the plane has no token for it" });
    }
  }

  /** The last moment of the schedule that this plane was there for. */
  async #slot(system: string, declared: BackupDeclaration): Promise<Instant | undefined> {
    const cron = cronOf(declared);
    if (cron === undefined) return undefined;
    const { database, clock } = this.#options;
    const now = clock.now();
    const since = await backupWatchedSince(database, { system, backup: declared.name }, now);
    const slot = lastDue(cron, declared.timeZone, now);
    return slot !== undefined && slot >= since ? slot : undefined;
  }

  async #keepSchedule({ system, declared, inventory, runs }: BackupState): Promise<void> {
    const now = this.#options.clock.now();
    const slot = await this.#slot(system, declared);
    if (slot === undefined || !inventory.ok || now - slot < GRACE_MS || runs.some(({ endedAt }) => endedAt === null))
      return;
    const made = inventory.value.copies.find(({ createdAt }) => createdAt >= slot - SKEW_MS);
    const kind = made === undefined ? "create" : "verify";
    if (made !== undefined && made.verification !== "never" && made.verification !== "inconclusive") return;
    if (actionOf(declared, kind) === undefined) return;
    const tries = runs.filter((run) => run.slot === slot && run.kind === kind);
    if (tries.length >= MOST_TRIES || (tries[0] && now - tries[0].startedAt < RETRY_MS)) return;
    const token = await this.#options.token(system);
    const request = { kind, copy: made?.name, actor: PLANE_ACTOR, token, slot } as const;
    await this.begin({ system, backup: declared.name }, request);
  }

  #newRun(
    { system, backup }: { readonly system: string; readonly backup: string },
    { kind, actor, slot }: BackupRequest,
    copy: string | null,
  ): BackupRun {
    const { clock, random } = this.#options;
    const startedAt = clock.now();
    const id = newId<string>("bkr", startedAt, random);
    const open = { endedAt: null, verdict: null, reason: null, facts: {} };
    return { id, system, backup, kind, copy, actor, slot: slot ?? null, startedAt, ...open };
  }

  async #do(
    run: BackupRun,
    { action, actor, token, slot, declared }: BackupRequest & { action: string; declared: BackupDeclaration },
  ): Promise<void> {
    const { kind, copy, system, backup } = run;
    const { database, clock, logger } = this.#options;
    const order = { kind, action, copy: copy ?? undefined, actor, token, signal: this.#stop.signal };
    const ended: BackupRun = { ...run, ...(await doBackup(order, this.#options)), endedAt: clock.now() };
    await endBackupRun(database, ended);
    logger.info({ system, backup, kind, copy: ended.copy, verdict: ended.verdict, reason: ended.reason }, "Backup run");
    this.#changed(ended);
    // A copy counts only once it was restored somewhere and compared.
    const isNew = kind === "create" && ended.verdict === "passed" && ended.copy !== null;
    if (!isNew || declared.verifyAction === undefined || this.#stop.signal.aborted) return;
    const next = { kind: "verify" as const, copy: ended.copy!, actor, token, ...(slot === undefined ? {} : { slot }) };
    await this.begin({ system, backup }, next);
  }

  /** What is wrong is an alert, and what is no longer wrong ends its alert. Copies that cannot be told change nothing. */
  async #tell({ system, declared, assessment }: BackupState): Promise<void> {
    if (assessment === null) return;
    const { alerts } = this.#options;
    const key = `${system}/${declared.name}`;
    // What an earlier process told is not known, so the first look settles everything that is not wrong.
    const told = this.#told.get(key) ?? new Set(ALERTS);
    this.#told.set(key, told);
    for (const name of ALERTS) {
      const which = { source: "backup" as const, system, name, key: declared.name };
      const problem = assessment.problems.find((one) => one.name === name);
      if (problem === undefined) {
        if (told.has(name)) await alerts.settle(which, "the backup is as it should be");
        told.delete(name);
      } else {
        told.add(name);
        const { severity, summary } = problem;
        await alerts.raise({
          ...which,
          severity,
          summary,
          runbook: declared.runbook ?? null,
          labels: { backup: declared.name },
        });
      }
    }
  }

  #changed({ id }: BackupRun): void {
    this.#options.events.publish({ topic: "backups", id });
  }
}

function actionOf(declared: BackupDeclaration, kind: BackupRunKind): string | undefined {
  if (kind === "create") return declared.createAction;
  return kind === "verify" ? declared.verifyAction : declared.restoreDrillAction;
}

function chooseCopy({ inventory }: BackupState, wanted: string): Result<string, BackupRefusal> {
  if (!inventory.ok)
    return refuse({ code: "COPY_NOT_FOUND", detail: `The copies cannot be told: ${inventory.refusal.reason}.` });
  const { copies } = inventory.value;
  const found = wanted === "latest" ? copies[0] : copies.find(({ name }) => name === wanted);
  return found === undefined ? refuse({ code: "COPY_NOT_FOUND" }) : accept(found.name);
}

function cronOf({ every }: BackupDeclaration) {
  if (every === undefined) return undefined;
  const parsed = parseCron(every);
  return parsed.ok ? parsed.value : undefined;
}
