import type { Clock } from "@assay/platform/clock/clock";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { Failure, isRetryable } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { DAY_MS, toInstant } from "@assay/primitives/instant";
import type { ContactMethod } from "../api/schema/delivery.ts";
import { type ChannelOptions, sendNotification } from "./channels.ts";
import { contactsOf, onCallList, replaceContacts, replaceOnCall, type StoredContact } from "./contact-store.ts";
import type { Directory, Reachable } from "./directory.ts";
import {
  cancelQueued,
  findNotification,
  forgetNotificationsBefore,
  insertNotification,
  type Notification,
  notificationsAbout,
  recordAttempt,
} from "./notification-store.ts";
import type { PageMessage } from "./page-message.ts";

export interface DeliveryOptions extends ChannelOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly jobs: Pick<Jobs, "define" | "send">;
  readonly directory: Directory;
  /** Tries per channel before the next one; default 3. */
  readonly triesPerChannel?: number;
}

/** Whom to page. An empty on-call list means everyone: somebody must hear it. */
export type Recipients = "on-call" | "everyone" | readonly string[];

export interface Page {
  /** `alert/alr_…`: what the page is about. */
  readonly subject: string;
  readonly to: Recipients;
  readonly message: PageMessage;
}

/** What was queued for whom, for a timeline. */
export interface Paged {
  readonly person: string;
  readonly kind: ContactMethod["kind"];
}

export const DELIVERY_QUEUE = "operations.delivery";
const RETRY_DELAY_S = 1;
const KEPT_MS = 90 * DAY_MS;

/** Brings pages to people: each is a durable job, tried again, then sent over the person's next channel. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #triesPerChannel: number;
  readonly #outcomes;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#triesPerChannel = options.triesPerChannel ?? 3;
    this.#outcomes = options.metrics.counter({
      name: "operations_notifications_total",
      help: "Notifications by channel and outcome.",
      labels: ["kind", "outcome"],
      labelValues: { kind: ["email", "webhook"], outcome: ["sent", "retried", "failed"] },
    });
    options.jobs.define<{ notificationId: string }>(
      DELIVERY_QUEUE,
      { retryLimit: this.#triesPerChannel - 1, retryDelayS: RETRY_DELAY_S, expireInS: 60, concurrency: 4, pollS: 0.5 },
      ({ notificationId }) => this.deliver(notificationId),
    );
  }

  /** Queues the page in `tx`; who cannot be reached at all is logged, and left out of the answer. */
  async page(tx: Sql, page: Page): Promise<readonly Paged[]> {
    const people = await this.#recipients(page.to);
    const contacts = await contactsOf(
      tx,
      people.map(({ id }) => id),
    );
    const paged: Paged[] = [];
    for (const person of people) {
      const first = this.#channels(person, contacts.get(person.id))[0];
      if (first === undefined) continue;
      await this.#queue(tx, { person, contact: first, page });
      paged.push({ person: person.name, kind: first.kind });
    }
    if (paged.length === 0)
      this.#options.logger.error({ subject: page.subject, title: page.message.title }, "Nobody could be paged");
    return paged;
  }

  /** Stops what is still waiting about the subject. */
  async cancel(tx: Sql, subject: string): Promise<void> {
    await cancelQueued(tx, subject);
  }

  /**
   * One try, run by the job queue; a second run after success does nothing. @throws Failure when it did not arrive:
   * retryable while tries are left, then not, and the next channel is queued.
   */
  async deliver(notificationId: string): Promise<void> {
    const { database, clock } = this.#options;
    const notification = await findNotification(database, notificationId);
    if (notification === undefined || notification.state !== "queued") return;
    try {
      await sendNotification(notification, this.#options);
    } catch (cause) {
      return await this.#failed(notification, cause);
    }
    await recordAttempt(database, notification.id, { state: "sent", error: null, at: clock.now() });
    this.#outcomes.increment({ kind: notification.kind, outcome: "sent" });
  }

  about(subjects: readonly string[]): Promise<Notification[]> {
    return notificationsAbout(this.#options.database, subjects);
  }

  async contacts(personId: string): Promise<ContactMethod[]> {
    const contacts = (await contactsOf(this.#options.database, [personId])).get(personId) ?? [];
    return contacts.map(({ kind, target }) => ({ kind, target }));
  }

  setContacts(personId: string, methods: readonly ContactMethod[]): Promise<void> {
    return replaceContacts(this.#options.database, personId, methods);
  }

  onCall(): Promise<string[]> {
    return onCallList(this.#options.database);
  }

  setOnCall(personIds: readonly string[]): Promise<void> {
    return replaceOnCall(this.#options.database, personIds);
  }

  async forgetOld(): Promise<void> {
    const { database, clock } = this.#options;
    await forgetNotificationsBefore(database, toInstant(clock.now() - KEPT_MS));
  }

  async #failed(notification: Notification, cause: unknown): Promise<void> {
    const { database, clock, logger } = this.#options;
    const error = cause instanceof Failure ? cause.code : String(cause);
    const again = isRetryable(cause) && notification.attempts + 1 < this.#triesPerChannel;
    const outcome = { state: again ? ("queued" as const) : ("failed" as const), error, at: clock.now() };
    await database.transaction(async (tx) => {
      await recordAttempt(tx, notification.id, outcome);
      if (!again) await this.#fallThrough(tx, notification);
    });
    this.#outcomes.increment({ kind: notification.kind, outcome: again ? "retried" : "failed" });
    logger.warn({ notification: notification.id, kind: notification.kind, error, again }, "A page did not arrive");
    throw new Failure("DELIVERY_FAILED", { retryable: again, cause });
  }

  async #fallThrough(tx: Sql, { personId, channelPosition, subject, message }: Notification): Promise<void> {
    const person = (await this.#options.directory.people()).find(({ id }) => id === personId);
    if (person === undefined) return;
    const contacts = (await contactsOf(tx, [personId])).get(personId);
    const next = this.#channels(person, contacts).find(({ position }) => position > channelPosition);
    if (next !== undefined)
      await this.#queue(tx, { person, contact: next, page: { subject, to: [personId], message } });
    else this.#options.logger.error({ person: personId, subject }, "No channel of a person works");
  }

  /** The person's own methods; without any, the address of their account. */
  #channels(person: Reachable, stored: readonly StoredContact[] = []): readonly StoredContact[] {
    const configured = stored.filter(({ kind }) => kind !== "email" || this.#options.mailer !== undefined);
    if (configured.length > 0 || this.#options.mailer === undefined) return configured;
    return [{ position: stored.length, kind: "email", target: person.email }];
  }

  async #recipients(to: Recipients): Promise<readonly Reachable[]> {
    const people = await this.#options.directory.people();
    if (to === "everyone") return people;
    const wanted = to === "on-call" ? await onCallList(this.#options.database) : to;
    const found = people.filter(({ id }) => wanted.includes(id));
    return to === "on-call" && found.length === 0 ? people : found;
  }

  async #queue(
    tx: Sql,
    { person, contact, page }: { readonly person: Reachable; readonly contact: StoredContact; readonly page: Page },
  ): Promise<void> {
    const { clock, random, jobs } = this.#options;
    const id = newId("ntf", clock.now(), random);
    await insertNotification(tx, {
      id,
      personId: person.id,
      personName: person.name,
      channelPosition: contact.position,
      kind: contact.kind,
      target: contact.target,
      subject: page.subject,
      message: page.message,
      state: "queued",
      attempts: 0,
      error: null,
      createdAt: clock.now(),
      sentAt: null,
    });
    await jobs.send(DELIVERY_QUEUE, { notificationId: id }, { transaction: tx });
  }
}
