import type { Manifest } from "../../manifest/manifest.ts";
import type { Problems } from "../document/problem.ts";
import type { Runbook } from "../document/runbook.ts";

/** One operation of a system's HTTP interface; path parameters as `{id}` or `:id`. */
export interface KnownRoute {
  readonly method: string;
  readonly path: string;
}

/** What a runbook's claims are checked against. */
export interface LintContext {
  readonly manifest: Manifest;
  /** The API description of the system. Absent: paths are not checked. */
  readonly routes?: readonly KnownRoute[];
  /** Faults that a drill can inject. Absent: not checked, as where faults are left out on purpose. */
  readonly faults?: ReadonlySet<string>;
  /** Ids that `covers:` may name. Absent: not checked. */
  readonly coverageIds?: ReadonlySet<string>;
}

/** A rule looks at one parsed runbook and says what is wrong with it. */
export interface LintInput {
  readonly runbook: Runbook;
  readonly text: string;
  readonly context: LintContext;
  readonly problems: Problems;
}
