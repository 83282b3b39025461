import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Secret } from "@assay/platform/config/secret";
import { DAY_MS } from "@assay/primitives/instant";
import { verifyWebhook } from "../delivery/webhook-signature.ts";
import { ADA } from "../incidents/incident-fixture.ts";
import { callWebhook } from "./call-webhook.ts";
import { CHECKOUT, openTestStatus } from "./status-fixture.ts";

const remoteAddress = "192.0.2.7";
const email = { kind: "email", target: "eve@example.org", remoteAddress } as const;
const publication = {
  ...({ title: "Checkout fails", status: "investigating", text: "We are looking.", by: ADA } as const),
  ...{ components: [CHECKOUT], incidentId: null },
};
const tokenIn = (text: string) => /token=([\w.-]+)/.exec(text)![1]!;

test("an address is written to only after somebody with its mailbox agreed, and no more after one click", async () => {
  await using plane = await openTestStatus();
  const { subscriptions, publicIncidents, jobs, mails } = plane;
  await subscriptions.ask(email);
  await jobs.run();
  await publicIncidents.publish(publication);
  await jobs.run();
  equal(mails.length, 1, "only the question");
  match(mails[0]!.text, /http:\/\/status\.test\/confirm\?token=/);
  const token = tokenIn(mails[0]!.text);
  for (const wrong of [`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`, "sub_0000000000.x", ""])
    equal((await subscriptions.confirm(wrong)).ok, false);
  equal((await subscriptions.unsubscribe(token)).ok, false, "a token does one thing");
  equal((await subscriptions.confirm(token)).ok, true);
  await publicIncidents.publish(publication);
  await jobs.run();
  equal(mails[1]?.subject, "Checkout fails: investigating");
  ok(mails[1]?.headers?.["List-Unsubscribe"]);
  equal((await subscriptions.unsubscribe(tokenIn(mails[1]!.text))).ok, true);
  await publicIncidents.publish(publication);
  await jobs.run();
  equal(mails.length, 2);
});

test("an address is asked three times a day at most, and a peer sixty times at once", async () => {
  await using plane = await openTestStatus();
  const { subscriptions, jobs, mails, clock } = plane;
  for (let round = 0; round < 5; round += 1)
    equal((await subscriptions.ask(email)).ok, true, "the answer tells nothing");
  await jobs.run();
  equal(mails.length, 3);
  await clock.advance(DAY_MS);
  await subscriptions.ask(email);
  await jobs.run();
  equal(mails.length, 4);
  let refused = 0;
  for (let round = 0; round < 62; round += 1) {
    const asked = await subscriptions.ask({ ...email, target: `p${round}@example.org` });
    if (!asked.ok && asked.refusal.code === "RATE_LIMITED") refused += 1;
  }
  equal(refused, 3);
});

test("a question that is not answered within two days is forgotten", async () => {
  await using plane = await openTestStatus();
  const { subscriptions, jobs, mails, clock } = plane;
  await subscriptions.ask(email);
  await jobs.run();
  await clock.advance(2 * DAY_MS + 1);
  equal((await subscriptions.confirm(tokenIn(mails[0]!.text))).ok, false);
  await subscriptions.forgetOld();
  equal((await subscriptions.counts()).pending, 0);
});

test("a webhook repeats its challenge before it is called, and each call is signed with a secret of its own", async () => {
  await using plane = await openTestStatus();
  await using receiver = await startReceiver();
  const { subscriptions, publicIncidents, jobs, clock } = plane;
  await subscriptions.ask({ kind: "webhook", target: receiver.url, remoteAddress });
  receiver.echoes = false;
  await rejects(jobs.run(), /CHALLENGE_NOT_ANSWERED/);
  receiver.echoes = true;
  await subscriptions.ask({ kind: "webhook", target: receiver.url, remoteAddress });
  await jobs.run();
  deepEqual((await subscriptions.counts()).webhook, 1);
  const { secret } = JSON.parse(receiver.calls.at(-1)!.body) as { secret: string };
  await publicIncidents.publish(publication);
  await jobs.run();
  const call = receiver.calls.at(-1)!;
  equal(JSON.parse(call.body).status, "investigating");
  ok(verifyWebhook(new Secret(secret), call, clock.now()));
});

test("a message that does not arrive is tried again, and at last counted as failed", async () => {
  await using plane = await openTestStatus();
  await using receiver = await startReceiver();
  const { subscriptions, publicIncidents, jobs } = plane;
  await subscriptions.ask({ kind: "webhook", target: receiver.url, remoteAddress });
  await jobs.run();
  receiver.status = 500;
  await publicIncidents.publish(publication);
  const fanOut = jobs.waiting.shift()!;
  await subscriptions.fanOut(String(fanOut.data.updateId));
  await subscriptions.fanOut(String(fanOut.data.updateId));
  equal(jobs.waiting.length, 1, "a second fan-out finds the delivery there");
  const deliver = () => subscriptions.deliver(String(jobs.waiting[0]!.data.deliveryId));
  for (let round = 0; round < 4; round += 1) await rejects(deliver());
  await deliver();
  equal((await subscriptions.counts()).failed, 1);
});

test("strangers cannot make the plane call its own neighbours", async () => {
  const call = { body: "{}", headers: {}, mayBePrivate: false, timeoutMs: 500 };
  for (const host of ["127.0.0.1", "10.1.2.3", "[::1]", "169.254.169.254", "[fd00::1]", "localhost"])
    await rejects(callWebhook({ ...call, url: `http://${host}:9/` }), { code: "WEBHOOK_NOT_PUBLIC" }, host);
});

/** A real server that repeats challenges. */
async function startReceiver() {
  const receiver = { echoes: true, status: 200, calls: [] as { body: string; header: string }[], url: "" };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    receiver.calls.push({ body, header: String(request.headers["assay-signature"]) });
    const { challenge } = JSON.parse(body) as { challenge?: string };
    response.writeHead(receiver.status).end(receiver.echoes && challenge ? JSON.stringify({ challenge }) : "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return Object.assign(receiver, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
