import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Manifest } from "@assay/operations/manifest/manifest";
import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";

const check = defineCommand({
  name: "manifest check",
  usage: "<file.yaml …>",
  summary: "check manifest files before the plane reads them",
  details: `Reads a manifest as the plane would, with the runbooks it names, and says what is wrong with line, column and reason. Then
it lints the runbooks against it. Nothing has to run.`,
  examples: [["assay manifest check examples/rates/manifest.yaml", "one service that is not ours"]],
  words: { min: 1, max: 500 },
  exits: { 1: "something is wrong; each line says where and what" },
  run: async ({ terminal }, { words }) => {
    const reports = await Promise.all(words.map(checkFile));
    if (terminal.isJson) terminal.printJson(reports.map(({ file, problems }) => ({ file, problems })));
    else for (const { problems, sentence } of reports) terminal.print([...problems, ...(sentence ?? [])].join("\n"));
    return reports.some(({ problems }) => problems.length > 0) ? EXIT.failed : EXIT.ok;
  },
});

export const command = defineCommandGroup({
  name: "manifest",
  summary: "check the manifests of services that are not ours",
  details: "A service that is not ours joins the plane with a YAML file: docs/guides/join-a-service.md.",
  commands: { check },
});

interface FileReport {
  readonly file: string;
  readonly problems: readonly string[];
  /** What it describes, when nothing is wrong. */
  readonly sentence?: readonly string[];
}

async function checkFile(file: string): Promise<FileReport> {
  const { fileManifestSource } = await import("@assay/operations/systems/manifest-file");
  const read = await fileManifestSource(file).read();
  if (!read.ok)
    return {
      file,
      problems: read.refusal.problems.map(
        ({ line, column, path, reason }) =>
          `${file}:${line ?? 1}:${column ?? 1} ${path === "" ? "" : `${path}: `}${reason}`,
      ),
    };
  const manifest = read.value;
  const problems = await lint(file, manifest);
  return problems.length > 0 ? { file, problems } : { file, problems, sentence: [sentenceOf(file, manifest)] };
}

/** Its runbooks against the manifest, each problem with the runbook's own line. */
async function lint(file: string, manifest: Manifest): Promise<readonly string[]> {
  const { lintRunbooks } = await import("@assay/operations/runbooks/lint-runbooks");
  const files = await Promise.all(
    manifest.runbooks
      .filter(({ path }) => path.startsWith("file:"))
      .map(async ({ path }) => {
        const name = join(dirname(file), path.slice("file:".length));
        return { path: name, text: await readFile(resolve(name), "utf8") };
      }),
  );
  return lintRunbooks({ files, manifest }).problems;
}

function sentenceOf(file: string, { system, services, alertRules, runbooks, faults }: Manifest): string {
  const counts = [
    [services.length, "service"],
    [alertRules.length, "alert rule"],
    [runbooks.length, "runbook"],
    [faults.length, "fault"],
  ] as const;
  const parts = counts.map(([count, word]) => `${count} ${word}${count === 1 ? "" : "s"}`);
  return `${file} describes ${system}: ${parts.join(", ")}. Nothing is wrong.`;
}
