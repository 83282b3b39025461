import { fetchJson } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import { type Instant, parseInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";

export type BackupVerdict = "passed" | "failed" | "inconclusive";

/** One copy as its system tells of it. */
export interface BackupCopy {
  readonly name: string;
  readonly createdAt: Instant;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  /** `never`: nobody has restored and compared it. */
  readonly verification: BackupVerdict | "never";
  /** When it was last tried. */
  readonly verifiedAt: Instant | null;
  readonly reason: string | null;
  /** The same copy at the configured second location; null when there is none configured. */
  readonly second: { readonly status: BackupVerdict | "never"; readonly at: Instant | null } | null;
}

export interface BackupInventory {
  /** Newest first. */
  readonly copies: readonly BackupCopy[];
  /** Up to when a restore of the newest good copy reaches, with what was archived since; null when the system does not say. */
  readonly restorePointAt: Instant | null;
  readonly readAt: Instant;
}

export type ListRefusal = { readonly code: "BACKUPS_UNREADABLE"; readonly reason: string };

const verdictSchema = z.enum(["passed", "failed", "inconclusive", "never"]);

/** What a system answers at its `listPath`; further members are its own business. */
const listSchema = z.object({
  backups: z
    .array(
      z.object({
        name: z.string().min(1).max(200),
        created_at: z.string(),
        size_bytes: z.number().optional(),
        size_mb: z.number().optional(),
        sha256: z.string().nullish(),
        verified_at: z.string().nullish(),
        verification: verdictSchema.optional(),
        checked_at: z.string().nullish(),
        reason: z.string().nullish(),
        second: z.object({ status: verdictSchema, at: z.string().nullish() }).nullish(),
      }),
    )
    .max(1_000),
  restore_point_at: z.string().nullish(),
});

const TIMEOUT_MS = 5_000;

/** Asks the system for its copies. */
export async function readBackupList(
  url: string,
  { token, now }: { readonly token: string; readonly now: Instant },
): Promise<Result<BackupInventory, ListRefusal>> {
  try {
    const reply = await fetchJson(url, { token, timeoutMs: TIMEOUT_MS });
    if (reply.status !== 200) return unreadable(`it answered ${reply.status}`);
    return parseBackupList(reply.body, now);
  } catch (error) {
    return unreadable(error instanceof Failure ? error.code : "it could not be read");
  }
}

/** A copy whose time cannot be read is refused with the whole list: a list that is wrong somewhere is not believed elsewhere. */
export function parseBackupList(body: unknown, readAt: Instant): Result<BackupInventory, ListRefusal> {
  const parsed = listSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return unreadable(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a list of backups"}`);
  }
  const copies: BackupCopy[] = [];
  for (const entry of parsed.data.backups) {
    const createdAt = parseInstant(entry.created_at);
    if (!createdAt.ok) return unreadable(`${entry.name} has no time`);
    copies.push(toCopy(entry, createdAt.value));
  }
  return accept({
    copies: copies.toSorted((left, right) => right.createdAt - left.createdAt),
    restorePointAt: time(parsed.data.restore_point_at),
    readAt,
  });
}

function toCopy(entry: z.infer<typeof listSchema>["backups"][number], createdAt: Instant): BackupCopy {
  const verifiedAt = time(entry.verified_at);
  const said = entry.verification ?? (verifiedAt === null ? "never" : "passed");
  // A copy that says it passed, and not when, has shown nothing.
  const verification = said === "passed" && verifiedAt === null ? "inconclusive" : said;
  return {
    name: entry.name,
    createdAt,
    sizeBytes: entry.size_bytes ?? (entry.size_mb === undefined ? null : Math.round(entry.size_mb * 1_000_000)),
    sha256: entry.sha256 ?? null,
    verification,
    verifiedAt: time(entry.checked_at) ?? verifiedAt,
    reason: entry.reason ?? null,
    second: entry.second == null ? null : { status: entry.second.status, at: time(entry.second.at) },
  };
}

function time(text: string | null | undefined): Instant | null {
  const parsed = parseInstant(text ?? "");
  return parsed.ok ? parsed.value : null;
}

function unreadable(reason: string) {
  return refuse({ code: "BACKUPS_UNREADABLE" as const, reason });
}
