import { answer, type Route, route } from "@assay/platform/http/route";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import { appendAuditEntry } from "../../audit/audit-outbox.ts";
import { operatorWithAny } from "../access.ts";
import { actorOf } from "../actor-of.ts";
import type { Principal } from "../principal.ts";
import { usersQuerySchema, usersSchema } from "../schema/admin.ts";

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly verified: boolean;
  readonly restricted: boolean;
  readonly created_at: Date;
}

/** Looking at customers is audited before anything is shown. */
export function adminUserRoutes(database: Database): Route<Principal>[] {
  return [
    route({
      method: "GET",
      path: "/api/admin/users",
      summary: "Customers, newest first",
      access: operatorWithAny(["compliance", "auditor"]),
      query: usersQuerySchema,
      replies: { 200: usersSchema },
      async handle({ principal, query }) {
        const { limit, cursor = null, email = null } = query;
        const details = { limit, ...(email === null ? {} : { email }) };
        const actor = actorOf(principal);
        await appendAuditEntry(database, { actor, action: "coinhubx.user.viewed", target: "customers", details });
        const rows = await database.query<UserRow>(sql`
          select id, email, verified, restricted, created_at from users
          where (${cursor}::text is null or id < ${cursor}) and (${email}::text is null or email = lower(${email}))
          order by id desc limit ${limit}`);
        return answer(200, {
          success: true as const,
          users: rows.map(({ id, email: address, verified, restricted, created_at }) => ({
            user_id: id,
            email: address,
            level: verified ? ("verified" as const) : ("basic" as const),
            restricted,
            created_at: formatInstant(toInstant(created_at.getTime())),
          })),
        });
      },
    }),
  ];
}
