import { newOpaqueToken } from "@assay/platform/auth/opaque-token";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { addMs } from "@assay/primitives/instant";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { Person } from "./person.ts";
import {
  deleteExpiredSessions,
  insertSession,
  SESSION_LIFETIME_MS,
  type Session,
  type SessionTransport,
} from "./session-store.ts";

const LONGEST_USER_AGENT = 200;

/** Where a call comes from. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

/** How somebody proved who they are. */
export type SignInMethod = "password" | "password and code" | "passkey" | "identity provider";

export interface SignedIn {
  readonly person: Person;
  readonly session: Session;
  /** Shown to its owner once; the database holds a hash. */
  readonly token: string;
}

export interface SessionOpening {
  readonly person: Person;
  readonly visitor: Visitor;
  readonly transport: SessionTransport;
  readonly method: SignInMethod;
}

/** A new session of somebody who proved who they are. */
export async function openSession(
  options: { readonly clock: Clock; readonly random: Random; readonly audit: AuditLog },
  transaction: Sql,
  { person, visitor, transport, method }: SessionOpening,
): Promise<SignedIn> {
  const { clock, random, audit } = options;
  const now = clock.now();
  const { token, tokenHash } = newOpaqueToken(random, "ses");
  const session: Session = {
    id: newId("ses", now, random),
    personId: person.id,
    transport,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: addMs(now, SESSION_LIFETIME_MS),
    steppedUpAt: method === "passkey" || method === "password and code" ? now : null,
    address: visitor.address,
    userAgent: visitor.userAgent.slice(0, LONGEST_USER_AGENT),
  };
  await deleteExpiredSessions(transaction, now);
  await insertSession(transaction, tokenHash, session);
  await audit.append(transaction, {
    actor: actorOf(person),
    action: "session.opened",
    target: session.id,
    details: { address: visitor.address, transport, method },
  });
  return { person, session, token };
}

/** A person as the audit log names them. */
export function actorOf(person: { readonly id: string; readonly name: string }): AuditActor {
  return { kind: "person", id: person.id, name: person.name };
}
