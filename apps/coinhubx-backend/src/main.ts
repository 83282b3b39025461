import { startBackend } from "@assay/coinhubx/coinhubx";
import { describeIgnoredSettings, readConfig } from "@assay/coinhubx/config";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { runService } from "@assay/platform/lifecycle/run-service";

const VERSION = "0.1.0";

/** CoinHubX's HTTP API, market data and matching engines. */
await runService({
  name: "coinhubx-backend",
  version: VERSION,
  start: async (resources, logger) => {
    const config = readConfig(processEnvironment);
    for (const sentence of describeIgnoredSettings(processEnvironment)) logger.warn({}, sentence);
    return await startBackend({ config, version: VERSION, logger, resources });
  },
});
