import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { DAY_MS, formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { EventPublisher } from "../events/events.ts";
import { holdsRole } from "../identity/roles.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { ChecklistDeclaration } from "../manifest/checklist.ts";
import type { Role } from "../manifest/manifest.ts";
import { checkItem, type ItemCheckOptions } from "./item-check.ts";
import { type LateAlerts, tellOfLateness } from "./late-alert.ts";
import { LONGEST_LOOK_BACK_MS, type Period, periodsBetween } from "./periods.ts";
import { type ChecklistItem, type ItemState, isLate, itemStates, openItems, type Round, type Tick } from "./round.ts";
import {
  findRound,
  insertRound,
  insertTick,
  listRounds,
  lockRound,
  markMissed,
  markSigned,
  type RoundPage,
  ticksOf,
  unsignedRounds,
  watchedSince,
} from "./round-store.ts";

/** A checklist and the system that declares it; the plane's own belong to `operations`. */
export interface DeclaredChecklist {
  readonly system: string;
  readonly checklist: ChecklistDeclaration;
}

export interface ChecklistsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  /** In force now. */
  readonly declared: () => readonly DeclaredChecklist[];
  readonly checks: ItemCheckOptions;
  readonly alerts: LateAlerts;
}

export interface RoundDetail {
  readonly round: Round;
  readonly items: readonly ItemState[];
  /** Every look at every item, oldest first. */
  readonly ticks: readonly Tick[];
}

export interface ChecklistPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

type Refusal<Code extends string> = { readonly code: Code; readonly detail?: string };
export type TickRefusal = Refusal<
  | "ROUND_NOT_FOUND"
  | "ITEM_NOT_FOUND"
  | "ROUND_SIGNED"
  | "ROLE_MISSING"
  | "NOTE_REQUIRED"
  | "ITEM_IS_AUTOMATIC"
  | "VERDICT_REQUIRED"
>;
export type SignRefusal = Refusal<"ROUND_NOT_FOUND" | "ROUND_SIGNED" | "ROLE_MISSING" | "ITEMS_OPEN">;

/** The clock is looked at again this far back, for one that was set back and forth. */
const OVERLAP_MS = 2 * DAY_MS;
/** A plane that has just started knows little yet: an item that could not be looked at is tried again so often by itself. */
const MOST_OWN_LOOKS = 5;

/** Routine: rounds that open by the clock, exactly one per period, and are done when a person signs them off. */
export class Checklists {
  readonly #options: ChecklistsOptions;
  readonly #lookedAt = new Map<string, Instant>();
  readonly #since = new Map<string, Instant>();

  constructor(options: ChecklistsOptions) {
    this.#options = options;
  }

