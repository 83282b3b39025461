import { totpCode } from "@assay/platform/auth/totp";
import type { Clock } from "@assay/platform/clock/clock";
import { fetchText } from "@assay/platform/http/http-client";
import { SECOND_MS, toInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import { z } from "zod";
import { DrillError } from "./drill-error.ts";

export type CallMethod = "GET" | "POST" | "PUT";

export interface DrillCall {
  readonly method?: CallMethod;
  readonly path: string;
  readonly body?: JsonValue;
  /** Default 200 and 201. */
  readonly expects?: readonly number[];
}

const STEP_MS = 30 * SECOND_MS;
const TIMEOUT_MS = 30 * SECOND_MS;
const MAX_BYTES = 32 * 1024 * 1024;

/** Calls the plane over HTTP, as anybody outside does. @throws DrillError for any status but the expected ones. */
export async function callPlane(
  planeUrl: string,
  { method = "GET", path, body, expects = [200, 201], token }: DrillCall & { readonly token?: string | undefined },
): Promise<string> {
  const reply = await fetchText(planeUrl + path, {
    method,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { token }),
  });
  if (expects.includes(reply.status)) return reply.body;
  throw new DrillError(`${method} ${path} answered ${reply.status}: ${reply.body.slice(0, 500)}`);
}

export interface DrillIdentity {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** A simulated person: signed in with a session of their own, with a second factor on a phone of their own. */
export class DrillPerson {
  readonly identity: DrillIdentity;
  readonly #planeUrl: string;
  readonly #clock: Clock;
  readonly #token: string;
  #secret: string | undefined;
  #lastStep = 0;

  constructor(options: { planeUrl: string; clock: Clock; token: string; identity: DrillIdentity }) {
    this.identity = options.identity;
    this.#planeUrl = options.planeUrl;
    this.#clock = options.clock;
    this.#token = options.token;
  }

  /** Signs in with the password. */
  static async signIn(
    planeUrl: string,
    clock: Clock,
    person: Pick<DrillIdentity, "email" | "password">,
  ): Promise<DrillPerson> {
    const { email, password } = person;
    const body = { email, password, transport: "bearer" };
    const answer = await callPlane(planeUrl, { method: "POST", path: "/api/session", body });
    const session = z
      .object({ token: z.string(), person: z.object({ id: z.string(), name: z.string() }) })
      .parse(JSON.parse(answer));
    const { id, name } = session.person;
    return new DrillPerson({ planeUrl, clock, token: session.token, identity: { id, name, email, password } });
  }

  /** Sets up the second factor, as the console's enrolment does. */
  async enrolSecondFactor(): Promise<void> {
    const setup = await this.call(
      { method: "POST", path: "/api/totp/setup", body: {} },
      z.object({ secret: z.string() }),
    );
    this.#secret = setup.secret;
    await this.call({ method: "POST", path: "/api/totp/confirm", body: { code: await this.code() } }, z.unknown());
  }

  /** What the phone shows now. A code is good once, so after three in a row this waits for the next one. */
  async code(): Promise<string> {
    if (this.#secret === undefined) throw new DrillError(`${this.identity.name} has no second factor`);
    const now = Math.floor(this.#clock.now() / STEP_MS);
    // The server takes the step before and after its own as well.
    const step = Math.max(this.#lastStep + 1, now - 1);
    const earlyMs = (step - 1) * STEP_MS - this.#clock.now();
    if (earlyMs > 0) await this.#clock.sleep(earlyMs + 50);
    this.#lastStep = step;
    return totpCode(this.#secret, toInstant(step * STEP_MS));
  }

  async call<Schema extends z.ZodType>(call: DrillCall, schema: Schema): Promise<z.output<Schema>> {
    const text = await this.text(call);
    return schema.parse(text === "" ? undefined : JSON.parse(text));
  }

  text(call: DrillCall): Promise<string> {
    return callPlane(this.#planeUrl, { ...call, token: this.#token });
  }

  /** An access token towards a system, in this person's name. */
  async accessToken(system: string): Promise<string> {
    const body = { audience: system };
    return (await this.call({ method: "POST", path: "/api/tokens", body }, z.object({ token: z.string() }))).token;
  }
}
