import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { textSchema } from "../api/schema/text.ts";
import { appendAuditEntry } from "../audit/audit-outbox.ts";
import { rebuildBalance } from "../ledger/rebuild-balance.ts";
import { type Action, action } from "./action.ts";

const params = z.strictObject({
  account_id: z
    .string()
    .regex(/^\d{1,18}$/)
    .describe("The account's number, as the reconciliation report gives it"),
  reason: textSchema(500).min(10),
});

/** Repairs what a change around the ledger left behind: check R2 of the runbook reconciliation-mismatch. */
export function rebuildBalanceAction(options: { readonly database: Database; readonly clock: Clock }): Action {
  return action({
    name: "coinhubx.ledger.rebuild_balance",
    title: "Rebuild a balance from the journal",
    effect: "danger",
    params,
    sentence: "Make the balance of account {account_id} what its rows in the journal say",
    blastRadius: "One account's balance; the journal keeps a note of the repair.",
    people: 2,
    roles: ["operator", "approver"],
    direction: "neutral",
    undo: "None: the balance was not one that the journal explains.",
    refusals: { ACCOUNT_NOT_FOUND: 404 },
    async perform({ account_id: accountId, reason }, { by, correlationId }) {
      const metadata = { reason, by: by.id, account: accountId };
      const entry = { actor: by, action: "coinhubx.ledger.rebuild_balance", target: `account:${accountId}` };
      const details = { reason, correlation_id: correlationId };
      const rebuilt = await rebuildBalance(options, { accountId, correlationId, metadata }, (transaction) =>
        appendAuditEntry(transaction, { ...entry, details }),
      );
      if (!rebuilt.ok) return refuse({ code: "ACCOUNT_NOT_FOUND", detail: "No account has this number." });
      const { account, before, after, journalPosition } = rebuilt.value;
      return accept({
        account_id: accountId,
        account,
        before: { ...before },
        after: { ...after },
        journal_position: journalPosition,
      });
    },
  });
}
