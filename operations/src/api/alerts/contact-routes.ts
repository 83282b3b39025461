import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type PersonPrincipal, type Principal, person, signedIn } from "../../identity/principal.ts";
import { holdsRole } from "../../identity/roles.ts";
import { contactsSchema } from "../schema/delivery.ts";
import type { WatchApi } from "../systems/watch-api.ts";

const paramsSchema = z.strictObject({ id: z.string().max(64) });

// Where a person's pages go is theirs to decide; an administrator may help.
function mayChange(principal: PersonPrincipal, personId: string): boolean {
  return principal.personId === personId || holdsRole(principal.roles, "admin");
}

/** GET `/api/people/:id/contacts` */
export function getContacts({ delivery }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/people/:id/contacts",
    summary: "How a person is reached, in the order of trying",
    access: person("viewer"),
    params: paramsSchema,
    replies: { 200: contactsSchema },
    handle: async ({ params, principal }) =>
      mayChange(principal, params.id)
        ? answer(200, { contacts: await delivery.contacts(params.id) })
        : refuse({ code: "FORBIDDEN" }),
  });
}

/** PUT `/api/people/:id/contacts` */
export function putContacts({ delivery, directory, audit }: WatchApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/people/:id/contacts",
    summary: "Set how a person is reached",
    access: signedIn,
    params: paramsSchema,
    body: contactsSchema,
    replies: { 200: contactsSchema },
    handle: async ({ params, principal, body }) => {
      if (!mayChange(principal, params.id)) return refuse({ code: "FORBIDDEN" });
      if (!(await directory.people()).some(({ id }) => id === params.id)) return refuse({ code: "NOT_FOUND" });
      await audit.append(undefined, {
        actor: { kind: "person", id: principal.personId, name: principal.name },
        action: "contacts.changed",
        target: params.id,
        details: { kinds: body.contacts.map(({ kind }) => kind) },
      });
      await delivery.setContacts(params.id, body.contacts);
      return answer(200, body);
    },
  });
}
