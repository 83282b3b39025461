import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type Principal, reader } from "../../identity/principal.ts";
import { alertSchema } from "../schema/alerts.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { alertView } from "./alert-view.ts";

export const alertParamsSchema = z.strictObject({ id: z.string().max(64) });

/** GET `/api/alerts/:id` */
export function getAlert({ alerts }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/alerts/:id",
    summary: "One alert",
    access: reader("read:alerts"),
    params: alertParamsSchema,
    replies: { 200: alertSchema },
    handle: async ({ params }) => {
      const alert = await alerts.find(params.id);
      return alert === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, alertView(alert));
    },
  });
}
