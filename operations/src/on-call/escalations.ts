import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, type Instant, SECOND_MS } from "@assay/primitives/instant";
import type { EscalationPolicy, EscalationStep } from "../api/schema/on-call.ts";
import type { Paged } from "../delivery/delivery.ts";
import type { Directory } from "../delivery/directory.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import type { EventPublisher } from "../events/events.ts";
import { repeat } from "../systems/repeat.ts";
import { isMoreSevere, type Severity } from "../thresholds/threshold.ts";
import {
  afterSteps,
  type Due,
  dueNow,
  type Escalation,
  type FirstCall,
  isNobody,
  NOBODY,
  restarted,
  type Told,
} from "./escalation.ts";
import {
  currentEscalations,
  findEscalation,
  forgetEscalationsBefore,
  lockDueEscalation,
  lockEscalation,
  upsertEscalation,
} from "./escalation-store.ts";
import { messageFor, type Why } from "./page-words.ts";
import type { PageAcknowledgement, PageRequest, Paging } from "./paging.ts";
import { choosePolicy, listPolicies } from "./policy-store.ts";
import { awake } from "./quiet-hours.ts";
import { everyone, type OnCallNow, recipientsOf } from "./recipients.ts";

/** What brings a page to people and to channels that belong to nobody. */
export interface PageDelivery {
  page(
    tx: Sql,
    page: {
      readonly subject: string;
      readonly to: readonly string[] | { readonly channel: string };
      readonly message: PageMessage;
      readonly severity: Severity;
      /** Somebody must answer. */
      readonly asks: boolean;
    },
  ): Promise<readonly Paged[]>;
  cancel(tx: Sql, subject: string): Promise<void>;
}

/** Somebody was told again without anybody having asked for it, for an incident's timeline. */
export interface EscalationNotice {
  readonly subject: string;
  readonly message: PageMessage;
  readonly paged: readonly Paged[];
}

export interface EscalationsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventPublisher;
  readonly directory: Directory;
  readonly delivery: PageDelivery;
  readonly onCall: OnCallNow;
  /** Address of the console. */
  readonly publicUrl: string;
  /** Called after each commit of a step that the clock began. */
  readonly onEscalated?: (notice: EscalationNotice) => Promise<void>;
}

interface Asked {
  readonly escalation: Escalation;
  readonly policy: EscalationPolicy;
  readonly why: Why;
}

const FIRST: Why = { kind: "first" };
const TICK_MS = 5 * SECOND_MS;
const LARGEST_TICK = 500;
const KEPT_MS = 90 * DAY_MS;

/** Calls people until somebody answers: in PostgreSQL, so that a restart loses nothing and two ticks at once page once. */
export class Escalations implements Paging, AsyncDisposable {
  readonly #options: EscalationsOptions;
  readonly #stopping = new AbortController();
  #loops: Promise<unknown> | undefined;

  constructor(options: EscalationsOptions) {
    this.#options = options;
  }

  async raise(tx: Sql, request: PageRequest): Promise<readonly Paged[]> {
    const now = this.#options.clock.now();
    this.#announce(request.subject);
    const known = await lockEscalation(tx, request.subject);
    const policy = choosePolicy(await listPolicies(tx), request);
    if (known === undefined || known.state === "ended")
      return await this.#callTop(tx, { escalation: this.#new(request, policy, now), policy, why: FIRST });
    const { message, system } = request;
    const isWorse = isMoreSevere(request.severity, known.severity);
    const severity = isWorse ? request.severity : known.severity;
    const updated: Escalation = { ...known, message, severity, system, policyId: policy.id };
    const hasExpired = known.acknowledgement !== null && known.acknowledgement.until <= now;
    if (hasExpired || isWorse)
      return await this.#callTop(tx, { escalation: restarted(updated, now), policy, why: FIRST });
    await upsertEscalation(tx, updated);
    // Whoever looks after it hears what is new.
    const to =
      known.acknowledgement === null ? known.lastTold : { people: [known.acknowledgement.by.id], channels: [] };
    return await this.#send(tx, { escalation: updated, why: FIRST, to });
  }

