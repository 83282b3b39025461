import type { Instant } from "@assay/primitives/instant";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import type { Result } from "@assay/primitives/result";
import type { PersonPrincipal } from "../../identity/principal.ts";
import type { StepUpProof } from "../../identity/step-up.ts";
import type { Incidents } from "../../incidents/incidents.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { PersonName } from "./run.ts";

/** A system as the plane last knew it; also while it is down. */
export interface RunbookSystem {
  readonly manifest: Manifest;
  /** Where the manifest came from: the base of its runbooks' paths. */
  readonly url: string;
  /** False for a service that is not ours: nothing that speaks for a person or the plane is sent there. Default true. */
  readonly takesTokens?: boolean;
  /** The text of a runbook that the manifest names by `file:`; undefined when it cannot be read. */
  runbookFile?(path: string): Promise<string | undefined>;
}

export interface RunbookSystems {
  list(): Promise<readonly RunbookSystem[]>;
  get(system: string): Promise<RunbookSystem | undefined>;
}

/** Access tokens by which a run acts as the person who started it, with the roles that person has now. */
export interface RunnerTokens {
  /** Undefined when the person may not act any more. */
  accessToken(personId: string, audience: string): Promise<string | undefined>;
}

export interface DeskRequest {
  readonly system: string;
  readonly action: string;
  readonly params: JsonObject;
  readonly reason: string;
  readonly requester: PersonName;
  readonly runbook: { readonly id: string; readonly version: number; readonly sha256: string };
  readonly step: string;
  /** People the runbook asks for; the policy of the server can only be raised by it. */
  readonly raiseTo: number;
  readonly incidentId: string | null;
  /** The same key never makes a second request. */
  readonly key: string;
}

export type DeskState =
  | "awaiting_requester"
  | "pending"
  | "approved"
  | "executed"
  | "failed"
  | "refused"
  | "canceled"
  | "expired";

export interface DeskOutcome {
  readonly state: DeskState;
  /** What the system answered; null when it was not asked. */
  readonly answer: JsonValue;
  readonly reason: string | null;
}

export type DeskRefusal = { readonly code: string; readonly detail?: string };

/** Where a run has typed actions done. Who must agree is decided behind it, never by the runbook. */
export interface ActionDesk {
  /** How many people must sign now; undefined for an action that does not exist. */
  people(
    request: Pick<DeskRequest, "system" | "action" | "raiseTo"> & Partial<Pick<DeskRequest, "params" | "runbook">>,
  ): Promise<number | undefined>;
  /** Reading and writing actions, in the name of the runner. */
  perform(request: DeskRequest): Promise<Result<DeskOutcome, DeskRefusal>>;
  /** A dangerous action that one person may do: they prove a second factor, now or in the last minutes. */
  performAlone(
    request: DeskRequest,
    signer: { readonly principal: PersonPrincipal; readonly proof: StepUpProof | null },
  ): Promise<Result<DeskOutcome, DeskRefusal>>;
  /** Opens an approval request for several people. */
  request(request: DeskRequest): Promise<Result<{ readonly approvalId: string }, DeskRefusal>>;
  outcome(approvalId: string): Promise<DeskOutcome | undefined>;
  /**
   * What became of an action that was asked for with this key without an approval: undefined when it never began,
   * `unknown` when it began and nobody knows how it ended.
   */
  known(key: string): Promise<DeskOutcome | "unknown" | undefined>;
  /** Takes back a request that is still open; no effect otherwise. */
  cancel(approvalId: string, requester: PersonName): Promise<void>;
}

export interface AlertStates {
  /** `system.NAME`; undefined when the rule cannot be judged now. */
  state(alert: string): Promise<"pending" | "firing" | "resolved" | undefined>;
}

export interface MetricValues {
  /** The value of a threshold's expression, or the sum of a metric, now; undefined when there is none. */
  value(system: string, thresholdOrMetric: string): Promise<number | undefined>;
}

export interface RecordedEvents {
  /** Whether the audit log holds an entry with this action since then. */
  wasRecorded(action: string, since: Instant): Promise<boolean>;
}

/** The stories of incidents: the part of `Incidents` that runs write to. */
export type IncidentTimeline = Pick<Incidents, "record" | "find">;

/** A program that runbooks may start: what is put before the step's arguments, and its whole environment. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A read-only connection to a system's database. */
export interface DataSource {
  query(text: string, values: readonly unknown[], timeoutMs: number): Promise<readonly JsonObject[]>;
}
