import { PROCESS_FAULTS } from "@assay/cli/process-faults";
import { manifestSchema } from "@assay/operations/manifest/manifest";
import { type LintReport, lintRunbooks } from "@assay/operations/runbooks/lint-runbooks";
import { z } from "zod";
import { listFiles, readFiles } from "./repository.ts";
import { runProgram, type Step } from "./step.ts";

const describedSchema = z.object({
  manifest: manifestSchema,
  routes: z.array(z.object({ method: z.string(), path: z.string() })),
});

/** Systems with runbooks: each has a script that starts it for a moment and prints what it really offers. */
const SYSTEMS = listFiles(/^systems\/[^/]+\/test\/describe-system\.ts$/).map((path) => path.split("/")[1]!);

/** Lints every runbook of every system against the manifest and the API of the system itself. */
export const lintRunbooksStep: Step = {
  title: "runbooks",
  run: async () => (await Promise.all(SYSTEMS.map(lintSystem))).flatMap((report) => [...report.problems]),
};

/** @throws Error when the system does not start. */
export async function lintSystem(system: string): Promise<LintReport> {
  const folder = `systems/${system}`;
  const { code, output } = await runProgram(process.execPath, [`${folder}/test/describe-system.ts`]);
  if (code !== 0) throw new Error(`${system} cannot be described:\n${output}`);
  const { manifest, routes } = describedSchema.parse(JSON.parse(output));
  const runbooks = listFiles(/\.(md|yaml)$/, [`${folder}/runbooks`]);
  const files = readFiles(runbooks.filter((path) => path.endsWith(".md")));
  const [coverage] = readFiles(runbooks.filter((path) => path.endsWith("coverage.yaml")));
  return lintRunbooks({
    files,
    manifest,
    routes,
    processFaults: PROCESS_FAULTS,
    ...(coverage === undefined ? {} : { coverage }),
  });
}
