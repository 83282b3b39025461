import { isPrivate, type OidcSettings } from "@assay/platform/auth/oidc";
import { ConfigurationError, readEnvironment, readSettings } from "@assay/platform/config/config";
import { Secret } from "@assay/platform/config/secret";
import {
  type Environment,
  integer,
  isNetwork,
  list,
  type Mode,
  port,
  secretList,
  secretText,
  secretUrl,
  text,
  url,
} from "@assay/platform/config/setting";

/** Everything the plane is told from outside. */
export interface OperationsConfig {
  readonly environment: Mode;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: Secret<string>;
  /** Address of the console, for links in pages. */
  readonly publicUrl: string;
  /** Address of the public status page, for links in messages to its subscribers. */
  readonly statusUrl: string;
  /** The systems that serve a manifest. With its name a system is asked with a token, without one as anybody would. */
  readonly systems: readonly SystemAddress[];
  /** Whose `*.yaml` describe services that are not ours. */
  readonly manifestDirectory: string | undefined;
  readonly stateDirectory: string;
  /** The built console; undefined serves the API alone. */
  readonly consoleDirectory: string | undefined;
  readonly serviceKeys: Readonly<Record<string, Secret<string>>>;
  readonly webhookSecret: Secret<string>;
  readonly smtpUrl: Secret<string> | undefined;
  /** The bot that sends pages over Telegram; undefined: none. */
  readonly telegram: { readonly url: string; readonly token: Secret<string> } | undefined;
  readonly mailFrom: string;
  /** The identity provider with which people may sign in; undefined for none. */
  readonly oidc: OidcSettings | undefined;
  readonly evaluationIntervalMs: number;
  readonly scrapeIntervalMs: number;
  readonly manifestIntervalMs: number;
  readonly trustedProxies: readonly string[];
  /** Answers PromQL steps instead of the plane's own samples. */
  readonly prometheusUrl: string | undefined;
  /** Where signed checkpoints of the audit log are posted: witnesses outside. */
  readonly checkpointUrls: readonly string[];
  readonly auditRetentionDays: number;
  /** Read-only logins to the systems' databases, by system, for `sql` steps. */
  readonly dataSources: Readonly<Record<string, Secret<string>>>;
  /** Told each minute that the plane works, so that somebody outside notices when it does not; undefined: nobody is. */
  readonly watchdogUrl: string | undefined;
  /** For another plane's heartbeat: a key with the scope `heartbeats:write`. */
  readonly watchdogKey: Secret<string> | undefined;
}

/** A system that serves its manifest, or a file that holds one. */
export type SystemAddress =
  | {
      readonly name: string | undefined;
      /** Base address, without a trailing slash. */
      readonly url: string;
    }
  | { readonly file: string };

const SCRAPE_INTERVAL_MS = 5_000;
const SEVEN_YEARS_DAYS = 2_557;
const SYSTEM_ENTRY = /^([a-z][a-z0-9-]{1,30})=(.+)$/s;