  /** One look at the clock: opens what is due, does what does itself, and tells of what is late. */
  async advance(): Promise<void> {
    for (const declared of this.#options.declared()) await this.#open(declared);
    const unsigned = await unsignedRounds(this.#options.database);
    const ticks = await ticksOf(
      this.#options.database,
      unsigned.map(({ id }) => id),
    );
    for (const round of unsigned) {
      await this.#lookByItself(round, ticks.get(round.id) ?? []);
      if (round.dueAt <= this.#options.clock.now()) await this.#miss(round);
    }
    await this.#tell();
  }

  /** Looks at automatic items anew, or at one of them, because a person asks. */
  async run(
    roundId: string,
    { by, item }: { readonly by: ChecklistPerson; readonly item?: string | undefined },
  ): Promise<Result<RoundDetail, TickRefusal>> {
    const round = await findRound(this.#options.database, roundId);
    if (round === undefined) return refuse({ code: "ROUND_NOT_FOUND" });
    if (round.signedAt !== null) return refuse({ code: "ROUND_SIGNED" });
    const items = round.definition.items.filter(({ id, check }) => check && (item === undefined || item === id));
    if (items.length === 0) return refuse({ code: "ITEM_NOT_FOUND" });
    await this.#look(round, items, personActor(by));
    return accept((await this.find(roundId))!);
  }

  /** A person's word on an item: a verdict on one that is theirs, or a note on what an automatic one found. */
  async tick(
    roundId: string,
    given: {
      readonly item: string;
      readonly verdict?: "passed" | "failed" | undefined;
      readonly note: string;
      readonly by: ChecklistPerson;
    },
  ): Promise<Result<RoundDetail, TickRefusal>> {
    const { database, clock } = this.#options;
    const done = await database.transaction(async (tx): Promise<Result<void, TickRefusal>> => {
      const round = await lockRound(tx, roundId);
      if (round === undefined) return refuse({ code: "ROUND_NOT_FOUND" });
      const ticks = (await ticksOf(tx, [roundId])).get(roundId)!;
      const state = itemStates(round, ticks).find(({ item }) => item.id === given.item);
      const judged = judgeTick(round, state, given);
      if (!judged.ok) return judged;
      const { last } = state!;
      const seen = state!.item.check === undefined ? null : last;
      const { item, note, by } = given;
      await insertTick(tx, roundId, {
        item,
        note,
        verdict: judged.value,
        observed: seen?.observed ?? null,
        source: seen?.source ?? null,
        observedAt: seen?.observedAt ?? null,
        actor: personActor(by),
        at: clock.now(),
      });
      await this.#audit(tx, personActor(by), {
        action: "checklist.item.ticked",
        round,
        details: { item, verdict: judged.value, note },
      });
      return accept(undefined);
    });
    if (!done.ok) return done;
    this.#changed(roundId);
    return accept((await this.find(roundId))!);
  }

  /** Ends a round: a person with the role says that it is done. After the deadline it is recorded as late. */
  async sign(
    roundId: string,
    { by, note }: { readonly by: ChecklistPerson; readonly note: string },
  ): Promise<Result<RoundDetail, SignRefusal>> {
    const { database, clock } = this.#options;
    const done = await database.transaction(async (tx): Promise<Result<void, SignRefusal>> => {
      const round = await lockRound(tx, roundId);
      if (round === undefined) return refuse({ code: "ROUND_NOT_FOUND" });
      if (round.signedAt !== null) return refuse({ code: "ROUND_SIGNED" });
      const { signOff } = round.definition;
      if (!holdsRole(by.roles, signOff))
        return refuse({ code: "ROLE_MISSING", detail: `It needs the role ${signOff}.` });
      const states = itemStates(round, (await ticksOf(tx, [roundId])).get(roundId)!);
      const open = openItems(states);
      if (open.length > 0) return refuse({ code: "ITEMS_OPEN", detail: openWords(open) });
      const signed: Round = { ...round, signedAt: clock.now(), signedBy: { id: by.id, name: by.name }, note };
      await markSigned(tx, signed);
      await this.#audit(tx, personActor(by), {
        action: "checklist.signed",
        round,
        details: { note, late: isLate(signed), dueAt: formatInstant(round.dueAt), items: verdicts(states) },
      });
      return accept(undefined);
    });
    if (!done.ok) return done;
    this.#changed(roundId);
    await this.#tell().catch((error: unknown) => {
      this.#options.logger.error({ error }, "The alert of a checklist is settled at the next look at the clock");
    });
    return accept((await this.find(roundId))!);
  }

  async find(roundId: string): Promise<RoundDetail | undefined> {
    const round = await findRound(this.#options.database, roundId);
    return round && (await this.#details([round]))[0];
  }

  async list(page: RoundPage): Promise<RoundDetail[]> {
    return await this.#details(await listRounds(this.#options.database, page));
  }

  declared(): readonly DeclaredChecklist[] {
    return this.#options.declared();
  }

  async #details(rounds: readonly Round[]): Promise<RoundDetail[]> {
    const ticks = await ticksOf(
      this.#options.database,
      rounds.map(({ id }) => id),
    );
    return rounds.map((round) => {
      const own = ticks.get(round.id) ?? [];
      return { round, ticks: own, items: itemStates(round, own) };
    });
  }

  async #open({ system, checklist }: DeclaredChecklist): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock.now();
    const key = `${system}/${checklist.name}`;
    const since = this.#since.get(key) ?? (await watchedSince(database, { system, checklist: checklist.name }, now));
    this.#since.set(key, since);
    const looked = this.#lookedAt.get(key);
    const from = Math.min(looked ?? now - LONGEST_LOOK_BACK_MS, now) - OVERLAP_MS;
    for (const period of periodsBetween(checklist, toInstant(from), now)) {
      if (period.dueAt <= since) continue;
      await this.#openPeriod({ system, checklist }, period);
    }
    this.#lookedAt.set(key, now);
  }

  async #openPeriod({ system, checklist }: DeclaredChecklist, period: Period): Promise<void> {
    const { database, clock, random, logger } = this.#options;
    const round: Round = {
      id: newId("rnd", clock.now(), random),
      system,
      checklist: checklist.name,
      period: period.date,
      definition: checklist,
      opensAt: period.opensAt,
      dueAt: period.dueAt,
      missedAt: null,
      signedAt: null,
      signedBy: null,
      note: "",
    };
    const isNew = await database.transaction(async (tx) => {
      if (!(await insertRound(tx, round))) return false;
      await this.#audit(tx, PLANE_ACTOR, { action: "checklist.opened", round, details: {} });
      return true;
    });
    if (!isNew) return;
    logger.info({ system, checklist: checklist.name, period: period.date }, "A checklist is open");
    this.#changed(round.id);
  }

  async #lookByItself(round: Round, ticks: readonly Tick[]): Promise<void> {
    const due = itemStates(round, ticks).filter(({ item, verdict }) => {
      const looks = ticks.filter((tick) => tick.item === item.id).length;
      return item.check && (verdict === null || (verdict === "inconclusive" && looks < MOST_OWN_LOOKS));
    });
    const items = due.map(({ item }) => item);
    if (items.length > 0) await this.#look(round, items, PLANE_ACTOR);
  }

  async #look(round: Round, items: readonly ChecklistItem[], actor: AuditActor): Promise<void> {
    const { database, clock, checks } = this.#options;
    const seen = await Promise.all(
      items.map(async ({ id, check }) => ({
        id,
        ...(await checkItem(check!, { system: round.system, now: clock.now() }, checks)),
      })),
    );
    const at = clock.now();
    await database.transaction(async (tx) => {
      const locked = await lockRound(tx, round.id);
      if (locked === undefined || locked.signedAt !== null) return;
      for (const { id, ...observation } of seen)
        await insertTick(tx, round.id, { item: id, ...observation, note: "", actor, at });
      const details = {
        items: Object.fromEntries(seen.map(({ id, verdict, observed }) => [id, { verdict, observed }])),
      };
      await this.#audit(tx, actor, { action: "checklist.items.checked", round, details });
    });
    this.#changed(round.id);
  }

  async #miss(round: Round): Promise<void> {
    if (round.missedAt !== null) return;
    const { database, clock } = this.#options;
    const isNew = await database.transaction(async (tx) => {
      if (!(await markMissed(tx, round.id, clock.now()))) return false;
      const details = { dueAt: formatInstant(round.dueAt) };
      await this.#audit(tx, PLANE_ACTOR, { action: "checklist.missed", round, details });
      return true;
    });
    if (isNew) this.#changed(round.id);
  }

  async #tell(): Promise<void> {
    const { database, alerts } = this.#options;
    await tellOfLateness(database, alerts);
  }

  async #audit(
    tx: Sql,
    actor: AuditActor,
    { action, round, details }: { action: string; round: Round; details: Record<string, unknown> },
  ): Promise<void> {
    const { id, system, checklist, period } = round;
    const target = `${system}/${checklist}`;
    const said = JSON.parse(JSON.stringify({ round: id, period, ...details }));
    await this.#options.audit.append(tx, { actor, action, target, details: said });
  }

  #changed(id: string): void {
    this.#options.events.publish({ topic: "checklists", id });
  }
}

