import { ConfigurationError, readEnvironment, readSettings, type Settings } from "@assay/platform/config/config";
import { Secret } from "@assay/platform/config/secret";
import {
  type Environment,
  integer,
  isNetwork,
  list,
  type Mode,
  oneOf,
  port,
  type Setting,
  seconds,
  secretText,
  secretUrl,
  text,
  url,
} from "@assay/platform/config/setting";
import { LOG_LEVELS } from "@assay/platform/logging/logger";

const LOCAL_DATABASE_PORT = 54_321;
const LOCAL_CHAIN_ID = 31_337;

/** For a process started by hand in local mode; the local stack makes a key of its own. */
const LOCAL_SEALING_KEY = new Secret("a sealing key that everybody may know");

const networks = () => list({ accepts: isNetwork, entryIs: "an address or a network such as 10.0.0.0/8" }).default([]);

function shapeFor(mode: Mode) {
  const requiredElsewhere = <T>(
    setting: { optional(): Setting<T | undefined> } & Setting<T>,
  ): Setting<T | undefined> => (mode === "local" ? setting.optional() : setting);
  return {
    COINHUBX_HOST: text().default("127.0.0.1"),
    COINHUBX_PORT: port().default(8001),
    COINHUBX_WORKER_PORT: port().default(8002),
    /** The owner's login: migrations run as the owner, everything else as role `coinhubx_app`. */
    DATABASE_URL: secretUrl({ protocols: ["postgres", "postgresql"] }),
    COINHUBX_PLANE_URL: url().default("http://127.0.0.1:3000"),
    /** What proves this system to the plane. Without it audit entries wait and nothing can be enabled. */
    COINHUBX_PLANE_KEY: requiredElsewhere(secretText()),
    /** What customers' TOTP secrets are sealed with; losing it ends every customer's second factor. */
    COINHUBX_SEALING_KEY:
      mode === "local" ? secretText({ minLength: 32 }).default(LOCAL_SEALING_KEY) : secretText({ minLength: 32 }),
    COINHUBX_PUBLIC_URL: url().optional(),
    COINHUBX_WORKER_URL: url().optional(),
    /** Where customers' pages are served; without it the plane does not watch them. */
    COINHUBX_FRONTEND_ORIGIN: url().optional(),
    COINHUBX_RPC_URLS: list().default([]),
    COINHUBX_CHAIN_ID: integer({ min: 1 }).default(LOCAL_CHAIN_ID),
    COINHUBX_BACKUP_DIR: text().optional(),
    /** Each backup is copied here too, and compared. */
    COINHUBX_BACKUP_SECOND_DIR: text().optional(),
    COINHUBX_DATA_DIRECTORY: text().optional(),
    /** Where the server copies finished log segments. */
    COINHUBX_ARCHIVE_DIR: text().optional(),
    COINHUBX_SMTP_URL: secretUrl({ protocols: ["smtp", "smtps"] }).optional(),
    COINHUBX_MAIL_FROM: text().default("CoinHubX <no-reply@coinhubx.localhost>"),
    COINHUBX_RECONCILIATION_INTERVAL_S: seconds().default(300),
    COINHUBX_OPS_CIDRS: networks(),
    COINHUBX_TRUSTED_PROXIES: networks(),
    /** Registrations per hour and address; in local mode everybody shares one address. */
    COINHUBX_REGISTRATIONS_PER_HOUR: integer({ min: 1, max: 100_000 }).default(mode === "local" ? 1_000 : 3),
    ASSAY_LOG_LEVEL: oneOf(LOG_LEVELS).default("info"),
    ASSAY_FAULTS: oneOf(["enabled", "disabled"]).default("disabled"),
  };
}

/** Every setting of CoinHubX, by its environment variable, and the mode the process runs in. */
export type Config = Settings<ReturnType<typeof shapeFor>> & { readonly environment: Mode };

/** @throws ConfigurationError that lists every problem at once. */
export function readConfig(env: Environment): Config {
  const environment = readEnvironment(env);
  const settings = readSettings(env, shapeFor(environment));
  if (settings.ASSAY_FAULTS === "enabled" && environment !== "local") {
    throw new ConfigurationError([`ASSAY_FAULTS is refused in ${environment}: faults exist only in local mode.`]);
  }
  return Object.freeze({ ...settings, environment });
}

/** A sentence for each setting of the former MongoDB application that someone still sets; they are not read. */
export function describeIgnoredSettings(env: Environment): string[] {
  return ["MONGO_URL", "DB_NAME"]
    .filter((name) => (env[name] ?? "") !== "")
    .map((name) => `${name} is set but not read: the exchange keeps everything in PostgreSQL, named by DATABASE_URL.`);
}

/** The database URL `npm start` uses, for messages that say what a good one looks like. */
export const EXAMPLE_DATABASE_URL = `postgres://postgres:…@127.0.0.1:${LOCAL_DATABASE_PORT}/coinhubx`;
