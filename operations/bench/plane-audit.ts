import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { assert } from "@assay/primitives/assert";
import { utf8 } from "@assay/primitives/bytes";
import { sha256 } from "@assay/primitives/hash";
import type { Audit } from "../src/audit/audit.ts";
import { auditLeaf } from "../src/audit/audit-entry.ts";
import { auditEntry, OPERATIONS_MIGRATIONS, openTestAudit } from "../src/audit/audit-fixture.ts";
import { verifyBundle } from "../src/audit/verify-bundle.ts";

// Appending with fsync on while 10,000 callers await their own entry, and verifying the export of all of them offline.

const CALLERS = 10_000;
const PEER_BATCH = 1_000;
/** A million in 30 s. */
const VERIFIED_A_SECOND = 1_000_000 / 30;
const APPENDED_A_SECOND = 20_000;

interface BenchOptions {
  readonly rounds: number;
  readonly quick?: boolean;
}

export async function bench({ rounds, quick = false }: BenchOptions): Promise<BenchResult[]> {
  await using server = await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], ownCluster: true });
  await using audit = await openTestAudit(server.app);
  await server.database.execute(sql`create table peer_entries (id bigserial primary key, entry text not null)`);
  const entries = quick ? 50_000 : 1_000_000;
  const perRound = Math.ceil(entries / rounds / CALLERS) * CALLERS;
  const appended: number[] = [];
  const inserted: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    appended.push(await rate(perRound, () => append(audit, perRound)));
    inserted.push(await rate(perRound, () => insertBare(server.database, perRound)));
  }
  const bundle = await exported(audit);
  const total = perRound * rounds;
  const count = total.toLocaleString("en-US");
  const verified: number[] = [];
  const hashed: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    verified.push(await rate(total, () => verify(bundle)));
    hashed.push(await rate(total, async () => hashLines(bundle)));
  }
  return [
    {
      ...result(`append, ${count} entries`, "bare INSERT of the same texts, 1,000 a batch", [appended, inserted]),
      bound: { of: "median", atLeast: APPENDED_A_SECOND },
    },
    {
      ...result(`verify an export of ${count} entries`, "SHA-256 of each line, nothing else", [verified, hashed]),
      bound: { of: "median", atLeast: VERIFIED_A_SECOND },
    },
  ];
}

function result(what: string, peer: string, [ours, theirs]: readonly [readonly number[], readonly number[]]) {
  const ratio = median(ours) / median(theirs);
  return { id: "Audit", what, unit: "entries/s", ours, peer, theirs, ratio } satisfies BenchResult;
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1_000;
}

async function append(audit: Audit, count: number): Promise<void> {
  for (let from = 0; from < count; from += CALLERS) {
    await Promise.all(Array.from({ length: CALLERS }, (_, index) => audit.append(undefined, entryOf(from + index))));
  }
}

async function insertBare(database: Database, count: number): Promise<void> {
  for (let from = 0; from < count; from += PEER_BATCH) {
    const texts = Array.from({ length: PEER_BATCH }, (_, index) => auditLeaf(entryOf(from + index), START));
    await database.execute(sql`insert into peer_entries (entry) select unnest(${texts}::text[])`);
  }
}

const START = 0 as Parameters<typeof auditLeaf>[1];

function entryOf(index: number) {
  return auditEntry("coinhubx.flag.changed", { index, flag: "trading", reason: "the books agree again" });
}

async function exported(audit: Audit): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of audit.exportBundle({})) pieces.push(utf8(piece));
  return pieces;
}

async function verify(bundle: readonly Uint8Array[]): Promise<void> {
  assert((await verifyBundle(bundle)).ok, "the export verifies");
}

function hashLines(bundle: readonly Uint8Array[]): void {
  for (const piece of bundle) {
    for (let start = 0, end = piece.indexOf(0x0a); end >= 0; start = end + 1, end = piece.indexOf(0x0a, start)) {
      sha256(piece.subarray(start, end));
    }
  }
}
