import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { addMs, formatInstant, formatInstantSeconds, parseInstant, toInstant } from "./instant.ts";

test("an instant prints in UTC and reads back", () => {
  const instant = toInstant(1_760_000_000_123);
  const parsed = parseInstant(formatInstant(instant));
  equal(parsed.ok && parsed.value, instant);
  equal(formatInstantSeconds(toInstant(0)), "1970-01-01T00:00:00Z");
});

test("an instant with an offset is the same moment in UTC", () => {
  const parsed = parseInstant("1970-01-01T02:00:00+02:00");
  equal(parsed.ok && parsed.value, 0);
});

test("a time without a zone, or of a day that is not, is refused", () => {
  for (const text of ["2026-01-01T00:00:00", "2026-01-01", "yesterday", "2026-13-01T00:00:00Z", ""]) {
    equal(parseInstant(text).ok, false, text);
  }
});

test("a fraction of a millisecond is a bug", () => {
  throws(() => addMs(toInstant(0), 0.5), /broken invariant/);
});
