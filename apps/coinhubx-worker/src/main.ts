import { startWorker } from "@assay/coinhubx/coinhubx";
import { describeIgnoredSettings, readConfig } from "@assay/coinhubx/config";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { runService } from "@assay/platform/lifecycle/run-service";

const VERSION = "0.1.0";

/** The background jobs of CoinHubX: reconciliation, backups, expiries, mail, delivery of audit entries. */
await runService({
  name: "coinhubx-worker",
  version: VERSION,
  start: async (resources, logger) => {
    const config = readConfig(processEnvironment);
    for (const sentence of describeIgnoredSettings(processEnvironment)) logger.warn({}, sentence);
    return await startWorker({ config, version: VERSION, logger, resources });
  },
});
