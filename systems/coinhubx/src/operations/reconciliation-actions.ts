import { accept } from "@assay/primitives/result";
import { z } from "zod";
import type { Reconciliation } from "../reconciliation/reconciliation.ts";
import { type Action, action } from "./action.ts";

export function reconciliationActions(reconciliation: Reconciliation): Action[] {
  return [
    action({
      name: "coinhubx.reconciliation.run",
      title: "Reconcile now",
      effect: "write",
      params: z.strictObject({}),
      sentence: "Compare all books now",
      blastRadius: "Reads everything; a mismatch stops trading and withdrawals.",
      people: 1,
      roles: ["operator"],
      direction: "neutral",
      undo: "Nothing to undo.",
      async perform() {
        const { report_id, verdict, reconciled, mismatch_count, journal_position } = await reconciliation.run();
        return accept({ report_id, verdict, reconciled, mismatch_count, journal_position });
      },
    }),
  ];
}
