import { setImmediate } from "node:timers/promises";
import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { sha256Hex } from "@assay/primitives/hash";
import { formatInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Manifest } from "../manifest/manifest.ts";
import { fetchBounded } from "../systems/bounded-fetch.ts";
import { parseRunbook } from "./document/parse-runbook.ts";
import type { Problem } from "./document/problem.ts";
import type { Runbook } from "./document/runbook.ts";
import { type LintedRunbook, lintRunbook } from "./lint/lint-runbook.ts";
import type { RunbookSystem, RunbookSystems } from "./run/ports.ts";

export interface CatalogueEntry {
  readonly system: string;
  readonly id: string;
  readonly version: number;
  readonly sha256: string;
  readonly title: string;
  readonly markdown: string;
  /** False while the manifest names a newer text that could not be fetched. */
  readonly isCurrent: boolean;
  /** Absent when the text cannot be read as a runbook. */
  readonly runbook?: Runbook;
  readonly problems: readonly Problem[];
}

/** The runbooks of all systems, kept so that they can be read and run while the system that wrote them is down. */
export interface Catalogue {
  /** Fetches what the manifests name and the plane does not have. Never throws for a system that does not answer. */
  refresh(): Promise<void>;
  list(): Promise<readonly CatalogueEntry[]>;
  /** By id; `system` decides where two systems use the same one. */
  find(id: string, system?: string): Promise<CatalogueEntry | undefined>;
  /** The text a run is pinned to. */
  text(system: string, id: string, sha256: string): Promise<PinnedText | undefined>;
  /** As {@link text}, read. */
  version(system: string, id: string, sha256: string): Promise<Runbook | undefined>;
}

export interface PinnedText {
  readonly markdown: string;
  readonly runbook: Runbook | undefined;
}

export interface CatalogueOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly systems: RunbookSystems;
  /** A token of the plane itself towards a system. */
  readonly serviceToken: (audience: string) => Promise<string>;
}

interface VersionRow {
  readonly system: string;
  readonly runbook_id: string;
  readonly sha256: string;
  readonly version: number;
  readonly title: string;
  readonly markdown: string;
}

type RunbookRef = Manifest["runbooks"][number];

const MAX_BYTES = 128 * 1024;
const FETCH_TIMEOUT_MS = 5_000;
const MOST_CACHED = 200;

export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { database, systems } = options;
  const parsed = new Map<string, PinnedText>();
  const lint = createLintCache();
  const entries = async (id?: string): Promise<readonly CatalogueEntry[]> => {
    const wanted = id === undefined ? fragment`true` : fragment`runbook_id = ${id}`;
    const rows = await database.query<VersionRow>(sql`
      select system, runbook_id, sha256, version, title, markdown from runbook_versions where ${wanted}
      order by fetched_at desc`);
    const found = await Promise.all((await systems.list()).map((system) => entriesOf(system, rows, lint)));
    return found.flat();
  };
  const text = async (system: string, id: string, hash: string): Promise<PinnedText | undefined> => {
    const key = `${system}/${id}/${hash}`;
    const known = parsed.get(key);
    if (known !== undefined) return known;
    const [row] = await database.query<VersionRow>(
      sql`select * from runbook_versions where system = ${system} and runbook_id = ${id} and sha256 = ${hash}`,
    );
    if (row === undefined) return undefined;
    if (parsed.size >= MOST_CACHED) parsed.clear();
    const pinned = { markdown: row.markdown, runbook: parseRunbook(row.markdown).runbook };
    parsed.set(key, pinned);
    return pinned;
  };
  return {
    refresh: () => refresh(options),
    list: () => entries(),
    find: async (id, system) => {
      const isWanted = (entry: CatalogueEntry) => system === undefined || entry.system === system;
      const found = (await entries(id)).find(isWanted);
      if (found?.isCurrent) return found;
      await refresh(options);
      return (await entries(id)).find(isWanted);
    },
    text,
    version: async (system, id, hash) => (await text(system, id, hash))?.runbook,
  };
}

type Lint = (markdown: string, sha256: string, manifest: Manifest) => Promise<LintedRunbook>;