/** @throws ConfigurationError that lists every problem; outside local mode a missing or well-known secret is one. */
export function readOperationsConfig(env: Environment): OperationsConfig {
  const settings = readSettings(env, {
    OPERATIONS_HOST: text().default("127.0.0.1"),
    OPERATIONS_PORT: port().default(3000),
    OPERATIONS_DATABASE_URL: secretUrl({ protocols: ["postgres", "postgresql"] }),
    OPERATIONS_PUBLIC_URL: url().optional(),
    OPERATIONS_STATUS_URL: url().default("http://127.0.0.1:3002"),
    OPERATIONS_SYSTEMS: list({
      accepts: (entry) => systemAddress(entry) !== undefined,
      entryIs:
        "a name and an address such as coinhubx=http://127.0.0.1:8001, or a manifest such as file:/etc/shop.yaml",
    }).default([]),
    OPERATIONS_MANIFEST_DIR: text().optional(),
    OPERATIONS_STATE_DIR: text(),
    OPERATIONS_CONSOLE_DIR: text().optional(),
    OPERATIONS_SERVICE_KEYS: secretList().default([]),
    OPERATIONS_WEBHOOK_SECRET: secretText().default(new Secret("local-webhook-secret")),
    OPERATIONS_SMTP_URL: secretUrl({ protocols: ["smtp", "smtps"] }).optional(),
    OPERATIONS_OIDC_ISSUER: url().optional(),
    OPERATIONS_OIDC_CLIENT_ID: text().optional(),
    OPERATIONS_OIDC_CLIENT_SECRET: secretText().optional(),
    OPERATIONS_TELEGRAM_TOKEN: secretText().optional(),
    OPERATIONS_TELEGRAM_URL: url().default("https://api.telegram.org"),
    OPERATIONS_MAIL_FROM: text().default("Assay <alerts@assay.local>"),
    OPERATIONS_EVALUATION_INTERVAL_MS: integer({ min: 200, max: 60_000 }).default(15_000),
    OPERATIONS_SCRAPE_INTERVAL_MS: integer({ min: 200, max: 60_000 }).optional(),
    OPERATIONS_MANIFEST_INTERVAL_MS: integer({ min: 500, max: 600_000 }).default(5_000),
    OPERATIONS_TRUSTED_PROXIES: list({ accepts: isNetwork, entryIs: "an address or a network" }).default([]),
    OPERATIONS_PROMETHEUS_URL: url().optional(),
    OPERATIONS_DATA_SOURCES: secretList().default([]),
    OPERATIONS_CHECKPOINT_URLS: list({
      accepts: isWebAddress,
      entryIs: "an address such as https://witness.example/notes",
    }).default([]),
    OPERATIONS_AUDIT_RETENTION_DAYS: integer({ min: 366, max: 36_525 }).default(SEVEN_YEARS_DAYS),
    OPERATIONS_WATCHDOG_URL: url().optional(),
    OPERATIONS_WATCHDOG_KEY: secretText().optional(),
  });
  const evaluationIntervalMs = settings.OPERATIONS_EVALUATION_INTERVAL_MS;
  return Object.freeze({
    environment: readEnvironment(env),
    host: settings.OPERATIONS_HOST,
    port: settings.OPERATIONS_PORT,
    databaseUrl: settings.OPERATIONS_DATABASE_URL,
    statusUrl: settings.OPERATIONS_STATUS_URL.replace(/\/+$/, ""),
    publicUrl: settings.OPERATIONS_PUBLIC_URL ?? `http://${settings.OPERATIONS_HOST}:${settings.OPERATIONS_PORT}`,
    systems: settings.OPERATIONS_SYSTEMS.map((entry) => systemAddress(entry)!),
    manifestDirectory: settings.OPERATIONS_MANIFEST_DIR,
    stateDirectory: settings.OPERATIONS_STATE_DIR,
    consoleDirectory: settings.OPERATIONS_CONSOLE_DIR,
    serviceKeys: namedSecrets("OPERATIONS_SERVICE_KEYS", settings.OPERATIONS_SERVICE_KEYS),
    webhookSecret: settings.OPERATIONS_WEBHOOK_SECRET,
    smtpUrl: settings.OPERATIONS_SMTP_URL,
    telegram: telegramBot(settings.OPERATIONS_TELEGRAM_URL, settings.OPERATIONS_TELEGRAM_TOKEN),
    mailFrom: settings.OPERATIONS_MAIL_FROM,
    oidc: oidcSettings({
      issuer: settings.OPERATIONS_OIDC_ISSUER,
      clientId: settings.OPERATIONS_OIDC_CLIENT_ID,
      clientSecret: settings.OPERATIONS_OIDC_CLIENT_SECRET,
    }),
    evaluationIntervalMs,
    scrapeIntervalMs: settings.OPERATIONS_SCRAPE_INTERVAL_MS ?? Math.min(SCRAPE_INTERVAL_MS, evaluationIntervalMs),
    manifestIntervalMs: settings.OPERATIONS_MANIFEST_INTERVAL_MS,
    trustedProxies: settings.OPERATIONS_TRUSTED_PROXIES,
    checkpointUrls: settings.OPERATIONS_CHECKPOINT_URLS,
    auditRetentionDays: settings.OPERATIONS_AUDIT_RETENTION_DAYS,
    prometheusUrl: settings.OPERATIONS_PROMETHEUS_URL,
    dataSources: namedSecrets("OPERATIONS_DATA_SOURCES", settings.OPERATIONS_DATA_SOURCES),
    watchdogUrl: settings.OPERATIONS_WATCHDOG_URL,
    watchdogKey: settings.OPERATIONS_WATCHDOG_KEY,
  });
}

function telegramBot(url: string, token: Secret<string> | undefined): OperationsConfig["telegram"] {
  return token === undefined ? undefined : { url: url.replace(/\/+$/, ""), token };
}

/** Reads `coinhubx=http://127.0.0.1:8001`, the address alone, or `file:/etc/shop.yaml`. */
function systemAddress(entry: string): SystemAddress | undefined {
  const named = SYSTEM_ENTRY.exec(entry);
  const file = /^file:(.+\.ya?ml)$/.exec(named?.[2] ?? entry);
  if (file !== null) return { file: file[1]! };
  const url = (named?.[2] ?? entry).replace(/\/+$/, "");
  return /^https?:$/.test(URL.parse(url)?.protocol ?? "") ? { name: named?.[1], url } : undefined;
}

/** All three or none: half a provider would be found out by the first person who signs in. */
function oidcSettings(
  given: { [Name in keyof OidcSettings]: OidcSettings[Name] | undefined },
): OidcSettings | undefined {
  const { issuer, clientId, clientSecret } = given;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined)
    throw new ConfigurationError([
      "OPERATIONS_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET are set together or not at all.",
    ]);
  if (!isPrivate(issuer)) throw new ConfigurationError(["OPERATIONS_OIDC_ISSUER must be https, or http on loopback."]);
  return { issuer, clientId, clientSecret };
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

/** Reads `name=secret` entries. */
function namedSecrets(setting: string, entries: readonly Secret<string>[]): Readonly<Record<string, Secret<string>>> {
  return Object.fromEntries(
    entries.map((entry, index) => {
      const match = SYSTEM_ENTRY.exec(entry.reveal());
      if (match === null)
        throw new ConfigurationError([
          `${setting} has an entry (number ${index + 1}) that is not of the form name=secret.`,
        ]);
      return [match[1]!, new Secret(match[2]!)];
    }),
  );
}
