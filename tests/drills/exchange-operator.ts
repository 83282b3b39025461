import type { DrillPerson } from "@assay/operations/drills/drill-person";
import { fetchJson } from "@assay/platform/http/http-client";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";

export interface ExchangeAnswer {
  readonly status: number;
  readonly body: unknown;
}

const flagsSchema = z.object({ flags: z.array(z.object({ flag_name: z.string(), enabled: z.boolean() })) });
const verdictSchema = z.object({ verdict: z.string() });

/** A person of the plane who calls the exchange itself, with a token in their name. */
export class ExchangeOperator {
  readonly #url: string;
  readonly #person: DrillPerson;

  constructor(url: string, person: DrillPerson) {
    this.#url = url;
    this.#person = person;
  }

  get(path: string): Promise<ExchangeAnswer> {
    return this.#send("GET", path);
  }

  post(path: string, body: JsonObject = {}): Promise<ExchangeAnswer> {
    return this.#send("POST", path, body);
  }

  /** What the database says of a switch. */
  async isEnabled(name: string): Promise<boolean | undefined> {
    const { flags } = flagsSchema.parse((await this.get("/api/feature-flags")).body);
    return flags.find(({ flag_name }) => flag_name === name)?.enabled;
  }

  /** Compares all books now. */
  async reconcile(): Promise<string> {
    return verdictSchema.parse((await this.post("/api/reconciliation/run")).body).verdict;
  }

  async #send(method: "GET" | "POST", path: string, body?: JsonObject): Promise<ExchangeAnswer> {
    const token = await this.#person.accessToken("coinhubx");
    const reply = await fetchJson(this.#url + path, {
      method,
      token,
      timeoutMs: 30_000,
      ...(body === undefined ? {} : { body }),
    });
    return { status: reply.status, body: reply.body };
  }
}
