import { join } from "node:path";
import type { Database } from "@assay/platform/storage/database";
import { findDamagedFiles, readManifest } from "@assay/platform/storage/restore-backup";
import { verifyStructures } from "@assay/platform/storage/verify-structures";
import { Failure } from "@assay/primitives/failure";
import { EMPTY_JOURNAL } from "../ledger/ledger-store.ts";
import { verifyJournal } from "../ledger/verify-journal.ts";
import { checkBalances } from "../reconciliation/check-balances.ts";
import { checkSums } from "../reconciliation/check-sums.ts";
import type { BackupRecord } from "./backup-record.ts";
import { findDifference, readFacts } from "./database-facts.ts";
import { withScratch } from "./scratch-cluster.ts";

export interface VerifyOptions {
  readonly directory: string;
  readonly record: BackupRecord;
  readonly password: { reveal(): string };
  readonly databaseName: string;
}

/**
 * What is wrong with a backup; undefined when it is good: each file has its hash, the copy starts, its structures are
 * sound (amcheck), the ledger's hash chain holds from the first row, balances follow from it, and it is as long as the
 * database was.
 * @throws Failure when that could not be found out, for want of space for example.
 */
export async function findFault(options: VerifyOptions): Promise<string | undefined> {
  const { directory, record, password, databaseName } = options;
  const from = join(directory, record.name);
  try {
    const { sha256 } = await readManifest(from);
    if (sha256 !== record.sha256) return "manifest.json is not the one that was written";
    const damaged = await findDamagedFiles(from);
    if (damaged.length > 0) return `damaged: ${damaged.slice(0, 5).join(", ")}`;
    const into = join(directory, `.verify_${record.name}`);
    return await withScratch({ from, into, password, databaseName }, (copy) => findFaultIn(copy, record));
  } catch (error) {
    if (error instanceof Failure && error.code === "BACKUP_DAMAGED") {
      return `damaged: ${String(error.details.file)}`;
    }
    throw error;
  }
}

/** Shared with the restore, which must not put a bad copy in the place of the live database. */
export async function findFaultIn(copy: Database, record: BackupRecord): Promise<string | undefined> {
  const [finding] = await verifyStructures(copy);
  if (finding !== undefined) return `${finding.relation}: ${finding.finding}`;
  return (await findLedgerFault(copy)) ?? findDifference(await readFacts(copy), record);
}

export async function findLedgerFault(copy: Database): Promise<string | undefined> {
  const chain = await verifyJournal(copy, EMPTY_JOURNAL);
  if (!chain.ok) return `the ledger's hash chain breaks at row ${chain.sequence}: ${chain.reason}`;
  const [mismatch] = [...(await checkSums(copy)), ...(await checkBalances(copy))];
  if (mismatch === undefined) return undefined;
  return `${mismatch.check}: account ${mismatch.account_id}, expected ${mismatch.expected}, found ${mismatch.actual}`;
}
