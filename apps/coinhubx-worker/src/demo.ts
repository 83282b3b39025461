import { runDemo } from "@assay/coinhubx/demo/run-demo";
import { systemClock } from "@assay/platform/clock/clock";
import { ConfigurationError, readEnvironment, readSettings } from "@assay/platform/config/config";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { url } from "@assay/platform/config/setting";
import { runService } from "@assay/platform/lifecycle/run-service";

/** Customers that trade, so that the market of a local stack moves. */
await runService({
  name: "coinhubx-demo",
  version: "0.1.0",
  start: async (resources, logger) => {
    if (readEnvironment(processEnvironment) !== "local") {
      throw new ConfigurationError(["The demo customers trade in local mode only."]);
    }
    const settings = readSettings(processEnvironment, { COINHUBX_URL: url().default("http://127.0.0.1:8001") });
    const stop = new AbortController();
    const trading = runDemo({ url: settings.COINHUBX_URL, clock: systemClock, logger, signal: stop.signal });
    resources.defer(async () => {
      stop.abort();
      await trading;
    });
    return { url: settings.COINHUBX_URL };
  },
});
