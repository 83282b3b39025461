import { fetchText } from "@assay/platform/http/http-client";
import { answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { type Principal, person } from "../../identity/principal.ts";
import { checkRead } from "../../systems/read-path.ts";
import { readQuerySchema } from "../schema/systems.ts";
import { systemParamsSchema } from "./get-system.ts";
import type { WatchApi } from "./watch-api.ts";

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 2 * 1024 * 1024;

/** GET `/api/systems/:id/read`: what the system answers the person on a path that its manifest offers. */
export function readSystem({ systems, personToken }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/systems/:id/read",
    summary: "Read a path that the system's manifest offers, in the name of the person",
    access: person("viewer"),
    params: systemParamsSchema,
    query: readQuerySchema,
    replies: { 200: mediaReply("application/json") },
    refusals: { READ_NOT_OFFERED: 404, READ_REFUSED: 502 },
    handle: async ({ params, query, principal, signal }) => {
      const manifest = systems.find(params.id)?.manifest;
      if (manifest === undefined) return refuse({ code: "NOT_FOUND" });
      const allowed = checkRead(manifest, query.path, principal.roles);
      if (!allowed.ok) return allowed;
      const token = await personToken(principal.personId, params.id);
      if (token === undefined) return refuse({ code: "UNAUTHENTICATED" });
      const url = new URL(query.path, manifest.services[0]!.url).href;
      const shown = systems.takesTokens(params.id) ? { token } : {};
      const reply = await fetchText(url, { ...shown, signal, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
      // A body that is not JSON has no place in the console: it is the page of something else.
      if (!/^application\/([\w.-]+\+)?json\b/.test(reply.headers.get("content-type") ?? ""))
        return refuse({ code: "READ_REFUSED", detail: `The system answered ${reply.status} without JSON.` });
      return answerText(reply.status, reply.body, "application/json");
    },
  });
}