function judgeTick(
  round: Round,
  state: ItemState | undefined,
  { verdict, note, by }: { readonly verdict?: "passed" | "failed" | undefined; note: string; by: ChecklistPerson },
): Result<Tick["verdict"], TickRefusal> {
  if (round.signedAt !== null) return refuse({ code: "ROUND_SIGNED" });
  if (state === undefined) return refuse({ code: "ITEM_NOT_FOUND" });
  const { item } = state;
  const role = item.role ?? "operator";
  if (!holdsRole(by.roles, role)) return refuse({ code: "ROLE_MISSING", detail: `It needs the role ${role}.` });
  if (item.check !== undefined) {
    if (verdict !== undefined || state.verdict === null) return refuse({ code: "ITEM_IS_AUTOMATIC" });
    return note === "" ? refuse({ code: "NOTE_REQUIRED" }) : accept(state.verdict);
  }
  if (verdict === undefined) return refuse({ code: "VERDICT_REQUIRED" });
  if (note === "" && item.note === "required") return refuse({ code: "NOTE_REQUIRED" });
  return accept(verdict);
}

function openWords(open: readonly ItemState[]): string {
  const words = open
    .slice(0, 5)
    .map(({ item, verdict }) => `${item.title}: ${verdict === null ? "open" : `${verdict}, without a note`}`);
  return `${words.join("; ")}${open.length > 5 ? ` and ${open.length - 5} more` : ""}.`;
}

function verdicts(states: readonly ItemState[]) {
  return Object.fromEntries(states.map(({ item, verdict, note }) => [item.id, { verdict, note }]));
}

function personActor({ id, name }: ChecklistPerson): AuditActor {
  return { kind: "person", id, name };
}
