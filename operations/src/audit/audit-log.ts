import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Metrics } from "@assay/platform/metrics/metrics";
import { verifySignature } from "@assay/platform/signing/ed25519";
import type { Database, Sql } from "@assay/platform/storage/database";
import { assert } from "@assay/primitives/assert";
import { equalBytes, toHex, utf8 } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { formatInstant, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import { leafHash } from "@assay/primitives/merkle";
import type {
  Audit,
  AuditFilter,
  AuditProblem,
  AuditQuery,
  AuditReceipt,
  ConsistencyProof,
  ExportWish,
  RecordedEntry,
  SignedCheckpoint,
} from "./audit.ts";
import { type AuditEntry, auditLeaf } from "./audit-entry.ts";
import {
  hasEntry,
  insertCheckpoint,
  insertEntries,
  type PreparedEntry,
  prunePayloads,
  readLastRoots,
  readLeaves,
  searchLeaves,
} from "./audit-store.ts";
import { BUNDLE_CLOSING, formatBundleHeader, formatOmitted } from "./bundle-header.ts";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import type { CheckpointFolder } from "./checkpoint-folder.ts";
import { EntryWriter } from "./entry-writer.ts";
import { LogTree } from "./log-tree.ts";
import { formatVerifierKey, type NoteSigner, openNote, parseVerifierKey, signNote } from "./signed-note.ts";

export interface AuditOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Signs checkpoints; its name is the log's origin. */
  readonly signer: NoteSigner;
  readonly checkpoints: CheckpointFolder;
  /** Told the size after each new checkpoint, for live views. */
  readonly onCheckpoint?: (size: number) => void;
}

const CHECKPOINT_EVERY_MS = MINUTE_MS;
const COMPARED_CHECKPOINTS = 1_000;
const EXPORT_CHUNK = 1_000;
const PRUNE_CHUNK = 20_000;

/**
 * Opens the log after comparing the whole table with its hashes, with the last thousand checkpoints and with those kept
 * outside the database; then signs a checkpoint each minute. When they disagree the log still takes entries, so that
 * people hear of it, but it signs nothing and {@link AuditLog.appendBeforeAct} refuses: nothing dangerous is done.
 * @throws Failure `AUDIT_CHECKPOINT_NOT_OURS` when the checkpoints outside were signed with another key.
 */
export async function openAudit(options: AuditOptions): Promise<Audit> {
  const log = new SignedAuditLog(options);
  await log.compareFromStart();
  log.startCheckpoints();
  return log;
}

