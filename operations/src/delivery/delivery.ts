import type { Clock } from "@assay/platform/clock/clock";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { Failure, isRetryable } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, toInstant } from "@assay/primitives/instant";
import {
  type ContactKind,
  type ContactMethod,
  type ContactMethodInput,
  contactKindSchema,
} from "../api/schema/delivery.ts";
import type { Severity } from "../thresholds/threshold.ts";
import type { ChannelReader } from "./channels.ts";
import { contactsOf, replaceContacts, type StoredContact } from "./contact-store.ts";
import type { Directory, Reachable } from "./directory.ts";
import {
  cancelQueued,
  closeDeadLetter,
  deadLetters,
  findNotification,
  forgetNotificationsBefore,
  insertNotification,
  type NewNotification,
  type Notification,
  notificationsAbout,
  recordAttempt,
  recordFollower,
} from "./notification-store.ts";
import type { PageMessage } from "./page-message.ts";
import { LONGEST_LAST_WAIT_MS, LONGEST_WAIT_MS, retryDelayMs } from "./retry-delay.ts";
import { type SendOptions, sendNotification } from "./send-notification.ts";

export interface DeliveryOptions extends SendOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly jobs: Pick<Jobs, "define" | "send">;
  readonly directory: Directory;
  /** The plane's own channels; default: none. */
  readonly channels?: ChannelReader;
  /** Tries per channel before the next one; default 3. */
  readonly triesPerChannel?: number;
}

/** Whom to page: people by id, or one channel of the plane. */
export type Recipients = "everyone" | readonly string[] | { readonly channel: string };

export interface Page {
  /** `alert/alr_…`: what the page is about. */
  readonly subject: string;
  readonly to: Recipients;
  readonly message: PageMessage;
  /** Chooses among the ways to reach a person; left out: any. */
  readonly severity?: Severity;
  /** Somebody must answer: a person's later ways are used as well unless the subject is cancelled by then. */
  readonly asks?: boolean;
}

/** What was queued for whom, for a timeline. */
export interface Paged {
  /** Name of the person, or of the channel. */
  readonly person: string;
  readonly kind: ContactKind;
}

export const DELIVERY_QUEUE = "operations.delivery";
/** Only for a process that dies in the middle: what a target answers is retried by {@link Delivery.deliver} itself. */
const CRASH_RETRIES = 5;
const KEPT_MS = 90 * DAY_MS;
const MOST_FALLBACKS = 5;
const MOST_DEAD = 200;

