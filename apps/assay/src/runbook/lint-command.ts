import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { fetchJson } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import { readNamedFile, readNamedJson } from "../read-named-file.ts";

export const lint = defineCommand({
  name: "runbook lint",
  usage: "<file.md …>",
  summary: "check runbooks before they are needed",
  details: `Checks the grammar of runbooks and that everything they name exists: alerts, actions and their parameters, thresholds,
paths. It compares with the manifest of the running system, or with one in a file. "npm run check" does this too, for all
of them, with nothing running.`,
  examples: [
    ["assay runbook lint systems/coinhubx/runbooks/*.md", "all of one system"],
    ["assay runbook lint my.md --manifest manifest.json", "with nothing running"],
  ],
  options: {
    system: { kind: "text", value: "SYSTEM", summary: "the system they belong to (coinhubx)" },
    manifest: { kind: "text", value: "FILE", summary: "its manifest as JSON, instead of asking it" },
  },
  words: { min: 1, max: 1_000 },
  exits: { 1: "something is wrong; each line says where and what" },
  run: async (context, { options, words }) => {
    const { terminal } = context;
    const files = await Promise.all(words.map(async (path) => ({ path, text: await readNamedFile(path) })));
    const { lintRunbooks } = await import("@assay/operations/runbooks/lint-runbooks");
    const { manifestSchema } = await import("@assay/operations/manifest/manifest");
    const document =
      options.manifest === undefined
        ? await fetchManifest(context, options.system ?? "coinhubx")
        : await readNamedJson(options.manifest);
    const manifest = manifestSchema.safeParse(document);
    if (!manifest.success) {
      const [issue] = manifest.error.issues;
      throw new UsageError(`the manifest is none: ${issue?.path.join(".")} ${issue?.message}`);
    }
    // Of the claims "each alert has a runbook" only those about the given files can be judged.
    const { problems, warnings } = lintRunbooks({ files, manifest: manifest.data });
    const own = problems.filter((problem) => words.some((path) => problem.startsWith(`${path}:`)));
    if (terminal.isJson) terminal.printJson({ problems: own, warnings });
    else for (const problem of [...own, ...warnings]) terminal.print(problem);
    if (!terminal.isJson && own.length === 0) terminal.print(`${words.length} checked, nothing is wrong.`);
    return own.length === 0 ? EXIT.ok : EXIT.failed;
  },
});

async function fetchManifest(context: CommandContext, system: string): Promise<unknown> {
  const url = await context.serviceUrl(system);
  const token = await context.accessToken(system).catch(() => undefined);
  const reply = await fetchJson(`${url}/ops/manifest`, token === undefined ? {} : { token });
  if (reply.status === 200) return reply.body;
  const reason = `${url}/ops/manifest answered ${reply.status}; sign in with "assay login", or give --manifest.`;
  throw new Failure("MANIFEST_UNREADABLE", { retryable: false, details: { reason } });
}
