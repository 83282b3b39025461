import { isIP } from "node:net";
import { Secret } from "./secret.ts";
import { isWellKnownSecret } from "./well-known-secrets.ts";

/** The environment of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a process runs. `local` alone may fall back on defaults for secrets. */
export type Mode = "local" | "staging" | "production";

/** What reading one setting gives: its value, or the end of a sentence that begins with its name. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** How one setting is read. `read` sees `undefined` when the name is not set, or set to nothing. */
export interface Setting<T> {
  read(raw: string | undefined, mode: Mode): Reading<T>;
}

/** A setting that must be set, until `default` or `optional` says otherwise. */
export interface RequiredSetting<T> extends Setting<T> {
  /** For secrets the default holds in `local` mode only. */
  default(value: T): Setting<T>;
  optional(): Setting<T | undefined>;
}

interface SettingKind<T> {
  readonly isSecret?: boolean;
  parse(raw: string, mode: Mode): Reading<T>;
}

function setting<T>({ parse, isSecret = false }: SettingKind<T>): RequiredSetting<T> {
  const readOr = (absent: (mode: Mode) => Reading<T>): Setting<T> => ({
    read: (raw, mode) => (raw === undefined ? absent(mode) : parse(raw, mode)),
  });
  const missing: Reading<T> = problem("is not set");
  return {
    ...readOr(() => missing),
    default: (value) => readOr((mode) => (isSecret && mode !== "local" ? missing : valid(value))),
    optional: () => ({
      read: (raw, mode) => (raw === undefined ? valid(undefined) : parse(raw, mode)),
    }),
  };
}

function valid<T>(value: T): Reading<T> {
  return { ok: true, value };
}

function problem(text: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: text };
}

/** Any text of one line, without the white space around it. */
export function text(): RequiredSetting<string> {
  return setting({ parse: (raw) => valid(raw.trim()) });
}

/** A whole number within bounds, in decimal digits. */
export function integer(bounds: { readonly min?: number; readonly max?: number } = {}): RequiredSetting<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  return setting({
    parse: (raw) => {
      const value = /^-?\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
      return value >= min && value <= max
        ? valid(value)
        : problem(`must be a whole number from ${min} to ${max}, not "${raw}"`);
    },
  });
}

/** A TCP port; 0 lets the system choose. */
export function port(): RequiredSetting<number> {
  return integer({ min: 0, max: 65_535 });
}

/** A whole number of seconds, at least 1 and at most a year. */
export function seconds(): RequiredSetting<number> {
  return integer({ min: 1, max: 31_622_400 });
}

/** `true` or `false`; `1`, `0`, `on`, `off`, `enabled` and `disabled` mean the same. */
export function flag(): RequiredSetting<boolean> {
  return setting({
    parse: (raw) => {
      if (/^(true|1|on|enabled)$/i.test(raw)) return valid(true);
      if (/^(false|0|off|disabled)$/i.test(raw)) return valid(false);
      return problem(`must be true or false, not "${raw}"`);
    },
  });
}

/** One of a closed set of words. */
export function oneOf<const Word extends string>(words: readonly Word[]): RequiredSetting<Word> {
  return setting({
    parse: (raw) => {
      const word = words.find((candidate) => candidate === raw);
      return word === undefined ? problem(`must be one of ${words.join(", ")}, not "${raw}"`) : valid(word);
    },
  });
}

export interface UrlOptions {
  /** Without the colon; default `http` and `https`. */
  readonly protocols?: readonly string[];
}

/** An absolute address, as a string without a trailing slash. One that carries a password is refused: that is a {@link secretUrl}. */
export function url(options: UrlOptions = {}): RequiredSetting<string> {
  return setting({
    parse: (raw) => {
      const parsed = parseUrl(raw, options);
      if (!parsed.ok) return problem(`${parsed.problem}, not "${raw}"`);
      if (parsed.value.password !== "") return problem("must not carry a password");
      return valid(raw.replace(/\/+$/, ""));
    },
  });
}

/** An address that may carry a password, such as `postgres://user:password@host/name`. */
export function secretUrl(options: UrlOptions = {}): RequiredSetting<Secret<string>> {
  return setting({
    isSecret: true,
    parse: (raw, mode) => {
      const parsed = parseUrl(raw, options);
      if (!parsed.ok) return parsed;
      const password = decodeURIComponent(parsed.value.password);
      if (mode !== "local" && password !== "" && isWellKnownSecret(password)) return wellKnown;
      return valid(new Secret(raw));
    },
  });
}

function parseUrl(raw: string, { protocols = ["http", "https"] }: UrlOptions): Reading<URL> {
  const parsed = URL.parse(raw);
  const expected = `must be an absolute address with ${protocols.map((name) => `${name}://`).join(" or ")}`;
  return parsed !== null && protocols.includes(parsed.protocol.slice(0, -1)) ? valid(parsed) : problem(expected);
}

const wellKnown = problem("is a well-known value; outside local mode it must be a secret of your own");

/** A secret of at least `minLength` characters (default 16). Outside local mode a well-known value counts as none. */
export function secretText(options: { readonly minLength?: number } = {}): RequiredSetting<Secret<string>> {
  const { minLength = 16 } = options;
  return setting({
    isSecret: true,
    parse: (raw, mode) => {
      if (mode !== "local" && isWellKnownSecret(raw)) return wellKnown;
      return raw.length < minLength ? problem(`must have at least ${minLength} characters`) : valid(new Secret(raw));
    },
  });
}

export interface ListOptions {
  /** Whether an entry is acceptable; default: any text. */
  readonly accepts?: (entry: string) => boolean;
  /** What an entry must be, for the problem's sentence: `an address such as https://…`. */
  readonly entryIs?: string;
  readonly maxEntries?: number;
}

/** Entries separated by commas, trimmed, empty ones dropped. */
export function list(options: ListOptions = {}): RequiredSetting<readonly string[]> {
  const { accepts = () => true, entryIs = "acceptable", maxEntries = 1_000 } = options;
  return setting({
    parse: (raw) => {
      const entries = raw.split(",").map((entry) => entry.trim());
      const kept = entries.filter((entry) => entry !== "");
      if (kept.length > maxEntries) return problem(`must have at most ${maxEntries} entries`);
      const bad = kept.find((entry) => !accepts(entry));
      return bad === undefined ? valid(Object.freeze(kept)) : problem(`has an entry that is not ${entryIs}: "${bad}"`);
    },
  });
}

/** A {@link list} of secrets: entries are never printed. */
export function secretList(options: { readonly minLength?: number } = {}): RequiredSetting<readonly Secret<string>[]> {
  const { minLength = 16 } = options;
  return setting({
    isSecret: true,
    parse: (raw, mode) => {
      const entries = raw.split(",").map((entry) => entry.trim());
      const kept = entries.filter((entry) => entry !== "");
      if (kept.some((entry) => entry.length < minLength))
        return problem(`must have entries of at least ${minLength} characters`);
      if (mode !== "local" && kept.some(isWellKnownSecret)) return wellKnown;
      return valid(Object.freeze(kept.map((entry) => new Secret(entry))));
    },
  });
}

/** Whether `entry` is an address or a network such as `10.0.0.0/8`; for lists of networks. */
export function isNetwork(entry: string): boolean {
  const [address = "", length] = entry.split("/");
  const version = isIP(address);
  if (version === 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}
