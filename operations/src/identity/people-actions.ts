import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { accept, type Refusal, type Result } from "@assay/primitives/result";
import { z } from "zod";
import type { CatalogueAction, OwnRequest } from "../actions/action-catalogue.ts";
import { type ActionDescription, type Role, roleSchema } from "../manifest/manifest.ts";
import { type NamedBy, PEOPLE_POLICY, type People } from "./people.ts";

const person = z.string().trim().min(3).max(254).describe("their e-mail address");
const roles = z
  .string()
  .regex(new RegExp(`^(${roleSchema.options.join("|")})(,(${roleSchema.options.join("|")}))*$`))
  .describe(`of ${roleSchema.options.join(", ")}, with commas`);

const somebody = z.strictObject({ person });
const newcomer = z.strictObject({ email: z.email().max(254), name: z.string().trim().min(1).max(100), roles });
const newRoles = z.strictObject({ person, roles });

interface PeopleAction {
  readonly description: ActionDescription;
  perform(people: People, request: OwnRequest): Promise<Result<JsonValue, Refusal>>;
}

const two = { people: 2, roles: [...PEOPLE_POLICY] as Role[], effect: "danger", direction: "start" } as const;
const one = { people: 1, roles: ["admin"] as Role[], effect: "danger", direction: "stop" } as const;

/** What happens to access, as actions: the same doors, policies and log as anything else that is dangerous. */
const ACTIONS: readonly PeopleAction[] = [
  {
    description: {
      ...{ ...two, name: "operations.person.add", title: "Add an operator", params: paramsOf(newcomer) },
      sentence: "Let {name} ({email}) operate as {roles}",
      blastRadius: "They may take part in what their roles sign. An admin gives them a one-time code to enrol with.",
      pagesEveryone: false,
      undo: "operations.person.remove",
    },
    perform: async (people, { params, requester }) => {
      const { email, name, roles: wanted } = newcomer.parse(params);
      const invited = await people.inviteAgreed(requester, { email, name, roles: rolesOf(wanted) });
      // The code is a secret: an admin takes a new one from the People page, and none is kept with the approval.
      return invited.ok ? accept({ person: invited.value.person.id }) : invited;
    },
  },
  {
    description: {
      ...{ ...two, name: "operations.person.change_roles", title: "Change an operator's roles" },
      params: paramsOf(newRoles),
      sentence: "Let {person} operate as {roles} from now on",
      blastRadius: "Their next call has the new roles, and tokens given to them before end within five seconds.",
      pagesEveryone: false,
      undo: "operations.person.change_roles with the roles they had",
    },
    perform: (people, { params, requester }) => {
      const { person: name, roles: wanted } = newRoles.parse(params);
      return onPerson(people, name, (id) => people.changeRolesAgreed(requester, { id, roles: rolesOf(wanted) }));
    },
  },
  {
    description: {
      ...{ ...one, name: "operations.person.remove", title: "Remove an operator", params: paramsOf(somebody) },
      sentence: "Take all access away from {person}",
      blastRadius:
        "Their sessions, passkeys, API keys and tokens end, here at once and in every system within five seconds. Their open requests are cancelled.",
      pagesEveryone: false,
      undo: "operations.person.add, as somebody new",
    },
    perform: (people, request) => withPerson(people, request, (by, id) => people.removeAgreed(by, id)),
  },
  {
    description: {
      ...{ ...one, name: "operations.sessions.revoke", title: "End somebody's sessions", params: paramsOf(somebody) },
      sentence: "End every session and token of {person}",
      blastRadius: "They are signed out everywhere and may sign in again.",
      pagesEveryone: false,
      undo: "They sign in again.",
    },
    perform: (people, request) => withPerson(people, request, (by, id) => people.revokeSessions(by, id)),
  },
  {
    description: {
      ...{ ...two, name: "operations.second_factor.reset", title: "Reset a lost second factor" },
      params: paramsOf(somebody),
      sentence: "Take the authenticator and every passkey from {person}",
      blastRadius:
        "They are signed out and may sign nothing until they set up a new one. Whoever asks must have spoken to them.",
      pagesEveryone: false,
      undo: "They set up a new authenticator or passkey.",
    },
    perform: (people, request) => withPerson(people, request, (by, id) => people.resetSecondFactor(by, id)),
  },
];

export const PEOPLE_ACTIONS: readonly ActionDescription[] = ACTIONS.map(({ description }) => description);

/** For the catalogue of the plane's own actions. */
export function peopleActions({ people, environment }: { people: People; environment: string }): CatalogueAction[] {
  return ACTIONS.map(({ description, perform }) => ({
    ...{ system: "operations", environment, url: "", description, neverStanding: true },
    own: {
      check: () => accept(undefined),
      requires: () => ({}),
      perform: async (request) => {
        const done = await perform(people, request);
        return done.ok
          ? { status: 200, body: { success: true, result: done.value } }
          : { status: 409, body: { code: done.refusal.code } };
      },
    },
  }));
}

function paramsOf(schema: z.ZodType): ActionDescription["params"] {
  return z.toJSONSchema(schema) as JsonObject as ActionDescription["params"];
}

function rolesOf(text: string): Role[] {
  return text.split(",").map((role) => roleSchema.parse(role));
}

async function withPerson(
  people: People,
  { params, requester }: OwnRequest,
  work: (by: NamedBy, id: string) => Promise<Result<unknown, Refusal>>,
): Promise<Result<JsonValue, Refusal>> {
  return await onPerson(people, somebody.parse(params).person, (id) => work(requester, id));
}

async function onPerson(
  people: People,
  name: string,
  work: (id: string) => Promise<Result<unknown, Refusal>>,
): Promise<Result<JsonValue, Refusal>> {
  const found = await people.findByName(name);
  const done = await work(found?.id ?? "nobody");
  return done.ok ? accept({ person: found?.id ?? null }) : done;
}
