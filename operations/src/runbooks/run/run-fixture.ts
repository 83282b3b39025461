import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "@assay/platform/clock/clock";
import { systemClock } from "@assay/platform/clock/clock";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { seededRandom } from "@assay/platform/random/random";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { sha256Hex } from "@assay/primitives/hash";
import { toInstant } from "@assay/primitives/instant";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { accept, refuse } from "@assay/primitives/result";
import type { AuditEntry } from "../../audit/audit-entry.ts";
import { createEvents } from "../../events/events.ts";
import type { PersonPrincipal } from "../../identity/principal.ts";
import type { StepUpProof } from "../../identity/step-up.ts";
import { type Manifest, manifestSchema } from "../../manifest/manifest.ts";
import { exampleManifest } from "../example-system.ts";
import { createRunbooks, type Runbooks, type RunbooksOptions } from "../runbooks.ts";
import type { ActionDesk, DeskOutcome, DeskRequest } from "./ports.ts";
import type { Run, StepRun } from "./run.ts";

export const MIGRATIONS = new URL("../../../migrations/", import.meta.url).pathname;

export const ada: PersonPrincipal = {
  kind: "person",
  personId: "per_ada",
  name: "Ada",
  email: "ada@assay.test",
  roles: ["operator"],
  sessionId: "ses_1",
  steppedUpAt: null,
  hasTotp: true,
};
export const ADA = { id: ada.personId, name: ada.name };

interface KioskAnswer {
  readonly status: number;
  readonly body: JsonValue | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the kiosk answers, by `METHOD /path`; and what it was asked. */
export class Kiosk implements AsyncDisposable {
  readonly answers = new Map<string, (body: string) => KioskAnswer>();
  /** Called when a request had its effect, before the answer; when it throws, the answer is lost. */
  afterEffect: () => void = () => undefined;
  readonly requests: { method: string; path: string; headers: Record<string, unknown>; body: string }[] = [];
  #server!: Server;

