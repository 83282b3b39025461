import type { Environment, Mode, Setting } from "./setting.ts";
import { oneOf } from "./setting.ts";

export type Settings<Shape extends SettingShape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Setting<infer T> ? T : never;
};
export type SettingShape = Readonly<Record<string, Setting<unknown>>>;

/** The settings do not let the process start. The message lists every problem, one sentence a line. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

const ENVIRONMENT_NAME = "ASSAY_ENVIRONMENT";
const environmentSetting = oneOf(["local", "staging", "production"]).default("local");

/** Where the process runs: `ASSAY_ENVIRONMENT`, default `local`. @throws ConfigurationError for another word. */
export function readEnvironment(env: Environment): Mode {
  const reading = environmentSetting.read(presentValue(env[ENVIRONMENT_NAME]), "production");
  if (!reading.ok) throw new ConfigurationError([`${ENVIRONMENT_NAME} ${reading.problem}.`]);
  return reading.value;
}

/**
 * Reads a shape whose keys are the names of the settings:
 * `readSettings(env, { COINHUBX_PORT: port().default(8001) }).COINHUBX_PORT`. A name set to nothing counts as not set.
 * @throws ConfigurationError that lists every problem at once; no secret is printed.
 */
export function readSettings<const Shape extends SettingShape>(env: Environment, shape: Shape): Settings<Shape> {
  const mode = readEnvironment(env);
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(shape)) {
    const reading = setting.read(presentValue(env[name]), mode);
    if (reading.ok) values[name] = reading.value;
    else problems.push(`${name} ${reading.problem}.`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(values) as Settings<Shape>;
}

function presentValue(raw: string | undefined): string | undefined {
  return raw === undefined || raw.trim() === "" ? undefined : raw;
}
