import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { silentLogger } from "@assay/platform/logging/logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { newSigningKey } from "@assay/platform/signing/ed25519";
import type { Database } from "@assay/platform/storage/database";
import type { JsonObject } from "@assay/primitives/json";
import type { Audit, ExportWish, SignedCheckpoint } from "./audit.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { openAudit } from "./audit-log.ts";
import type { CheckpointFolder } from "./checkpoint-folder.ts";
import type { NoteSigner } from "./signed-note.ts";

/** Test data: a signing key, a folder in memory, and a log over a given database. */
export const OPERATIONS_MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

export function testSigner(name = "assay.test/audit"): NoteSigner {
  return { ...newSigningKey(), name };
}

export interface MemoryFolder extends CheckpointFolder {
  readonly notes: string[];
  /** From now on writing fails, as on a full disk. */
  full: boolean;
}

export function memoryFolder(): MemoryFolder {
  const folder: MemoryFolder = {
    notes: [],
    full: false,
    write: async ({ note }: SignedCheckpoint) => {
      if (folder.full) throw new Error("ENOSPC: no space left on device");
      folder.notes.push(note);
    },
    read: async () => folder.notes,
  };
  return folder;
}

export interface TestAuditOptions {
  readonly signer?: NoteSigner;
  readonly checkpoints?: CheckpointFolder;
  readonly clock?: Clock;
}

export function openTestAudit(database: Database, options: TestAuditOptions = {}): Promise<Audit> {
  return openAudit({
    database,
    clock: options.clock ?? systemClock,
    logger: silentLogger,
    metrics: createMetrics({ service: "test" }),
    signer: options.signer ?? testSigner(),
    checkpoints: options.checkpoints ?? memoryFolder(),
  });
}

export function auditEntry(action: string, details: JsonObject = {}): AuditEntry {
  return { actor: { kind: "person", id: "per_ada", name: "Ada" }, action, target: "coinhubx", details };
}

export async function readBundle(audit: Audit, range: ExportWish = {}): Promise<Uint8Array> {
  const pieces: string[] = [];
  for await (const piece of audit.exportBundle(range)) pieces.push(piece);
  return new TextEncoder().encode(pieces.join(""));
}
