import type { IncomingHttpHeaders } from "node:http";
import type { RefusalOfRoute } from "@assay/platform/http/route";
import type { JsonObject } from "@assay/primitives/json";
import { type Refused, refuse } from "@assay/primitives/result";
import { IDEMPOTENCY_KEY, type IdempotencyRefusal } from "../idempotency/idempotency.ts";

/** The `Idempotency-Key` of a call that moves value, or the refusal of one that has none. */
export function readIdempotencyKey(
  headers: IncomingHttpHeaders,
): { key: string } | { refused: Refused<RefusalOfRoute<"IDEMPOTENCY_KEY_REQUIRED">> } {
  const key = headers["idempotency-key"];
  if (typeof key === "string" && IDEMPOTENCY_KEY.test(key)) return { key };
  const detail = "Send the header Idempotency-Key with 16 to 64 characters of your choice.";
  return { refused: refuse({ code: "IDEMPOTENCY_KEY_REQUIRED", detail }) };
}

export function idempotencyRefused(refusal: IdempotencyRefusal): Refused<RefusalOfRoute<IdempotencyRefusal["code"]>> {
  if (refusal.code === "IDEMPOTENCY_KEY_IN_FLIGHT") {
    return refuse({ code: refusal.code, detail: "The first call with this key is still running.", retryAfterS: 1 });
  }
  const { code, field } = refusal;
  const members: JsonObject = { field };
  return refuse({ code, detail: `The first call with this key had another ${field}.`, members });
}

export function replayHeaders(isReplay: boolean): Readonly<Record<string, string>> {
  return isReplay ? { "x-idempotent-replay": "true" } : {};
}
