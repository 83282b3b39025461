import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import type { JsonObject } from "@assay/primitives/json";
import fc from "fast-check";
import { type TestPerson, TestTrust } from "../trust-fixture.ts";
import type { ApprovalRecord } from "./approval-store.ts";
import { canFillRoles } from "./fill-roles.ts";

const KINDS = ["approve", "approve", "approve", "wrong digest", "replay", "refuse", "cancel", "edit"] as const;
const RARE = ["expire", "restart", "lose role", "leave"] as const;

const move = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...KINDS) },
    { weight: 2, arbitrary: fc.constantFrom(...RARE) },
  ),
  who: fc.nat(3),
});

/** What somebody who wants it done without the others would try, on the real plane. */
class Attempt {
  readonly #test: TestTrust;
  readonly #people: readonly TestPerson[];
  readonly #approval: ApprovalRecord;
  isEdited = false;

  constructor(test: TestTrust, people: readonly TestPerson[], approval: ApprovalRecord) {
    this.#test = test;
    this.#people = people;
    this.#approval = approval;
  }

  async make({ kind, who }: { readonly kind: (typeof KINDS)[number] | (typeof RARE)[number]; readonly who: number }) {
    const person = this.#people[who]!;
    const { trust, database, clock } = this.#test;
    const { id, digest } = this.#approval;
    const sign = async (signed: string) =>
      await trust.approvals.approve(id, person.signer, { proof: { totp: await person.code() }, digest: signed });
    if (kind === "approve") await sign(digest);
    if (kind === "wrong digest") await sign("0f".repeat(32));
    if (kind === "replay") await Promise.all([sign(digest), sign(digest)]);
    if (kind === "refuse") await trust.approvals.refuse(id, person.signer, "no");
    if (kind === "cancel") await trust.approvals.cancel(id, person.signer);
    if (kind === "expire") await clock.advance(25 * 60 * 60_000);
    if (kind === "restart") await this.#restart();
    if (kind === "edit") {
      this.isEdited = true;
      await database.database.execute(sql`
        update approvals set bound = replace(bound, 'ETH', 'BTC') where id = ${id} and state = 'pending'`);
    }
    if (kind === "lose role") {
      await database.database.execute(sql`update people set roles = '{viewer}' where id = ${person.id}`);
    }
    if (kind === "leave") {
      await database.database.execute(
        sql`update people set state = 'removed', removed_at = now() where id = ${person.id}`,
      );
    }
    await trust.approvals.sweep();
  }

  async #restart() {
    await this.#test.close();
    await this.#test.open();
  }
}

test("whatever is tried in whatever order, nothing runs without distinct people who may, and nothing runs twice", async () => {
  await using test = await TestTrust.start();
  const people = [await test.admin(), await test.person("Grace"), await test.person("Edsger", ["operator"])];
  people.push(await test.person("Alan", ["viewer", "auditor"]));
  const rolesOf = new Map(people.map((person) => [person.id, [...person.principal.roles]]));
  await test.database.database.execute(sql`alter table approvals disable trigger approvals_are_not_edited`);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(2),
      fc.integer({ min: 2, max: 3 }),
      fc.array(move, { maxLength: 7 }),
      async (who, size, moves) => {
        for (const [id, roles] of rolesOf) {
          await test.database.database.execute(
            sql`update people set state = 'active', removed_at = null, roles = ${roles} where id = ${id}`,
          );
        }
        test.system.asks.length = 0;
        const requester = people[who]!;
        const order = {
          action: "coinhubx.trading.enable",
          params: { market: "ETH-USDT" },
          reason: "why",
          people: size,
        };
        const proof = { totp: await requester.code() };
        const asked = await test.trust.approvals.request(order, requester.signer, proof);
        ok(asked.ok);
        const attempt = new Attempt(test, people, asked.value);
        for (const one of moves) await attempt.make(one);
        const after = (await test.trust.approvals.get(asked.value.id))!;
        ok(test.system.asks.length <= 1, "asked at most once");
        equal(test.system.asks.length === 1, after.state === "executed");
        if (after.state === "executed") {
          const signers = new Set(after.signatures.map(({ personId }) => personId));
          ok(signers.size === size && signers.has(requester.id), "distinct people");
          ok(after.signatures.every(({ kind, personId }) => (kind === "request") === (personId === requester.id)));
          ok(canFillRoles(["operator", "approver"], after.signatures), "with the roles");
          const body = test.system.asks[0]!.body as { params: JsonObject };
          equal(body.params.market, "ETH-USDT", "what was shown");
        } else await test.trust.approvals.cancel(asked.value.id, requester.signer);
      },
    ),
    { numRuns: 25 },
  );
});
