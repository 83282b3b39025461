import { equalBytes } from "@assay/primitives/bytes";
import type { LedgerAccount } from "./account.ts";
import type { JournalHead } from "./ledger-store.ts";
import type { AccountChange, JournalTail } from "./working-ledger.ts";

/** The end of the journal: enough to write the next row. */
export type JournalEnd = JournalHead & JournalTail;

const LARGEST_CACHE = 50_000;

/**
 * Accounts as they are at one end of the journal. The hash chain names a state of the ledger, so the cache is right
 * exactly while the journal ends where it says: nobody has to tell it that a commit failed or that another process
 * wrote. What was built on a wrong cache is refused when it is written, because head and versions are compared there.
 */
export class LedgerCache {
  readonly #accounts = new Map<string, LedgerAccount>();
  #end: JournalEnd | undefined;
  #generation = 0;

  get end(): JournalEnd | undefined {
    return this.#end;
  }

  /** Changes whenever accounts were dropped. */
  get generation(): number {
    return this.#generation;
  }

  isAt(head: JournalHead): boolean {
    return this.#end?.position === head.position && equalBytes(this.#end.hash, head.hash);
  }

  get(key: string): LedgerAccount | undefined {
    return this.#accounts.get(key);
  }

  /** Keeps the accounts if the journal still ends where they are from. */
  syncTo(end: JournalEnd): void {
    if (this.isAt(end)) return;
    this.clear();
    this.#end = end;
  }

  /** Adds accounts read since `generation`; anything newer that is here stays. */
  add(accounts: readonly LedgerAccount[], generation: number): void {
    if (generation !== this.#generation) return;
    if (this.#accounts.size + accounts.length > LARGEST_CACHE) this.clear(this.#end);
    for (const account of accounts) if (!this.#accounts.has(account.key)) this.#accounts.set(account.key, account);
  }

  /** Follows a batch that continues `from`. */
  advance(from: JournalHead, to: JournalEnd, accounts: readonly AccountChange[]): void {
    if (!this.isAt(from) || this.#accounts.size + accounts.length > LARGEST_CACHE) this.clear();
    this.#end = to;
    for (const { after } of accounts) this.#accounts.set(after.key, after);
  }

  clear(end?: JournalEnd): void {
    this.#accounts.clear();
    this.#generation += 1;
    this.#end = end;
  }
}
