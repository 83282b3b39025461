import { systemClock } from "@assay/platform/clock/clock";
import { silentLogger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { assert } from "@assay/primitives/assert";
import { MIGRATIONS } from "../src/ledger/ledger-test-kit.ts";
import { createReconciliation } from "../src/reconciliation/reconciliation.ts";

// HX-B7, first part: R1–R4 against one plain aggregate over the same tables. A tenth of the defined size (1 M accounts,
// 10 M transfers): both sides grow alike, and filling the rest takes minutes.

interface Size {
  readonly accounts: number;
  readonly transfers: number;
}

export async function bench({ rounds, quick = false }: { rounds: number; quick?: boolean }): Promise<BenchResult[]> {
  const size = quick ? { accounts: 20_000, transfers: 200_000 } : { accounts: 100_000, transfers: 1_000_000 };
  await using server = await startTestDatabase({ migrations: [MIGRATIONS], ownCluster: true });
  await using database = openDatabase({ url: server.url, applicationName: "bench", statementTimeoutMs: 600_000 });
  await fill(database, size);
  const reconciliation = createReconciliation({ database, clock: systemClock, logger: silentLogger });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(
      await time(async () => {
        const report = await reconciliation.run();
        assert(report.reconciled, "the books that were filled in agree");
      }),
    );
    theirs.push(await time(() => database.query({ text: AGGREGATE, values: [] })));
  }
  const what = `R1–R4, ${size.accounts.toLocaleString("en-US")} accounts, ${size.transfers.toLocaleString("en-US")} transfers`;
  const peer = "one SQL aggregate of all transfers by account";
  return [{ id: "HX-B7", what, unit: "ms", ours, peer, theirs, ratio: median(theirs) / median(ours), goal: 1 / 3 }];
}

const AGGREGATE = `
  select count(*), sum(abs(balance)) from (
    select id, sum(amount) as balance from (
      select debit_account_id as id, -amount as amount from ledger_transfers
      union all select credit_account_id, amount from ledger_transfers) moves group by id) sums
  join ledger_accounts using (id)`;

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/**
 * The house pays one unit to each customer in turn, again and again: a ledger whose every balance has a closed form. The
 * chain counts as verified to its end, as it is when reconciliation runs every five minutes.
 */
async function fill(database: Database, { accounts, transfers }: Size): Promise<void> {
  const turns = transfers / accounts;
  const text = `
    insert into ledger_accounts (id, owner, code, asset, debits_must_not_exceed_credits, credits_must_not_exceed_debits,
        debits_pending, debits_posted, credits_pending, credits_posted, version)
      select 0, 'house', 'house', 'USDT', false, false, 0, ${transfers}, 0, 0, ${transfers}
      union all select n, 'usr_' || n, 'customer', 'USDT', true, false, 0, 0, 0, ${turns}, ${turns}
        from generate_series(1, ${accounts}) n;
    insert into ledger_transfers
      select s, 't' || s, 'posted', 0, 0, 1 + (s - 1) % ${accounts}, 1, 1, 'faucet', null, null, null, 'bench', '{}',
          s, 0, s, 0, 0, 1 + (s - 1) / ${accounts}, 0, 0, 0, 1 + (s - 1) / ${accounts},
          now() + s * interval '1 microsecond', now() + s * interval '1 microsecond', sha256('i'), sha256('h')
        from generate_series(1, ${transfers}) s;
    insert into ledger_verifications select sequence, hash, now() from ledger_transfers where sequence = ${transfers};`;
  await database.execute({ text, values: [] });
  await database.execute({ text: "vacuum analyze", values: [] });
}
