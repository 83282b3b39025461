import type { JsonObject } from "@assay/primitives/json";

/** What reaches a person: the body of a webhook, and what the mail is written from. */
export interface PageMessage {
  /** `alert.firing`, `alert.resolved`, `alert.acknowledgement_expired`, `approval.requested`, `action.taken`. */
  readonly type: string;
  /** One line: severity, what, where. */
  readonly title: string;
  /** Sentences for a person just woken: what is broken, since when, the next step. */
  readonly text: string;
  /** Console page to open. */
  readonly url: string;
  /** RFC 3339 */
  readonly at: string;
  /** The alert, approval or action itself, for machines. */
  readonly data: JsonObject;
}
