import type { Clock } from "@assay/platform/clock/clock";
import { Secret } from "@assay/platform/config/secret";
import { silentLogger } from "@assay/platform/logging/logger";
import type { Message } from "@assay/platform/mail/mailer";
import type { JsonObject } from "@assay/primitives/json";
import { openTestIncidents, type TestIncidents } from "../incidents/incident-fixture.ts";
import { manifestSchema } from "../manifest/manifest.ts";
import { manifestFixture } from "../manifest/manifest-fixture.ts";
import type { MaintenanceWindow } from "../quiet/maintenance.ts";
import type { HealthStatus } from "../systems/health-state.ts";
import { PublicIncidents } from "./public-incidents.ts";
import { StatusBoard } from "./status-board.ts";
import { StatusContent } from "./status-content.ts";
import { StatusDesk } from "./status-desk.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Test data: the public page of one system `shop` with the part `checkout`, whose health a test sets. */
export const CHECKOUT = "shop.checkout";
export const STATUS_URL = "http://status.test";

const MANIFEST = manifestSchema.parse(
  manifestFixture({
    system: "shop",
    components: [{ id: "checkout", title: "Checkout", description: "Paying", healthChecks: ["up"], alerts: [] }],
  }),
);

interface TestJob {
  readonly queue: string;
  readonly data: JsonObject;
}

/** Jobs that wait until a test runs them. */
class TestJobs {
  readonly waiting: TestJob[] = [];
  readonly #handlers = new Map<string, (data: never, job: never) => Promise<void>>();

  define = (queue: string, _: object, handler: (data: never, job: never) => Promise<void>): void => {
    this.#handlers.set(queue, handler);
  };

  send = async (queue: string, data: JsonObject): Promise<string> => {
    this.waiting.push({ queue, data });
    return "job";
  };

  /** Runs what waits, and what that leads to. */
  async run(): Promise<void> {
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift())
      await this.#handlers.get(job.queue)!(job.data as never, {} as never);
  }
}

export async function openTestStatus() {
  await using resources = new AsyncDisposableStack();
  const plane = resources.use(await openTestIncidents());
  const jobs = new TestJobs();
  const mails: Message[] = [];
  const world = { health: "healthy" as HealthStatus, windows: [] as MaintenanceWindow[] };
  const board = () => openBoard(plane, world, plane.clock);
  const first = board();
  const options = { ...plane, jobs, board: first, url: STATUS_URL };
  const maintenance = { list: async () => world.windows };
  const content = new StatusContent({ ...options, maintenance });
  const mailer = { send: async (message: Message) => void mails.push(message) };
  const owned = resources.move();
  return {
    ...plane,
    ...{ jobs, mails, world, board: first, content },
    /** As after a restart. */
    reopenBoard: board,
    publicIncidents: new PublicIncidents(options),
    subscriptions: new Subscriptions({ ...options, mailer, secret: new Secret("a-secret-of-a-test"), isLocal: true }),
    statusDesk: new StatusDesk({ ...options, onChanged: () => content.forget() }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function openBoard(
  plane: TestIncidents,
  world: { health: HealthStatus; windows: MaintenanceWindow[] },
  clock: Clock,
): StatusBoard {
  const health = () => ({
    status: world.health,
    checks: [{ check: { id: "up" }, current: world.health }] as never,
    targets: [],
  });
  return new StatusBoard({
    ...plane,
    logger: silentLogger,
    systems: { list: () => [{ manifest: MANIFEST, health }] },
    alerts: { current: () => [] },
    maintenance: { active: (now) => world.windows.filter((one) => one.startsAt <= now && now < one.endsAt) },
    evaluatedAt: () => clock.now(),
    evaluationIntervalMs: 1_000,
  });
}
