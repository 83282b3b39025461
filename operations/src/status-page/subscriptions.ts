import type { Clock } from "@assay/platform/clock/clock";
import type { Secret } from "@assay/platform/config/secret";
import { visitorKey } from "@assay/platform/http/networks";
import { createTokenBuckets, type TokenBuckets } from "@assay/platform/http/token-bucket";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Mailer } from "@assay/platform/mail/mailer";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { Failure, isRetryable } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { DAY_MS, formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { SIGNATURE_HEADER, signWebhook } from "../delivery/webhook-signature.ts";
import { callWebhook } from "./call-webhook.ts";
import { type FoundUpdate, findPublicUpdate } from "./public-incident-store.ts";
import { CONFIRMATION_QUEUE, FAN_OUT_QUEUE, STATUS_DELIVERY_QUEUE } from "./status-queues.ts";
import {
  confirmedAfter,
  confirmSubscriber,
  countSubscribers,
  deleteSubscriber,
  findByTarget,
  findDelivery,
  findSubscriber,
  forgetPendingBefore,
  insertDelivery,
  recordDelivery,
  type Subscriber,
  type SubscriberCounts,
  upsertSubscriber,
} from "./subscriber-store.ts";
import { readSubscriptionToken, subscriberSecret, subscriptionToken } from "./subscription-tokens.ts";

export interface SubscriptionsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly jobs: Pick<Jobs, "define" | "send">;
  readonly mailer: Pick<Mailer, "send"> | undefined;
  readonly secret: Secret<string>;
  /** Address of the public page, for links in messages. */
  readonly url: string;
  /** Whether webhooks may lead to private addresses: only where nobody else's machines are near. */
  readonly isLocal: boolean;
}

export interface Ask extends Pick<Subscriber, "kind" | "target"> {
  readonly remoteAddress: string;
}

export type AskRefusal =
  | { readonly code: "RATE_LIMITED"; readonly retryAfterS?: number }
  | { readonly code: "FULL" | "NO_MAIL" };

const TRIES = 4;
/** From one peer: the status page's own process passes on many visitors, and counts each of them itself. */
const PER_PEER = { perSecond: 1, burst: 60 };
const ASKS_PER_DAY = 3;
const CONFIRM_WITHIN_MS = 2 * DAY_MS;
const MOST_PENDING = 2_000;
const MOST_SUBSCRIBERS = 20_000;
const BATCH = 200;

