import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's top folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** Path from the top folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every file git knows or would add, below any of `folders` (all when empty), whose path matches `pattern`. */
export function listFiles(pattern: RegExp, folders: readonly string[] = []): string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...folders],
    {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return [...new Set(listed.split("\0"))].filter((path) => pattern.test(path)).sort();
}

/** Reads the files that exist; one that git still knows but a person just removed is left out. */
export function readFiles(paths: readonly string[]): SourceFile[] {
  return paths.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(join(ROOT, path), "utf8") }];
    } catch {
      return [];
    }
  });
}
