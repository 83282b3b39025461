// A small service as anybody could have written it: a cache of exchange rates. It knows nothing of Assay, and Assay knows
// nothing of it but manifest.yaml. Start it with: node server.mjs 4010
import { createServer } from "node:http";

const port = Number(process.argv[2] ?? 4010);
const startedMs = performance.now();
let requests = 0;
let failures = 0;
/** Set while somebody keeps the present rates, as before a price list is printed. Easily forgotten. */
let held;

/** The rates are fetched each second; while they are held they grow old. */
function ageSeconds() {
  const nowMs = performance.now() - startedMs;
  return ((held === undefined ? nowMs % 1_000 : nowMs - held.sinceMs) / 1_000).toFixed(3);
}

function metrics() {
  return [
    "# HELP rates_age_seconds Age of the rates that customers are shown.",
    "# TYPE rates_age_seconds gauge",
    `rates_age_seconds ${ageSeconds()}`,
    "# HELP rates_requests_total Requests answered, by outcome.",
    "# TYPE rates_requests_total counter",
    `rates_requests_total{outcome="ok"} ${requests}`,
    `rates_requests_total{outcome="failed"} ${failures}`,
    "",
  ].join("\n");
}

function answer(request) {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  switch (`${request.method} ${path}`) {
    case "GET /healthz":
      return { type: "text/plain", body: "ok\n" };
    case "GET /metrics":
      return { type: "text/plain; version=0.0.4", body: metrics() };
    case "GET /rates":
      return json({
        base: "EUR",
        rates: { CHF: "0.94", USD: "1.16" },
        ageSeconds: Number(ageSeconds()),
        held: held?.by ?? null,
      });
    case "POST /hold":
      held ??= { by: "price list", sinceMs: performance.now() - startedMs };
      return json({ held: held.by });
    case "POST /release":
      held = undefined;
      return json({ held: null });
    default:
      return { status: 404, type: "text/plain", body: "There is nothing here.\n" };
  }
}

function json(value) {
  return { type: "application/json", body: JSON.stringify(value) };
}

const server = createServer((request, response) => {
  const { status = 200, type, body } = answer(request);
  if (status === 200) requests += 1;
  else failures += 1;
  response.writeHead(status, { "content-type": type }).end(body);
});
server.listen(port, "127.0.0.1", () => process.stdout.write(`Rates at http://127.0.0.1:${server.address().port}\n`));
