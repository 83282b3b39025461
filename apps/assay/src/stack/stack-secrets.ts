import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Secret } from "@assay/platform/config/secret";
import type { Random } from "@assay/platform/random/random";
import { toHex } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";

const NAMES = [
  "coinhubxDatabase",
  "coinhubxReader",
  "operationsDatabase",
  "coinhubxPlaneKey",
  "coinhubxSealingKey",
  "operationsWebhook",
] as const;

/** What the local processes prove themselves with; made once per state folder, never printed. */
export type StackSecrets = Readonly<Record<(typeof NAMES)[number], Secret<string>>>;

/**
 * The secrets of a state folder; makes those that it does not have yet.
 * @throws Failure `SECRETS_UNREADABLE` when the file is there but makes no sense: guessing would lock the data away.
 */
export function loadOrCreateSecrets(file: string, random: Random): StackSecrets {
  const known = existsSync(file) ? readValues(file) : {};
  const missing = NAMES.filter((name) => known[name] === undefined);
  if (missing.length > 0) {
    const made = Object.fromEntries(missing.map((name) => [name, toHex(random.bytes(32))]));
    writeFileSync(`${file}.part`, `${JSON.stringify({ ...known, ...made }, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.part`, file);
  }
  return readSecrets(file);
}

/** The secrets of a state folder that has them all. */
export function readSecrets(file: string): StackSecrets {
  const values = readValues(file);
  return Object.fromEntries(NAMES.map((name) => [name, toSecret(file, name, values[name])])) as StackSecrets;
}

function readValues(file: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw unreadable(file, (cause as Error).message, cause);
  }
}

function toSecret(file: string, name: string, value: unknown): Secret<string> {
  if (typeof value !== "string" || value.length < 32) throw unreadable(file, `${name} is no secret`);
  return new Secret(value);
}

function unreadable(file: string, why: string, cause?: unknown): Failure {
  const reason = `The secrets in ${file} cannot be read: ${why}.`;
  return new Failure("SECRETS_UNREADABLE", { retryable: false, cause, details: { reason } });
}
