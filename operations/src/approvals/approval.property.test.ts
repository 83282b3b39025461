import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { addMs, type Instant } from "@assay/primitives/instant";
import type { Result } from "@assay/primitives/result";
import fc from "fast-check";
import {
  type Approval,
  type ApprovalRefusal,
  approve,
  asOf,
  cancelApproval,
  confirmRequest,
  isOpen,
  refuseApproval,
  type Signer,
  settle,
} from "./approval.ts";
import { ada, alan, barbara, edsger, grace, LIFETIME_MS, REQUESTED_AT, requestedApproval } from "./approval-fixture.ts";
import { toPeople } from "./policy.ts";

const CAST: readonly Signer[] = [ada, grace, edsger, barbara, alan];

interface Move {
  readonly kind: "confirm" | "approve" | "approve something else" | "refuse" | "cancel";
  readonly who: number;
  readonly afterMs: number;
}

const moves = fc.array(
  fc.record<Move>({
    kind: fc.constantFrom("confirm", "approve", "approve", "approve", "approve something else", "refuse", "cancel"),
    who: fc.nat(CAST.length - 1),
    afterMs: fc.oneof({ weight: 9, arbitrary: fc.nat(2_000) }, { weight: 1, arbitrary: fc.nat(LIFETIME_MS) }),
  }),
  { maxLength: 24 },
);

/** The rules said another way: who has agreed so far, and whether it is over. */
class Model {
  readonly agreed = new Set<Signer>();
  over: string | undefined;
  readonly requester: Signer;
  readonly people: number;

  constructor(requester: Signer, people: number) {
    this.requester = requester;
    this.people = people;
  }

  accepts({ kind, who }: Move, elapsedMs: number): boolean {
    const person = CAST[who]!;
    const isRequester = person === this.requester;
    const isUseful = person.roles.includes("operator") || person.roles.includes("approver");
    if (this.over !== undefined || elapsedMs >= LIFETIME_MS) return false;
    if (kind === "cancel") return isRequester;
    if (kind === "refuse") return !isRequester && isUseful;
    if (kind === "approve something else") return false;
    if (kind === "confirm") return isRequester && this.agreed.size === 0 && isUseful;
    if (isRequester || this.agreed.size === 0 || this.agreed.has(person) || !isUseful) return false;
    const roles = [...this.agreed, person].flatMap((signer) => signer.roles);
    return this.agreed.size + 1 < this.people || (roles.includes("operator") && roles.includes("approver"));
  }

  take({ kind, who }: Move): void {
    if (kind === "cancel" || kind === "refuse") this.over = kind;
    else this.agreed.add(CAST[who]!);
    if (this.agreed.size === this.people) this.over ??= "approved";
  }
}

function play(approval: Approval, { kind, who }: Move, now: Instant): Result<Approval, ApprovalRefusal> {
  const person = CAST[who]!;
  switch (kind) {
    case "confirm":
      return confirmRequest(approval, person, now);
    case "approve":
      return approve(approval, person, { digest: approval.digest, now });
    case "approve something else":
      return approve(approval, person, { digest: "ff".repeat(32), now });
    case "refuse":
      return refuseApproval(approval, person, { reason: "no", now });
    case "cancel":
      return cancelApproval(approval, person.personId, now);
  }
}

test("any order of people, moves and time agrees with the model, and only distinct people in number approve", () => {
  fc.assert(
    fc.property(fc.nat(CAST.length - 1), fc.integer({ min: 2, max: 4 }), moves, (who, people, script) => {
      const requester = CAST[who]!;
      const model = new Model(requester, people);
      let approval = requestedApproval(requester, toPeople(people));
      let elapsedMs = 0;
      for (const move of script) {
        elapsedMs += move.afterMs;
        const expected = model.accepts(move, elapsedMs);
        const result = play(approval, move, addMs(REQUESTED_AT, elapsedMs));
        equal(result.ok, expected, `${move.kind} by ${CAST[move.who]!.name} after ${elapsedMs} ms`);
        if (!result.ok) continue;
        model.take(move);
        approval = result.value;
      }
      equal(approval.signatures.length, model.agreed.size);
      equal(approval.state === "approved", model.over === "approved");
      const now = addMs(REQUESTED_AT, elapsedMs);
      equal(isOpen(asOf(approval, now)), model.over === undefined && elapsedMs < LIFETIME_MS);
      if (approval.state !== "approved") return;
      const signers = new Set(approval.signatures.map(({ personId }) => personId));
      ok(signers.size >= 2 && signers.size === people);
      const outcome = { code: "DONE", answer: null };
      const done = settle(approval, { succeeded: true, outcome, now });
      for (const move of script) equal(play(done, move, now).ok, false, "what was run takes no further move");
    }),
    { numRuns: 300 },
  );
});
