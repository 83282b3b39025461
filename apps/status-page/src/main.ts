import { fileURLToPath } from "node:url";
import { systemClock } from "@assay/platform/clock/clock";
import { readSettings } from "@assay/platform/config/config";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { isNetwork, list, port, text, url } from "@assay/platform/config/setting";
import { runService } from "@assay/platform/lifecycle/run-service";
import { systemRandom } from "@assay/platform/random/random";
import { startStatusServer } from "./status-server.ts";

/** The public status page, in a process of its own: it stands when the plane does not, and says so. */
await runService({
  name: "status-page",
  version: "0.1.0",
  start: async (resources, logger) => {
    const settings = readSettings(processEnvironment, {
      STATUS_PAGE_HOST: text().default("127.0.0.1"),
      STATUS_PAGE_PORT: port().default(3002),
      STATUS_PAGE_PLANE_URL: url().default("http://127.0.0.1:3000"),
      STATUS_PAGE_TRUSTED_PROXIES: list({ accepts: isNetwork, entryIs: "an address or a network" }).default([]),
    });
    const server = await startStatusServer({
      ...{ logger, clock: systemClock, random: systemRandom },
      host: settings.STATUS_PAGE_HOST,
      port: settings.STATUS_PAGE_PORT,
      planeUrl: settings.STATUS_PAGE_PLANE_URL,
      trustedProxies: settings.STATUS_PAGE_TRUSTED_PROXIES,
      pages: fileURLToPath(new URL("../dist", import.meta.url)),
    });
    resources.use(server);
    return { url: server.url };
  },
});
