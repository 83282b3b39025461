import type { Instant } from "@assay/primitives/instant";
import type { StatedComponentState } from "../api/schema/status.ts";

/** A part of what users use, as they name it. */
export interface Component {
  /** `system.part` for one that a manifest declares. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Heading it stands under. */
  readonly group: string;
  readonly position: number;
  readonly isHidden: boolean;
  readonly isDeclared: boolean;
  /** Whose checks and alerts say how it is; null when only people do. */
  readonly system: string | null;
  readonly healthChecks: readonly string[];
  readonly alerts: readonly string[];
}

/** A state that a person set, until it ends by itself. */
export interface Override {
  readonly componentId: string;
  readonly state: StatedComponentState;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
  readonly endsAt: Instant;
}

export function declaredId(system: string, part: string): string {
  return `${system}.${part}`;
}

/** The part's own id within its system. */
export function localId({ id, system }: Pick<Component, "id" | "system">): string {
  return system !== null && id.startsWith(`${system}.`) ? id.slice(system.length + 1) : id;
}