class SignedAuditLog implements Audit {
  readonly verifierKey: string;
  readonly #options: AuditOptions;
  readonly #writer: EntryWriter;
  readonly #tree: LogTree;
  readonly #stopping = new AbortController();
  readonly #written: { increment(): void };
  readonly #failed: { increment(): void };
  #last: SignedCheckpoint | undefined;
  #problem: AuditProblem | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #minutes: Promise<void> = Promise.resolve();

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#writer = new EntryWriter(options.database);
    this.#tree = new LogTree(options.database);
    this.verifierKey = formatVerifierKey(options.signer);
    this.#written = options.metrics.counter({ name: "audit_entries_total", help: "Audit entries written." });
    this.#failed = options.metrics.counter({
      name: "audit_append_failures_total",
      help: "Audit entries that could not be written.",
    });
    options.metrics.gauge({ name: "audit_log_size", help: "Entries in the audit tree.", read: () => this.#tree.size });
    options.metrics.gauge({
      name: "audit_log_consistent",
      help: "1 while the audit table is what was signed.",
      read: () => (this.#problem === undefined ? 1 : 0),
    });
  }

  get problem(): AuditProblem | undefined {
    return this.#problem;
  }

  async append(transaction: Sql | undefined, entry: AuditEntry): Promise<AuditReceipt> {
    const at = this.#options.clock.now();
    const leaf = auditLeaf(entry, at);
    const prepared: PreparedEntry = {
      leaf,
      leafHash: leafHash(utf8(leaf)),
      at,
      incidentId: entry.incidentId ?? null,
    };
    try {
      const sequence =
        transaction === undefined ? await this.#writer.append(prepared) : await insertEntries(transaction, [prepared]);
      this.#written.increment();
      return { sequence, at };
    } catch (error) {
      this.#failed.increment();
      throw error;
    }
  }

  async appendBeforeAct(entry: AuditEntry): Promise<AuditReceipt> {
    try {
      const receipt = await this.append(undefined, entry);
      await this.checkpoint();
      return receipt;
    } catch (cause) {
      throw new Failure("AUDIT_UNAVAILABLE", { retryable: true, cause });
    }
  }

  checkpoint(): Promise<SignedCheckpoint> {
    return this.#exclusively(async () => {
      await this.#integrate();
      const { size } = this.#tree;
      if (this.#last?.size === size) return this.#last;
      const { signer, clock, database, checkpoints, onCheckpoint } = this.#options;
      const root = this.#tree.root();
      const note = signNote(formatCheckpoint({ origin: signer.name, size, root }), signer);
      const checkpoint = { size, root: toHex(root), madeAt: clock.now(), note };
      await insertCheckpoint(database, checkpoint);
      await checkpoints.write(checkpoint);
      this.#last = checkpoint;
      onCheckpoint?.(size);
      return checkpoint;
    });
  }

  async list(query: AuditQuery): Promise<readonly RecordedEntry[]> {
    const rows = await searchLeaves(this.#options.database, query);
    return rows.map(({ sequence, leaf }) => {
      const { action, actor, at, details, incidentId, target } = JSON.parse(leaf) as Omit<RecordedEntry, "sequence">;
      return { sequence, at, actor, action, target, details, incidentId };
    });
  }

  async wasRecorded(action: string, since: Instant): Promise<boolean> {
    return await hasEntry(this.#options.database, action, since);
  }

  async *exportBundle(wish: ExportWish = {}): AsyncIterable<string> {
    const { filter } = wish;
    const { note, size } = await this.checkpoint();
    const to = Math.min(wish.to ?? size, size);
    const from = Math.min(wish.from ?? 0, to);
    const left = (await this.#tree.cover(0, from)).map(toHex);
    const right = (await this.#tree.cover(to, size)).map(toHex);
    const header = { checkpoint: note, from, left, right, to, verifierKey: this.verifierKey };
    const asked = { ...(filter === undefined ? {} : { filter: filterWords(filter) }) };
    const grown = wish.since === undefined || wish.since > size ? {} : await this.#grownSince(wish.since, size);
    yield `${formatBundleHeader({ format: "assay.audit.bundle.v1", ...header, ...asked, ...grown })}\n`;
    for (let start = from; start < to; start += EXPORT_CHUNK) {
      const limit = Math.min(EXPORT_CHUNK, to - start);
      const leaves = await readLeaves(this.#options.database, { from: start, limit, filter });
      const lines = leaves.map(({ leaf, leafHash, sequence }) => {
        return `${leaf ?? formatOmitted(toHex(leafHash))}${sequence === to - 1 ? "" : ","}\n`;
      });
      yield lines.join("");
    }
    yield `${BUNDLE_CLOSING}\n`;
  }

  async consistency(from: number, to: number): Promise<ConsistencyProof> {
    assert(0 <= from && from <= to && to <= this.#tree.size, "both trees are in the log");
    const [fromRoot, toRoot] = [await this.#tree.rootAt(from), await this.#tree.rootAt(to)];
    return { from, to, fromRoot, toRoot, proof: await this.#tree.consistencyProof(from, to) };
  }

  async prune(before: Instant, most = PRUNE_CHUNK): Promise<{ readonly prunedTo: number; readonly isDone: boolean }> {
    const first = await prunePayloads(this.#options.database, before, 0);
    const prunedTo = most === 0 ? first : await prunePayloads(this.#options.database, before, most);
    return { prunedTo, isDone: prunedTo - first < most };
  }

  async compareFromStart(): Promise<void> {
    try {
      await this.#verifyFromStart();
    } catch (error) {
      if (!this.#noteProblem(error)) throw error;
    }
  }

  async #verifyFromStart(): Promise<void> {
    const expected = await this.#knownRoots();
    const compare = (size: number) => {
      if ((expected.get(size) ?? []).some((root) => !equalBytes(root, this.#tree.root()))) inconsistent(size);
      expected.delete(size);
    };
    compare(0);
    await this.#tree.integrate(compare);
    // A checkpoint beyond the end means that entries are gone.
    if (expected.size > 0) inconsistent(this.#tree.size);
  }

  startCheckpoints(): void {
    this.#minutes = this.#signEachMinute();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#minutes;
    await this.#writer[Symbol.asyncDispose]();
    await this.#turn;
  }

  /** @throws Failure `AUDIT_LOG_INCONSISTENT` once the table is not what was signed, and from then on. */
  async #integrate(): Promise<void> {
    if (this.#problem !== undefined) inconsistent(this.#problem.at);
    try {
      await this.#tree.integrate();
    } catch (error) {
      this.#noteProblem(error);
      throw error;
    }
  }

  #noteProblem(error: unknown): boolean {
    if (!(error instanceof Failure) || error.code !== "AUDIT_LOG_INCONSISTENT") return false;
    const at = Number(error.details?.size ?? error.details?.sequence ?? 0);
    this.#problem ??= { code: error.code, at, since: this.#options.clock.now() };
    this.#options.logger.error({ error, at }, "The audit log is not what was signed: nothing dangerous is done");
    return true;
  }

  async #grownSince(size: number, to: number) {
    return { consistency: { size, proof: (await this.#tree.consistencyProof(size, to)).map(toHex) } };
  }

  async #knownRoots(): Promise<Map<number, Uint8Array[]>> {
    const known = await readLastRoots(this.#options.database, COMPARED_CHECKPOINTS);
    const verifier = parseVerifierKey(this.verifierKey);
    assert(verifier.ok, "our own key can be read");
    for (const note of await this.#options.checkpoints.read()) {
      const text = openNote(note, verifier.value, verifySignature);
      const checkpoint = text.ok ? parseCheckpoint(text.value) : text;
      if (!checkpoint.ok) throw new Failure("AUDIT_CHECKPOINT_NOT_OURS", { retryable: false });
      known.push(checkpoint.value);
    }
    const roots = new Map<number, Uint8Array[]>();
    for (const { size, root } of known) roots.set(size, [...(roots.get(size) ?? []), root]);
    return roots;
  }

  async #signEachMinute(): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.checkpoint();
      } catch (error) {
        logger.error({ error }, "The audit checkpoint could not be signed");
      }
      await clock.sleep(CHECKPOINT_EVERY_MS, { signal }).catch(() => undefined);
    }
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** As the header of a bundle says what was asked for. */
function filterWords(filter: AuditFilter): Record<string, string> {
  const { since, until, ...texts } = filter;
  const times = { since, until };
  const given = (entry: readonly [string, unknown]) => entry[1] !== undefined;
  return Object.fromEntries([
    ...(Object.entries(texts).filter(given) as [string, string][]),
    ...Object.entries(times)
      .filter(given)
      .map(([name, at]) => [name, formatInstant(at as Instant)] as const),
  ]);
}

function inconsistent(size: number): never {
  throw new Failure("AUDIT_LOG_INCONSISTENT", { retryable: false, details: { size } });
}
