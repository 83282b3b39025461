import type { Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { Paged } from "../delivery/delivery.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import type { Severity } from "../thresholds/threshold.ts";

export interface PageRequest {
  /** What it is about: `alert/alr_…`. One subject is called once at a time. */
  readonly subject: string;
  readonly system: string | null;
  readonly severity: Severity;
  readonly message: PageMessage;
  /** Whom the first step tells; default by the policy. */
  readonly pages?: "policy" | "everyone";
  /** Exactly these first, such as those who could approve. */
  readonly people?: readonly string[];
  /** Id of an escalation policy; default by system and severity. */
  readonly policy?: string;
}

export interface PageAcknowledgement {
  readonly by: { readonly id: string; readonly name: string };
  readonly until: Instant;
}

/** Tells people until somebody answers. All writes are in the caller's transaction; nothing waits for a delivery. */
export interface Paging {
  /**
   * The first step now, and the clock of the others starts. Again for a subject that is being called: the people last
   * told are told again, or whoever has acknowledged it; a worse severity, or a subject that had ended, begins from the
   * top.
   */
  raise(tx: Sql, request: PageRequest): Promise<readonly Paged[]>;
  /**
   * Steps stop; when `until` passes they begin again from the top, by themselves: the caller need not raise it again.
   * Nothing happens for a subject that is not being called.
   */
  acknowledge(tx: Sql, subject: string, acknowledgement: PageAcknowledgement): Promise<void>;
  /** It is over: pages still waiting are dropped, and whoever was told hears `message`. */
  end(tx: Sql, subject: string, message?: PageMessage): Promise<readonly Paged[]>;
}
