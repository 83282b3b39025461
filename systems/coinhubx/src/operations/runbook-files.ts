import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@assay/operations/manifest/manifest";
import { sha256Hex } from "@assay/primitives/hash";

export interface RunbookFile {
  readonly reference: Manifest["runbooks"][number];
  readonly markdown: string;
}

const FRONT_MATTER = /^---\n(?<yaml>[\s\S]*?)\n---\n/;
const NAME = /^[a-z][a-z0-9-]{1,60}\.md$/;

/** The runbooks of a folder by id, as they were when the process started; each is served with the hash of its text. */
export async function readRunbooks(directory: string): Promise<ReadonlyMap<string, RunbookFile>> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name), "utf8")] as const),
  );
  return new Map(files.flatMap(([name, markdown]) => toRunbook(name.slice(0, -".md".length), markdown)));
}

function toRunbook(id: string, markdown: string): [string, RunbookFile][] {
  const version = /^version: *(\d+) *$/m.exec(FRONT_MATTER.exec(markdown)?.groups?.yaml ?? "")?.[1];
  // What has no version is not a runbook; the repository's lint says so to its writer.
  if (version === undefined) return [];
  const reference = { id, version: Number(version), sha256: sha256Hex(markdown), path: `/ops/runbooks/${id}` };
  return [[id, { reference, markdown }]];
}
