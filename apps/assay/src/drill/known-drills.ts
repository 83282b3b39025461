import { parseRunbook } from "@assay/operations/runbooks/document/parse-runbook";
import { readRunbookFolders } from "@assay/operations/runbooks/read-runbook-folder";

/** A fault that a runbook of this repository names as its drill. */
export interface KnownDrill {
  readonly system: string;
  readonly fault: string;
  /** The rule's name. */
  readonly alert: string;
  readonly runbook: string;
}

/** What can be drilled, as the runbooks say it, with nothing running. */
export async function knownDrills(repository: string): Promise<readonly KnownDrill[]> {
  const folders = await readRunbookFolders(repository);
  return folders.flatMap(({ system, runbooks }) =>
    runbooks.flatMap(({ text }) => {
      const { runbook } = parseRunbook(text);
      const fault = runbook?.drill?.fault;
      if (runbook === undefined || fault === undefined) return [];
      const [alert = ""] = runbook.alerts;
      return [{ system, fault, alert: alert.slice(alert.indexOf(".") + 1), runbook: runbook.runbook }];
    }),
  );
}
