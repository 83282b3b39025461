import { posix } from "node:path";
import { listFiles, readFiles, type SourceFile } from "./repository.ts";
import type { Step } from "./step.ts";
import {
  BANNED,
  BROWSER_MAY_IMPORT,
  BROWSER_PACKAGES,
  DOORS,
  FILE_NAME,
  LAYERS,
  MARKS,
  MAX_LINES,
  VAGUE_NAMES,
} from "./tidy-rules.ts";

/** The rules of STYLE.md that neither the formatter nor the type checker knows. */
export const tidyStep: Step = {
  title: "tidy (imports, doors, calls, names, sizes)",
  run: async () => readFiles(listFiles(/\.(ts|tsx|mjs|sol)$/)).flatMap(findUntidiness),
};

/** Every breach in one file, each as `path:line what to do instead`. */
export function findUntidiness(file: SourceFile): string[] {
  return [...nameBreaches(file), ...sizeBreaches(file), ...importBreaches(file), ...lineBreaches(file)];
}

function nameBreaches({ path }: SourceFile): string[] {
  const name = posix.basename(path);
  if (path.endsWith(".sol")) return [];
  if (VAGUE_NAMES.test(path)) return [`${path}:1 name the file after what it exports`];
  return FILE_NAME.test(name) ? [] : [`${path}:1 file names are kebab-case`];
}

function sizeBreaches({ path, text }: SourceFile): string[] {
  const lines = text.split("\n").length - 1;
  return lines > MAX_LINES
    ? [`${path}:${MAX_LINES} has ${lines} lines; split it at a seam (${MAX_LINES} at most)`]
    : [];
}

interface Import {
  readonly specifier: string;
  readonly line: number;
}

const IMPORT = /^\s*(?:import|export)\b[^"';]*?\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf({ text }: SourceFile): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    specifier: match[1] ?? match[2] ?? match[3]!,
    line: text.slice(0, match.index + match[0].length).split("\n").length,
  }));
}

function importBreaches(file: SourceFile): string[] {
  const barrel = isBarrel(file) ? [`${file.path}:1 is a barrel; import from the files themselves`] : [];
  const found = importsOf(file).flatMap(({ specifier, line }) =>
    [
      layerBreach(file.path, specifier),
      doorBreach(file.path, specifier),
      domainBreach(file.path, specifier),
      escapeBreach(file.path, specifier),
    ].flatMap((breach) => (breach === undefined ? [] : [`${file.path}:${line} ${breach}`])),
  );
  return [...barrel, ...found];
}

function isBarrel({ text }: SourceFile): boolean {
  const statements = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").trim();
  return (
    statements !== "" && statements.replace(/export\s+(type\s+)?(\*|\{[^}]*\})[^;]*from\s+"[^"]+";?/g, "").trim() === ""
  );
}

/** The package folder a file lies in: `systems/coinhubx/`, `apps/assay/`, `platform/`. */
function packageFolder(path: string): string {
  const parts = path.split("/");
  return `${parts.slice(0, parts[0] === "apps" || parts[0] === "systems" ? 2 : 1).join("/")}/`;
}

function layerBreach(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith("@assay/")) return undefined;
  if (BROWSER_PACKAGES.some((folder) => path.startsWith(folder))) {
    return BROWSER_MAY_IMPORT.test(specifier) ? undefined : `pages import api schemas only, not ${specifier}`;
  }
  const layer = LAYERS.find(({ folder }) => path.startsWith(folder));
  const target = specifier.split("/").slice(0, 2).join("/");
  if (target === layer?.name) return undefined;
  return layer?.mayImport.includes(target) ? undefined : `${layer?.name ?? "this folder"} may not import ${target}`;
}

function doorBreach(path: string, specifier: string): string | undefined {
  const rule = DOORS.find(({ library }) => library.test(specifier));
  if (rule === undefined || rule.doors.some((door) => path.startsWith(door) || path.includes(door))) return undefined;
  return `${specifier} has one door: ${rule.doors[0]}`;
}

const DOMAIN = /^(operations|systems\/[^/]+)\/src\/([^/]+)\/[^/]+\.ts$/;

function domainBreach(path: string, specifier: string): string | undefined {
  const domain = DOMAIN.exec(path)?.[2];
  if (domain === undefined || ["api", "operations", "cli"].includes(domain) || path.endsWith(".test.ts"))
    return undefined;
  return /^\.\.\/(api|operations)\//.test(specifier) && !specifier.startsWith("../api/schema/")
    ? "a domain imports neither api nor operations; they import it"
    : undefined;
}

function escapeBreach(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  return target.startsWith(packageFolder(path)) ? undefined : "enter another package through its exports";
}

function lineBreaches({ path, text }: SourceFile): string[] {
  if (path.startsWith("tools/")) return [];
  const isTest =
    /(\.test|-fixture)\.tsx?$|\/test\/|\/bench\/|^tests\//.test(path) || path.startsWith("platform/src/testing/");
  const isPage = BROWSER_PACKAGES.some((folder) => path.startsWith(folder));
  return text.split("\n").flatMap((line, index) => {
    const at = `${path}:${index + 1}`;
    const mark = MARKS.exec(line);
    const code = line.replace(/^\s*(\/\/|\*|\/\*).*$/, "");
    const banned =
      isTest || isPage ? undefined : BANNED.find((rule) => rule.call.test(code) && !isDoor(path, rule.doors));
    return [
      ...(mark === null ? [] : [`${at} ${mark[0]} does not belong in the tree`]),
      ...(banned === undefined ? [] : [`${at} use ${banned.instead}`]),
    ];
  });
}

function isDoor(path: string, doors: readonly string[]): boolean {
  return path.endsWith("/main.ts") || path.endsWith(".mjs") || doors.some((door) => path.startsWith(door));
}
