import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Secret } from "@assay/platform/config/secret";
import type { Random } from "@assay/platform/random/random";
import { toHex } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";

const NAMES = ["coinhubxDatabase", "operationsDatabase", "coinhubxPlaneKey", "operationsWebhook"] as const;

/** What the local processes prove themselves with; made once per state folder, never printed. */
export type StackSecrets = Readonly<Record<(typeof NAMES)[number], Secret<string>>>;

/** @throws Failure `SECRETS_UNREADABLE` when the file is there but makes no sense: guessing would lock the data away. */
export function loadOrCreateSecrets(file: string, random: Random): StackSecrets {
  if (!existsSync(file)) createSecrets(file, random);
  return readSecrets(file);
}

/** The secrets of a state folder that has some. */
export function readSecrets(file: string): StackSecrets {
  try {
    const values = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return Object.fromEntries(NAMES.map((name) => [name, toSecret(name, values[name])])) as StackSecrets;
  } catch (cause) {
    const reason = `The secrets in ${file} cannot be read: ${(cause as Error).message}.`;
    throw new Failure("SECRETS_UNREADABLE", { retryable: false, cause, details: { reason } });
  }
}

function toSecret(name: string, value: unknown): Secret<string> {
  if (typeof value !== "string" || value.length < 32) throw new Error(`${name} is missing`);
  return new Secret(value);
}

/** Appears complete or not at all, and never over secrets that another process made at the same moment. */
function createSecrets(file: string, random: Random): void {
  const values = Object.fromEntries(NAMES.map((name) => [name, toHex(random.bytes(32))]));
  const part = `${file}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(values, undefined, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(part, { force: true });
  }
}
