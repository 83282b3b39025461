import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { ETH, USDT } from "./assets.ts";
import { ETH_USDT, formatPrice, formatQuantity, listMarket, MARKETS, WBTC_ETH } from "./markets.ts";
import { isOutOfBand, parseLimit } from "./order-input.ts";

const listing = {
  base: ETH,
  quote: USDT,
  lot: "0.0001",
  tick: "0.01",
  minimumNotional: "5",
  maximumOrder: "1000",
  listingPrice: "3000",
  makerFeeBps: 5,
  takerFeeBps: 10,
};

test("a market is listed only if lot × tick is a whole number of quote units", () => {
  equal(listMarket(listing).unitsPerLotTick, 1n);
  throws(() => listMarket({ ...listing, lot: "0.00001" }), /whole number of quote units/);
  deepEqual(
    MARKETS.map((market) => [market.code, market.unitsPerLotTick]),
    [
      ["ETH-USDT", 1n],
      ["WBTC-USDT", 1n],
      ["WBTC-ETH", 10_000_000_000n],
    ],
  );
});

test("a market with a rebate or a fee above 1 % is not listed", () => {
  throws(() => listMarket({ ...listing, makerFeeBps: 11 }), /maker pays at most/);
  throws(() => listMarket({ ...listing, makerFeeBps: -1 }), /maker pays at most/);
  throws(() => listMarket({ ...listing, takerFeeBps: 101 }), /at most 100/);
});

test("X12: a limit is read as ticks and lots, and each rule of the market has its own refusal", () => {
  const refusal = (price: string, quantity: string) => {
    const parsed = parseLimit(ETH_USDT, { price, quantity });
    return parsed.ok ? parsed.value : parsed.refusal.code;
  };
  deepEqual(refusal("3000.01", "1.5"), { priceTicks: 300_001, quantityLots: 15_000 });
  equal(refusal("3000.001", "1"), "PRICE_OFF_TICK");
  equal(refusal("3000", "0.00001"), "QUANTITY_OFF_LOT");
  equal(refusal("3000", "1000.0001"), "QUANTITY_TOO_LARGE");
  equal(refusal("49999.99", "0.0001"), "NOTIONAL_TOO_SMALL");
  deepEqual(refusal("50000", "0.0001"), { priceTicks: 5_000_000, quantityLots: 1 });
  equal(refusal("21474836.48", "1"), "PRICE_OUT_OF_BAND");
});

test("X12: what is no plain decimal above zero is invalid input that names its field", () => {
  for (const text of ["1e3", "-1", "", "0", "0.0", " 1", "1.", ".5", "01", "NaN", "3000.0000001"]) {
    deepEqual(parseLimit(ETH_USDT, { price: text, quantity: "1" }), {
      ok: false,
      refusal: { code: "INVALID_INPUT", field: "price", reason: "is not a decimal above zero" },
    });
  }
  deepEqual(parseLimit(ETH_USDT, { price: "3000", quantity: "1e3" }), {
    ok: false,
    refusal: { code: "INVALID_INPUT", field: "quantity", reason: "is not a decimal above zero" },
  });
});

test("the price band reaches to 120 % for a buy and 80 % for a sell, and leaves the other direction open", () => {
  equal(isOutOfBand("buy", 120, 100), false);
  equal(isOutOfBand("buy", 121, 100), true);
  equal(isOutOfBand("sell", 80, 100), false);
  equal(isOutOfBand("sell", 79, 100), true);
  equal(isOutOfBand("buy", 1, 100), false);
  equal(isOutOfBand("sell", 1_000, 100), false);
});

test("ticks and lots are written in coins", () => {
  equal(formatPrice(ETH_USDT, 300_001), "3000.01");
  equal(formatQuantity(ETH_USDT, 15_000), "1.5");
  equal(formatPrice(WBTC_ETH, 200_000), "20");
});
