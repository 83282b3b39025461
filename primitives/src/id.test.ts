import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { newId, parseId } from "./id.ts";
import { toInstant } from "./instant.ts";

const chance = (byte: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(byte) });

test("an id names its kind and reads back as itself", () => {
  const id = newId("ord", toInstant(1_760_000_000_000), chance(7));
  match(id, /^ord_[0-9a-hjkmnp-tv-z]{26}$/);
  const parsed = parseId("ord", id);
  equal(parsed.ok && parsed.value, id);
});

test("an id made later sorts later whatever the chance", () => {
  ok(newId<string>("ord", toInstant(1_000), chance(255)) < newId<string>("ord", toInstant(1_001), chance(0)));
});

test("an id of another kind or with a strange letter is refused", () => {
  const id = newId<string>("ord", toInstant(0), chance(0));
  for (const text of [id.replace("ord", "usr"), `${id}0`, id.slice(0, -1), id.replace(/.$/, "l"), "ord_", ""]) {
    equal(parseId("ord", text).ok, false, text);
  }
});
