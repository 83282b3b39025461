import { join } from "node:path";
import { Secret } from "@assay/platform/config/secret";
import type { Environment } from "@assay/platform/config/setting";
import { askOrCreateDatabase, ensureReader } from "@assay/platform/storage/ask-postgres";
import { postgresCommand, prepareCluster, removeStalePidFile } from "@assay/platform/storage/embedded-postgres";
import type { ProcessSpec } from "@assay/platform/supervisor/process-spec";
import { COMPILE_CACHE } from "../repository.ts";
import { anvilProgram, LOCAL_CHAIN_ID } from "./anvil.ts";
import type { StackPorts } from "./stack-ports.ts";
import type { StackSecrets } from "./stack-secrets.ts";
import type { StateFolder } from "./state-folder.ts";

export interface StackOptions {
  readonly repository: string;
  readonly state: StateFolder;
  readonly ports: StackPorts;
  readonly secrets: StackSecrets;
  readonly version: string;
  /** Settings for all processes, over the stack's own. `DATABASE_URL` and `OPERATIONS_DATABASE_URL` replace a cluster. */
  readonly environment: Environment;
  /** Where programs are found. */
  readonly path: string;
}

export interface StackUrls {
  readonly operations: string;
  readonly "coinhubx-backend": string;
  readonly "coinhubx-worker": string;
  readonly "coinhubx-frontend": string;
  readonly "status-page": string;
  readonly anvil: string;
}

export const SYSTEMS = ["coinhubx"] as const;
const HOST = "127.0.0.1";
const READER = "coinhubx_reader";
const DEMO = "apps/coinhubx-worker/src/demo.ts";

export function stackUrls(ports: StackPorts): StackUrls {
  return {
    operations: `http://${HOST}:${ports.operations}`,
    "coinhubx-backend": `http://${HOST}:${ports.coinhubxBackend}`,
    "coinhubx-worker": `http://${HOST}:${ports.coinhubxWorker}`,
    "coinhubx-frontend": `http://${HOST}:${ports.coinhubxFrontend}`,
    "status-page": `http://${HOST}:${ports.statusPage}`,
    anvil: `http://${HOST}:${ports.anvil}`,
  };
}

/** The superuser's logins of the clusters that the stack runs, or the servers named in the environment. */
export function databaseUrls(options: Pick<StackOptions, "ports" | "secrets" | "environment">) {
  const { ports, secrets, environment } = options;
  const own = (port: number, password: Secret<string>, name: string) =>
    new Secret(`postgres://postgres:${password.reveal()}@${HOST}:${port}/${name}`);
  const chosen = (url: string | undefined) => (url === undefined || url === "" ? undefined : new Secret(url));
  const coinhubx = own(ports.coinhubxPostgres, secrets.coinhubxDatabase, "coinhubx");
  const operations = own(ports.operationsPostgres, secrets.operationsDatabase, "operations");
  return {
    coinhubx: chosen(environment.DATABASE_URL) ?? coinhubx,
    operations: chosen(environment.OPERATIONS_DATABASE_URL) ?? operations,
  };
}

/** What the plane reads the exchange's database with; with a server that somebody named, that login. */
function readerUrl(options: StackOptions): string {
  const url = new URL(databaseUrls(options).coinhubx.reveal());
  if (options.environment.DATABASE_URL) return url.href;
  url.username = READER;
  url.password = options.secrets.coinhubxReader.reveal();
  return url.href;
}

/** Every process of the local stack: what it runs, with which settings, and what must be ready before it. */
export function describeStack(options: StackOptions): ProcessSpec[] {
  const { environment } = options;
  const all = [
    ...(environment.OPERATIONS_DATABASE_URL ? [] : [postgres(options, "operations")]),
    ...(environment.DATABASE_URL ? [] : [postgres(options, "coinhubx")]),
    anvil(options),
    operations(options),
    statusPage(options),
    coinhubxWorker(options),
    coinhubxBackend(options),
    coinhubxFrontend(options),
    coinhubxDemo(options),
  ];
  const names = new Set(all.map(({ name }) => name));
  return all.map((spec) => ({ ...spec, dependsOn: (spec.dependsOn ?? []).filter((name) => names.has(name)) }));
}

