import type { Database, Sql } from "@assay/platform/storage/database";
import type { ActionDesk } from "./ports.ts";

/** What a process that was killed never returns from. */
export class Crash extends Error {}

/**
 * Kills a simulated process at its n-th step outside of itself: before or after a statement, a commit, or a call of the
 * desk. From then on nothing it does has an effect any more, as after `kill -9`.
 */
export class CrashPoints {
  passed = 0;
  isDead = false;
  readonly #killAt: number;

  constructor(killAt: number) {
    this.#killAt = killAt;
  }

  /** Passes one point, or dies at it. */
  pass(): void {
    this.passed += 1;
    if (this.passed === this.#killAt) this.isDead = true;
    if (this.isDead) throw new Crash(`killed at point ${this.passed}`);
  }

  async #around<T>(work: () => Promise<T>): Promise<T> {
    this.pass();
    const done = await work();
    this.pass();
    return done;
  }

  database(real: Database): Database {
    return new Proxy(real, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        const call = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (name === "query" || name === "execute") return (...args: unknown[]) => this.#around(() => call(...args));
        if (name !== "transaction") return call;
        return (work: (transaction: Sql) => Promise<unknown>, ...rest: unknown[]) =>
          // Before it begins, before each of its statements, before the commit, and after it.
          this.#around(() => call((transaction: Sql) => this.#inside(transaction, work), ...rest));
      },
    });
  }

  async #inside(transaction: Sql, work: (transaction: Sql) => Promise<unknown>): Promise<unknown> {
    const guarded: Sql = {
      query: async (statement) => {
        this.pass();
        return await transaction.query(statement);
      },
      execute: async (statement) => {
        this.pass();
        return await transaction.execute(statement);
      },
    };
    const done = await work(guarded);
    this.pass();
    return done;
  }

  desk(real: ActionDesk): ActionDesk {
    return {
      people: (request) => this.#around(() => real.people(request)),
      perform: (request) => this.#around(() => real.perform(request)),
      performAlone: (request, signer) => this.#around(() => real.performAlone(request, signer)),
      request: (request) => this.#around(() => real.request(request)),
      outcome: (approvalId) => this.#around(() => real.outcome(approvalId)),
      known: (key) => this.#around(() => real.known(key)),
      cancel: (approvalId, requester) => this.#around(() => real.cancel(approvalId, requester)),
    };
  }
}
