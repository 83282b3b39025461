import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileManifestSource } from "./manifest-file.ts";
import type { ManifestSource } from "./manifest-source.ts";

/** A folder into which whoever runs the plane puts manifest files. */
export interface ManifestFolder {
  readonly name: string;
  /** One source for each `*.yaml` there now, by name. @throws Error when the folder cannot be read. */
  list(): Promise<readonly ManifestSource[]>;
}

const MOST_FILES = 500;

/** Services that are not ours join by a file in this folder: `rates.yaml`, or `rates/manifest.yaml` with its runbooks beside it. */
export function openManifestFolder(path: string): ManifestFolder {
  const folder = resolve(path);
  const known = new Map<string, ManifestSource>();
  return {
    name: `file:${folder}`,
    list: async () => {
      const files = (await manifestFiles(folder)).slice(0, MOST_FILES);
      return files.map((file) => {
        const source = known.get(file) ?? fileManifestSource(file);
        known.set(file, source);
        return source;
      });
    },
  };
}

async function manifestFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.startsWith(".")) return [];
      if (entry.name.endsWith(".yaml")) return [join(folder, entry.name)];
      // Also a link to a folder, so that a manifest may live with its service.
      if (!entry.isDirectory() && !entry.isSymbolicLink()) return [];
      const inside = await readdir(join(folder, entry.name)).catch((): string[] => []);
      return inside.includes("manifest.yaml") ? [join(folder, entry.name, "manifest.yaml")] : [];
    }),
  );
  return files.flat().sort();
}
