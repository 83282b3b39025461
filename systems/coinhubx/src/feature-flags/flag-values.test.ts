import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { parseFlagName, stopsSomething } from "./flag-name.ts";
import { ALL_CLOSED, FlagValues } from "./flag-values.ts";

const listing = { markets: ["ETH-USDT"], assets: ["ETH", "USDT"] };

const open = (...names: string[]) =>
  new FlagValues(new Map([["maintenance_mode", false], ...names.map((name) => [name, true] as const)]));

test("F1: what is not known to be on is closed, and maintenance is on", () => {
  equal(ALL_CLOSED.isEnabled("trading"), false);
  equal(ALL_CLOSED.isEnabled("maintenance_mode"), true);
  deepEqual(ALL_CLOSED.checkTrading("ETH-USDT"), { ok: false, refusal: { code: "MAINTENANCE" } });
});

test("F1: a market trades only when the wide and its own flag are both on", () => {
  equal(open("trading", "trading:ETH-USDT").checkTrading("ETH-USDT").ok, true);
  deepEqual(open("trading").checkTrading("ETH-USDT"), { ok: false, refusal: { code: "TRADING_DISABLED" } });
  deepEqual(open("trading:ETH-USDT").checkTrading("ETH-USDT"), { ok: false, refusal: { code: "TRADING_DISABLED" } });
  equal(open("trading", "trading:ETH-USDT").checkTrading("WBTC-USDT").ok, false);
});

test("each switch refuses with a code of its own", () => {
  deepEqual(open().checkWithdrawals("ETH"), { ok: false, refusal: { code: "WITHDRAWALS_DISABLED" } });
  deepEqual(open().checkDeposits("ETH"), { ok: false, refusal: { code: "DEPOSITS_DISABLED" } });
  deepEqual(open().checkSignups(), { ok: false, refusal: { code: "SIGNUPS_DISABLED" } });
});

test("maintenance stops by being switched on, every other flag by being switched off", () => {
  equal(stopsSomething("maintenance_mode", true), true);
  equal(stopsSomething("maintenance_mode", false), false);
  equal(stopsSomething("trading:ETH-USDT", false), true);
});

test("a flag exists for what is listed and for nothing else", () => {
  equal(parseFlagName("trading:ETH-USDT", listing).ok, true);
  equal(parseFlagName("withdrawals:USDT", listing).ok, true);
  for (const name of ["trading:DOGE-USDT", "TRADING", "trading ", "", "withdrawals:ETH-USDT", "__proto__"]) {
    deepEqual(parseFlagName(name, listing), { ok: false, refusal: { code: "UNKNOWN_FLAG" } }, name);
  }
});