  async acknowledge(tx: Sql, subject: string, { by, until }: PageAcknowledgement): Promise<void> {
    const known = await lockEscalation(tx, subject);
    if (known === undefined || known.state === "ended") return;
    await this.#options.delivery.cancel(tx, subject);
    const acknowledgement = { by: { id: by.id, name: by.name }, until };
    const quiet = { remindAt: null, nextStepAt: null };
    await upsertEscalation(tx, { ...known, ...quiet, state: "acknowledged", acknowledgement });
    this.#announce(subject);
  }

  async end(tx: Sql, subject: string, message?: PageMessage): Promise<readonly Paged[]> {
    const known = await lockEscalation(tx, subject);
    if (known === undefined || known.state === "ended") return [];
    await this.#options.delivery.cancel(tx, subject);
    const over = { remindAt: null, nextStepAt: null, acknowledgement: null, endedAt: this.#options.clock.now() };
    await upsertEscalation(tx, { ...known, ...over, state: "ended" });
    this.#announce(subject);
    if (message === undefined) return [];
    const to = await this.#awake(tx, known.told, known.severity);
    return await this.#page(tx, { subject, to: to.told, message, severity: known.severity, asks: false });
  }

  /** Does what is due, one subject after the other; whatever cannot be done now is due again at the next tick. */
  async tick(): Promise<void> {
    for (let turn = 0; turn < LARGEST_TICK; turn += 1) {
      const notice = await this.#options.database.transaction((tx) => this.#callDue(tx));
      if (notice === undefined) return;
      this.#announce(notice.subject);
      if (notice.paged.length > 0) await this.#report(notice);
    }
  }

  /** Looks at the clock from now on. */
  start(): void {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    const keep = (work: () => Promise<void>, complaint: string) => () =>
      work().catch((error: unknown) => logger.error({ error }, complaint));
    const tick = keep(() => this.tick(), "Pages could not be escalated");
    const forget = keep(() => this.forgetOld(), "Old pages could not be forgotten");
    this.#loops ??= Promise.all([
      repeat(tick, { clock, everyMs: TICK_MS, signal }),
      repeat(forget, { clock, everyMs: DAY_MS, signal }),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loops;
  }

  find(id: string): Promise<Escalation | undefined> {
    return findEscalation(this.#options.database, id);
  }

  /** Everything that people are being called for, at most `limit`. */
  current(limit = 200): Promise<Escalation[]> {
    return currentEscalations(this.#options.database, limit);
  }

  async forgetOld(): Promise<void> {
    const { database, clock } = this.#options;
    await forgetEscalationsBefore(database, addMs(clock.now(), -KEPT_MS));
  }

  async #callDue(tx: Sql): Promise<EscalationNotice | undefined> {
    const now = this.#options.clock.now();
    const escalation = await lockDueEscalation(tx, now);
    if (escalation === undefined) return undefined;
    const { subject, system, severity, policyId } = escalation;
    const policy = choosePolicy(await listPolicies(tx), { policy: policyId, system, severity });
    const due = dueNow(escalation, policy, now);
    const asked = { escalation, policy };
    const why = whyDue(due, escalation, now);
    const message = messageFor(escalation, why, this.#words(now));
    if (due.kind === "steps")
      return {
        subject,
        message,
        paged: await this.#callSteps(tx, { ...asked, why, from: due.from, steps: due.steps }),
      };
    if (due.kind === "restart") {
      const again = { ...asked, escalation: restarted(escalation, now), why };
      return { subject, message, paged: await this.#callTop(tx, again) };
    }
    await upsertEscalation(tx, { ...escalation, remindAt: null });
    return { subject, message, paged: await this.#send(tx, { escalation, why, to: escalation.lastTold }) };
  }

  #callTop(tx: Sql, asked: Asked): Promise<readonly Paged[]> {
    return this.#callSteps(tx, { ...asked, from: 0, steps: asked.policy.steps.slice(0, 1) });
  }

  /** Calls the steps; while that reaches nobody the next one follows at once, and everyone in the end. */
  async #callSteps(
    tx: Sql,
    asked: Asked & { readonly from: number; readonly steps: readonly EscalationStep[] },
  ): Promise<readonly Paged[]> {
    const { escalation, policy, why, from } = asked;
    const { clock, directory } = this.#options;
    const now = clock.now();
    const people = await directory.people();
    const context = { tx, now, people, onCall: this.#options.onCall };
    let steps = asked.steps;
    let nextStep = from + steps.length;
    for (;;) {
      const first = from === 0 ? escalation.firstCall : null;
      const wanted = await recipientsOf(steps, first, context);
      const { told: to, wakesAt } = await this.#awake(tx, wanted, escalation.severity);
      if (isNobody(to) && wakesAt !== undefined) return await this.#wait(tx, asked, wakesAt);
      const paged = await this.#send(tx, { escalation, why, to });
      const isLast = nextStep >= policy.steps.length;
      const told = paged.length === 0 && isLast ? everyone(people) : to;
      if (paged.length > 0 || isLast) {
        const late = paged.length > 0 ? paged : await this.#send(tx, { escalation, why, to: told });
        await upsertEscalation(tx, afterSteps(escalation, policy, { now, nextStep, told }));
        return late;
      }
      steps = policy.steps.slice(nextStep, nextStep + 1);
      nextStep += 1;
    }
  }

  /** All who should hear it sleep, and it can wait: the clock of its steps stands still until the first one wakes. */
  async #wait(
    tx: Sql,
    { escalation, policy, from }: Asked & { readonly from: number },
    wakesAt: Instant,
  ): Promise<readonly Paged[]> {
    const afterMs = policy.steps[from]?.afterMs ?? 0;
    const startedAt = addMs(wakesAt, -afterMs);
    await upsertEscalation(tx, { ...escalation, startedAt, nextStep: from, nextStepAt: wakesAt, remindAt: null });
    return [];
  }

  async #awake(tx: Sql, told: Told, severity: Severity) {
    const { people, wakesAt } = await awake(tx, told.people, { severity, now: this.#options.clock.now() });
    return { told: { people, channels: told.channels }, wakesAt };
  }

  #send(
    tx: Sql,
    { escalation, why, to }: { readonly escalation: Escalation; readonly why: Why; readonly to: Told },
  ): Promise<readonly Paged[]> {
    const message = messageFor(escalation, why, this.#words(this.#options.clock.now()));
    const { subject, severity } = escalation;
    return this.#page(tx, { subject, to, message, severity, asks: true });
  }

  async #page(
    tx: Sql,
    { to, ...page }: Omit<Parameters<PageDelivery["page"]>[1], "to"> & { readonly to: Told },
  ): Promise<readonly Paged[]> {
    const { delivery } = this.#options;
    const paged: Paged[] = [];
    if (to.people.length > 0) paged.push(...(await delivery.page(tx, { ...page, to: to.people })));
    for (const channel of to.channels) paged.push(...(await delivery.page(tx, { ...page, to: { channel } })));
    return paged;
  }

  #new(request: PageRequest, policy: EscalationPolicy, now: Instant): Escalation {
    return {
      id: newId("esc", now, this.#options.random),
      subject: request.subject,
      system: request.system,
      severity: request.severity,
      policyId: policy.id,
      message: request.message,
      firstCall: firstCallOf(request),
      state: "calling",
      startedAt: now,
      round: 1,
      nextStep: 0,
      lastTold: NOBODY,
      told: NOBODY,
      remindAt: null,
      nextStepAt: now,
      acknowledgement: null,
      createdAt: now,
      endedAt: null,
    };
  }

  #words(now: Instant) {
    return { now, publicUrl: this.#options.publicUrl };
  }

  #announce(subject: string): void {
    this.#options.events.publish({ topic: "on-call", id: subject });
  }

  async #report(notice: EscalationNotice): Promise<void> {
    try {
      await this.#options.onEscalated?.(notice);
    } catch (error) {
      this.#options.logger.warn({ error, subject: notice.subject }, "An escalation is missing in the timeline");
    }
  }
}

function whyDue(due: Due, { startedAt, acknowledgement }: Escalation, now: Instant): Why {
  const waitedMs = now - startedAt;
  // The first call of all, which had to wait until somebody woke.
  if (due.kind === "steps" && due.from === 0 && due.steps.length === 1) return FIRST;
  if (due.kind === "steps") return { kind: "step", title: due.steps.at(-1)!.title, waitedMs };
  if (due.kind !== "restart") return { kind: "reminder", waitedMs };
  if (acknowledgement === null) return { kind: "repeat", waitedMs };
  return { kind: "acknowledgement_expired", by: acknowledgement.by.name };
}

function firstCallOf({ pages = "policy", people }: PageRequest): FirstCall {
  if (people !== undefined) return { people };
  return pages === "everyone" ? "everyone" : null;
}
