import type { Database } from "@assay/platform/storage/database";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { lineSchema, textSchema } from "../api/schema/text.ts";
import { appendAuditEntry } from "../audit/audit-outbox.ts";
import type { CustomerId } from "../customers/customer.ts";
import { setRestricted } from "../customers/customer-store.ts";
import { type Action, type ActionContext, type ActionResult, action } from "./action.ts";

const params = z.strictObject({ user_id: lineSchema(64).min(1), reason: textSchema(500).min(1) });
const REFUSALS = { UNKNOWN_USER: 404 };

export function customerActions(database: Database): Action[] {
  const restrict = async (
    input: z.output<typeof params>,
    { by, correlationId }: ActionContext,
    restricted: boolean,
  ): Promise<ActionResult> => {
    const found = await database.transaction(async (transaction) => {
      const details = { reason: input.reason, correlation_id: correlationId };
      const verb = restricted ? "restrict" : "unrestrict";
      const target = `customer:${input.user_id}`;
      await appendAuditEntry(transaction, { actor: by, action: `coinhubx.user.${verb}`, target, details });
      return await setRestricted(transaction, input.user_id as CustomerId, restricted);
    });
    return found
      ? accept({ user_id: input.user_id, restricted })
      : refuse({ code: "UNKNOWN_USER", detail: "No customer has this id." });
  };
  const common = { effect: "danger", params, refusals: REFUSALS } as const;
  return [
    action({
      ...common,
      name: "coinhubx.user.restrict",
      title: "Restrict a customer",
      sentence: "Let {user_id} read and cancel only",
      blastRadius: "One customer: no orders, no withdrawals; what is open can be canceled.",
      people: 1,
      roles: ["operator"],
      direction: "stop",
      undo: "coinhubx.user.unrestrict",
      perform: (input, context) => restrict(input, context, true),
    }),
    action({
      ...common,
      name: "coinhubx.user.unrestrict",
      title: "Lift a customer's restriction",
      sentence: "Let {user_id} trade and withdraw again",
      blastRadius: "One customer.",
      people: 2,
      roles: ["operator", "approver"],
      direction: "start",
      undo: "coinhubx.user.restrict",
      perform: (input, context) => restrict(input, context, false),
    }),
  ];
}
