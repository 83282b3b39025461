import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "@assay/platform/logging/logger";
import { HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { personActor } from "./incident.ts";
import { ADA, declare, openTestIncidents } from "./incident-fixture.ts";
import { StoryFollower } from "./story-follower.ts";

const SALES = {
  name: "sales",
  title: "Sales",
  effect: "Nothing is sold.",
  engageAction: "shop.sales_x.stop",
  releaseAction: "shop.sales_x.start",
};

test("switches and versions that changed shortly before or during an incident reach its timeline, once", async () => {
  await using plane = await openTestIncidents();
  const { audit, clock, incidents } = plane;
  const shop = { system: "shop", version: "1.0", killSwitches: [SALES] };
  const options = { ...plane, logger: silentLogger };
  const follow = async () => {
    // Each time as a new process would.
    await using follower = new StoryFollower({ ...options, manifests: () => [{ ...shop }] });
    await follower.follow();
  };
  const turned = (action: string) =>
    audit.append(undefined, { actor: personActor(ADA), action, target: "shop", details: { text: "\u0000" } });
  await follow();
  await turned("shop.sales_x.start.executed");
  await clock.advance(HOUR_MS);
  await turned("shop.sales_x.stop.executed");
  await turned("shop.sales_x.stop.begun");
  await turned("shop.salesix.stop.executed");
  await clock.advance(MINUTE_MS);
  const { id } = await declare(plane);
  await declare(plane, { system: "bank" });
  await follow();
  shop.version = "1.1";
  await follow();
  await follow();
  const told = (await incidents.timeline(id)).filter(({ kind }) => kind === "flag" || kind === "deploy");
  deepEqual(
    told.map(({ kind, summary }) => `${kind}: ${summary}`),
    ["flag: Sales was stopped by Ada (before the incident opened)", "deploy: shop took version 1.1"],
  );
  equal(told[0]?.actor.name, "Ada");
});
