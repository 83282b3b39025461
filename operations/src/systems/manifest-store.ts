import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parse-manifest.ts";

export interface KeptManifest {
  readonly source: string;
  readonly manifest: Manifest;
}

export interface ManifestInForce extends KeptManifest {
  readonly acceptedAt: Instant;
}

/** SHA-256 of the manifest's canonical JSON. */
export function manifestDigest(manifest: Manifest): string {
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify(manifest)) as JsonValue));
}

export async function keepManifest(database: Sql, { source, manifest }: KeptManifest, now: Instant): Promise<void> {
  await database.execute(sql`
    insert into system_manifests (system, source, sha256, document, accepted_at)
    values (${manifest.system}, ${source}, ${manifestDigest(manifest)}, ${JSON.stringify(manifest)}, ${formatInstant(now)})
    on conflict (system) do update set source = excluded.source, sha256 = excluded.sha256,
      document = excluded.document, accepted_at = excluded.accepted_at`);
}

/** The manifests in force before the restart; one that this version no longer understands is left out. */
export async function keptManifests(database: Sql): Promise<ManifestInForce[]> {
  const rows = await database.query<{ source: string; document: unknown; accepted_at: Date }>(
    sql`select source, document, accepted_at from system_manifests order by system`,
  );
  return rows.flatMap(({ source, document, accepted_at }) => {
    const parsed = parseManifest(document, { from: source.startsWith("file:") ? "file" : "system" });
    return parsed.ok ? [{ source, manifest: parsed.value, acceptedAt: toInstant(accepted_at.getTime()) }] : [];
  });
}
