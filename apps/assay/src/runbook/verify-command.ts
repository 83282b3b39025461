import { createReadStream } from "node:fs";
import { runDetailSchema, transcriptSchema } from "@assay/operations/api/schema/runbooks";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { printable } from "@assay/platform/command-line/terminal";
import { z } from "zod";
import { planeSession } from "../plane/plane-session.ts";
import { readNamedJson } from "../read-named-file.ts";

const bundleSchema = z.object({
  entries: z.array(z.unknown()),
});
const entrySchema = z.object({ action: z.string(), details: z.record(z.string(), z.json()) });

export const verify = defineCommand({
  name: "runbook verify",
  usage: "<run | run.json>",
  summary: "say whether a run really passed",
  details: `Looks at a finished run again: every step that was not left out has passed, every expectation with it, and the output
that is kept is the one that was judged. Anything less is not a pass. With the file that "assay runbook transcript --json"
wrote and an export of the audit log it needs no server: then every step must also stand in the signed log as the file
tells it. To see a runbook heal a broken system, use "assay drill".`,
  examples: [
    ["assay runbook verify run_01J9Z…", "for a script: exit code 0 only if it passed"],
    ["assay runbook verify run.json --bundle bundle.json --key 'assay+1a2b…'", "without any server"],
  ],
  options: {
    bundle: { kind: "text", value: "FILE", summary: "an export of the audit log, for a run in a file" },
    key: { kind: "text", value: "KEY", summary: "the plane's verifier key, as printed in the console" },
  },
  words: { min: 1, max: 1 },
  exits: { 1: "it did not pass, or is not proven; the reasons are printed" },
  run: async (context, { options, words: [name = ""] }) => {
    if (!name.endsWith(".json")) return await verifyOnline(context, name);
    if (options.bundle === undefined)
      throw new UsageError("give the export of the audit log with --bundle: a file alone proves nothing");
    return await verifyOffline(context, { file: name, bundle: options.bundle, key: options.key });
  },
});

async function verifyOnline(context: CommandContext, id: string): Promise<ExitCode> {
  const { runProblems } = await import("@assay/operations/runbooks/run/verify-transcript");
  const detail = await planeSession(context).call(`/api/runs/${encodeURIComponent(id)}`, runDetailSchema);
  return report(context, detail.run.runbook.id, runProblems(detail));
}

interface OfflineRun {
  readonly file: string;
  readonly bundle: string;
  readonly key: string | undefined;
}

async function verifyOffline(context: CommandContext, { file, bundle, key }: OfflineRun): Promise<ExitCode> {
  const { verifyBundle } = await import("@assay/operations/audit/verify-bundle");
  const { verifyTranscript } = await import("@assay/operations/runbooks/run/verify-transcript");
  const document = transcriptSchema.safeParse(await readNamedJson(file));
  if (!document.success) throw new UsageError(`${file} is no exported run`);
  const verified = await verifyBundle(createReadStream(bundle), key === undefined ? {} : { verifierKey: key });
  if (!verified.ok) {
    const reason = `${bundle} does not verify: ${verified.refusal.code}`;
    return report(context, document.data.run.runbook.id, [reason]);
  }
  const { entries } = bundleSchema.parse(await readNamedJson(bundle));
  const proven = entries.flatMap((entry) => entrySchema.safeParse(entry).data ?? []);
  return report(context, document.data.run.runbook.id, verifyTranscript(document.data, proven));
}

function report({ terminal }: CommandContext, runbook: string, problems: readonly string[]): ExitCode {
  if (terminal.isJson) terminal.printJson({ passed: problems.length === 0, problems });
  else if (problems.length === 0) terminal.print(terminal.style("good", `${runbook} passed.`));
  else for (const problem of problems) terminal.print(terminal.style("bad", printable(problem)));
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}
