import type { JsonObject, JsonValue } from "@assay/primitives/json";
import type { EngineEvent } from "../matching/engine-event.ts";

/** Which members of an event are amounts: JSON holds them as decimal strings. */
const AMOUNTS: ReadonlySet<string> = new Set(["notional", "fee", "reserve", "reserved", "released"]);

/** Events as the table `engine_events` keeps them. */
export function toEventJson(events: readonly EngineEvent[]): JsonValue {
  return events.map((event) => encode(event));
}

/** @throws never for what {@link toEventJson} wrote; the table is append-only and written by nobody else. */
export function fromEventJson(json: JsonValue): EngineEvent[] {
  return decode(json) as EngineEvent[];
}

function encode(value: object): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (typeof member === "bigint") return [name, member.toString()];
      return [name, typeof member === "object" && member !== null ? encode(member) : member];
    }),
  );
}

function decode(json: JsonValue): unknown {
  if (Array.isArray(json)) return json.map(decode);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, member]) => [
      name,
      AMOUNTS.has(name) && typeof member === "string" ? BigInt(member) : decode(member),
    ]),
  );
}
