import type { AuditActor } from "../audit/audit-outbox.ts";
import type { OperatorPrincipal } from "./principal.ts";

/** Whom the audit log names for a call of an operator. */
export function actorOf({ kind, sub, name }: OperatorPrincipal): AuditActor {
  return { kind: kind === "operator" ? "person" : "service", id: sub, name };
}
