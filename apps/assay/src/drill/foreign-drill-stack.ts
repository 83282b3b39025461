import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DrillStack } from "@assay/operations/drills/drill-people";
import { type ForeignService, startForeignService } from "@assay/operations/drills/foreign-service";
import type { Clock } from "@assay/platform/clock/clock";
import type { Environment } from "@assay/platform/config/setting";
import type { Random } from "@assay/platform/random/random";
import { startLocalStack } from "../local-stack.ts";

export interface ForeignDrillOptions {
  /** The manifest file of a service that is not ours. */
  readonly manifest: string;
  readonly stateDirectory: string;
  readonly environment: Environment;
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
}

/** A plane of its own that knows the service from its manifest file and nothing else, and the service beside it. */
export interface ForeignDrillStack extends AsyncDisposable {
  readonly system: string;
  readonly stack: DrillStack;
}

export async function startForeignDrillStack(options: ForeignDrillOptions): Promise<ForeignDrillStack> {
  const { stateDirectory, environment, path, clock, random, signal } = options;
  await using resources = new AsyncDisposableStack();
  const folder = join(stateDirectory, "service");
  await mkdir(folder, { recursive: true });
  const ends = signal === undefined ? {} : { signal };
  const foreign: ForeignService = resources.use(
    await startForeignService({ manifest: resolve(options.manifest), folder, clock, path, ...ends }),
  );
  const { urls, bootstrapCode } = resources.use(
    await startLocalStack({
      ...{ stateDirectory: join(stateDirectory, "plane"), portOffset: "free", path, clock, random, ...ends },
      environment: { ...environment, OPERATIONS_SYSTEMS: `file:${foreign.manifest}` },
      select: ({ group }) => group === "operations",
    }),
  );
  const running = resources.move();
  return {
    system: foreign.system,
    stack: {
      planeUrl: urls.operations,
      systemUrl: urls.operations,
      bootstrapCode: async () => bootstrapCode() ?? "",
      processFaults: foreign.faults,
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
