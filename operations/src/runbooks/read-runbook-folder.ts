import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunbookFile } from "./lint-runbooks.ts";

export interface RunbookFolder {
  readonly system: string;
  readonly runbooks: readonly RunbookFile[];
  readonly coverage: RunbookFile | undefined;
}

/** The runbooks of every system in a repository, `systems/<name>/runbooks/*.md`, with nothing running. */
export async function readRunbookFolders(repository: string): Promise<readonly RunbookFolder[]> {
  const systems = (await namesIn(join(repository, "systems"))).sort();
  return await Promise.all(
    systems.map(async (system) => {
      const folder = join("systems", system, "runbooks");
      const names = (await namesIn(join(repository, folder))).sort();
      const read = async (name: string): Promise<RunbookFile> => ({
        path: join(folder, name),
        text: await readFile(join(repository, folder, name), "utf8"),
      });
      return {
        system,
        runbooks: await Promise.all(names.filter((name) => name.endsWith(".md")).map(read)),
        coverage: names.includes("coverage.yaml") ? await read("coverage.yaml") : undefined,
      };
    }),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
}
