import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OidcSettings } from "@assay/platform/auth/oidc";
import { totpCode } from "@assay/platform/auth/totp";
import { Secret } from "@assay/platform/config/secret";
import { silentLogger } from "@assay/platform/logging/logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { systemRandom } from "@assay/platform/random/random";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { JsonValue } from "@assay/primitives/json";
import type { CatalogueAction } from "./actions/action-catalogue.ts";
import type { ActionTransport } from "./actions/action-runner.ts";
import type { RaisedAlert } from "./alerts/raised-alert.ts";
import type { Signer } from "./approvals/approval.ts";
import type { ActionNotice, ApprovalEnd, ApprovalNotice, ReviewNotice } from "./approvals/pager.ts";
import { OPERATIONS_MIGRATIONS } from "./audit/audit-fixture.ts";
import { createEvents } from "./events/events.ts";
import type { PersonPrincipal } from "./identity/principal.ts";
import type { TimelineEntry } from "./incidents/incident.ts";
import type { ActionDescription, Role } from "./manifest/manifest.ts";
import { createTrust, type Trust } from "./trust.ts";

/** Test data: a plane with real storage, people who hold authenticators, and a system that remembers what it is asked. */
export const PASSWORD = "correct horse battery staple";
/** A site on loopback: its passkeys are those of localhost. */
export const PUBLIC_URL = "http://127.0.0.1:3000";
export const VISITOR = { address: "192.0.2.1", userAgent: "test" };

export interface Ask {
  readonly url: string;
  readonly token: string;
  readonly body: JsonValue;
}

/** Stands at the edge: what a system would be asked, and what it answers. */
export class FakeSystem implements ActionTransport {
  readonly asks: Ask[] = [];
  answer: { readonly status: number; readonly body: JsonValue } | Failure = { status: 200, body: { success: true } };
  /** Runs while the system is being asked. */
  meanwhile: (() => Promise<void>) | undefined;

  async send(ask: Ask): Promise<{ readonly status: number; readonly body: JsonValue }> {
    this.asks.push(ask);
    await this.meanwhile?.();
    if (this.answer instanceof Failure) throw this.answer;
    return this.answer;
  }
}

export class TestPerson {
  readonly #clock: MovedClock;
  readonly #secret: string;
  readonly principal: PersonPrincipal;
  readonly token: string;

  constructor(clock: MovedClock, facts: { principal: PersonPrincipal; secret: string; token: string }) {
    this.#clock = clock;
    this.#secret = facts.secret;
    this.principal = facts.principal;
    this.token = facts.token;
  }

  get id(): string {
    return this.principal.personId;
  }

  get signer(): Signer {
    const { personId, name, roles } = this.principal;
    return { personId, name, roles };
  }

  /** A code that was never used: waits for the authenticator's next one. */
  async code(): Promise<string> {
    await this.#clock.advance(30_000);
    return this.sameCode();
  }

  sameCode(): string {
    return totpCode(this.#secret, this.#clock.now());
  }
}

export function describeAction(name: string, more: Partial<ActionDescription> = {}): ActionDescription {
  return {
    name,
    title: name,
    effect: "danger",
    params: {
      type: "object",
      properties: { market: { type: "string" } },
      additionalProperties: false,
    },
    sentence: "Do it on {market}",
    blastRadius: "Everything",
    people: 2,
    roles: ["operator", "approver"],
    direction: "start",
    pagesEveryone: false,
    undo: "Do the other thing",
    ...more,
  };
}

export function catalogueAction(description: ActionDescription): CatalogueAction {
  return { system: "coinhubx", environment: "local", url: "http://127.0.0.1:8001", description };
}

export class TestTrust implements AsyncDisposable {
  readonly clock = new MovedClock();
  readonly system = new FakeSystem();
  readonly pages: ApprovalNotice[] = [];
  readonly ended: string[] = [];
  readonly ends: ApprovalEnd[] = [];
  readonly reviews: ReviewNotice[] = [];
  readonly disagreements: { readonly at: number }[] = [];
  readonly alerts: RaisedAlert[] = [];
  readonly settled: string[] = [];
  readonly notices: ActionNotice[] = [];
  readonly story: TimelineEntry[] = [];
  catalogue: CatalogueAction[] = [
    catalogueAction(describeAction("coinhubx.trading.enable")),
    catalogueAction(
      describeAction("coinhubx.trading.disable", {
        people: 1,
        roles: ["operator"],
        direction: "stop",
        pagesEveryone: true,
      }),
    ),
    catalogueAction(describeAction("coinhubx.reconcile", { effect: "write", people: 1, roles: ["operator"] })),
  ];
  readonly database: TestDatabase;
  readonly stateDirectory: string;
  readonly #resources: AsyncDisposableStack;
  readonly #isHttp: boolean;
  readonly #oidc: OidcSettings | undefined;
  #trust!: Trust;
  #admin: TestPerson | undefined;
  #people = 0;

  /** `http` asks systems over real HTTP instead of {@link system}; `oidc` is a provider that may sign people in. */
  static async start(options: { readonly transport?: "http"; readonly oidc?: OidcSettings } = {}): Promise<TestTrust> {
    await using resources = new AsyncDisposableStack();
    const folder = resources.use(await temporaryFolder());
    const database = resources.use(
      await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" }),
    );
    const test = new TestTrust(database, {
      stateDirectory: folder.path,
      resources: resources.move(),
      isHttp: options.transport === "http",
      oidc: options.oidc,
    });
    await test.open();
    return test;
  }

