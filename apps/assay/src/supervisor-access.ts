import type { CommandContext } from "@assay/platform/command-line/command-context";
import { askSupervisor } from "@assay/platform/supervisor/control-client";
import { type ControlRequest, controlSocketPath } from "@assay/platform/supervisor/control-protocol";
import type { ProcessState } from "@assay/platform/supervisor/process-status";
import { z } from "zod";

const STATES = ["stopped", "starting", "ready", "unready", "waiting", "stopping", "held", "failed"] as const;

export const processStatusSchema = z.object({
  name: z.string(),
  group: z.string(),
  state: z.enum(STATES satisfies readonly ProcessState[]),
  pid: z.int().optional(),
  startedAt: z.int().optional(),
  restarts: z.int(),
  version: z.string().optional(),
  address: z.string().optional(),
  reason: z.string().optional(),
});
export type ProcessRow = z.infer<typeof processStatusSchema>;

/** Asks the supervisor of this state folder. @throws Failure `SUPERVISOR_NOT_RUNNING` and the supervisor's own. */
export async function ask<T>(context: CommandContext, request: ControlRequest, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(await askSupervisor(controlSocketPath(context.stateDirectory), request));
}

/** The processes that any of the names means: a process, its start without the group, a group, or all when there are none. */
export async function listProcesses(context: CommandContext, names: readonly string[] = []): Promise<ProcessRow[]> {
  const all = await ask(context, { command: "status" }, z.array(processStatusSchema));
  if (names.length === 0) return all;
  return all.filter(({ name, group }) =>
    names.some((wanted) => [name, group, "all"].includes(wanted) || name === `${group}-${wanted}`),
  );
}
