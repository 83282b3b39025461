import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runDrill } from "@assay/operations/drills/drill";
import { DrillError } from "@assay/operations/drills/drill-error";
import type { DrillStack } from "@assay/operations/drills/drill-people";
import { formatDrillReport } from "@assay/operations/drills/drill-report";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { startForeignDrillStack } from "../drill/foreign-drill-stack.ts";
import { recordDrill } from "../drill/record-drill.ts";
import { listDrills, reportDrills } from "../drill/show-drills.ts";
import { type LocalStack, startLocalStack } from "../local-stack.ts";
import { toPlaceValues } from "../runbook/params.ts";
import { SYSTEMS } from "../stack/stack.ts";

/** Short intervals, so that a drill measures the system and not our patience. */
const DRILL_SETTINGS = {
  ASSAY_FAULTS: "enabled",
  ASSAY_LOG_LEVEL: "warn",
  COINHUBX_RECONCILIATION_INTERVAL_S: "5",
  OPERATIONS_EVALUATION_INTERVAL_MS: "1000",
  OPERATIONS_SCRAPE_INTERVAL_MS: "1000",
};

export const command = defineCommand({
  name: "drill",
  usage: "[<system> <fault> | --manifest <file> <fault>]",
  summary: "break a system and see it heal",
  details: `Starts a stack of its own in a temporary folder, with faults enabled, breaks it, waits for the alert and the page, lets two
simulated people run the alert's runbook, and checks that everything healed and that the incident's evidence verifies.
Your running stack is not touched. Without words it lists what can be drilled. With --record the plane you are signed in to
keeps the result, and --report prints the number of alerts that are proven. With --control nobody runs the runbook, and the alert must stay. With --manifest a service
that is not ours is started, broken and healed by what its manifest file says.`,
  examples: [
    ["assay drill", "what can be broken, and what came of it last?"],
    ["assay drill coinhubx ledger.tamper", "a balance that does not add up"],
    ["assay drill coinhubx db.hang", "a database that says nothing any more"],
    ["assay drill coinhubx ledger.tamper --control", "does the alert stay without the runbook?"],
    ["assay drill --manifest examples/rates/manifest.yaml hold.forgotten", "a service that is not ours"],
  ],
  options: {
    record: { kind: "flag", summary: "have the plane you are signed in to keep the result" },
    report: { kind: "flag", summary: "print how many alerts are proven, and which are not" },
    manifest: { kind: "text", value: "FILE", summary: "the manifest file of a service that is not ours" },
    control: { kind: "flag", summary: "do not run the runbook; the alert must go on firing" },
    runbook: { kind: "text", value: "ID", summary: "another runbook than the alert's own" },
    param: { kind: "list", short: "p", value: "NAME=VALUE", summary: "a parameter of the runbook" },
  },
  words: { min: 0, max: 2 },
  exits: { 1: "it was not detected, not healed, or not in time; with --report, not every alert is proven" },
  run: async (context, { options, words }) => {
    if (options.report) return await reportDrills(context);
    if (words.length === 0 && options.manifest === undefined) return await listDrills(context);
    const { terminal, clock, signal } = context;
    const fault = faultOf(words, options.manifest);
    const isControl = options.control;
    const folder = await mkdtemp(join(tmpdir(), "assay-drill-"));
    try {
      terminal.printError(terminal.style("quiet", `A stack of its own starts in ${folder} …`));
      await using running =
        options.manifest === undefined
          ? await startDrillStack(context, folder, words[0]!)
          : await startForeign(context, folder, options.manifest);
      const report = await runDrill({
        ...{ stack: running.stack, system: running.system, fault, clock, signal },
        control: options.control,
        params: toPlaceValues(options.param),
        ...(options.runbook === undefined ? {} : { runbook: options.runbook }),
        report: (line) => terminal.printError(line),
      });
      if (terminal.isJson) terminal.printJson(report);
      else terminal.print(formatDrillReport(report));
      if (options.record) await recordDrill(context, { system: report.system, fault, isControl }, { report });
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DrillError)) throw error;
      const drill = { system: words.length === 2 ? words[0]! : "unknown", fault, isControl };
      if (options.record) await recordDrill(context, drill, { failed: error.message });
      return failed(context, error);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  },
});

interface RunningStack extends AsyncDisposable {
  readonly system: string;
  readonly stack: DrillStack;
}

function faultOf(words: readonly string[], manifest: string | undefined): string {
  const [system = "", fault] = words;
  if (manifest !== undefined) {
    if (fault !== undefined)
      throw new UsageError("with --manifest the file says which system it is; name the fault alone");
    return system;
  }
  if (!(SYSTEMS as readonly string[]).includes(system))
    throw new UsageError(`there is no system "${system}"; there are ${SYSTEMS.join(", ")}`);
  if (fault === undefined) throw new UsageError(`name the fault of ${system}`);
  return fault;
}

async function startForeign(context: CommandContext, stateDirectory: string, manifest: string): Promise<RunningStack> {
  const { env, clock, random, signal } = context;
  const path = env.PATH ?? "";
  return await startForeignDrillStack({
    ...{ manifest, stateDirectory, environment: DRILL_SETTINGS, path, clock, random, signal },
  });
}

async function startDrillStack(context: CommandContext, stateDirectory: string, system: string): Promise<RunningStack> {
  const stack = await startLocalStack({
    ...{ stateDirectory, portOffset: "free", environment: DRILL_SETTINGS, path: context.env.PATH ?? "" },
    ...{ clock: context.clock, random: context.random, signal: context.signal },
  });
  return { system, stack: toDrillStack(stack), [Symbol.asyncDispose]: () => stack.stop() };
}

function toDrillStack({ urls, bootstrapCode, faults }: LocalStack): DrillStack {
  return {
    planeUrl: urls.operations,
    systemUrl: urls["coinhubx-backend"],
    bootstrapCode: async () => bootstrapCode() ?? "",
    processFaults: faults,
  };
}

function failed({ terminal }: CommandContext, error: DrillError): ExitCode {
  if (terminal.isJson) terminal.printJson({ failed: error.message });
  else terminal.print(terminal.style("bad", `The drill failed: ${error.message}`));
  return EXIT.failed;
}
