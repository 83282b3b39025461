import type { Clock } from "@assay/platform/clock/clock";
import type { Sql } from "@assay/platform/storage/database";
import { formatInstant } from "@assay/primitives/instant";
import type { Directory, Reachable } from "../delivery/directory.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import { holdsRole } from "../identity/roles.ts";
import type { Paging } from "../on-call/paging.ts";
import type { ActionNotice, ApprovalEnd, ApprovalNotice, Pager, ReviewNotice } from "./pager.ts";

export interface ApprovalPagesOptions {
  /** Asked for at each page: approvals and paging are made one after the other. */
  readonly paging: () => Pick<Paging, "raise" | "end">;
  /** For what is told once and asks for no answer. */
  readonly delivery: () => {
    page(tx: Sql, page: { subject: string; to: readonly string[]; message: PageMessage }): Promise<unknown>;
  };
  readonly directory: Directory;
  readonly clock: Clock;
  readonly publicUrl: string;
}

/** From this round on everybody is told, not only those who could sign. */
const ROUND_FOR_EVERYONE = 2;

/** An approval request pages whoever could sign, until somebody does; what one person did alone is told to everyone. */
export function createApprovalPages(options: ApprovalPagesOptions): Pager {
  const { paging, delivery, directory, clock, publicUrl } = options;
  const message = (parts: Omit<PageMessage, "at">): PageMessage => ({ ...parts, at: formatInstant(clock.now()) });
  return {
    approvalRequested: async (transaction: Sql, notice: ApprovalNotice) => {
      const toEveryone = notice.round >= ROUND_FOR_EVERYONE;
      await paging().raise(transaction, {
        subject: subjectsOf(notice)[toEveryone ? 1 : 0],
        system: notice.system,
        severity: notice.direction === "stop" ? "critical" : "high",
        ...(toEveryone ? { pages: "everyone" } : { people: await ableToSign(directory, notice) }),
        message: message({
          type: "approval.requested",
          ...requestText(notice),
          url: `${publicUrl}/approvals/${notice.approvalId}`,
        }),
      });
    },
    approvalEnded: async (transaction: Sql, end: ApprovalEnd) => {
      const url = `${publicUrl}/approvals/${end.approvalId}`;
      const over = message({ type: `approval.${end.state}`, ...endText(end), url });
      for (const subject of subjectsOf(end)) await paging().end(transaction, subject, over);
      // The requester was never paged for the request itself.
      if (end.state !== "expired" && end.state !== "refused") return;
      await delivery().page(transaction, { subject: endSubjectOf(end), to: [end.requester.id], message: over });
    },
    actionTaken: async (transaction: Sql, notice: ActionNotice) => {
      const { door, by, system } = notice;
      const url = `${publicUrl}/danger-zone`;
      const told = message({ type: TYPES[door], ...actionText(notice), url, data: { ...notice, by: { ...by } } });
      const subject = `action/${notice.runId}`;
      if (door === "break-glass") {
        // Called until somebody reviews it.
        await paging().raise(transaction, { subject, system, severity: "critical", pages: "everyone", message: told });
        return;
      }
      const to = (await directory.people()).map(({ id }) => id);
      await delivery().page(transaction, { subject, to, message: told });
    },
    actionReviewed: async (transaction: Sql, notice: ReviewNotice) => {
      const { runId, sentence, by, note } = notice;
      const title = `[break-glass reviewed] ${sentence}`;
      const text = `${by.name} reviewed it: ${note}`;
      const over = { type: "action.reviewed", title, text, url: `${publicUrl}/danger-zone`, data: { runId, note } };
      await paging().end(transaction, `action/${runId}`, message(over));
    },
    auditDisagrees: async (transaction: Sql, { code, at }) => {
      const text =
        `The table of the audit log and what was signed part at entry ${at} (${code}). Until it is cleared up nothing ` +
        "dangerous is done through the plane. Keep the checkpoints outside the database; do not restore over them.";
      const title = "[critical] The audit log was changed or cut short";
      const told = { type: "audit.inconsistent", title, text, url: `${publicUrl}/audit`, data: { code, at } };
      const to = { system: "operations", severity: "critical", pages: "everyone" } as const;
      await paging().raise(transaction, { subject: "audit/inconsistent", ...to, message: message(told) });
    },
  };
}

const TYPES = { policy: "action.taken", "break-glass": "action.break_glass", "standing approval": "action.standing" };

function actionText({ door, by, sentence, reason }: ActionNotice): Pick<PageMessage, "title" | "text"> {
  const review =
    door === "break-glass" ? "\nNobody else agreed to it. Somebody else must review it within 24 hours." : "";
  const word = door === "policy" ? "action" : door;
  return {
    title: `[${word}] ${by.name}: ${sentence}`,
    text: `${by.name} did: ${sentence}\nReason: ${reason}${review}`,
  };
}

/** Those who could sign, and, after they stayed silent, everybody: two calls, so that the second reaches more people. */
function subjectsOf({ approvalId }: { readonly approvalId: string }): readonly [string, string] {
  return [`approval/${approvalId}`, `approval/${approvalId}/everyone`];
}

function endSubjectOf({ approvalId }: { readonly approvalId: string }): string {
  return `approval/${approvalId}/end`;
}

/** Those who hold a role that is asked for and have not signed; without any, everybody else. */
async function ableToSign(directory: Directory, { signed, requester, roles }: ApprovalNotice): Promise<string[]> {
  const signers = new Set([requester.id, ...signed.map(({ id }) => id)]);
  const others = (await directory.people()).filter(({ id, roles }) => !signers.has(id) && holdsRole(roles, "viewer"));
  const able = others.filter((person: Reachable) => roles.some((role) => holdsRole(person.roles, role)));
  return (able.length > 0 ? able : others).map(({ id }) => id);
}

function requestText(notice: ApprovalNotice): Pick<PageMessage, "title" | "text" | "data"> {
  const { requester, sentence, code, expiresAt, round } = notice;
  const again = round === 0 ? "" : `Nobody has answered yet (told ${round + 1} times). `;
  return {
    title: `[approval] ${requester.name} asks: ${sentence}`,
    text: `${again}${requester.name} asks you to agree: ${sentence}\nCode: ${code}\nEnds: ${formatInstant(expiresAt)}\nCompare the code in the console before you agree; nothing can be approved from this message.`,
    data: {
      ...notice,
      requester: { ...requester },
      signed: notice.signed.map((one) => ({ ...one })),
      roles: [...notice.roles],
      expiresAt: formatInstant(expiresAt),
    },
  };
}

const ENDS: Readonly<Record<string, string>> = {
  expired: "Nobody agreed in time; nothing was done",
  refused: "It was refused; nothing was done",
  canceled: "Whoever asked took it back; nothing was done",
  approved: "Enough people agreed; it is being done",
};

function endText({
  sentence,
  code,
  state,
  requester,
  by,
  reason,
}: ApprovalEnd): Pick<PageMessage, "title" | "text" | "data"> {
  const who = by === undefined ? "" : ` (${by.name}${reason === null ? "" : `: ${reason}`})`;
  return {
    title: `[approval ${state}] ${sentence}`,
    text: `${ENDS[state] ?? "It is over"}${who}.\n${requester.name} asked: ${sentence}\nCode: ${code}`,
    data: { sentence, code, state, requester: { ...requester }, reason },
  };
}