/** Who is told of updates. Nobody is on the list who has not said so from their own mailbox or server. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #peers: TokenBuckets;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#peers = createTokenBuckets({ rate: PER_PEER, clock: options.clock });
    const { jobs } = options;
    const settings = { retryLimit: TRIES - 1, retryDelayS: 30, expireInS: 120 };
    jobs.define<{ updateId: string }>(FAN_OUT_QUEUE, settings, ({ updateId }) => this.fanOut(updateId));
    const sending = { ...settings, concurrency: 4 };
    jobs.define<{ deliveryId: string }>(STATUS_DELIVERY_QUEUE, sending, ({ deliveryId }) => this.deliver(deliveryId));
    jobs.define<{ subscriberId: string }>(CONFIRMATION_QUEUE, sending, ({ subscriberId }) => this.askFor(subscriberId));
  }

  /**
   * Asks an address whether it wants to be told. The answer does not say whether it is known already. An address is asked
   * at most three times a day, whoever types it.
   */
  async ask({ kind, target, remoteAddress }: Ask): Promise<Result<void, AskRefusal>> {
    const { database, clock, random, jobs, mailer } = this.#options;
    const retryAfterS = this.#peers.take(visitorKey(remoteAddress));
    if (retryAfterS > 0) return refuse({ code: "RATE_LIMITED", retryAfterS });
    if (kind === "email" && mailer === undefined) return refuse({ code: "NO_MAIL" });
    const { email, webhook, pending } = await countSubscribers(database);
    if (pending >= MOST_PENDING || email + webhook + pending >= MOST_SUBSCRIBERS) return refuse({ code: "FULL" });
    const now = clock.now();
    await database.transaction(async (tx) => {
      const known = await findByTarget(tx, { kind, target });
      if (known?.state === "confirmed") return;
      const isNewDay = known === undefined || now - known.askedAt >= DAY_MS;
      if (!isNewDay && known.asked >= ASKS_PER_DAY) return;
      const id = known?.id ?? newId("sub", now, random);
      const asked = isNewDay ? 1 : known.asked + 1;
      await upsertSubscriber(tx, { id, kind, target, state: "pending", asked, askedAt: now });
      await jobs.send(CONFIRMATION_QUEUE, { subscriberId: id }, { transaction: tx });
    });
    return accept(undefined);
  }

  /** Who holds the token of the mail owns the mailbox. */
  async confirm(token: string): Promise<Result<void, { readonly code: "TOKEN_INVALID" }>> {
    const { database, clock, secret } = this.#options;
    const id = readSubscriptionToken(secret, "confirm", token);
    const subscriber = id === undefined ? undefined : await findSubscriber(database, id);
    const isLate = subscriber?.state === "pending" && clock.now() - subscriber.askedAt > CONFIRM_WITHIN_MS;
    if (subscriber === undefined || isLate) return refuse({ code: "TOKEN_INVALID" });
    await confirmSubscriber(database, subscriber.id, clock.now());
    return accept(undefined);
  }

  /** Ends it at once; again does nothing. */
  async unsubscribe(token: string): Promise<Result<void, { readonly code: "TOKEN_INVALID" }>> {
    const { database, secret } = this.#options;
    const id = readSubscriptionToken(secret, "unsubscribe", token);
    if (id === undefined) return refuse({ code: "TOKEN_INVALID" });
    await deleteSubscriber(database, id);
    return accept(undefined);
  }

  counts(): Promise<SubscriberCounts> {
    return countSubscribers(this.#options.database);
  }

  async forgetOld(): Promise<void> {
    const { database, clock } = this.#options;
    await forgetPendingBefore(database, toInstant(clock.now() - CONFIRM_WITHIN_MS));
  }

  /** Run by the job queue: the question to one address. @throws Failure when it did not arrive. */
  async askFor(subscriberId: string): Promise<void> {
    const { database, clock, mailer, secret, url } = this.#options;
    const subscriber = await findSubscriber(database, subscriberId);
    if (subscriber?.state !== "pending") return;
    const token = subscriptionToken(secret, "confirm", subscriberId);
    if (subscriber.kind === "email") {
      const link = `${url}/confirm?token=${token}`;
      const text = `Somebody, probably you, wants to get our status updates at this address.\nConfirm it here within two days:\n\n${link}\n\nIf it was not you, do nothing: you will not be written to.`;
      if (mailer === undefined) throw new Failure("SMTP_NOT_CONFIGURED", { retryable: false });
      return await mailer.send({ to: subscriber.target, subject: "Confirm your status updates", text });
    }
    const body = {
      type: "status.challenge",
      challenge: token,
      secret: subscriberSecret(secret, subscriberId).reveal(),
    };
    const { status, text } = await this.#post(subscriber, body, clock.now());
    // The receiver repeats the challenge, and so shows that it is one and wants this.
    if (status < 200 || status >= 300 || !text.includes(token))
      throw new Failure("CHALLENGE_NOT_ANSWERED", { retryable: status >= 500 });
    await confirmSubscriber(database, subscriberId, clock.now());
  }

  /** Run by the job queue: one delivery for each subscriber; again it finds those that are there. */
  async fanOut(updateId: string): Promise<void> {
    const { database, clock, random, jobs } = this.#options;
    for (let after = ""; ; ) {
      const ids = await confirmedAfter(database, after, BATCH);
      await database.transaction(async (tx: Sql) => {
        for (const subscriberId of ids) {
          const id = newId("dlv", clock.now(), random);
          if (await insertDelivery(tx, { id, subscriberId, updateId, at: clock.now() }))
            await jobs.send(STATUS_DELIVERY_QUEUE, { deliveryId: id }, { transaction: tx });
        }
      });
      if (ids.length < BATCH) return;
      after = ids.at(-1)!;
    }
  }

  /** Run by the job queue: one try. @throws Failure when it did not arrive, retryable while tries are left. */
  async deliver(deliveryId: string): Promise<void> {
    const { database } = this.#options;
    const delivery = await findDelivery(database, deliveryId);
    if (delivery === undefined || delivery.state !== "queued") return;
    const subscriber = await findSubscriber(database, delivery.subscriberId);
    const found = await findPublicUpdate(database, delivery.updateId);
    if (subscriber === undefined || found === undefined) return;
    try {
      await this.#send(subscriber, found);
    } catch (cause) {
      const retryable = isRetryable(cause) && delivery.attempts + 1 < TRIES;
      const error = cause instanceof Failure ? cause.code : String(cause);
      await recordDelivery(database, deliveryId, { state: retryable ? "queued" : "failed", error });
      throw new Failure("STATUS_DELIVERY_FAILED", { retryable, cause });
    }
    await recordDelivery(database, deliveryId, { state: "sent", error: null });
  }

  async #send(subscriber: Subscriber, { incident, update }: FoundUpdate): Promise<void> {
    const { mailer, secret, url, clock } = this.#options;
    const page = `${url}/incidents/${incident.id}`;
    const end = `${url}/unsubscribe?token=${subscriptionToken(secret, "unsubscribe", subscriber.id)}`;
    if (subscriber.kind === "email") {
      if (mailer === undefined) throw new Failure("SMTP_NOT_CONFIGURED", { retryable: false });
      const text = `${update.text}\n\n${formatInstant(update.at)}\n${page}\n\nNo more of these: ${end}\n`;
      const headers = { "List-Unsubscribe": `<${end}>` };
      return await mailer.send({
        to: subscriber.target,
        subject: `${incident.title}: ${update.status}`,
        text,
        headers,
      });
    }
    const { title, components, id } = incident;
    const body = {
      type: "status.update",
      id: update.id,
      at: formatInstant(update.at),
      status: update.status,
      text: update.text,
      incident: { id, title, components: [...components], url: page },
      unsubscribe: end,
    };
    const { status } = await this.#post(subscriber, body, clock.now());
    if (status >= 200 && status < 300) return;
    throw new Failure("WEBHOOK_FAILED", { retryable: status >= 500 || status === 429, details: { status } });
  }

  #post({ id, target }: Subscriber, document: object, now: Instant) {
    const { secret, isLocal } = this.#options;
    const body = JSON.stringify(document);
    const signature = signWebhook(subscriberSecret(secret, id), body, now);
    const headers = { "content-type": "application/json", [SIGNATURE_HEADER]: signature };
    return callWebhook({ url: target, body, headers, mayBePrivate: isLocal });
  }
}