  static async start(): Promise<Kiosk> {
    const kiosk = new Kiosk();
    kiosk.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        const { method = "", url: path = "", headers } = request;
        kiosk.requests.push({ method, path, headers, body });
        try {
          if (method !== "GET") kiosk.afterEffect();
        } catch {
          return request.socket.destroy();
        }
        const known = kiosk.answers.get(`${method} ${path}`);
        const answer: KioskAnswer = known?.(body) ?? { status: 404, body: { code: "NOT_FOUND" } };
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => kiosk.#server.listen(0, "127.0.0.1", resolve));
    return kiosk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(request: string, status: number, body: JsonValue | string): void {
    this.answers.set(request, () => ({ status, body }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A desk whose people decide when the test says so. */
export class TestDesk implements ActionDesk {
  readonly requests: DeskRequest[] = [];
  readonly canceled: string[] = [];
  readonly outcomes = new Map<string, DeskOutcome>();
  performs: (request: DeskRequest) => DeskOutcome = () => ({ state: "executed", answer: { ok: true }, reason: null });
  readonly #manifest: Manifest;
  readonly #done = new Map<string, DeskOutcome>();

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  async people(request: Pick<DeskRequest, "action" | "raiseTo">): Promise<number | undefined> {
    const action = this.#manifest.actions.find(({ name }) => name === request.action);
    return action && Math.max(action.people, request.raiseTo);
  }

  async perform(request: DeskRequest) {
    const before = this.#done.get(request.key);
    if (before !== undefined) return accept(before);
    this.requests.push(request);
    const outcome = this.performs(request);
    this.#done.set(request.key, outcome);
    return accept(outcome);
  }

  async known(key: string) {
    return this.#done.get(key);
  }

  async performAlone(request: DeskRequest, { proof }: { proof: StepUpProof | null }) {
    if (proof === null || !("totp" in proof) || proof.totp !== "123456") return refuse({ code: "BAD_TOTP" });
    return await this.perform(request);
  }

  async request(request: DeskRequest) {
    const approvalId = `apr_${request.key}`;
    if (this.outcomes.has(approvalId)) return accept({ approvalId });
    this.requests.push(request);
    this.outcomes.set(approvalId, { state: "awaiting_requester", answer: null, reason: null });
    return accept({ approvalId });
  }

  async outcome(approvalId: string): Promise<DeskOutcome | undefined> {
    return this.outcomes.get(approvalId);
  }

  async cancel(approvalId: string): Promise<void> {
    this.canceled.push(approvalId);
    this.outcomes.set(approvalId, { state: "canceled", answer: null, reason: null });
  }

  /** The people of the open request decide. */
  decide(state: DeskOutcome["state"], answer: JsonValue = null, reason: string | null = null): void {
    this.outcomes.set(`apr_${this.requests.at(-1)!.key}`, { state, answer, reason });
  }
}

export interface RunFixture extends AsyncDisposable {
  readonly options: RunbooksOptions;
  readonly runbooks: Runbooks;
  readonly test: TestDatabase;
  readonly kiosk: Kiosk;
  readonly desk: TestDesk;
  readonly audit: AuditEntry[];
  readonly timeline: { incidentId: string; summary: string; details: JsonObject }[];
  readonly alerts: Map<string, "pending" | "firing" | "resolved">;
  readonly metrics: Map<string, number>;
  /** Another plane over the same database, as after a restart. */
  restart(): Promise<Runbooks>;
  /** Starts the runbook and drives it until it waits or is over. */
  run(params?: Record<string, string | number | boolean>): Promise<Run>;
  current(id: string): Promise<{ run: Run; steps: readonly StepRun[] }>;
}

/** A plane's runbook engine over a real database, a real HTTP service and people who decide when the test says so. */
export async function startRunFixture(steps: string, more: Partial<RunbooksOptions> = {}): Promise<RunFixture> {
  await using stack = new AsyncDisposableStack();
  const kiosk = stack.use(await Kiosk.start());
  const test = stack.use(await startTestDatabase({ migrations: [MIGRATIONS], role: "operations_app" }));
  const markdown = runbookOf(steps);
  kiosk.answer("GET /ops/runbooks/queue-long", 200, markdown);
  const manifest = manifestSchema.parse({
    ...exampleManifest(kiosk.url),
    runbooks: [{ id: "queue-long", version: 1, sha256: sha256Hex(markdown), path: "/ops/runbooks/queue-long" }],
  });
  const desk = new TestDesk(manifest);
  const audit: AuditEntry[] = [];
  const timeline: RunFixture["timeline"] = [];
  const alerts: RunFixture["alerts"] = new Map();
  const metrics: RunFixture["metrics"] = new Map();
  const system = { manifest, url: kiosk.url };
  const options: RunbooksOptions = {
    database: test.app,
    clock: systemClock as Clock,
    random: seededRandom(7),
    logger: captureLogger().logger,
    audit: {
      append: async (_, entry) => ({ sequence: audit.push(entry), at: toInstant(0) }),
      appendBeforeAct: async (entry) => ({ sequence: audit.push(entry), at: toInstant(0) }),
    },
    events: createEvents(),
    timeline: {
      find: async (id) => (id === "inc_1" ? ({ id } as never) : undefined),
      record: async (_, incidentId, { summary, details }) => {
        timeline.push({ incidentId, summary, details });
        return { incidentId, audit: [] };
      },
    },
    systems: { list: async () => [system], get: async (name) => (name === "kiosk" ? system : undefined) },
    desk,
    tokens: { accessToken: async (personId, audience) => `token-of-${personId}-for-${audience}` },
    serviceToken: async () => "token-of-the-plane",
    view: {
      alerts: { state: async (alert) => alerts.get(alert) },
      metrics: { value: async (_, name) => metrics.get(name) },
      recorded: { wasRecorded: async (action) => audit.some((entry) => entry.action === action) },
    },
    programs: new Map([["assay", { command: process.execPath, args: ["-e", SCRIPT], env: {} }]]),
    dataSource: () => ({ query: async (text, values) => await test.database.query({ text, values }) }),
    pollMs: 10,
    ...more,
  };
  const runbooks = stack.use(createRunbooks(options));
  const current = async (id: string) => (await runbooks.runs.get(id))!;
  const moved = stack.move();
  return {
    ...{ options, runbooks, test, kiosk, desk, audit, timeline, alerts, metrics, current },
    restart: async () => moved.use(createRunbooks({ ...options, random: seededRandom(8) })),
    run: async (params = {}) => {
      const started = await runbooks.runs.start(
        { runbook: "queue-long", params, environment: "local", incidentId: "inc_1" },
        ADA,
      );
      if (!started.ok) throw new Error(JSON.stringify(started.refusal));
      await runbooks.tick();
      return (await current(started.value.id)).run;
    },
    [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose](),
  };
}

/** Stands for the CLI: prints its words, or does what the first says. */
const SCRIPT = `
const [verb, ...rest] = process.argv.slice(1);
if (rest[0] === "hang") setInterval(() => {}, 1000);
else { console.log(JSON.stringify({ verb, rest, env: Object.keys(globalThis.process["env"]) })); process.exitCode = rest[0] === "broken" ? 3 : 0; }`;

export function runbookOf(steps: string): string {
  return `---
runbook: queue-long
title: The line is too long
version: 1
severity: P2
alerts: [kiosk.QUEUE_LONG]
params: { till: { type: integer, default: 1 } }
---
${steps}`;
}
