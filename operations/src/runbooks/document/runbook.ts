import type { JsonValue } from "@assay/primitives/json";
import type { Effect } from "../../manifest/manifest.ts";
import type { Expectation } from "../expect/expectation.ts";
import type { Caution } from "./caution.ts";
import type { Problem } from "./problem.ts";
import type { Retry } from "./retry.ts";

export type Environment = "local" | "staging" | "production";
export const ENVIRONMENTS: readonly Environment[] = ["local", "staging", "production"];

export type ParameterType = "string" | "integer" | "boolean" | "url" | "choice";

/** A value a person gives when the run starts. Never a secret: it is stored and shown. */
export interface ParameterDeclaration {
  readonly type: ParameterType;
  readonly default?: string | number | boolean;
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly pattern?: string;
  readonly description?: string;
}

export interface RunbookHeader {
  readonly runbook: string;
  readonly title: string;
  readonly version: number;
  readonly severity: "P0" | "P1" | "P2" | "P3";
  readonly owner?: string;
  /** `system.NAME` of the alert rules this runbook answers. */
  readonly alerts: readonly string[];
  /** Ids of the specification's seed lines that it answers. */
  readonly covers: readonly string[];
  readonly environments: readonly Environment[];
  readonly params: Readonly<Record<string, ParameterDeclaration>>;
  readonly drill?: { readonly fault: string };
}

export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a step does. Texts may hold `{{places}}`, filled when the step runs. */
export type Block =
  | {
      readonly kind: "http";
      readonly method: HttpMethod;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: JsonValue;
    }
  | { readonly kind: "sh"; readonly words: readonly string[] }
  | { readonly kind: "sql"; readonly text: string }
  | { readonly kind: "promql"; readonly text: string }
  | { readonly kind: "action"; readonly action: string; readonly params: Readonly<Record<string, JsonValue>> }
  | { readonly kind: "manual"; readonly items: readonly ManualItem[] };

/** One thing a person looks at or does; `noteRequired` when the text ends in `(note)`. */
export interface ManualItem {
  readonly text: string;
  readonly noteRequired: boolean;
}

export type StepKind = "check" | "command" | "action" | "manual";
/**
 * What becomes of the run when the step does not pass: it stops for a decision, goes on, stops with the undo proposed
 * first, ends, or goes to a later step.
 */
export type OnFail = "stop" | "continue" | "rollback" | "abort" | { readonly goto: string };

/** `name:$.path` keeps one value of the output for later steps as `{{capture.name}}`. */
export interface Capture {
  readonly name: string;
  readonly path: string;
}

export interface Step {
  readonly index: number;
  readonly name: string;
  readonly title: string;
  readonly kind: StepKind;
  /** `none` for manual steps: what a person does is not the machine's effect. */
  readonly effect: Effect | "none";
  readonly block: Block;
  /** Bounds one execution. Undefined only for manual steps, which wait as state. */
  readonly timeoutMs?: number;
  readonly retry?: Retry;
  /** People asked for by the runbook; the server's policy can only be raised by it. */
  readonly approval?: number;
  readonly environments?: readonly Environment[];
  /** The step that undoes this one, or `none`. */
  readonly rollback?: string;
  readonly onFail: OnFail;
  readonly captures: readonly Capture[];
  /** Names of JSON members whose values are never stored. */
  readonly redact: readonly string[];
  readonly skipInCi?: string;
  readonly expect?: Expectation;
  /** What the caution box says, when there is one. */
  readonly caution?: Caution;
  /** What the reader is told before the block, as Markdown, without the caution box. */
  readonly prose: string;
  readonly line: number;
}

export interface Runbook extends RunbookHeader {
  /** The specification of the file's bytes: what an approval binds. Lower-case hex. */
  readonly sha256: string;
  readonly steps: readonly Step[];
}

export interface ParsedRunbook {
  /** Absent when the file is too broken to have a shape. */
  readonly runbook?: Runbook;
  readonly problems: readonly Problem[];
}
