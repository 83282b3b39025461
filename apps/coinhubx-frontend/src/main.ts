import { fileURLToPath } from "node:url";
import { systemClock } from "@assay/platform/clock/clock";
import { readSettings } from "@assay/platform/config/config";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { port, url } from "@assay/platform/config/setting";
import { startHttpServer } from "@assay/platform/http/http-server";
import { answer, route } from "@assay/platform/http/route";
import { runService } from "@assay/platform/lifecycle/run-service";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { systemRandom } from "@assay/platform/random/random";
import { z } from "zod";

const NAME = "coinhubx-frontend";
const VERSION = "0.1.0";
const PAGES = fileURLToPath(new URL("../dist", import.meta.url));

const health = route({
  method: "GET",
  path: "/health",
  summary: "Whether the process answers",
  access: "open",
  replies: { 200: z.strictObject({ status: z.string(), service: z.string(), version: z.string() }) },
  handle: async () => answer(200, { status: "healthy", service: NAME, version: VERSION }),
});

/** The customers' pages and, under `/api/`, the exchange they talk to: one origin for the browser, no operator code. */
await runService({
  name: NAME,
  version: VERSION,
  start: async (resources, logger) => {
    const settings = readSettings(processEnvironment, {
      COINHUBX_FRONTEND_PORT: port().default(3001),
      COINHUBX_URL: url().default("http://127.0.0.1:8001"),
    });
    const server = await startHttpServer({
      ...{ service: NAME, version: VERSION, logger, clock: systemClock, random: systemRandom },
      port: settings.COINHUBX_FRONTEND_PORT,
      metrics: createMetrics({ service: NAME }),
      routes: [health],
      proxies: [{ prefix: "/api/", target: settings.COINHUBX_URL }],
      // The component library sets its variables in style elements; scripts stay strict.
      staticSites: [
        { prefix: "/", directory: PAGES, spaFallback: true, csp: { "style-src": ["'self'", "'unsafe-inline'"] } },
      ],
    });
    resources.use(server);
    return { url: server.url };
  },
});
