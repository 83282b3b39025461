import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type Principal, reader } from "../../identity/principal.ts";
import { systemDetailSchema, systemHealthSchema } from "../schema/systems.ts";
import { healthView, sourceView, summaryView } from "./system-view.ts";
import type { WatchApi } from "./watch-api.ts";

export const systemParamsSchema = z.strictObject({ id: z.string().max(64) });

/** GET `/api/systems/:id` */
export function getSystem({ systems, alerts }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/systems/:id",
    summary: "A system with its manifest and health",
    access: reader("read:systems"),
    params: systemParamsSchema,
    replies: { 200: systemDetailSchema },
    handle: async ({ params }) => {
      const system = systems.find(params.id);
      if (system === undefined) return refuse({ code: "NOT_FOUND" });
      const { manifest } = system;
      return answer(200, {
        summary: summaryView(system, alerts.current()),
        health: healthView(system.health()),
        source: sourceOf(systems, manifest.system),
        manifest,
      });
    },
  });
}

function sourceOf(systems: Pick<WatchApi["systems"], "sources">, system: string) {
  const source = systems.sources().find((one) => one.system === system);
  return source === undefined ? null : sourceView(source);
}

/** GET `/api/systems/:id/health` */
export function getSystemHealth({ systems }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/systems/:id/health",
    summary: "Health checks of a system and the state of its metrics",
    access: reader("read:systems"),
    params: systemParamsSchema,
    replies: { 200: systemHealthSchema },
    handle: async ({ params }) => {
      const system = systems.find(params.id);
      return system === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, healthView(system.health()));
    },
  });
}
