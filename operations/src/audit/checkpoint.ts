import { toBase64 } from "@assay/primitives/bytes";
import { accept, type Result, refuse } from "@assay/primitives/result";

// C2SP tlog-checkpoint: https://c2sp.org/tlog-checkpoint

/** What a checkpoint says: the log `origin` had `size` entries under `root` (32 bytes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

const CHECKPOINT = /^([^\n]{1,200})\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n$/;

/** The text of the note: origin, size and root, a line each. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Accepts exactly what {@link formatCheckpoint} prints: no extension lines. */
export function parseCheckpoint(text: string): Result<Checkpoint, { code: "NOT_A_CHECKPOINT" }> {
  const match = CHECKPOINT.exec(text);
  if (match === null) return refuse({ code: "NOT_A_CHECKPOINT" });
  const root = Uint8Array.from(atob(match[3]!), (character) => character.charCodeAt(0));
  const checkpoint = { origin: match[1]!, size: Number(match[2]), root };
  return formatCheckpoint(checkpoint) === text ? accept(checkpoint) : refuse({ code: "NOT_A_CHECKPOINT" });
}