function postgres(options: StackOptions, system: "coinhubx" | "operations"): ProcessSpec {
  const dataDirectory = options.state.data(system);
  const port = system === "coinhubx" ? options.ports.coinhubxPostgres : options.ports.operationsPostgres;
  const password = system === "coinhubx" ? options.secrets.coinhubxDatabase : options.secrets.operationsDatabase;
  const url = databaseUrls({ ...options, environment: {} })[system];
  const { env, ...program } = postgresCommand({ dataDirectory, port });
  return {
    name: `${system}-postgres`,
    group: system,
    kind: "store",
    address: `postgres://${HOST}:${port}/${system}`,
    program,
    env,
    workingDirectory: "/",
    prepare: async () => {
      // The plane's own database is not restored to a point in time, so its log is not kept.
      const archive = system === "coinhubx" ? { archiveDirectory: options.state.archive(system) } : {};
      await prepareCluster({ dataDirectory, password, ...archive });
      await removeStalePidFile(dataDirectory);
    },
    ready: { ask: () => askOrCreateDatabase(url) },
    afterStart: async () => {
      if (system === "coinhubx") await ensureReader(url, { name: READER, password: options.secrets.coinhubxReader });
    },
    stopSignal: "SIGINT",
    // Its own launcher does that already.
    deathSignal: "none",
  };
}

function anvil({ ports, state, path }: StackOptions): ProcessSpec {
  return {
    name: "anvil",
    group: "devnets",
    kind: "store",
    address: `http://${HOST}:${ports.anvil}`,
    program: anvilProgram({ port: ports.anvil, stateFile: state.anvilState, path }),
    env: { PATH: path, HOME: state.path },
    ready: { port: ports.anvil },
    stopSignal: "SIGINT",
    deathSignal: "INT",
  };
}

function operations(options: StackOptions): ProcessSpec {
  const { ports, secrets, state, repository } = options;
  const urls = stackUrls(ports);
  return service(options, {
    name: "operations",
    group: "operations",
    entry: "apps/operations/src/main.ts",
    url: urls.operations,
    paths: { ready: "/health", alive: "/health" },
    dependsOn: ["operations-postgres"],
    env: {
      OPERATIONS_PORT: String(ports.operations),
      OPERATIONS_DATABASE_URL: databaseUrls(options).operations.reveal(),
      OPERATIONS_PUBLIC_URL: urls.operations,
      OPERATIONS_STATUS_URL: urls["status-page"],
      OPERATIONS_SYSTEMS: `coinhubx=${urls["coinhubx-backend"]}`,
      OPERATIONS_MANIFEST_DIR: state.manifests,
      OPERATIONS_DATA_SOURCES: `coinhubx=${readerUrl(options)}`,
      OPERATIONS_STATE_DIR: state.path,
      OPERATIONS_CONSOLE_DIR: join(repository, "apps", "console", "dist"),
      OPERATIONS_SERVICE_KEYS: `coinhubx=${secrets.coinhubxPlaneKey.reveal()}`,
      OPERATIONS_WEBHOOK_SECRET: secrets.operationsWebhook.reveal(),
      // What a password's hash or a large answer needed goes back to the machine, and not to the next one (glibc).
      ...{ MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "262144", MALLOC_TRIM_THRESHOLD_: "262144" },
    },
    // It scrapes a lot of text that is dead at once: collecting earlier halves its memory and costs nothing seen.
    nodeArguments: ["--max-semi-space-size=2", "--optimize-for-size"],
  });
}

/** What the public reads; it stays up without the plane. */
function statusPage(options: StackOptions): ProcessSpec {
  const urls = stackUrls(options.ports);
  return service(options, {
    name: "status-page",
    group: "operations",
    entry: "apps/status-page/src/main.ts",
    url: urls["status-page"],
    paths: { ready: "/health", alive: "/health" },
    dependsOn: ["operations"],
    env: { STATUS_PAGE_PORT: String(options.ports.statusPage), STATUS_PAGE_PLANE_URL: urls.operations },
  });
}

function coinhubxEnvironment(options: StackOptions): Record<string, string> {
  const { ports, secrets, state } = options;
  const urls = stackUrls(ports);
  return {
    COINHUBX_PORT: String(ports.coinhubxBackend),
    COINHUBX_WORKER_PORT: String(ports.coinhubxWorker),
    DATABASE_URL: databaseUrls(options).coinhubx.reveal(),
    COINHUBX_PLANE_URL: urls.operations,
    COINHUBX_PLANE_KEY: secrets.coinhubxPlaneKey.reveal(),
    COINHUBX_SEALING_KEY: secrets.coinhubxSealingKey.reveal(),
    COINHUBX_RPC_URLS: urls.anvil,
    COINHUBX_CHAIN_ID: String(LOCAL_CHAIN_ID),
    COINHUBX_BACKUP_DIR: join(state.backups, "coinhubx"),
    COINHUBX_DATA_DIRECTORY: state.data("coinhubx"),
    COINHUBX_ARCHIVE_DIR: state.archive("coinhubx"),
    COINHUBX_PUBLIC_URL: urls["coinhubx-backend"],
    COINHUBX_WORKER_URL: urls["coinhubx-worker"],
    COINHUBX_FRONTEND_ORIGIN: urls["coinhubx-frontend"],
  };
}

