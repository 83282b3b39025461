import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, formatInstant, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Matchable } from "../alerts/quieting.ts";
import type { Matcher } from "../api/schema/quiet.ts";
import { matches } from "./match.ts";
import type { QuietOptions } from "./quiet.ts";
import { endSilence, insertSilence, type Silence, silencesSince } from "./silence-store.ts";

export const LONGEST_SILENCE_MS = 7 * DAY_MS;
/** More in force at once means that somebody silences instead of mending. */
const MOST_ACTIVE = 200;
const LISTED = 200;
const SHOWN_AFTER_END_MS = 30 * DAY_MS;

export interface Who {
  readonly id: string;
  readonly name: string;
}

export interface SilenceOrder {
  readonly matchers: readonly Matcher[];
  readonly reason: string;
  readonly endsAt: Instant;
}

export type SilenceRefusal = { readonly code: "ENDS_IN_THE_PAST" | "TOO_LONG" | "TOO_MANY_SILENCES" };

/** Silences that people made; those in force are in memory, since every round asks for them. */
export class Silences {
  readonly #options: QuietOptions;
  #current: readonly Silence[] = [];

  private constructor(options: QuietOptions) {
    this.#options = options;
  }

  static async open(options: QuietOptions): Promise<Silences> {
    const silences = new Silences(options);
    await silences.#reload();
    return silences;
  }

  active(now: Instant): readonly Silence[] {
    return this.#current.filter((silence) => isInForce(silence, now));
  }

  /** Of several that hold the alert, the one that lasts longest. */
  of(alert: Matchable, now: Instant): Silence | undefined {
    let longest: Silence | undefined;
    for (const silence of this.active(now))
      if (matches(silence.matchers, alert) && (longest === undefined || silence.endsAt > longest.endsAt))
        longest = silence;
    return longest;
  }

  /** Newest first; `all` with those of the last thirty days. */
  async list(state: "current" | "all"): Promise<readonly Silence[]> {
    const { database, clock } = this.#options;
    const now = clock.now();
    if (state === "current") return this.active(now);
    return await silencesSince(database, addMs(now, -SHOWN_AFTER_END_MS), LISTED);
  }

  async create(order: SilenceOrder, by: Who): Promise<Result<Silence, SilenceRefusal>> {
    const { database, clock, random, audit } = this.#options;
    const now = clock.now();
    const { matchers, reason, endsAt } = order;
    if (endsAt <= now) return refuse({ code: "ENDS_IN_THE_PAST" });
    if (endsAt - now > LONGEST_SILENCE_MS) return refuse({ code: "TOO_LONG" });
    if (this.active(now).length >= MOST_ACTIVE) return refuse({ code: "TOO_MANY_SILENCES" });
    const id = newId("sil", now, random);
    const silence: Silence = { id, matchers, reason, by, createdAt: now, endsAt, endedAt: null, endedBy: null };
    const details = { matchers: matchers.map((one) => ({ ...one })), reason, endsAt: formatInstant(endsAt) };
    await audit.append(undefined, { actor: { kind: "person", ...by }, action: "silence.created", target: id, details });
    await insertSilence(database, silence);
    await this.#changed(id);
    return accept(silence);
  }

  /** Ends it before its time: what it kept quiet and still fires is told at once. */
  async end(id: string, by: Who): Promise<Result<Silence, { readonly code: "SILENCE_NOT_FOUND" }>> {
    const { database, clock, audit } = this.#options;
    const now = clock.now();
    const known = this.active(now).find((silence) => silence.id === id);
    if (known === undefined) return refuse({ code: "SILENCE_NOT_FOUND" });
    await audit.append(undefined, {
      ...{ actor: { kind: "person" as const, ...by }, action: "silence.ended", target: id },
      details: { endsAt: formatInstant(known.endsAt) },
    });
    await endSilence(database, id, { at: now, by: by.name });
    await this.#changed(id);
    return accept({ ...known, endedAt: now, endedBy: by.name });
  }

  async #changed(id: string): Promise<void> {
    await this.#reload();
    this.#options.events.publish({ topic: "quiet", id });
    await this.#options.onChanged();
  }

  async #reload(): Promise<void> {
    const { database, clock } = this.#options;
    this.#current = await silencesSince(database, clock.now(), MOST_ACTIVE * 2);
  }
}

/** A clock that was set back must not make one last longer than any may. */
function isInForce({ endsAt, endedAt }: Silence, now: Instant): boolean {
  return endedAt === null && now < endsAt && endsAt - now <= LONGEST_SILENCE_MS;
}