/** A text is linted once for each manifest, told by its content: it is fetched again and again, and rarely changes. */
function createLintCache(): Lint {
  const digests = new WeakMap<Manifest, string>();
  const known = new Map<string, LintedRunbook>();
  return async (markdown, sha256, manifest) => {
    const digest = digests.get(manifest) ?? sha256Hex(JSON.stringify(manifest));
    digests.set(manifest, digest);
    const key = `${digest}/${sha256}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    // Some milliseconds each: whoever else waits for this process has a turn in between.
    await setImmediate();
    const linted = lintRunbook(markdown, { manifest });
    if (known.size >= MOST_CACHED) known.clear();
    known.set(key, linted);
    return linted;
  };
}

async function entriesOf(
  { manifest }: RunbookSystem,
  rows: readonly VersionRow[],
  lint: Lint,
): Promise<CatalogueEntry[]> {
  const entries: CatalogueEntry[] = [];
  for (const ref of manifest.runbooks) {
    const own = rows.filter((row) => row.system === manifest.system && row.runbook_id === ref.id);
    const current = own.find((row) => row.sha256 === ref.sha256);
    // Rows are newest first: an older text is better than none at three in the morning.
    const row = current ?? own[0];
    if (row === undefined) continue;
    const { system, runbook_id: id, version, sha256, title, markdown } = row;
    const linted = await lint(markdown, sha256, manifest);
    entries.push({ system, id, version, sha256, title, markdown, isCurrent: current !== undefined, ...linted });
  }
  return entries;
}

async function refresh(options: CatalogueOptions): Promise<void> {
  const { database, systems, logger } = options;
  for (const system of await systems.list()) {
    const name = system.manifest.system;
    const rows = await database.query<{ runbook_id: string; sha256: string }>(
      sql`select runbook_id, sha256 from runbook_versions where system = ${name}`,
    );
    const have = new Set(rows.map((row) => `${row.runbook_id}/${row.sha256}`));
    for (const ref of system.manifest.runbooks.filter(({ id, sha256 }) => !have.has(`${id}/${sha256}`))) {
      const problem = await fetchVersion(system, ref, options);
      if (problem) logger.warn({ system: name, runbook: ref.id, problem }, "a runbook could not be fetched");
    }
  }
}

/** Fetches and keeps one text, if it is the one the manifest promised. */
async function fetchVersion(
  system: RunbookSystem,
  ref: RunbookRef,
  options: CatalogueOptions,
): Promise<string | undefined> {
  const { manifest } = system;
  const { database, clock } = options;
  const read = ref.path.startsWith("file:") ? await readFileBeside(system, ref) : await fetchText(system, ref, options);
  if (!read.ok) return read.refusal.reason;
  const text = read.value;
  if (sha256Hex(text) !== ref.sha256) return "the text is not the one the manifest names";
  const title = parseRunbook(text).runbook?.title ?? ref.id;
  await database.execute(sql`
    insert into runbook_versions (system, runbook_id, sha256, version, title, markdown, fetched_at)
    values (${manifest.system}, ${ref.id}, ${ref.sha256}, ${ref.version}, ${title}, ${text},
      ${formatInstant(clock.now())})
    on conflict do nothing`);
  return undefined;
}

type ReadText = Result<string, { readonly code: "UNREADABLE"; readonly reason: string }>;

async function readFileBeside({ runbookFile }: RunbookSystem, { path }: RunbookRef): Promise<ReadText> {
  const text = await runbookFile?.(path);
  return text === undefined ? refuse({ code: "UNREADABLE", reason: `${path} cannot be read` }) : accept(text);
}

async function fetchText(
  { url, manifest, takesTokens }: RunbookSystem,
  { path }: RunbookRef,
  { serviceToken }: CatalogueOptions,
): Promise<ReadText> {
  const limits = { timeoutMs: FETCH_TIMEOUT_MS, maxBytes: MAX_BYTES, accept: "text/markdown" };
  const token = takesTokens === false ? undefined : await serviceToken(manifest.system);
  const fetched = await fetchBounded(new URL(path, url).href, { ...limits, token });
  if (!fetched.ok) return refuse({ code: "UNREADABLE", reason: `${fetched.refusal.code}: ${fetched.refusal.reason}` });
  const { status, text } = fetched.value;
  return status === 200 ? accept(text) : refuse({ code: "UNREADABLE", reason: `answered ${status}` });
}
