import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { assert } from "@assay/primitives/assert";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { pauseQueue, resumeQueue } from "../job-queues/paused-queues.ts";
import type { Fault } from "./fault.ts";

export interface StoreFaultsOptions {
  /** The owner's login, which may do what the application may not. */
  readonly owner: Database;
  readonly reconciliationIntervalMs: number;
  readonly backupDirectory: string | undefined;
}

export function storeFaults(options: StoreFaultsOptions): Fault[] {
  return [tamper(options), stopReconciliation(options), corruptBackup(options)];
}

/** Changes one balance behind the application's back, of a customer whose account rests, or of the account named. */
function tamper({ owner, reconciliationIntervalMs }: StoreFaultsOptions): Fault {
  return {
    description: {
      name: "ledger.tamper",
      title: "A superuser raises one customer's balance by one unit",
      alert: "RECONCILIATION_MISMATCH",
      detectWithinMs: reconciliationIntervalMs + 30 * SECOND_MS,
      recoverWithinMs: 15 * MINUTE_MS,
    },
    async obstacle({ account }) {
      const [row] = await owner.query(sql`${restingAccount(account)}`);
      if (row !== undefined) return undefined;
      return typeof account === "string"
        ? `There is no account ${account}.`
        : "No customer has a balance yet, so there is none to tamper with.";
    },
    async inject({ account }): Promise<JsonObject> {
      const [row] = await owner.query<{ id: string; key: string }>(sql`
        update ledger_accounts set credits_posted = credits_posted + 1 where id = (${restingAccount(account)})
        returning id, key`);
      assert(row !== undefined, "there is a customer's account to tamper with");
      return { account: row.key, account_id: row.id, added_units: "1" };
    },
    // The damage stays: repairing it is the runbook's work.
    clear: async () => ({}),
  };
}

/** The account named, or that of a customer which rests longest. */
function restingAccount(account: JsonValue | undefined) {
  const key = typeof account === "string" ? account : null;
  return fragment`
    select a.id from ledger_accounts a where coalesce(a.key = ${key}, a.code = 'customer' and a.credits_posted > 0)
    order by a.version, a.id limit 1`;
}

function stopReconciliation({ owner }: StoreFaultsOptions): Fault {
  return {
    description: {
      name: "reconciliation.stop",
      title: "No reconciliation runs by itself",
      alert: "RECONCILIATION_STALE",
      detectWithinMs: 16 * MINUTE_MS,
      recoverWithinMs: 5 * MINUTE_MS,
    },
    async inject() {
      await pauseQueue(owner, "reconciliation", { by: "fault", reason: "the fault reconciliation.stop is in" });
      return {};
    },
    async clear() {
      await resumeQueue(owner, "reconciliation");
      return {};
    },
  };
}

/** Flips one byte in the largest file of the newest backup. */
function corruptBackup({ backupDirectory }: StoreFaultsOptions): Fault {
  return {
    description: {
      name: "backup.corrupt",
      title: "One byte of the newest backup is flipped",
      alert: "BACKUP_STALE",
      detectWithinMs: 26 * HOUR_MS,
      recoverWithinMs: 5 * MINUTE_MS,
    },
    async inject() {
      assert(backupDirectory !== undefined, "a backup folder is configured");
      const newest = (await readdir(backupDirectory))
        .filter((name) => /^backup_\d{8}_\d{6}$/.test(name))
        .sort()
        .at(-1);
      assert(newest !== undefined, "there is a backup");
      const file = await largestFile(join(backupDirectory, newest));
      await flipByte(file);
      return { backup: newest, file };
    },
    clear: async () => ({}),
  };
}

async function largestFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== "manifest.json");
  const sized = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path, size: (await stat(path)).size };
    }),
  );
  const largest = sized.sort((left, right) => right.size - left.size)[0];
  assert(largest !== undefined && largest.size > 0, "the backup holds files");
  return largest.path;
}

async function flipByte(path: string): Promise<void> {
  await using file = await open(path, "r+");
  const middle = Math.floor((await file.stat()).size / 2);
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, middle);
  byte[0] = byte[0]! ^ 0xff;
  await file.write(byte, 0, 1, middle);
}
