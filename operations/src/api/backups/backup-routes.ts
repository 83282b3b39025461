import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Objective } from "../../backups/assess-backup.ts";
import type { BackupCopy } from "../../backups/backup-list.ts";
import type { BackupRun, BackupRunKind } from "../../backups/backup-run-store.ts";
import type { BackupState, Backups } from "../../backups/backups.ts";
import { type Principal, person } from "../../identity/principal.ts";
import {
  type BackupCopyView,
  type BackupRunView,
  type BackupStateView,
  backupListSchema,
  backupRunBodySchema,
  backupRunSchema,
} from "../schema/backups.ts";

export interface BackupApi {
  readonly backups: Backups;
  /** A token for the person towards a system; undefined when they may not act any more. */
  readonly personToken: (personId: string, system: string) => Promise<string | undefined>;
}

const backupParams = z.strictObject({
  system: z.string().max(64),
  backup: z.string().max(64),
  what: z.enum(["create", "verify", "drill"]),
});
const runParams = z.strictObject({ id: z.string().max(64) });

export function backupRoutes(api: BackupApi): Route<Principal>[] {
  return [listBackups(api), getRun(api), beginRun(api)];
}

function listBackups({ backups }: BackupApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/backups",
    summary: "Copies of every system: how good they are, and what a loss would cost now",
    access: person("viewer"),
    replies: { 200: backupListSchema },
    handle: async () => answer(200, { backups: (await backups.list()).map(stateView) }),
  });
}

function getRun({ backups }: BackupApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/backups/runs/:id",
    summary: "How one making, verification or restore drill went",
    access: person("viewer"),
    params: runParams,
    replies: { 200: backupRunSchema },
    handle: async ({ params }) => {
      const run = await backups.run(params.id);
      return run === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, runView(run));
    },
  });
}

function beginRun({ backups, personToken }: BackupApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/backups/:system/:backup/:what",
    summary: "Make a copy, verify one, or restore one into a scratch place and measure it",
    access: person("operator"),
    params: backupParams,
    body: backupRunBodySchema,
    replies: { 202: backupRunSchema },
    refusals: { BACKUP_NOT_FOUND: 404, COPY_NOT_FOUND: 404, NOT_OFFERED: 409, BACKUP_RUNNING: 409 },
    handle: async ({ params: { system, backup, what }, body, principal }) => {
      const token = await personToken(principal.personId, system);
      if (token === undefined) return refuse({ code: "UNAUTHENTICATED" });
      const actor = { kind: "person" as const, id: principal.personId, name: principal.name };
      const begun = await backups.begin({ system, backup }, { kind: what, copy: body.copy, actor, token });
      return begun.ok ? answer(202, runView(begun.value)) : begun;
    },
  });
}

function stateView({ system, declared, inventory, assessment, runs, nextDueAt }: BackupState): BackupStateView {
  const { name, title, keep, every, timeZone } = declared;
  const offered: readonly [BackupRunKind, string | undefined][] = [
    ["create", declared.createAction],
    ["verify", declared.verifyAction],
    ["drill", declared.restoreDrillAction],
  ];
  return {
    ...{ system, name, title, keep },
    schedule: every === undefined ? null : { every, timeZone, nextAt: time(nextDueAt) },
    offers: offered.flatMap(([kind, action]) => (action === undefined ? [] : [kind])),
    unreadable: inventory.ok ? null : inventory.refusal.reason,
    copies: inventory.ok ? inventory.value.copies.map(copyView) : [],
    rpo: assessment && objectiveView(assessment.rpo),
    rto: assessment && objectiveView(assessment.rto),
    problems: [...(assessment?.problems ?? [])],
    runs: runs.map(runView),
  };
}

function copyView({ createdAt, verifiedAt, second, ...copy }: BackupCopy): BackupCopyView {
  return {
    ...copy,
    createdAt: formatInstant(createdAt),
    verifiedAt: time(verifiedAt),
    second: second && { status: second.status, at: time(second.at) },
  };
}

function runView({ actor, slot, startedAt, endedAt, facts, ...run }: BackupRun): BackupRunView {
  return {
    ...run,
    by: actor.name,
    scheduled: slot !== null,
    startedAt: formatInstant(startedAt),
    endedAt: time(endedAt),
    facts: facts as BackupRunView["facts"],
  };
}

function objectiveView({ targetMs, measuredMs, isMet, at }: Objective) {
  return { targetMs, measuredMs, met: isMet, at: time(at) };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
