import { equal, match } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { writeSessionFile } from "../plane/session-file.ts";
import { runAssay } from "../run-assay.ts";

const RUN = {
  id: "run_1",
  system: "kiosk",
  runbook: { id: "queue-long", version: 1, sha256: "0".repeat(64), title: "The line is too long" },
  environment: "local",
  params: {},
  incidentId: null,
  startedBy: { id: "per_ada", name: "Ada" },
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:01:00.000Z",
  state: "finished",
  cursor: null,
  undoing: null,
  verdict: "passed",
  offers: [],
  reason: null,
  pauseAskedBy: null,
};

test("a run is followed through a restart of the plane", async () => {
  await using folder = await temporaryFolder();
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (asked === 1) request.socket.destroy();
    else if (asked === 2) response.writeHead(503, { "content-type": "application/json" }).end('{"code":"UNAVAILABLE"}');
    else
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ run: RUN, steps: [], markdown: "", plan: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const plane = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const home = join(folder.path, "home");
  writeSessionFile({ HOME: home }, { plane, token: "tok_1", name: "Ada", expiresAt: "2030-01-01T00:00:00Z" });
  const env = { HOME: home, ASSAY_HOME: folder.path, ASSAY_PLANE_URL: plane };
  const followed = await runAssay(["runbook", "follow", "run_1"], { env });
  server.close();
  equal(followed.exit, 0, followed.err);
  match(followed.out, /passed The line is too long \(run_1\)/);
  match(followed.err, /The plane does not answer; the run is kept there/);
});
