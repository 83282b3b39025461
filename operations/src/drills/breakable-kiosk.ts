import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256Hex } from "@assay/primitives/hash";
import { type Manifest, manifestSchema } from "../manifest/manifest.ts";
import { exampleManifest } from "../runbooks/example-system.ts";

const RUNBOOK = `---
runbook: queue-long
title: The line is too long
version: 1
severity: P2
alerts: [kiosk.QUEUE_LONG]
drill: { fault: queue.block }
---
## 1. See the line

\`\`\`http { name=see-line effect=read timeout=2s capture=till:$.till }
GET {{kiosk}}/api/line
\`\`\`

\`\`\`yaml expect
json: { $.line: { gt: threshold:kiosk.queue.high } }
\`\`\`

## 2. Look at the till

- [ ] Till {{capture.till}} is closed (note)

## 3. Sell again

> [!CAUTION]
> Two people. Sales start at one till, and customers can pay. Undo: none, because the till can be closed by hand.

\`\`\`yaml { name=start-sales effect=danger rollback=none timeout=10s }
action: kiosk.sales.start
params: { till: 7 }
\`\`\`

\`\`\`yaml expect
within: 4s
json: { $.result.till: 7 }
alert: { kiosk.QUEUE_LONG: resolved }
metric: { kiosk.queue: { lte: threshold:kiosk.queue.target } }
\`\`\`
`;

/** A small system that can be broken: its line grows until two people start sales again. For the drills' own tests. */
export class BreakableKiosk implements AsyncDisposable {
  line = 3;
  /** Whether starting sales helps. */
  heals = true;
  readonly actions: unknown[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<BreakableKiosk> {
    const kiosk = new BreakableKiosk();
    await new Promise<void>((resolve) => kiosk.#server.listen(0, "127.0.0.1", resolve));
    return kiosk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get #manifest(): Manifest {
    const manifest = exampleManifest(this.url);
    const reference = { id: "queue-long", version: 1, sha256: sha256Hex(RUNBOOK), path: "/ops/runbooks/queue-long" };
    return manifestSchema.parse({
      ...manifest,
      actions: manifest.actions.map((action) => ({
        ...action,
        people: Math.min(action.people, 2),
        roles: ["operator", "approver"],
      })),
      thresholds: manifest.thresholds.map((threshold) => ({ ...threshold, levels: { high: { op: "gt", value: 50 } } })),
      runbooks: [reference],
      faults: manifest.faults.map((fault) => ({ ...fault, detectWithinMs: 10_000, recoverWithinMs: 60_000 })),
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const json = (body: unknown) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    switch (`${request.method} ${request.url}`) {
      case "GET /ops/manifest":
        return json(this.#manifest);
      case "GET /ops/runbooks/queue-long":
        response.writeHead(200, { "content-type": "text/markdown" });
        response.end(RUNBOOK);
        return;
      case "GET /metrics":
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
        response.end(`# TYPE queue_length gauge\nqueue_length ${this.line}\n`);
        return;
      case "GET /api/line":
        return json({ line: this.line, till: 7 });
      case "POST /ops/faults/queue.block":
        this.line = 60;
        return json({ success: true });
      case "POST /ops/actions/kiosk.sales.start":
        this.actions.push(JSON.parse(Buffer.concat(chunks).toString()));
        if (this.heals) this.line = 4;
        return json({ success: true, action: "kiosk.sales.start", result: { till: 7 } });
      default:
        response.writeHead(404).end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
