import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { BACKUP_REFUSALS, type ConfiguredBackups } from "../../operations/configured-backups.ts";
import { operator } from "../access.ts";
import type { Principal } from "../principal.ts";
import { emptyInputSchema } from "../schema/auth.ts";
import { backupCreatedSchema, backupsSchema } from "../schema/backups.ts";

const BACKUP_TIMEOUT_MS = 10 * 60_000;
const backupName = z.strictObject({ name: z.string().regex(/^backup_\d{8}_\d{6}$/, "a backup's name") });

export function backupRoutes(backups: ConfiguredBackups): Route<Principal>[] {
  return [
    route({
      method: "GET",
      path: "/api/backups",
      summary: "The copies of the database, newest first",
      access: operator("viewer"),
      replies: { 200: backupsSchema },
      handle: async () => {
        const [list, restorePointAt] = [await backups.list(), await backups.restorePointAt()];
        return answer(200, { success: true as const, backups: list, restore_point_at: restorePointAt });
      },
    }),
    route({
      method: "POST",
      path: "/api/backups/create",
      summary: "Make a base backup now",
      access: operator("operator"),
      body: emptyInputSchema,
      replies: { 200: backupCreatedSchema },
      refusals: BACKUP_REFUSALS,
      timeoutMs: BACKUP_TIMEOUT_MS,
      isSlow: true,
      async handle() {
        const created = await backups.create();
        return created.ok ? answer(200, { success: true as const, backup: created.value }) : refuse(created.refusal);
      },
    }),
    route({
      method: "POST",
      path: "/api/backups/:name/verify",
      summary: "Restore a backup into a scratch cluster and compare it",
      access: operator("operator"),
      params: backupName,
      body: emptyInputSchema,
      replies: { 200: backupCreatedSchema },
      refusals: BACKUP_REFUSALS,
      timeoutMs: BACKUP_TIMEOUT_MS,
      isSlow: true,
      async handle({ params }) {
        const verified = await backups.verify(params.name);
        return verified.ok ? answer(200, { success: true as const, backup: verified.value }) : refuse(verified.refusal);
      },
    }),
  ];
}
