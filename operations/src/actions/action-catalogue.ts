import type { ActionDescription } from "../manifest/manifest.ts";

/** An action as its system's manifest describes it, and where to run it. */
export interface CatalogueAction {
  readonly system: string;
  readonly environment: string;
  /** Base address of the system: its actions are under `/ops/actions/{name}`. */
  readonly url: string;
  readonly description: ActionDescription;
}

/** The actions of all systems whose manifests were accepted; read anew for each call. */
export interface ActionCatalogue {
  find(action: string): CatalogueAction | undefined;
  list(): readonly CatalogueAction[];
}
