import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CustomerId } from "../customers/customer.ts";
import { BookOrder, OpenOrders, type OrderId } from "./order.ts";
import { OrderIndex } from "./order-index.ts";

const owner = new OpenOrders("cus_1" as CustomerId);

function order(id: string): BookOrder {
  const terms = { orderId: id as OrderId, customerId: owner.customerId, side: "buy", priceTicks: 1 } as const;
  return new BookOrder({ ...terms, quantityLots: 1, makerFeeBps: 0, takerFeeBps: 0 }, owner, 1);
}

test("an order index behaves as a map, also for ids that end alike", () => {
  const id = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.nat(30).map((number) => `ord_${number}-same-ending`),
  );
  fc.assert(
    fc.property(fc.array(id, { maxLength: 100 }), (ids) => {
      const index = new OrderIndex();
      const model = new Map<string, BookOrder>();
      for (const each of ids) {
        const known = model.get(each);
        if (known === undefined) {
          model.set(each, order(each));
          index.add(model.get(each)!);
        } else {
          model.delete(each);
          index.remove(known);
        }
        equal(index.size, model.size);
        for (const asked of ids) equal(index.get(asked as OrderId), model.get(asked));
      }
    }),
  );
});

test("an order index that has grown many times still finds every order", () => {
  const index = new OrderIndex();
  const orders = Array.from({ length: 10_000 }, (_, number) => order(`ord_${number}`));
  for (const each of orders) index.add(each);
  for (const each of orders) equal(index.get(each.orderId), each);
  for (const each of orders) index.remove(each);
  equal(index.size, 0);
  equal(index.get("ord_1" as OrderId), undefined);
});
