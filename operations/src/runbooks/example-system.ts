import { type Manifest, manifestSchema } from "../manifest/manifest.ts";

/** A small system with one of everything, for the tests of this folder. */
export function exampleManifest(url = "http://127.0.0.1:9"): Manifest {
  return manifestSchema.parse({
    system: "kiosk",
    title: "Kiosk",
    version: "1.0.0",
    environment: "local",
    services: [
      { name: "kiosk-api", url },
      // Nobody listens there.
      { name: "kiosk-worker", url: "http://127.0.0.1:9" },
    ],
    healthChecks: [],
    metrics: [{ service: "kiosk-api", path: "/metrics" }],
    thresholds: [queueThreshold],
    alertRules: [
      {
        name: "QUEUE_LONG",
        summary: "Customers wait in line.",
        thresholds: ["kiosk.queue"],
        runbook: "queue-long",
      },
    ],
    killSwitches: [],
    actions: [
      action({ name: "kiosk.sales.stop", effect: "danger", people: 1, direction: "stop", undo: "kiosk.sales.start" }),
      action({ name: "kiosk.sales.start", effect: "danger", people: 3, direction: "start", undo: "kiosk.sales.stop" }),
      action({ name: "kiosk.till.open", effect: "write", people: 1, direction: "start", undo: "close it" }),
      action({ name: "kiosk.till.count", effect: "read", people: 1, direction: "neutral", undo: "nothing changes" }),
    ],
    runbooks: [],
    backups: [],
    checklists: [],
    reports: [],
    faults: [
      {
        name: "queue.block",
        title: "Nobody serves",
        alert: "QUEUE_LONG",
        detectWithinMs: 1_000,
        recoverWithinMs: 1_000,
      },
    ],
    panels: [],
    reads: [],
  });
}

const queueThreshold = {
  id: "kiosk.queue",
  title: "People in line",
  unit: "count",
  expression: { kind: "gauge", metric: "queue_length", labels: {}, aggregate: "sum" },
  target: { op: "lte", value: 10 },
  levels: { warning: { op: "gt", value: 50 } },
  forMs: 0,
  source: "the kiosk's own rule",
};

function action(part: { name: string; effect: string; people: number; direction: string; undo: string }) {
  return {
    ...part,
    title: part.name,
    params: {
      type: "object",
      properties: { till: { type: "integer", minimum: 1 }, reason: { type: "string" } },
      required: ["till"],
      additionalProperties: false,
    },
    sentence: `${part.name} for till {till}`,
    blastRadius: "One till.",
    roles: ["operator"],
    pagesEveryone: false,
  };
}

/** A runbook without a fault of its own; tests replace parts of it. */
export const EXAMPLE_RUNBOOK = `---
runbook: queue-long
title: The line is too long
version: 2
severity: P2
alerts: [kiosk.QUEUE_LONG]
covers: [KI-1]
environments: [local, staging]
params: { till: { type: integer, default: 1 }, note: { type: string, pattern: "^[a-z]*$", default: "" } }
drill: { fault: queue.block }
---
Customers wait. The line is \`queue_length\`, warning
above <!-- threshold:kiosk.queue.warning -->50<!-- /threshold -->.

## 1. See the line

\`\`\`http { name=see-line effect=read timeout=2s retry=3x1s capture=clerk:$.clerk }
GET {{kiosk}}/api/tills/{{till}}?full=1
\`\`\`

You should see:

\`\`\`yaml expect
status: 200
json: { $.line: { gt: threshold:kiosk.queue.warning }, $.till: param:till }
\`\`\`

## 2. Ask who is there

\`\`\`sql { name=who effect=read timeout=2s }
select clerk, tills from staff where clerk = {{capture.clerk}}
\`\`\`

\`\`\`yaml expect
rows: { gte: 1 }
json: { "$[0].clerk": capture:clerk }
\`\`\`

## 3. Restart the till

\`\`\`sh { name=restart effect=write timeout=30s }
assay restart kiosk-worker
\`\`\`

\`\`\`yaml expect
exit: 0
\`\`\`

## 4. Sell again

> [!CAUTION]
> Three people. Sales start at one till, and customers can pay. Undo: step \`stop-sales\`.

\`\`\`yaml { name=start-sales effect=danger approval=3 rollback=stop-sales on-fail=rollback timeout=10s }
action: kiosk.sales.start
params: { till: "{{till}}", reason: "asked by {{capture.clerk}}" }
\`\`\`

\`\`\`yaml expect
within: 1m
state: executed
alert: { kiosk.QUEUE_LONG: resolved }
metric: { kiosk.queue: { lte: threshold:kiosk.queue.target } }
\`\`\`

## Undo: stop sales

> [!CAUTION]
> One person. Sales stop at one till. Undo: none, because stopping again changes nothing.

\`\`\`yaml { name=stop-sales effect=danger rollback=none timeout=10s }
action: kiosk.sales.stop
params: { till: "{{till}}" }
\`\`\`

\`\`\`yaml expect
state: executed
\`\`\`

## 5. Look with your own eyes

- [ ] The line of {{capture.clerk}} is short
- [ ] Somebody told the manager (note)
`;
