import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** One series of a scenario: a value each {@link Scenario.intervalMs}, `null` for no sample, `"stale"` for its end. */
export interface ScenarioSeries {
  readonly series: string;
  readonly values: readonly (number | null | "stale")[];
}

export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Scenario {
  readonly intervalMs: number;
  readonly series: readonly ScenarioSeries[];
  readonly alerts: readonly {
    readonly atMs: number;
    readonly alert: string;
    readonly firing: readonly ExpectedAlert[];
  }[];
  /** PromQL and the one unlabelled value it must have, or `undefined` for no result. */
  readonly expressions: readonly {
    readonly atMs: number;
    readonly promql: string;
    readonly value: number | undefined;
  }[];
}

const run = promisify(execFile);

/** The version of promtool, or why it cannot be used. */
export async function promtoolVersion(): Promise<{ version: string } | { missing: string }> {
  try {
    const { stdout, stderr } = await run("promtool", ["--version"], { timeout: 10_000 });
    return { version: /version (\d+\.\d+)/.exec(stdout + stderr)?.[1] ?? "unknown" };
  } catch {
    return { missing: "promtool is not installed (Debian: apt-get install prometheus)" };
  }
}

/** Runs `promtool check rules` and `promtool test rules`; resolves to its output, rejects with it when it disagrees. */
export async function runPromtool(folder: string, rules: string, scenarios: readonly Scenario[]): Promise<string> {
  const ruleFile = join(folder, "rules.yaml");
  const testFile = join(folder, "test.yaml");
  await writeFile(ruleFile, rules);
  // JSON is YAML, and no value in it can be misread.
  await writeFile(testFile, JSON.stringify(testDocument(scenarios)));
  const checked = await promtool(["check", "rules", ruleFile]);
  return checked + (await promtool(["test", "rules", testFile]));
}

async function promtool(parameters: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run("promtool", parameters, { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${parameters[0]} disagrees:\n${(stdout + stderr).slice(0, 8_000)}`);
  }
}

function testDocument(scenarios: readonly Scenario[]): object {
  return {
    rule_files: ["rules.yaml"],
    evaluation_interval: "15s",
    tests: scenarios.map((scenario) => ({
      interval: `${scenario.intervalMs}ms`,
      input_series: scenario.series.map(({ series, values }) => ({
        series,
        values: values.map((value) => (value === null ? "_" : String(value))).join(" "),
      })),
      alert_rule_test: scenario.alerts.map(({ atMs, alert, firing }) => ({
        eval_time: `${atMs}ms`,
        alertname: alert,
        exp_alerts: firing.map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
      })),
      promql_expr_test: scenario.expressions.map(({ atMs, promql, value }) => ({
        eval_time: `${atMs}ms`,
        ...(value === undefined
          ? { expr: promql, exp_samples: [] }
          : {
              expr: `abs((${promql}) - (${value})) <= bool ${tolerance(value)}`,
              exp_samples: [{ labels: "{}", value: 1 }],
            }),
      })),
    })),
  };
}

// Both sum doubles, in orders of their own.
function tolerance(value: number): string {
  return (1e-9 * Math.max(1, Math.abs(value))).toExponential();
}