  constructor(
    database: TestDatabase,
    more: {
      stateDirectory: string;
      resources: AsyncDisposableStack;
      isHttp: boolean;
      oidc: OidcSettings | undefined;
    },
  ) {
    this.#isHttp = more.isHttp;
    this.#oidc = more.oidc;
    this.database = database;
    this.stateDirectory = more.stateDirectory;
    this.#resources = more.resources;
  }

  get trust(): Trust {
    return this.#trust;
  }

  /** Opens the plane on what is stored, as a new process would. */
  async open(): Promise<void> {
    this.#trust = await createTrust({
      database: this.database.app,
      clock: this.clock,
      random: systemRandom,
      logger: silentLogger,
      metrics: createMetrics({ service: "test" }),
      settings: {
        environment: "local",
        stateDirectory: this.stateDirectory,
        serviceKeys: { coinhubx: new Secret("a-key-of-coinhubx") },
        checkpointUrls: [],
        auditRetentionDays: 2_557,
        publicUrl: PUBLIC_URL,
        oidc: this.#oidc,
      },
      events: createEvents(),
      jobs: { define: () => undefined, send: async () => undefined },
      catalogue: {
        find: (name) => this.catalogue.find(({ description }) => description.name === name),
        list: () => this.catalogue,
      },
      pager: {
        approvalRequested: async (_, notice) => void this.pages.push(notice),
        approvalEnded: async (_, end) => {
          this.ended.push(end.approvalId);
          this.ends.push(end);
        },
        actionTaken: async (_, notice) => void this.notices.push(notice),
        auditDisagrees: async (_, problem) => void this.disagreements.push(problem),
        actionReviewed: async (_, notice) => void this.reviews.push(notice),
      },
      alerts: () => ({
        raise: async (alert) => void this.alerts.push(alert),
        settle: async ({ key }) => void this.settled.push(key),
      }),
      timeline: {
        append: async (_, entry) => {
          this.story.push(entry);
          return { ok: true, value: { ...entry, sequence: this.story.length, at: this.clock.now(), digest: "" } };
        },
      },
      ...(this.#isHttp ? {} : { transport: this.system }),
    });
  }

  async close(): Promise<void> {
    await this.#trust[Symbol.asyncDispose]();
  }

  async bootstrapCode(): Promise<string> {
    return (await readFile(join(this.stateDirectory, "operations.bootstrap"), "utf8")).trim();
  }

  /** The first person: admin, operator and approver, with an authenticator. */
  async admin(): Promise<TestPerson> {
    if (this.#admin !== undefined) return this.#admin;
    const input = { code: await this.bootstrapCode(), email: "ada@example.org", name: "Ada", password: PASSWORD };
    const made = await this.#trust.identity.people.bootstrap(input, VISITOR.address);
    assert(made.ok, "the first person was made");
    this.#admin = await this.#withAuthenticator(input.email);
    return this.#admin;
  }

  /** Somebody else, invited and enrolled, with an authenticator. */
  async person(name: string, roles: readonly Role[] = ["operator", "approver"]): Promise<TestPerson> {
    const { people } = this.#trust.identity;
    const admin = await this.admin();
    this.#people += 1;
    const email = `${name.toLowerCase()}${this.#people}@example.org`;
    const proof = { totp: await admin.code() };
    const asked = await people.invite(admin.principal, { email, name, roles, proof });
    // With a second admin about, these roles are agreed to first; what tests need is the person.
    const by = { id: admin.id, name: admin.principal.name };
    const invited = asked.ok ? asked : await people.inviteAgreed(by, { email, name, roles });
    assert(invited.ok, `${name} was invited`);
    const code = invited.value.enrolmentCode;
    assert((await people.enrol({ code, password: PASSWORD }, VISITOR.address)).ok, `${name} enrolled`);
    return await this.#withAuthenticator(email);
  }

  /** A new session of somebody, as another browser would open it. */
  async signIn(email: string, totp?: string): Promise<{ principal: PersonPrincipal; token: string }> {
    const { identity, authenticate } = this.#trust;
    const input = { email, password: PASSWORD, totp, transport: "bearer" } as const;
    const opened = await identity.signIn.signIn(input, VISITOR);
    assert(opened.ok, `${email} signed in`);
    const { token } = opened.value;
    const found = await authenticate(request({ authorization: `Bearer ${token}` }));
    assert(found.ok && found.value?.kind === "person", "the session is known");
    return { principal: found.value, token };
  }

  /** What the audit log holds, oldest first. */
  async audited(): Promise<string[]> {
    return (await this.#trust.audit.list({ limit: 500 })).map(({ action }) => action).reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.#resources.disposeAsync();
  }

  async #withAuthenticator(email: string): Promise<TestPerson> {
    const { identity } = this.#trust;
    const { principal } = await this.signIn(email);
    const { secret } = await identity.secondFactor.begin(principal);
    const confirmed = await identity.confirmSecondFactor(principal, totpCode(secret, this.clock.now()));
    assert(confirmed.ok, "the authenticator is confirmed");
    await this.clock.advance(30_000);
    const session = await this.signIn(email, totpCode(secret, this.clock.now()));
    return new TestPerson(this.clock, { ...session, secret });
  }
}

/** A request as authentication sees it. */
export function request(headers: Readonly<Record<string, string>>) {
  const at = { method: "GET", path: "/api/session", route: "/api/session", params: {}, requestId: "req_1" };
  return { ...at, headers, remoteAddress: VISITOR.address };
}