function coinhubxWorker(options: StackOptions): ProcessSpec {
  return service(options, {
    name: "coinhubx-worker",
    group: "coinhubx",
    aliases: ["worker"],
    entry: "apps/coinhubx-worker/src/main.ts",
    url: stackUrls(options.ports)["coinhubx-worker"],
    paths: { ready: "/health", alive: "/health" },
    dependsOn: ["coinhubx-postgres", "anvil"],
    env: coinhubxEnvironment(options),
    portSetting: "COINHUBX_WORKER_PORT",
  });
}

function coinhubxBackend(options: StackOptions): ProcessSpec {
  return service(options, {
    name: "coinhubx-backend",
    group: "coinhubx",
    aliases: ["backend"],
    entry: "apps/coinhubx-backend/src/main.ts",
    url: stackUrls(options.ports)["coinhubx-backend"],
    paths: { ready: "/api/ready", alive: "/api/health" },
    dependsOn: ["coinhubx-postgres", "anvil"],
    env: coinhubxEnvironment(options),
    portSetting: "COINHUBX_PORT",
  });
}

function coinhubxFrontend(options: StackOptions): ProcessSpec {
  const urls = stackUrls(options.ports);
  return service(options, {
    name: "coinhubx-frontend",
    group: "coinhubx",
    aliases: ["frontend"],
    entry: "apps/coinhubx-frontend/src/main.ts",
    url: urls["coinhubx-frontend"],
    paths: { ready: "/health", alive: "/health" },
    dependsOn: ["coinhubx-backend"],
    env: {
      COINHUBX_FRONTEND_PORT: String(options.ports.coinhubxFrontend),
      COINHUBX_URL: urls["coinhubx-backend"],
    },
  });
}

/** Customers that trade, so that the market of a local stack moves. */
function coinhubxDemo(options: StackOptions): ProcessSpec {
  const urls = stackUrls(options.ports);
  const spec = service(options, {
    name: "coinhubx-demo",
    group: "coinhubx",
    entry: DEMO,
    url: urls["coinhubx-backend"],
    dependsOn: ["coinhubx-backend"],
    env: { ...coinhubxEnvironment(options), COINHUBX_URL: urls["coinhubx-backend"] },
  });
  return { ...spec, address: "" };
}

interface ServiceOptions {
  readonly name: string;
  readonly group: string;
  readonly aliases?: readonly string[];
  /** From the repository's root. */
  readonly entry: string;
  readonly url: string;
  /** Without them it is ready when it runs. */
  readonly paths?: { readonly ready: string; readonly alive: string };
  readonly dependsOn: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For Node itself. */
  readonly nodeArguments?: readonly string[];
  /** The setting that names its port; only a service with one can have replicas. */
  readonly portSetting?: string;
}

/** A process of ours: TypeScript on this very Node, with no more of our environment than it needs. */
function service(options: StackOptions, { paths, portSetting, ...own }: ServiceOptions): ProcessSpec {
  const env = {
    ...{ PATH: options.path, NODE_COMPILE_CACHE: COMPILE_CACHE, ASSAY_ENVIRONMENT: "local" },
    ...own.env,
    ...defined(options.environment),
  };
  const probes = (url: string) =>
    paths === undefined
      ? { ready: { hasRunForMs: 1_500 } }
      : { ready: { url: `${url}${paths.ready}` }, alive: { url: `${url}${paths.alive}` } };
  return {
    name: own.name,
    group: own.group,
    ...(own.aliases === undefined ? {} : { aliases: own.aliases }),
    kind: "service",
    version: options.version,
    address: own.url,
    program: {
      command: process.execPath,
      // A log of errors is no place for what Node calls experimental and we use on purpose.
      args: [
        "--disable-warning=ExperimentalWarning",
        ...(own.nodeArguments ?? []),
        join(options.repository, own.entry),
      ],
    },
    workingDirectory: options.repository,
    env,
    dependsOn: own.dependsOn,
    ...probes(own.url),
    ipc: true,
    ...(portSetting === undefined
      ? {}
      : {
          replicate: ({ port }) => {
            const url = `http://${HOST}:${port}`;
            return { env: { ...env, [portSetting]: String(port) }, address: url, ...probes(url) };
          },
        }),
  };
}

function defined(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
