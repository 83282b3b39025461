import { deepEqual, equal, rejects } from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Secret } from "../config/secret.ts";
import { fetchJson } from "../http/http-client.ts";
import { createMailer } from "../mail/mailer.ts";
import { freePort } from "./free-port.ts";
import { startHttpReceiver } from "./http-receiver.ts";
import { startSmtpReceiver } from "./smtp-receiver.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const FROM = "Assay <alerts@assay.test>";

test("mail reaches a real SMTP server with its subject and text", async () => {
  await using receiver = await startSmtpReceiver();
  await using mailer = createMailer({ url: receiver.url, from: FROM });
  const text = "Trading ist geschlossen – sofort prüfen.\n\nhttps://127.0.0.1/incidents/1?very=long".padEnd(400, "x");
  await mailer.send({ to: "ann@example.com", subject: "P0 Größter Fehler\r\nBcc: eve@example.com", text });
  const message = await receiver.waitForMessage(({ to }) => to.includes("ann@example.com"));
  equal(message.from, "alerts@assay.test");
  deepEqual(message.to, ["ann@example.com"]);
  equal(message.subject, "P0 Größter Fehler Bcc: eve@example.com");
  equal(message.text, text);
});

test("a server that is busy or away is a retryable failure, one that refuses for good is not", async () => {
  await using receiver = await startSmtpReceiver();
  await using mailer = createMailer({ url: receiver.url, from: FROM });
  const message = { to: "ann@example.com", subject: "x", text: "y" };
  receiver.answer(450);
  await rejects(mailer.send(message), { code: "SMTP_FAILED", retryable: true });
  receiver.answer(550);
  await rejects(mailer.send(message), { code: "SMTP_FAILED", retryable: false });
  const nowhere = new Secret(`smtp://127.0.0.1:${await freePort()}`);
  await using lost = createMailer({ url: nowhere, from: FROM });
  await rejects(lost.send(message), { code: "SMTP_FAILED", retryable: true });
  equal(receiver.messages.length, 0);
});

test("a receiver remembers requests and answers as it is told", async () => {
  await using receiver = await startHttpReceiver();
  const url = `${receiver.url}/hook?x=1`;
  equal((await fetchJson(url, { method: "POST", body: { alert: 1 } })).status, 200);
  const { method, path, json } = await receiver.waitForRequest(({ path }) => path.startsWith("/hook"));
  deepEqual([method, path, json], ["POST", "/hook?x=1", { alert: 1 }]);
  receiver.answer(503);
  equal((await fetchJson(url)).status, 503);
  receiver.answer("hang-up");
  await rejects(fetchJson(url), { code: "HTTP_UNREACHABLE", retryable: true });
  receiver.answer("hang");
  await rejects(fetchJson(url, { timeoutMs: 50 }), { code: "HTTP_TIMEOUT", retryable: true });
  await rejects(
    receiver.waitForRequest(() => false, 20),
    { code: "NOTHING_ARRIVED" },
  );
});

test("a temporary folder is gone afterwards with all it holds", async () => {
  let path: string;
  {
    await using folder = await temporaryFolder();
    path = folder.path;
    await writeFile(join(path, "file"), "x");
  }
  equal(existsSync(path), false);
});
