import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../config/secret.ts";
import { freePort } from "../testing/free-port.ts";
import { startSmtpReceiver } from "../testing/smtp-receiver.ts";
import { createMailer } from "./mailer.ts";

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
