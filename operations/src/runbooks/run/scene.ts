import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { Catalogue } from "../catalogue.ts";
import type { Runbook, Step } from "../document/runbook.ts";
import type { RunbookSystem, RunbookSystems } from "./ports.ts";
import type { Run } from "./run.ts";
import { stepNamed } from "./run-rules.ts";

/** A run with the text it is pinned to, the step it stands at and the system it is about. */
export interface Scene {
  readonly run: Run;
  readonly runbook: Runbook;
  readonly step: Step;
  readonly system: RunbookSystem;
}

/** @throws Failure `SYSTEM_UNKNOWN` (retryable) while the plane does not know the system's manifest. */
export async function loadScene(
  run: Run,
  { catalogue, systems }: { readonly catalogue: Pick<Catalogue, "version">; readonly systems: RunbookSystems },
): Promise<Scene> {
  const runbook = await catalogue.version(run.system, run.runbook.id, run.runbook.sha256);
  assert(runbook !== undefined, "a run is pinned to a text that is kept");
  const system = await systems.get(run.system);
  if (system === undefined) throw new Failure("SYSTEM_UNKNOWN", { retryable: true, details: { system: run.system } });
  const step = stepNamed(runbook, run.cursor);
  assert(step !== undefined, "an open run stands at a step");
  return { run, runbook, step, system };
}
