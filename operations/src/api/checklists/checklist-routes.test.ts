import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { fetchJson } from "@assay/platform/http/http-client";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { HOUR_MS, toInstant } from "@assay/primitives/instant";
import { accept } from "@assay/primitives/result";
import { OPERATIONS_MIGRATIONS } from "../../audit/audit-fixture.ts";
import { openTestChecklists } from "../../checklists/checklists-fixture.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Role } from "../../manifest/manifest.ts";
import { checklistRoutes } from "./checklist-routes.ts";

const ROLES: Readonly<Record<string, readonly Role[]>> = { vera: ["viewer"], ada: ["operator"], cleo: ["compliance"] };

/** The bearer token is the person's name. */
function principalOf(header: string | undefined): Principal | undefined {
  const name = header?.replace("Bearer ", "") ?? "";
  if (name === "coinhubx") return { kind: "service", name };
  const roles = ROLES[name];
  if (roles === undefined) return undefined;
  const of = { email: `${name}@example.org`, sessionId: "ses_1", steppedUpAt: null, hasTotp: true };
  return { kind: "person", personId: `per_${name}`, name, roles, ...of };
}

test("whoever may look may not tick, whoever ticks may not sign, and no service does either", async () => {
  await using database = await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" });
  // 08:30 in Zurich.
  const clock = new MovedClock(toInstant(Date.parse("2026-03-27T07:30:00Z")));
  await using plane = await openTestChecklists(database.app, clock);
  const { checklists } = plane;
  await checklists.advance();
  await clock.advance(HOUR_MS);
  await checklists.advance();
  await using server = await startTestHttpServer<Principal>(checklistRoutes({ checklists, clock }), {
    authenticate: async ({ headers }) => accept(principalOf(headers.authorization)),
  });
  const ask = async (token: string, path: string, body?: object) => {
    const method = body === undefined ? ({} as const) : ({ method: "POST", body: { ...body } } as const);
    const reply = await fetchJson(`${server.url}/api/checklists${path}`, { token, ...method });
    const { code, round, rounds } = reply.body as {
      code?: string;
      round?: { state: string };
      rounds?: { id: string }[];
    };
    return { status: reply.status, code, round, rounds };
  };
  const listed = await ask("vera", "/rounds");
  const id = listed.rounds?.[0]?.id;
  const outcome = async (...asked: Parameters<typeof ask>) => {
    const { status, code, round } = await ask(...asked);
    return `${status} ${code ?? round?.state}`;
  };
  const till = { verdict: "passed", note: "1,204.50" };
  deepEqual(
    [
      await outcome("nobody", "/rounds"),
      await outcome("vera", `/rounds/${id}/run`, {}),
      await outcome("vera", `/rounds/${id}/items/till`, till),
      await outcome("cleo", `/rounds/${id}/items/till`, till),
      await outcome("coinhubx", `/rounds/${id}/items/till`, till),
      await outcome("ada", `/rounds/${id}/items/till`, { ...till, by: "cleo" }),
      await outcome("ada", `/rounds/${id}/items/roof`, till),
      await outcome("ada", `/rounds/${id}/items/till`, { verdict: "passed" }),
      await outcome("cleo", `/rounds/${id}/sign`, {}),
      await outcome("ada", `/rounds/${id}/items/till`, till),
      await outcome("ada", `/rounds/${id}/run`, {}),
      await outcome("ada", `/rounds/${id}/sign`, {}),
      await outcome("cleo", `/rounds/${id}/sign`, { note: "well" }),
      await outcome("cleo", `/rounds/${id}/sign`, {}),
    ],
    [
      "401 UNAUTHENTICATED",
      "403 FORBIDDEN",
      "403 ROLE_MISSING",
      "403 ROLE_MISSING",
      "403 FORBIDDEN",
      "400 INVALID_INPUT",
      "404 ITEM_NOT_FOUND",
      "422 NOTE_REQUIRED",
      "409 ITEMS_OPEN",
      "200 open",
      "200 open",
      "403 ROLE_MISSING",
      "200 signed",
      "409 ROUND_SIGNED",
    ],
  );
  equal((await ask("vera", `/rounds/${id}`)).round?.state, "signed");
});
