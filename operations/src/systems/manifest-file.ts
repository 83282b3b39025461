import { open, realpath } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { sha256Hex } from "@assay/primitives/hash";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Manifest } from "../manifest/manifest.ts";
import { type ManifestProblem, parseManifest } from "../manifest/parse-manifest.ts";
import { parseRunbook } from "../runbooks/document/parse-runbook.ts";
import { readYaml, type YamlText } from "../runbooks/document/read-yaml.ts";
import { type ManifestSource, refuseSource, type SourceRefusal } from "./manifest-source.ts";

const MAX_MANIFEST_BYTES = 1024 * 1024;
const MAX_RUNBOOK_BYTES = 128 * 1024;
const FILE = "file:";

/**
 * The manifest of a service that is not ours: YAML, with its runbooks as Markdown beside it (`path: "file:runbooks/x.md"`),
 * whose version and SHA-256 are read from the text. What is wrong is refused with line, column and reason.
 */
export function fileManifestSource(path: string): ManifestSource {
  const file = resolve(path);
  const folder = dirname(file);
  return {
    name: `${FILE}${file}`,
    read: async () => {
      const text = await readBounded(file, MAX_MANIFEST_BYTES);
      if (!text.ok) return refuseSource("MANIFEST_UNREACHABLE", text.refusal.reason);
      return await parseManifestText(text.value, (name) => readBeside(folder, name));
    },
    runbook: async (name) => {
      const text = await readBeside(folder, name);
      return text.ok ? text.value : undefined;
    },
  };
}

interface Unreadable {
  readonly code: "UNREADABLE";
  readonly reason: string;
}

type ReadBeside = (name: string) => Promise<Result<string, Unreadable>>;

/** Reads a manifest file's text; `readFile` gives the runbooks that it names. */
export async function parseManifestText(text: string, readFile: ReadBeside): Promise<Result<Manifest, SourceRefusal>> {
  const yaml = readYaml(text, 1);
  if (!yaml.ok) {
    const { message, place } = yaml.refusal;
    return refused([{ path: "", reason: message, ...place }]);
  }
  const { document, problems } = await withRunbooks(yaml.value.value, readFile);
  const parsed = parseManifest(document, { from: "file" });
  // A runbook that could not be read has no version either; to say so twice would hide the reason.
  const found = [...problems, ...(parsed.ok ? [] : parsed.refusal.problems.filter(isNew(problems)))];
  if (parsed.ok && found.length === 0) return accept(parsed.value);
  return refused(found.map((problem) => placed(problem, yaml.value)));
}

function isNew(known: readonly ManifestProblem[]) {
  return ({ path }: ManifestProblem) => !known.some((problem) => parentOf(problem.path) === parentOf(path));
}

function parentOf(path: string): string {
  return path.split(".").slice(0, 2).join(".");
}

function refused(problems: readonly ManifestProblem[]): Result<never, SourceRefusal> {
  return refuse({ code: "MANIFEST_INVALID", problems });
}

function placed(problem: ManifestProblem, yaml: YamlText): ManifestProblem {
  const path = problem.path === "" ? [] : problem.path.split(".");
  const keys = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  return { ...problem, ...yaml.placeOf(keys) };
}

interface WithRunbooks {
  readonly document: unknown;
  readonly problems: readonly ManifestProblem[];
}

/** Fills in version and SHA-256 of the runbooks that are files. A malformed runbook is a problem of the manifest. */
async function withRunbooks(document: unknown, readFile: ReadBeside): Promise<WithRunbooks> {
  if (!isRecord(document) || !Array.isArray(document.runbooks)) return { document, problems: [] };
  const problems: ManifestProblem[] = [];
  const runbooks = await Promise.all(
    document.runbooks.map(async (reference: unknown, index) => {
      if (!isRecord(reference) || typeof reference.path !== "string" || !reference.path.startsWith(FILE))
        return reference;
      const described = await describeRunbook(reference.path, readFile);
      if (described.ok) return { ...described.value, ...reference };
      for (const reason of described.refusal.reasons) problems.push({ path: `runbooks.${index}.path`, reason });
      return reference;
    }),
  );
  return { document: { ...document, runbooks }, problems };
}

async function describeRunbook(
  path: string,
  readFile: ReadBeside,
): Promise<
  Result<{ version: number; sha256: string }, { readonly code: "BAD_RUNBOOK"; readonly reasons: readonly string[] }>
> {
  const name = path.slice(FILE.length);
  const text = await readFile(path);
  if (!text.ok) return refuse({ code: "BAD_RUNBOOK", reasons: [text.refusal.reason] });
  const { runbook, problems } = parseRunbook(text.value);
  if (runbook === undefined || problems.length > 0)
    return refuse({
      code: "BAD_RUNBOOK",
      reasons: problems.map(({ line, column, message }) => `${name} line ${line}, column ${column}: ${message}`),
    });
  return accept({ version: runbook.version, sha256: sha256Hex(text.value) });
}

/** Reads `file:runbooks/x.md`; whatever leads out of the manifest's folder, also by a link, is not read. */
async function readBeside(folder: string, path: string): Promise<Result<string, Unreadable>> {
  const name = path.slice(FILE.length);
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(resolve(folder, name))]);
    const way = relative(root, file);
    if (way.split(sep)[0] === ".." || resolve(root, way) !== file)
      return refuse({ code: "UNREADABLE", reason: `${name} is not in the manifest's folder` });
    return await readBounded(file, MAX_RUNBOOK_BYTES);
  } catch (error) {
    return refuse({ code: "UNREADABLE", reason: `${name} cannot be read: ${(error as NodeJS.ErrnoException).code}` });
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Result<string, Unreadable>> {
  try {
    await using file = await open(path, "r");
    if (!(await file.stat()).isFile()) return refuse({ code: "UNREADABLE", reason: `${path} is not a file` });
    const buffer = new Uint8Array(maxBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > maxBytes) return refuse({ code: "UNREADABLE", reason: `${path} has more than ${maxBytes} bytes` });
    return accept(new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse({
      code: "UNREADABLE",
      reason: `${path} ${code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "is not UTF-8" : `cannot be read: ${code}`}`,
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
