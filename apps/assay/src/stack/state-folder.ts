import { chmodSync, mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "@assay/platform/config/setting";
import { Failure } from "@assay/primitives/failure";

/** Below this PostgreSQL cannot be trusted to write its log. */
const NEEDED_BYTES = 512 * 2 ** 20;

/** The places inside a state folder; everything the local stack keeps is in it. */
export interface StateFolder {
  readonly path: string;
  readonly secretsFile: string;
  /** The one-time code that makes the first administrator, while it is unused. */
  readonly bootstrapFile: string;
  /** Addresses and ports of the running stack. */
  readonly stackFile: string;
  readonly logs: string;
  readonly backups: string;
  /** Manifests of services that are not ours: whoever runs the stack puts them here. */
  readonly manifests: string;
  readonly anvilState: string;
  data(system: string): string;
  /** Where a system's database puts finished segments of its write-ahead log. */
  archive(system: string): string;
}

/** `$ASSAY_HOME`, or `.assay` in the repository. */
export function stateDirectoryOf(env: Environment, repository: string): string {
  const chosen = env.ASSAY_HOME;
  return chosen === undefined || chosen === "" ? join(repository, ".assay") : chosen;
}

export function describeStateFolder(path: string): StateFolder {
  return {
    path,
    secretsFile: join(path, "secrets.json"),
    bootstrapFile: join(path, "operations.bootstrap"),
    stackFile: join(path, "run", "stack.json"),
    logs: join(path, "logs"),
    backups: join(path, "backups"),
    manifests: join(path, "manifests"),
    anvilState: join(path, "anvil", "state.json"),
    data: (system) => join(path, "postgres", system),
    archive: (system) => join(path, "wal-archive", system),
  };
}

/**
 * Makes the folder, for its owner only.
 * @throws Failure `STATE_FOLDER_UNUSABLE` or `NO_SPACE`, with a sentence in `details.reason`.
 */
export function openStateFolder(path: string, neededBytes = NEEDED_BYTES): StateFolder {
  const folder = describeStateFolder(path);
  try {
    for (const each of [path, join(path, "run"), folder.logs, folder.backups, folder.manifests, join(path, "anvil")]) {
      mkdirSync(each, { recursive: true, mode: 0o700 });
      chmodSync(each, 0o700);
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === "ENOSPC" ? "NO_SPACE" : "STATE_FOLDER_UNUSABLE";
    throw failure(code, `The state folder ${path} cannot be used: ${(cause as Error).message}.`);
  }
  const { bavail, bsize } = statfsSync(path);
  const freeBytes = bavail * bsize;
  if (freeBytes < neededBytes) {
    const [free, needed] = [freeBytes, neededBytes].map((bytes) => `${Math.floor(bytes / 2 ** 20)} MiB`);
    throw failure("NO_SPACE", `The disk of ${path} is full: ${free} are free and ${needed} are needed.`);
  }
  return folder;
}

function failure(code: string, reason: string): Failure {
  return new Failure(code, { retryable: false, details: { reason } });
}
