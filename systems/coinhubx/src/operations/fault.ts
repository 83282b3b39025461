import type { Manifest } from "@assay/operations/manifest/manifest";
import type { JsonObject } from "@assay/primitives/json";

/** Something that goes wrong on purpose, to prove that alert and runbook work. Exists only where faults are enabled. */
export interface Fault {
  readonly description: Manifest["faults"][number];
  /** Why it could not be felt now, in a sentence; undefined when it can. */
  obstacle?(params: JsonObject): Promise<string | undefined>;
  inject(params: JsonObject): Promise<JsonObject>;
  /** Ends what goes on by itself; damage done stays, because repairing it is the runbook's work. */
  clear(): Promise<JsonObject>;
}
