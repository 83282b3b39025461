import { fileURLToPath } from "node:url";
import { readOperationsConfig } from "@assay/operations/config";
import { startOperations } from "@assay/operations/operations";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { runService } from "@assay/platform/lifecycle/run-service";

const VERSION = "0.1.0";

await runService({
  name: "operations",
  version: VERSION,
  start: (resources, logger) => {
    const config = readOperationsConfig(processEnvironment);
    // Runbooks speak the same command line as people do, towards the same stack.
    const assay = {
      command: process.execPath,
      args: [fileURLToPath(import.meta.resolve("../../assay/src/main.ts"))],
      env: { ASSAY_HOME: config.stateDirectory, PATH: processEnvironment.PATH ?? "", HOME: config.stateDirectory },
    };
    return startOperations(resources, { config, logger, version: VERSION, programs: new Map([["assay", assay]]) });
  },
});
