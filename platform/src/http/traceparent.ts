import { toHex } from "@assay/primitives/bytes";
import type { Random } from "../random/random.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = "0".repeat(32);

/** The trace id of a W3C `traceparent` header; `undefined` for anything that is not one. */
export function traceIdOf(header: string | undefined): string | undefined {
  const traceId = header === undefined ? undefined : TRACEPARENT.exec(header)?.[1];
  return traceId === NO_TRACE ? undefined : traceId;
}

/** A `traceparent` for calls made on behalf of a request: the same trace, or a new one, with a new span. */
export function nextTraceparent(incoming: string | undefined, random: Random): string {
  const traceId = traceIdOf(incoming) ?? toHex(random.bytes(16));
  const flags = incoming === undefined ? "01" : (TRACEPARENT.exec(incoming)?.[3] ?? "01");
  return `00-${traceId}-${toHex(random.bytes(8))}-${flags}`;
}