/** Brings pages to people and channels: each is a durable job, tried again, then sent over the next channel. */
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
      labelValues: { kind: contactKindSchema.options, outcome: ["sent", "retried", "failed"] },
    });
    options.jobs.define<{ notificationId: string }>(
      DELIVERY_QUEUE,
      { retryLimit: CRASH_RETRIES, retryDelayS: 1, expireInS: 60, concurrency: 4, pollS: 0.5 },
      ({ notificationId }) => this.deliver(notificationId),
    );
  }

  /** Queues the page in `tx`; who cannot be reached at all is logged, and left out of the answer. */
  async page(tx: Sql, page: Page): Promise<readonly Paged[]> {
    const { to, subject, message } = page;
    const paged =
      typeof to === "object" && "channel" in to
        ? await this.#pageChannel(tx, { channelId: to.channel, position: 0, subject, message })
        : await this.#pagePeople(tx, to, page);
    if (paged.length === 0)
      this.#options.logger.error({ subject: page.subject, title: page.message.title }, "Nobody could be paged");
    return paged.map(({ personName, kind }) => ({ person: personName, kind }));
  }

  /** Stops what is still waiting about the subject. */
  async cancel(tx: Sql, subject: string): Promise<void> {
    await cancelQueued(tx, subject);
  }

  /**
   * One try, run by the job queue; a second run after success does nothing. What the target answers decides whether it is
   * tried again later, or sent over the next channel. @throws Failure only when that could not be written down.
   */
  async deliver(notificationId: string): Promise<void> {
    const { database, clock } = this.#options;
    const notification = await findNotification(database, notificationId);
    if (notification === undefined || notification.state !== "queued") return;
    const { id, kind, message, personId } = notification;
    try {
      const destination = await this.#destination(notification);
      await sendNotification({ id, person: personId, message }, destination, this.#options);
    } catch (cause) {
      return await this.#failed(notification, cause);
    }
    await recordAttempt(database, id, { state: "sent", error: null, at: clock.now() });
    this.#outcomes.increment({ kind, outcome: "sent" });
  }

  about(subjects: readonly string[]): Promise<Notification[]> {
    return notificationsAbout(this.#options.database, subjects);
  }

  async contacts(personId: string): Promise<ContactMethod[]> {
    const contacts = (await contactsOf(this.#options.database, [personId])).get(personId) ?? [];
    return contacts.map(({ position: _, ...contact }) => contact as ContactMethod);
  }

  setContacts(personId: string, methods: readonly ContactMethodInput[]): Promise<void> {
    return replaceContacts(this.#options.database, personId, methods);
  }

  /** Pages that failed for good and that nobody has looked after, newest first. */
  deadLetters(): Promise<Notification[]> {
    return deadLetters(this.#options.database, MOST_DEAD);
  }

  /** Sends a dead letter once more, to where the person or the channel is reached now. False when it is none. */
  async redrive(id: string): Promise<boolean> {
    return await this.#options.database.transaction(async (tx) => {
      const dead = await closeDeadLetter(tx, id, "redriven");
      if (dead === undefined) return false;
      const { subject, message, personId, channelId } = dead;
      const to: Recipients = channelId === null ? [personId!] : { channel: channelId };
      await this.page(tx, { subject, to, message });
      return true;
    });
  }

  /** Puts a dead letter away. False when it is none. */
  async discard(id: string): Promise<boolean> {
    return (await closeDeadLetter(this.#options.database, id, "discarded")) !== undefined;
  }

  async forgetOld(): Promise<void> {
    const { database, clock } = this.#options;
    await forgetNotificationsBefore(database, toInstant(clock.now() - KEPT_MS));
  }

  async #destination({ channelId, kind, target }: Notification) {
    if (channelId === null) return { kind, target };
    const destination = await this.#options.channels?.destination(channelId);
    if (destination === undefined) throw new Failure("CHANNEL_REMOVED", { retryable: false });
    return destination;
  }

  async #failed(notification: Notification, cause: unknown): Promise<void> {
    const { database, clock, logger, random, jobs } = this.#options;
    const { id, kind } = notification;
    const error = cause instanceof Failure ? cause.code : "UNEXPECTED";
    const attempts = notification.attempts + 1;
    const asked = cause instanceof Failure ? cause.details.retryAfterMs : undefined;
    const waitMs = typeof asked === "number" ? Math.max(asked, 1) : retryDelayMs(attempts, random);
    const again = isRetryable(cause) && attempts < this.#triesPerChannel && (await this.#mayWait(notification, waitMs));
    const nextAttemptAt = again ? addMs(clock.now(), waitMs) : null;
    await database.transaction(async (tx) => {
      await recordAttempt(tx, id, { state: again ? "queued" : "failed", error, at: clock.now(), nextAttemptAt });
      if (again) await jobs.send(DELIVERY_QUEUE, { notificationId: id }, { transaction: tx, startAfterMs: waitMs });
      else await this.#fallThrough(tx, notification);
    });
    this.#outcomes.increment({ kind, outcome: again ? "retried" : "failed" });
    logger.warn({ notification: id, kind, error, again }, "A page did not arrive");
  }

  /** A target that wants to be left alone for long is left alone, unless there is no other. */
  async #mayWait(notification: Notification, waitMs: number): Promise<boolean> {
    if (waitMs <= LONGEST_WAIT_MS) return true;
    if (waitMs > LONGEST_LAST_WAIT_MS) return false;
    return (await this.#next(this.#options.database, notification)) === undefined;
  }

  async #fallThrough(tx: Sql, notification: Notification): Promise<void> {
    const next = await this.#next(tx, notification);
    if (next === undefined) {
      const { personName, subject, kind } = notification;
      this.#options.logger.error({ to: personName, kind, subject }, "No channel of a recipient works");
      return;
    }
    await recordFollower(tx, notification.id, (await this.#queue(tx, next)).id);
  }

  /** The same page over the recipient's next channel. */
  async #next(tx: Sql, notification: Notification): Promise<Queued | undefined> {
    const { personId, channelId, channelPosition, subject, message } = notification;
    if (channelId !== null) {
      const fallback = await this.#options.channels?.fallback(channelId);
      const position = channelPosition + 1;
      if (fallback === undefined || position > MOST_FALLBACKS) return undefined;
      return await this.#toChannel({ channelId: fallback, position, subject, message });
    }
    const person = (await this.#options.directory.people()).find(({ id }) => id === personId);
    if (person === undefined) return undefined;
    const contacts = this.#contacts(person, (await contactsOf(tx, [person.id])).get(person.id));
    const contact = contacts.find(({ position }) => position > channelPosition);
    return contact && toPerson(person, contact, { subject, message });
  }

  async #pagePeople(
    tx: Sql,
    to: "everyone" | readonly string[],
    { subject, message, severity, asks = false }: Page,
  ): Promise<readonly Queued[]> {
    const all = await this.#options.directory.people();
    const people = to === "everyone" ? all : all.filter(({ id }) => to.includes(id));
    const ids = people.map(({ id }) => id);
    const stored = await contactsOf(tx, ids);
    const paged: Queued[] = [];
    for (const person of people) {
      const usable = fitting(this.#contacts(person, stored.get(person.id)), severity);
      const first = usable.find(({ delayMs }) => delayMs === 0) ?? usable[0];
      if (first === undefined) continue;
      const what = { subject, message };
      paged.push(await this.#queue(tx, toPerson(person, first, what), asks ? first.delayMs : 0));
      const later = usable.filter((contact) => asks && contact !== first && contact.delayMs > 0);
      for (const contact of later) await this.#queue(tx, toPerson(person, contact, what), contact.delayMs);
    }
    return paged;
  }

  async #pageChannel(tx: Sql, to: ToChannel): Promise<readonly Queued[]> {
    const queued = await this.#toChannel(to);
    return queued === undefined ? [] : [await this.#queue(tx, queued)];
  }

  async #toChannel({ channelId, position, subject, message }: ToChannel): Promise<Queued | undefined> {
    const channel = await this.#options.channels?.find(channelId);
    if (channel === undefined) return undefined;
    const { name, kind, target } = channel;
    return { personId: null, channelId, personName: name, channelPosition: position, kind, target, subject, message };
  }

  /** The person's own methods; without any, the address of their account. */
  #contacts(person: Reachable, stored: readonly StoredContact[] = []): readonly StoredContact[] {
    const { mailer, telegram } = this.#options;
    const configured = stored.filter(({ kind }) =>
      kind === "email" ? mailer !== undefined : kind !== "telegram" || telegram !== undefined,
    );
    if (configured.length > 0 || mailer === undefined) return configured;
    return [{ position: stored.length, kind: "email", target: person.email, severities: [], delayMs: 0 }];
  }

  async #queue(tx: Sql, queued: Queued, delayMs = 0): Promise<Queued & { readonly id: string }> {
    const { clock, random, jobs } = this.#options;
    const id = newId("ntf", clock.now(), random);
    await insertNotification(tx, { ...queued, id, createdAt: clock.now() });
    const later = delayMs === 0 ? {} : { startAfterMs: delayMs };
    await jobs.send(DELIVERY_QUEUE, { notificationId: id }, { transaction: tx, ...later });
    return { ...queued, id };
  }
}

type Queued = Omit<NewNotification, "id" | "createdAt">;

interface ToChannel extends Pick<Page, "subject" | "message"> {
  readonly channelId: string;
  /** How many channels were tried before. */
  readonly position: number;
}

/** The ways that a person keeps for the severity; any, when none is, since somebody must hear it. */
function fitting(contacts: readonly StoredContact[], severity: Severity | undefined): readonly StoredContact[] {
  if (severity === undefined) return contacts;
  const found = contacts.filter(({ severities }) => severities.length === 0 || severities.includes(severity));
  return found.length > 0 ? found : contacts;
}

function toPerson(
  { id, name }: Reachable,
  { position, kind, target }: StoredContact,
  what: Pick<Page, "subject" | "message">,
): Queued {
  return { personId: id, channelId: null, personName: name, channelPosition: position, kind, target, ...what };
}
