import { deepEqual, equal, rejects } from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fetchJson } from "../http/http-client.ts";
import { startHttpReceiver } from "./http-receiver.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a receiver remembers requests and answers as it is told", async () => {
  await using receiver = await startHttpReceiver();
  const url = `${receiver.url}/hook?x=1`;
  equal((await fetchJson(url, { method: "POST", body: { alert: 1 } })).status, 200);
  const { method, path, json } = await receiver.waitForRequest(({ path }) => path.startsWith("/hook"));
  deepEqual([method, path, json], ["POST", "/hook?x=1", { alert: 1 }]);
  receiver.answer(503);
  equal((await fetchJson(url)).status, 503);
  receiver.answer("hang-up");
  await rejects(fetchJson(url), { code: "HTTP_UNREACHABLE", retryable: true });
  receiver.answer("hang");
  await rejects(fetchJson(url, { timeoutMs: 50 }), { code: "HTTP_TIMEOUT", retryable: true });
  await rejects(
    receiver.waitForRequest(() => false, 20),
    { code: "NOTHING_ARRIVED" },
  );
});

test("a temporary folder is gone afterwards with all it holds", async () => {
  let path: string;
  {
    await using folder = await temporaryFolder();
    path = folder.path;
    await writeFile(join(path, "file"), "x");
  }
  equal(existsSync(path), false);
});
