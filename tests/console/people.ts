import { systemRandom } from "@assay/platform/random/random";
import { toHex } from "@assay/primitives/bytes";
import type { Page } from "playwright-core";
import { Authenticator } from "./authenticator.ts";
import type { Stage } from "./stage.ts";

/** What people need of a stage: the whole product, or a plane alone. */
export interface ConsoleStage extends Pick<Stage, "openConsole"> {
  readonly stack: Pick<Stage["stack"], "bootstrapCode">;
}

/** Somebody who works with the console: signed in on a machine of their own, with a phone of their own. */
export interface Operator {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly phone: Authenticator;
  readonly page: Page;
}

type Identity = Pick<Operator, "name" | "email" | "password">;

export function newPassword(): string {
  return toHex(systemRandom.bytes(16));
}

/** The first person of an empty plane, set up over the API: for tests that are about something else than signing in. */
export async function firstOperator(stage: ConsoleStage, name = "Ada Byron"): Promise<Operator> {
  const identity = identityOf(name);
  const page = await stage.openConsole();
  await post(page, "/api/bootstrap", { code: stage.stack.bootstrapCode(), ...identity });
  return signedIn(page, identity);
}

/** A colleague, added by `by` and enrolled with the code that answered. */
export async function colleague(stage: ConsoleStage, by: Operator, name = "Grace Hopper"): Promise<Operator> {
  const identity = identityOf(name);
  const { enrolmentCode: code } = await post<{ enrolmentCode: string }>(by.page, "/api/people", {
    name,
    email: identity.email,
    roles: ["operator", "approver"],
    totp: await by.phone.nextCode(),
  });
  const page = await stage.openConsole();
  await post(page, "/api/people/enrol", { code, password: identity.password });
  return signedIn(page, identity);
}

function identityOf(name: string): Identity {
  return { name, email: `${name.split(" ")[0]!.toLowerCase()}@assay.test`, password: newPassword() };
}

async function signedIn(page: Page, identity: Identity): Promise<Operator> {
  await post(page, "/api/session", { email: identity.email, password: identity.password });
  const { secret } = await post<{ secret: string }>(page, "/api/totp/setup", {});
  const phone = new Authenticator(secret);
  await post(page, "/api/totp/confirm", { code: await phone.nextCode() });
  return { ...identity, phone, page };
}

/** Asks the server with the page's own cookies. */
export async function post<T>(page: Page, path: string, data: object): Promise<T> {
  const response = await page.request.post(path, { data });
  if (!response.ok()) throw new Error(`POST ${path} answered ${response.status()}: ${await response.text()}`);
  return response.json();
}
