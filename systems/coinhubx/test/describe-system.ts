import { z } from "zod";
import { startTestExchange } from "./test-exchange.ts";

// Prints what the runbook linter checks against: the manifest and the API description of a started backend, as JSON.
await using exchange = await startTestExchange({
  env: { ASSAY_FAULTS: "enabled", COINHUBX_FRONTEND_ORIGIN: "http://127.0.0.1:3001" },
});
const token = await exchange.plane.token(["viewer", "operator"]);
const manifest = (await exchange.call("GET /ops/manifest", { token })).body;
const description = z
  .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
  .parse((await exchange.call("GET /api/openapi.json")).body);
const routes = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
);
process.stdout.write(JSON.stringify({ manifest, routes }));
