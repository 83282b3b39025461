import { isTimeZone } from "@assay/platform/clock/wall-time";
import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type PersonPrincipal, type Principal, person, signedIn } from "../../identity/principal.ts";
import { holdsRole } from "../../identity/roles.ts";
import { quietHoursOf, replaceQuietHours } from "../../on-call/quiet-hours.ts";
import { contactsSchema } from "../schema/delivery.ts";
import type { OnCallApi } from "./on-call-api.ts";
import { actorOf, DETAILS } from "./schedule-routes.ts";

const paramsSchema = z.strictObject({ id: z.string().max(64) });

// Where a person's pages go is theirs to decide; an administrator may help.
function mayChange(principal: PersonPrincipal, personId: string): boolean {
  return principal.personId === personId || holdsRole(principal.roles, "admin");
}

/** GET `/api/people/:id/contacts` */
export function getContacts({ delivery, database }: OnCallApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/people/:id/contacts",
    summary: "How a person is reached, in the order of trying, and when not",
    access: person("viewer"),
    params: paramsSchema,
    replies: { 200: contactsSchema },
    handle: async ({ params: { id }, principal }) => {
      if (!mayChange(principal, id)) return refuse({ code: "FORBIDDEN" });
      const quietHours = (await quietHoursOf(database, [id])).get(id) ?? null;
      return answer(200, { contacts: await delivery.contacts(id), quietHours });
    },
  });
}

/** PUT `/api/people/:id/contacts` */
export function putContacts({ delivery, directory, database, audit }: OnCallApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/people/:id/contacts",
    summary: "Set how a person is reached, and when not",
    access: signedIn,
    params: paramsSchema,
    body: contactsSchema,
    replies: { 200: contactsSchema },
    refusals: { UNKNOWN_TIME_ZONE: 422 },
    handle: async ({ params: { id }, principal, body }) => {
      if (!mayChange(principal, id)) return refuse({ code: "FORBIDDEN" });
      if (!(await directory.people()).some((one) => one.id === id)) return refuse({ code: "NOT_FOUND" });
      const { contacts, quietHours } = body;
      if (quietHours !== null && !isTimeZone(quietHours.timeZone))
        return refuse({ code: "UNKNOWN_TIME_ZONE", detail: DETAILS.UNKNOWN_TIME_ZONE });
      await audit.append(undefined, {
        actor: actorOf(principal),
        action: "contacts.changed",
        target: id,
        details: { kinds: contacts.map(({ kind }) => kind), quietHours },
      });
      await delivery.setContacts(id, contacts);
      await database.transaction((tx) => replaceQuietHours(tx, id, quietHours));
      return answer(200, body);
    },
  });
}
