import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Clock } from "@assay/platform/clock/clock";
import { findFreePort } from "@assay/platform/supervisor/free-port";
import type { Manifest } from "../manifest/manifest.ts";
import { moveServices } from "../manifest/move-services.ts";
import { fetchBounded } from "../systems/bounded-fetch.ts";
import { fileManifestSource } from "../systems/manifest-file.ts";
import { DrillError } from "./drill-error.ts";
import type { ProcessFault } from "./drill-people.ts";
import { endOfProgram, killProgram, type ProgramSurroundings, startProgram } from "./drill-program.ts";
import { waitUntil } from "./wait-until.ts";

export interface ForeignServiceOptions {
  /** The manifest file; its folder holds what the service is started from. */
  readonly manifest: string;
  /** An empty folder for the copy that names the drill's own addresses. */
  readonly folder: string;
  readonly clock: Clock;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** A service that is not ours, started for a drill on ports of its own. */
export interface ForeignService extends AsyncDisposable {
  readonly system: string;
  /** The copy of the manifest for the drill's plane. */
  readonly manifest: string;
  readonly faults: Readonly<Record<string, ProcessFault>>;
}

const START_LIMIT_MS = 20_000;
const INJECT_LIMIT_MS = 20_000;

/** Starts what the manifest's `drillStart` says. @throws DrillError when the manifest is not right or the service does not answer. */
export async function startForeignService(options: ForeignServiceOptions): Promise<ForeignService> {
  const described = await readManifest(options.manifest);
  const { system, environment, services, drillStart, faults } = described;
  if (environment !== "local") throw new DrillError(`${system} is in ${environment}; drills break what is local only`);
  if (drillStart.length === 0) throw new DrillError(`${system} does not say in drillStart how a drill starts it`);
  await using resources = new AsyncDisposableStack();
  const folder = dirname(options.manifest);
  const urls = new Map(services.map(({ name, url }) => [name, url]));
  const surroundings = (port: string): ProgramSurroundings => ({
    ...{ folder, path: options.path },
    places: { port, ...Object.fromEntries([...urls].map(([name, url]) => [`services.${name}`, url])) },
  });
  for (const start of drillStart) {
    const port = await findFreePort();
    urls.set(start.service, `http://127.0.0.1:${port}`);
    const child = startProgram(start, surroundings(String(port)));
    resources.defer(() => killProgram(child));
    const ended = endOfProgram(child).then(({ code, output }) => ({ code, output }));
    await untilAnswers({ service: start.service, url: urls.get(start.service)!, ended, options });
  }
  const manifest = await copyManifest(options, urls);
  const running = resources.move();
  const inject = (call: { program: string; args: readonly string[] }) => injectBy(call, surroundings(""), options);
  return {
    ...{ system, manifest },
    faults: Object.fromEntries(
      faults.flatMap(({ name, inject: call, ...fault }) =>
        call === undefined ? [] : [[name, { ...fault, inject: () => inject(call) }] as const],
      ),
    ),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function readManifest(path: string): Promise<Manifest> {
  const read = await fileManifestSource(path).read();
  if (read.ok) return read.value;
  const problems = read.refusal.problems.map(
    ({ line, column, path: at, reason }) => `${path}:${line ?? 1}:${column ?? 1} ${at} ${reason}`,
  );
  throw new DrillError(`the manifest is refused:\n${problems.join("\n")}`);
}

/** The manifest and what it names beside it, with the addresses of this drill. */
async function copyManifest({ manifest, folder }: ForeignServiceOptions, urls: ReadonlyMap<string, string>) {
  const file = join(folder, basename(manifest));
  await cp(dirname(manifest), folder, {
    recursive: true,
    filter: (source) => basename(source) !== "node_modules" && !basename(source).startsWith(".git"),
  });
  await writeFile(file, moveServices(await readFile(manifest, "utf8"), urls));
  return file;
}

interface Awaited {
  readonly service: string;
  readonly url: string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  readonly options: ForeignServiceOptions;
}

/** Any answer will do: whether it is well is the plane's business. */
async function untilAnswers({ service, url, ended, options: { clock, signal } }: Awaited): Promise<void> {
  let end: { readonly code: number | null; readonly output: string } | undefined;
  ended.then((seen) => {
    end = seen;
  });
  await waitUntil({ clock, signal, what: `${service} answers at ${url}`, limitMs: START_LIMIT_MS }, async () => {
    if (end !== undefined)
      throw new DrillError(`${service} ended with ${end.code} instead of answering: ${end.output}`);
    const fetched = await fetchBounded(url, { timeoutMs: 1_000, maxBytes: 1024 * 1024 });
    return fetched.ok || fetched.refusal.code === "TOO_LARGE" ? true : undefined;
  });
}

async function injectBy(
  call: { readonly program: string; readonly args: readonly string[] },
  surroundings: ProgramSurroundings,
  { clock }: ForeignServiceOptions,
): Promise<void> {
  const child = startProgram(call, surroundings);
  const over = new AbortController();
  const late = clock.sleep(INJECT_LIMIT_MS, { signal: over.signal }).then(() => killProgram(child));
  late.catch(() => undefined);
  const { code, output } = await endOfProgram(child);
  over.abort();
  if (code !== 0) throw new DrillError(`${call.program} ${call.args.join(" ")} ended with ${code}: ${output}`);
}
