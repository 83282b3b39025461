import type { Runbook, Step } from "../document/runbook.ts";

/** Why a step's action is done, for the people who sign it and for the audit log. */
export function reasonOf({ runbook }: Pick<Runbook, "runbook">, { name, title }: Pick<Step, "name" | "title">): string {
  return `Runbook ${runbook}, step ${name}: ${title}`;
}
