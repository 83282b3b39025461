import type { ActionDescription } from "@assay/operations/manifest/manifest";
import type { RefusalOfRoute } from "@assay/platform/http/route";
import type { JsonObject } from "@assay/primitives/json";
import type { Result } from "@assay/primitives/result";
import { z } from "zod";

/** Who acts, and by which approval. */
export interface ActionContext {
  readonly by: { readonly kind: "person" | "service"; readonly id: string; readonly name: string };
  /** The approval's id, or the request's; ties log, audit and journal together. */
  readonly correlationId: string;
}

export type ActionResult = Result<JsonObject, RefusalOfRoute<string>>;

/** One thing that operators can do to the system: what people read and agree to, and what then happens. */
export interface Action {
  readonly description: ActionDescription;
  /** Refusal codes of its own, with their statuses. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Reads the parameters and runs. @throws Failure when the world breaks. */
  run(params: unknown, context: ActionContext): Promise<ActionResult | { readonly invalid: z.ZodError }>;
}

export interface ActionOptions<Params extends z.ZodObject> extends Omit<ActionDescription, "params" | "pagesEveryone"> {
  readonly params: Params;
  readonly pagesEveryone?: boolean;
  readonly refusals?: Readonly<Record<string, number>>;
  perform(params: z.output<Params>, context: ActionContext): Promise<ActionResult>;
}

/** Declares an action; the JSON Schema that people and runbooks see is made from the one that the server reads with. */
export function action<Params extends z.ZodObject>(options: ActionOptions<Params>): Action {
  const { params, perform, refusals = {}, pagesEveryone = false, ...description } = options;
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(params, { io: "input" }) as JsonObject & { $schema?: string };
  return {
    description: { ...description, pagesEveryone, params: { ...jsonSchema, additionalProperties: false } },
    refusals,
    run: async (input, context) => {
      const parsed = params.safeParse(input);
      return parsed.success ? await perform(parsed.data, context) : { invalid: parsed.error };
    },
  };
}
