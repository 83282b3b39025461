import type { Clock } from "@assay/platform/clock/clock";
import type { Sql } from "@assay/platform/storage/database";
import { formatInstant } from "@assay/primitives/instant";
import type { ActionNotice, ApprovalNotice, Pager } from "../approvals/pager.ts";
import { holdsRole } from "../identity/roles.ts";
import type { Delivery } from "./delivery.ts";
import type { Directory } from "./directory.ts";

export interface ApprovalPagesOptions {
  /** Asked for at each page: approvals and delivery are made one after the other. */
  readonly delivery: () => Pick<Delivery, "page" | "cancel">;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly publicUrl: string;
}

/** An approval request pages the second person; an action that one person took alone pages everyone. */
export function createApprovalPages({ delivery, directory, clock, publicUrl }: ApprovalPagesOptions): Pager {
  return {
    approvalRequested: async (transaction: Sql, notice: ApprovalNotice) => {
      const people = await directory.people();
      const others = people.filter(({ id, roles }) => id !== notice.requester.id && holdsRole(roles, "viewer"));
      const able = others.filter(({ roles }) => notice.roles.some((role) => holdsRole(roles, role)));
      await delivery().page(transaction, {
        subject: `approval/${notice.approvalId}`,
        to: (able.length > 0 ? able : others).map(({ id }) => id),
        message: {
          type: "approval.requested",
          title: `[approval] ${notice.requester.name} asks: ${notice.sentence}`,
          text: `${notice.requester.name} asks you to agree: ${notice.sentence}\nCode: ${notice.code}\nEnds: ${formatInstant(notice.expiresAt)}\nCompare the code in the console before you agree; nothing can be approved from this message.`,
          url: `${publicUrl}/approvals/${notice.approvalId}`,
          at: formatInstant(clock.now()),
          data: { ...notice, roles: [...notice.roles], expiresAt: formatInstant(notice.expiresAt) },
        },
      });
    },
    approvalEnded: (transaction: Sql, approvalId: string) => delivery().cancel(transaction, `approval/${approvalId}`),
    actionTaken: async (transaction: Sql, notice: ActionNotice) => {
      await delivery().page(transaction, {
        subject: `action/${notice.runId}`,
        to: "everyone",
        message: {
          type: "action.taken",
          title: `[action] ${notice.by.name}: ${notice.sentence}`,
          text: `${notice.by.name} did: ${notice.sentence}\nReason: ${notice.reason}`,
          url: `${publicUrl}/danger-zone`,
          at: formatInstant(clock.now()),
          data: { ...notice },
        },
      });
    },
  };
}
