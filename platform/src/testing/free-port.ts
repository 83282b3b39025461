import { once } from "node:events";
import { createServer } from "node:net";
import { assert } from "@assay/primitives/assert";

/**
 * A TCP port of loopback that nothing listened on a moment ago. Where the thing under test can take port 0, that is
 * better: between here and there somebody else may take this one.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  server.close();
  await once(server, "close");
  return address.port;
}
