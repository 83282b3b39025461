import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "@assay/platform/config/setting";
import { z } from "zod";

const sessionFileSchema = z.object({ plane: z.string(), token: z.string(), name: z.string(), expiresAt: z.string() });

/** Who is signed in on this machine, and with what. */
export type StoredSession = z.infer<typeof sessionFileSchema>;

/** `$XDG_CONFIG_HOME/assay`, or `~/.config/assay`. */
export function configFolder(env: Environment): string {
  const base = env.XDG_CONFIG_HOME;
  const home = env.HOME ?? homedir();
  return join(base === undefined || base === "" ? join(home, ".config") : base, "assay");
}

export function readSessionFile(env: Environment): StoredSession | undefined {
  try {
    return sessionFileSchema.parse(JSON.parse(readFileSync(sessionPath(env), "utf8")));
  } catch {
    return undefined;
  }
}

export function writeSessionFile(env: Environment, session: StoredSession): void {
  writePrivateFile(sessionPath(env), `${JSON.stringify(session)}\n`);
}

export function removeSessionFile(env: Environment): void {
  rmSync(sessionPath(env), { force: true });
}

/** Readable by its owner alone from its first byte on. */
export function writePrivateFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, content, { mode: 0o600 });
  renameSync(part, path);
}

function sessionPath(env: Environment): string {
  return join(configFolder(env), "session.json");
}
