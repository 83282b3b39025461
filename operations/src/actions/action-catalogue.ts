import type { JsonObject, JsonValue } from "@assay/primitives/json";
import type { Result } from "@assay/primitives/result";
import type { Requirement } from "../approvals/policy.ts";
import type { ActionDescription } from "../manifest/manifest.ts";
import type { ParamsRefusal } from "./action-params.ts";

/** An action as its system's manifest describes it, and where to run it. */
export interface CatalogueAction {
  readonly system: string;
  readonly environment: string;
  /** Base address of the system: its actions are under `/ops/actions/{name}`. */
  readonly url: string;
  readonly description: ActionDescription;
  /** It starts again what a kill switch stopped, or changes who must agree: each time is agreed to by itself. */
  readonly neverStanding?: boolean;
  /** An action of the plane itself: done here, behind the same doors. */
  readonly own?: OwnAction;
}

/** What was agreed to, as the plane hands it to itself. */
export interface OwnRequest {
  readonly params: JsonObject;
  readonly approval: { readonly id: string; readonly digest: string };
  readonly reason: string;
  readonly requester: { readonly id: string; readonly name: string };
  readonly approvers: readonly { readonly id: string; readonly name: string }[];
}

export interface OwnAction {
  /** What cannot be asked for at all, beyond the description's schema. */
  check(params: JsonObject): Result<void, ParamsRefusal>;
  /** What these parameters ask for beyond the action's own policy. */
  requires(params: JsonObject): Requirement;
  /** Status and body as a system would answer. @throws Failure */
  perform(request: OwnRequest): Promise<{ readonly status: number; readonly body: JsonValue }>;
}

/** The actions of all systems whose manifests were accepted; read anew for each call. */
export interface ActionCatalogue {
  find(action: string): CatalogueAction | undefined;
  list(): readonly CatalogueAction[];
}
