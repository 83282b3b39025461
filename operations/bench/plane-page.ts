import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { BenchFigures } from "@assay/platform/testing/bench-result";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { z } from "zod";
import { runDetailSchema, runSchema } from "../src/api/schema/runbooks.ts";
import { systemListSchema } from "../src/api/schema/systems.ts";
import { type BenchPlane, startBenchPlane } from "./fixture/bench-plane.ts";
import { type BenchService, type BenchServices, startBenchServices } from "./fixture/bench-services.ts";

// The plane as a process of its own, fifty services over real HTTP scraped each second, PostgreSQL with fsync, and a phone
// that is a real webhook. The plane runs a runbook of forty steps; then, from the moment a service's number turns bad until
// its page arrives. Its memory is read at the end.

const SERVICES = 50;
const EVERY_MS = 700;
const SETTLE_MS = 15_000;
const LIMIT_MS = 60_000;

interface BenchOptions {
  readonly rounds: number;
  readonly quick?: boolean;
}

export async function bench({ rounds, quick = false }: BenchOptions): Promise<BenchFigures[]> {
  await using folder = await temporaryFolder();
  await using services = await startBenchServices(SERVICES, join(folder.path, "manifests"));
  await using plane = await startBenchPlane({ folder: folder.path });
  await untilHealthy(plane);
  const steps: number[] = [];
  for (let round = 0; round < rounds; round += 1) steps.push(await measureSteps(plane, services));
  const pages = await measurePages(plane, services.services.slice(0, quick ? 10 : 40));
  const { nowMb, mostMb } = await plane.memory();
  return [
    {
      ...{ id: "Plane", what: `fault to page, ${SERVICES} services scraped each second`, unit: "ms", figures: pages },
      goal: { of: "p95", below: 5_000 },
    },
    {
      ...{
        id: "Plane",
        what: `overhead of a runbook step, ${services.runbook.steps} steps`,
        unit: "ms",
        figures: steps,
      },
      goal: { of: "median", below: 20 },
    },
    {
      ...{
        id: "Plane",
        what: `resident memory with ${SERVICES} services after all this`,
        unit: "MB",
        figures: [nowMb],
      },
      goal: { of: "median", below: 200 },
      note: `the most it ever had: ${mostMb.toFixed(0)} MB`,
    },
  ];
}

async function untilHealthy({ people }: BenchPlane): Promise<void> {
  const until = performance.now() + LIMIT_MS;
  while (performance.now() < until) {
    const { systems } = await people.first.call({ path: "/api/systems" }, systemListSchema);
    // Beside them the plane watches itself.
    const healthy = systems.filter(({ id, status }) => id.startsWith("svc") && status === "healthy");
    if (healthy.length === SERVICES) {
      await pause(SETTLE_MS);
      return;
    }
    await pause(500);
  }
  throw new Error(`not all of ${SERVICES} services were healthy within ${LIMIT_MS} ms`);
}

/** Faults at odd moments of the second, so that no phase of the scrape is favoured. */
async function measurePages({ people }: BenchPlane, services: readonly BenchService[]): Promise<number[]> {
  const measured: Promise<number>[] = [];
  for (const service of services) {
    await pause(EVERY_MS);
    const start = performance.now();
    service.queue = 100;
    const phone = people.phones.first;
    const isPage = (json: unknown) => JSON.stringify(json)?.includes(`${service.system}.QueueLong`) === true;
    measured.push(phone.waitForRequest(({ json }) => isPage(json), LIMIT_MS).then(() => performance.now() - start));
  }
  return await Promise.all(measured);
}

/** Milliseconds a step costs beyond what the same request costs alone. */
async function measureSteps({ people }: BenchPlane, { services, runbook }: BenchServices): Promise<number> {
  const bare = await measureBare(services[0]!.url, runbook.steps);
  const call = { method: "POST" as const, path: `/api/runbooks/${runbook.id}/runs`, body: { environment: "local" } };
  const { id } = await people.first.call(call, runSchema);
  const until = performance.now() + LIMIT_MS;
  while (performance.now() < until) {
    const { run } = await people.first.call({ path: `/api/runs/${id}` }, runDetailSchema);
    if (run.state === "finished" && run.endedAt !== null && run.verdict === "passed")
      return (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / runbook.steps - bare;
    if (run.state !== "running") throw new Error(`the run is ${run.state}: ${run.reason}`);
    await pause(200);
  }
  throw new Error(`the run of ${runbook.id} did not end within ${LIMIT_MS} ms`);
}

async function measureBare(url: string, count: number): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index += 1)
    z.object({ stock: z.number() }).parse(await (await fetch(`${url}/stock`)).json());
  return (performance.now() - start) / count;
}
