import { z } from "zod";
import { lineSchema } from "./text.ts";

/** What the plane sends when it executes an action; `approval`, `requester` and `approvers` belong to grants. */
export const performInputSchema = z.strictObject({
  params: z.record(z.string(), z.json()).default({}),
  approval: z.strictObject({ id: z.string().max(128), digest: z.string().max(128) }).nullish(),
  requester: personSchema().nullish(),
  approvers: z.array(personSchema()).max(5).nullish(),
});

function personSchema() {
  return z.strictObject({ id: lineSchema(128), name: lineSchema(200) });
}

export const performedSchema = z.strictObject({
  success: z.literal(true),
  action: z.string(),
  result: z.record(z.string(), z.unknown()),
});

export const faultInputSchema = z.strictObject({ params: z.record(z.string(), z.json()).default({}) });
export const faultSchema = z.strictObject({
  success: z.literal(true),
  fault: z.string(),
  state: z.enum(["injected", "cleared"]),
  details: z.record(z.string(), z.unknown()),
});
