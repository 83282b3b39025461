import type { Logger } from "@assay/platform/logging/logger";
import type { Sql } from "@assay/platform/storage/database";
import type { JsonObject } from "@assay/primitives/json";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { EventPublisher } from "../events/events.ts";
import type { IncidentTimeline } from "../incidents/incidents.ts";
import type { Signer } from "./approval.ts";
import { approvalCodeOf } from "./approval-notice.ts";
import type { ApprovalRecord } from "./approval-store.ts";

export interface ApprovalJournalOptions {
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly timeline: IncidentTimeline;
  readonly logger: Logger;
}

export interface ApprovalEvent {
  /** Past participle, the end of the audit action: `agreed`. */
  readonly what: string;
  /** Nobody: the plane itself. */
  readonly by: Pick<Signer, "personId" | "name"> | undefined;
  readonly details?: JsonObject;
}

const PLANE: AuditActor = { kind: "system", id: "operations", name: "operations" };

/** Where the story of a request is told: the audit log, live views and the incident. */
export class ApprovalJournal {
  readonly #options: ApprovalJournalOptions;

  constructor(options: ApprovalJournalOptions) {
    this.#options = options;
  }

  /** Last in the transaction of the change. */
  async record(transaction: Sql, approval: ApprovalRecord, { what, by, details = {} }: ApprovalEvent): Promise<void> {
    await this.#options.audit.append(transaction, {
      actor: by === undefined ? PLANE : { kind: "person", id: by.personId, name: by.name },
      action: `${approval.bound.action}.${what}`,
      target: approval.bound.target,
      details: { ...details, approval: approval.id, digest: approval.digest },
      ...(approval.incidentId === null ? {} : { incidentId: approval.incidentId }),
    });
  }

  /** Somebody tried what the rules do not allow: kept as well, beside what was allowed. Never in the way of the answer. */
  async recordAttempt(
    {
      action,
      target,
      incidentId = null,
    }: { readonly action: string; readonly target: string; readonly incidentId?: string | null },
    by: Pick<Signer, "personId" | "name">,
    details: JsonObject & { readonly code: string },
  ): Promise<void> {
    try {
      await this.#options.audit.append(undefined, {
        actor: { kind: "person", id: by.personId, name: by.name },
        action: `${action}.attempt_refused`,
        target,
        details,
        ...(incidentId === null ? {} : { incidentId }),
      });
    } catch (error) {
      this.#options.logger.error({ error, action, code: details.code }, "A refused attempt could not be recorded");
    }
  }

  /** After the commit; a story that cannot be told undoes nothing that was decided. */
  async announce(approval: ApprovalRecord, what: string): Promise<void> {
    const { events, timeline, logger } = this.#options;
    events.publish({ topic: "approvals", id: approval.id });
    if (approval.incidentId === null) return;
    const { id, digest, state, outcome, bound } = approval;
    try {
      await timeline.append(approval.incidentId, {
        kind: "approval",
        actor: { kind: "person", ...bound.requester },
        summary: `${approval.sentence} (${approvalCodeOf(approval)}): ${what}`,
        details: { approval: id, digest, state, outcome },
      });
    } catch (error) {
      logger.error({ error, approval_id: id }, "The incident's timeline lacks an approval");
    }
  }
}
