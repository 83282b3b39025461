import type { RefusalOfRoute } from "@assay/platform/http/route";
import { type Refused, refuse } from "@assay/primitives/result";

/** Refuses one member of the input that its schema could not judge: `invalidField("body.amount", "is not an amount")`. */
export function invalidField(path: string, message: string): Refused<RefusalOfRoute<"INVALID_INPUT">> {
  return refuse({ code: "INVALID_INPUT", detail: `${path} ${message}.`, errors: [{ path, message }] });
}
