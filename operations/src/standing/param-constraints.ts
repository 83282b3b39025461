import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { z } from "zod";

const scalarSchema = z.union([z.string().max(500), z.number(), z.boolean()]);

/** What one parameter may be: exactly this, one of these, between two numbers, or a text no longer than that. */
export const constraintSchema = z.union([
  scalarSchema,
  z.strictObject({ in: z.array(scalarSchema).min(1).max(50) }),
  z.strictObject({ gte: z.number(), lte: z.number() }).refine(({ gte, lte }) => gte <= lte, "is an empty range"),
  z.strictObject({ maxLength: z.int().min(1).max(500) }),
]);
export type Constraint = z.infer<typeof constraintSchema>;

/** By name; a parameter that is not named may not be given. */
export const constraintsSchema = z.record(z.string().min(1).max(100), constraintSchema);
export type Constraints = z.infer<typeof constraintsSchema>;

/** Whether parameters are exactly what was agreed to: every one that was named is there, and none that was not. */
export function meetsConstraints(params: JsonObject, constraints: Constraints): boolean {
  const named = Object.entries(constraints);
  return (
    Object.keys(params).every((name) => Object.hasOwn(constraints, name)) &&
    named.every(([name, constraint]) => Object.hasOwn(params, name) && meets(params[name], constraint))
  );
}

function meets(value: JsonValue | undefined, constraint: Constraint): boolean {
  if (typeof constraint !== "object") return value === constraint;
  if ("in" in constraint) return constraint.in.some((one) => one === value);
  if ("maxLength" in constraint) return typeof value === "string" && value.length <= constraint.maxLength;
  return typeof value === "number" && value >= constraint.gte && value <= constraint.lte;
}
