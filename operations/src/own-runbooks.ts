import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { sha256Hex } from "@assay/primitives/hash";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Principal } from "./identity/principal.ts";
import type { Manifest } from "./manifest/manifest.ts";
import type { ManifestSource } from "./systems/manifest-source.ts";

export interface OwnRunbook {
  readonly reference: Manifest["runbooks"][number];
  readonly markdown: string;
}

const DIRECTORY = fileURLToPath(new URL("../runbooks", import.meta.url));
const FILE = /^([a-z][a-z0-9-]{1,60})\.md$/;

/** The plane's own runbooks, as they were when the process started; each is served with the hash of its text. */
export async function readOwnRunbooks(): Promise<readonly OwnRunbook[]> {
  const ids = (await readdir(DIRECTORY)).flatMap((name) => FILE.exec(name)?.[1] ?? []).sort();
  return await Promise.all(
    ids.map(async (id) => {
      const markdown = await readFile(join(DIRECTORY, `${id}.md`), "utf8");
      const version = Number(/^version: *(\d+) *$/m.exec(markdown)?.[1] ?? 1);
      return { reference: { id, version, sha256: sha256Hex(markdown), path: `/ops/runbooks/${id}` }, markdown };
    }),
  );
}

/** They hold nothing secret, and the plane itself reads them like those of any system. */
export function ownRunbookRoute(runbooks: readonly OwnRunbook[]): Route<Principal> {
  return route({
    method: "GET",
    path: "/ops/runbooks/:name",
    summary: "The text of one of the plane's own runbooks",
    access: "open",
    params: z.strictObject({ name: z.string().max(80) }),
    replies: { 200: mediaReply("text/markdown") },
    async handle({ params }) {
      const runbook = runbooks.find(({ reference }) => reference.id === params.name);
      return runbook === undefined
        ? refuse({ code: "NOT_FOUND" })
        : answerText(200, runbook.markdown, "text/markdown; charset=utf-8");
    },
  });
}

/** The plane watches itself like any other system; its manifest needs no way over the network. */
export function ownManifestSource(manifest: Manifest): ManifestSource {
  return { name: "the plane itself", read: async () => accept(manifest) };
}
